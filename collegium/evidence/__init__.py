"""What shows somebody's practice: artefacts with when, what, impact, who is shown, and what they speak for.

Words: evidence, kind, impact, person shown, permission, alignment, strength, audience.
Leaves arranging and reflecting to ``portfolios``.
"""
