"""The rules that every scheme has to speak of: what each is called and how a coordinator is asked for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collegium.schemes.documents.values import Split

# Shapes of an answer. A structure is answered in the words of the file, the others in a form of their own.
DURATION = "duration"
NUMBER = "number"
TEXT = "text"
LINES = "lines"
YES_OR_NO = "yes or no"
CHOICE = "choice"
RELATIONS = "relations"
WORDS = "words"
AMOUNT = "amount"
STRUCTURE = "structure"


@dataclass(frozen=True)
class RuleKind:
    name: str  # as in the file
    title: str | Promise
    question: str | Promise
    shape: str
    chapter: str  # under which heading a reader looks for it
    choices: tuple[str, ...] = ()

    @property
    def attribute(self) -> str:
        return self.name.replace(" ", "_")


CHAPTERS: Mapping[str, str | Promise] = {
    "joining": _("Joining"),
    "submitting": _("Writing and submitting"),
    "judging": _("Judging"),
    "outcome": _("The outcome"),
    "keeping": _("Keeping the award"),
}

RULES: tuple[RuleKind, ...] = (
    RuleKind(
        "membership",
        _("Membership"),
        _("Who has to be a member, and of which partner?"),
        STRUCTURE,
        "joining",
    ),
    RuleKind(
        "registration validity",
        _("Registration is valid for"),
        _("How long is a registration valid?"),
        DURATION,
        "joining",
    ),
    RuleKind(
        "registration extension",
        _("Extending a registration"),
        _("When can a registration be extended?"),
        TEXT,
        "joining",
    ),
    RuleKind("mentors", _("Mentors"), _("What may a mentor do, and what not?"), TEXT, "joining"),
    RuleKind(
        "submission",
        _("Submission"),
        _("Can a portfolio be submitted at any time, or in windows?"),
        STRUCTURE,
        "submitting",
    ),
    RuleKind(
        "evidence", _("Evidence"), _("What is asked of evidence? One rule on each line."), LINES, "submitting"
    ),
    RuleKind(
        "referees",
        _("Referees"),
        _("Are referees asked for: how many, and who may not be one?"),
        STRUCTURE,
        "submitting",
    ),
    RuleKind(
        "nominated assessor",
        _("Nominating an assessor"),
        _("May a candidate nominate one of the assessors?"),
        YES_OR_NO,
        "submitting",
    ),
    RuleKind(
        "assessors",
        _("Number of assessors"),
        _("How many assessors judge a submission?"),
        NUMBER,
        "judging",
    ),
    RuleKind(
        "lead after",
        _("Becoming lead assessor"),
        _("After how many assessments as second assessor may somebody lead?"),
        NUMBER,
        "judging",
    ),
    RuleKind(
        "may not assess",
        _("Who may not assess"),
        _("Which relation to the candidate rules an assessor out?"),
        RELATIONS,
        "judging",
    ),
    RuleKind(
        "time to outcome",
        _("Time to the outcome"),
        _("How long after submission is the outcome aimed for?"),
        DURATION,
        "judging",
    ),
    RuleKind(
        "decision",
        _("What makes a pass"),
        _("How many areas have to be at which level?"),
        STRUCTURE,
        "outcome",
    ),
    RuleKind(
        "split decision",
        _("When assessors differ"),
        _("What happens when the assessors come to different conclusions?"),
        CHOICE,
        "outcome",
        choices=tuple(split.value for split in Split),
    ),
    RuleKind(
        "attempts",
        _("Attempts and outcomes"),
        _("How many attempts are there, and what may each end in?"),
        STRUCTURE,
        "outcome",
    ),
    RuleKind(
        "referral deadline",
        _("After a referral"),
        _("How long does a candidate have to resubmit after a referral?"),
        DURATION,
        "outcome",
    ),
    RuleKind("appeals", _("Appeals"), _("How is an outcome appealed?"), TEXT, "outcome"),
    RuleKind(
        "award validity", _("The award is valid for"), _("How long is an award valid?"), DURATION, "keeping"
    ),
    RuleKind("renewal", _("Renewal"), _("What does a holder hand in to renew?"), STRUCTURE, "keeping"),
    RuleKind(
        "unlisted holders",
        _("Leaving the register's list"),
        _("May a holder choose not to be listed on the public register?"),
        YES_OR_NO,
        "keeping",
    ),
)

RULES_BY_NAME: Mapping[str, RuleKind] = {kind.name: kind for kind in RULES}

# What an answer looks like where it is given in the words of the file, by the last step of its path.
EXAMPLES: Mapping[str, str] = {
    "membership": "of: [partner]\ncandidates: no\nholders: yes",
    "submission": "windows:\n  - {opens: 01-15, closes: 01-29}\n  - {opens: 05-16, closes: 05-30}",
    "referees": "number: 2\ncalled: Referees\nmay not be: [self, mentor]",
    "decision": "areas: every\nat: [adequate, strong]",
    "attempts": ("- outcomes: {pass: Pass, referral: Referral}\n- outcomes: {pass: Pass, fail: Fail}"),
    "renewal": "asks:\n  - A record of professional development.\nlapse: The award lapses when it is not renewed.",
    "scale": ("- {key: met, title: Met, met: yes}\n- {key: not-yet-met, title: Not yet met, met: no}"),
    "declaration": "- {key: own-work, text: This portfolio is my own work.}",
    "sections": "- context\n- 1a\n- {code: 5, repeats: yes, called: Specialist area}",
    "requires": "all:\n  - context\n  - one of: [1a, 1b]\n  - {at least: 2, of: 5}",
}
