"""Frameworks and schemes as files that people write, and as frozen, typed data.

A document is read from YAML with the line of every value (`reading`), checked by JSON Schema and by rules
that say file, line and reason (`checking`), and becomes dataclasses (`frameworks`, `schemes`). `to_json`
gives plain data in the words of the file, and `from_json` reads them again: what the database keeps, what
the coordinator answers and what the file says are one language.

A rule that nobody has published is `UNSET`, which is neither true nor false: `rule.value is UNSET` asks,
`rule.required()` gives the value or raises `RuleNotSetError` with a sentence that may be shown.
"""

from collegium.schemes.documents.catalogue import CHAPTERS, EXAMPLES, RULES, RULES_BY_NAME, RuleKind
from collegium.schemes.documents.checking import (
    CheckedScheme,
    answer_problems,
    framework_file,
    framework_text,
    kind_of_file,
    scheme_file,
    scheme_text,
)
from collegium.schemes.documents.frameworks import (
    Arrangement,
    ComponentDocument,
    FrameworkDocument,
    NodeDocument,
    NodeKind,
    PrincipleDocument,
)
from collegium.schemes.documents.problems import Problem, WrongDocumentError
from collegium.schemes.documents.schemes import (
    PathwayDocument,
    Rules,
    SchemeDocument,
    SectionDocument,
    UnsetRule,
    UpgradeDocument,
)
from collegium.schemes.documents.values import (
    UNSET,
    Attempt,
    Decision,
    Duration,
    Fee,
    Level,
    Membership,
    OutcomeKind,
    Partner,
    Quantity,
    Referees,
    Relation,
    Renewal,
    Rule,
    RuleNotSetError,
    Source,
    Split,
    Statement,
    Submission,
    Unset,
    Window,
    Words,
)

__all__ = [
    "CHAPTERS",
    "EXAMPLES",
    "RULES",
    "RULES_BY_NAME",
    "UNSET",
    "Arrangement",
    "Attempt",
    "CheckedScheme",
    "ComponentDocument",
    "Decision",
    "Duration",
    "Fee",
    "FrameworkDocument",
    "Level",
    "Membership",
    "NodeDocument",
    "NodeKind",
    "OutcomeKind",
    "Partner",
    "PathwayDocument",
    "PrincipleDocument",
    "Problem",
    "Quantity",
    "Referees",
    "Relation",
    "Renewal",
    "Rule",
    "RuleKind",
    "RuleNotSetError",
    "Rules",
    "SchemeDocument",
    "SectionDocument",
    "Source",
    "Split",
    "Statement",
    "Submission",
    "Unset",
    "UnsetRule",
    "UpgradeDocument",
    "Window",
    "Words",
    "WrongDocumentError",
    "answer_problems",
    "framework_file",
    "framework_text",
    "kind_of_file",
    "scheme_file",
    "scheme_text",
]
