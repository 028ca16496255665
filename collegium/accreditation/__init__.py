"""From registration to outcome: a frozen portfolio, screened, allotted, judged by peers who do not see each other, reconciled.

Words: registration, submission, receipt, screening, allocation, assignment, assessor, lead assessor, judgement, mark,
reconciliation, outcome, referral. Leaves what a pass earns to ``credentials``.
"""
