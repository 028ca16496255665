"""What a rehearsal answers where a scheme has published no rule: something to go on with, and nobody's policy."""

from collections.abc import Callable, Mapping
from typing import Any

from collegium.schemes.documents import EXAMPLES, UNSET, SchemeDocument
from collegium.schemes.documents.reading import read_bytes

REASON = (
    "Invented by the rehearsal, so that it could go on. The scheme has published nothing about it: "
    "decide it in earnest before the scheme opens."
)


def invented(path: str, scheme: SchemeDocument) -> Any:
    """In the words of a scheme file, as a coordinator's answer is."""
    name = path.rpartition("/")[2]
    fixed = _FIXED.get(name)
    if fixed is not None:
        return fixed
    made = _MADE.get(name)
    return made(path, scheme) if made is not None else _example(name)


_FIXED: Mapping[str, Any] = {
    "registration validity": "2 years",
    "registration extension": "For illness or care of others, when asked for.",
    "submission": "rolling",
    "time to outcome": "3 months",
    "referees": {"number": 1, "called": "Referees", "may not be": ["self"]},
    "mentors": "A mentor may read and advise at any time.",
    "nominated assessor": False,
    "assessors": 2,
    "may not assess": ["self", "same organisation"],
    "split decision": "reconcile",
    "referral deadline": "1 month",
    "award validity": "3 years",
    "evidence": ["It shows what the candidate did."],
    "appeals": "In writing to the coordinator.",
    "unlisted holders": True,
    "declaration": [{"key": "own-work", "text": "This portfolio is my own work."}],
    "scale": [
        {"key": "met", "title": "Met", "met": True},
        {"key": "not-yet-met", "title": "Not yet met", "met": False},
    ],
}


def _assessed_by(path: str, scheme: SchemeDocument) -> list[str]:
    """Whoever holds the same award, or one that the file names after it."""
    keys = [pathway.key for pathway in scheme.pathways]
    return keys[keys.index(path.split("/")[1]) :]


def _lead_after(path: str, scheme: SchemeDocument) -> Any:
    pathways = path.split("/")
    rules = scheme.pathway(pathways[1]).rules if pathways[0] == "pathways" else scheme.rules
    return "none" if rules.assessors.value == 1 else 1


def _decision(_path: str, scheme: SchemeDocument) -> Any:
    levels = () if scheme.scale.value is UNSET else scheme.scale.value
    return {"areas": "every", "at": [level.key for level in levels if level.met] or ["met"]}


_MADE: Mapping[str, Callable[[str, SchemeDocument], Any]] = {
    "assessed by": _assessed_by,
    "lead after": _lead_after,
    "decision": _decision,
}


def _example(name: str) -> Any:
    written = "\n".join(f"  {line}" for line in EXAMPLES.get(name, "none").split("\n"))
    return read_bytes(f"answer:\n{written}\n".encode(), file="").plain["answer"]


def in_words(answer: Any) -> str:
    """An answer as a line of a report."""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, Mapping):
        return ", ".join(f"{key}: {in_words(value)}" for key, value in answer.items())
    if isinstance(answer, list):
        return "; ".join(in_words(item) for item in answer)
    return str(answer)
