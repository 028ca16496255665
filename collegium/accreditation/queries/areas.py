"""What is judged in a submission: the assessed sections that were written, and the criteria of the pathway."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from collegium.accreditation.models import JointMark, Submission
from collegium.accreditation.terms import Terms


@dataclass(frozen=True)
class Area:
    """One thing that gets a level and a comment. ``key`` is a section's key, or a criterion's code."""

    key: str
    code: str
    title: str
    is_section: bool
    guidance: str = ""

    @property
    def label(self) -> str:
        return f"{self.code} {self.title}" if any(letter.isdigit() for letter in self.code) else self.title


def title_of(section: Mapping[str, Any]) -> str:
    """The framework's title of a section in a snapshot, with the candidate's own where there is one."""
    own = section.get("own_title") or ""
    return f"{section['title']}: {own}" if own and own != section["title"] else str(section["title"])


def is_written(section: Mapping[str, Any]) -> bool:
    """Whether a section of a snapshot has anything in it: an optional one that was left empty is not judged."""
    return bool(
        any(component.get("html") for component in section["components"])
        or section.get("evidence")
        or section.get("where_elsewhere")
    )


def areas(submission: Submission, terms: Terms) -> tuple[Area, ...]:
    """All that is judged, in the order of reading."""
    judged = terms.judged
    sections = [
        Area(
            key=section["key"],
            code=section["code"],
            title=title_of(section),
            is_section=True,
            guidance=_guidance(terms, section["code"]),
        )
        for section in submission.content.get("sections", ())
        if section["code"] in judged and is_written(section)
    ]
    written = {section["code"] for section in submission.content.get("sections", ())}
    criteria = [
        Area(
            key=code,
            code=code,
            title=terms.framework.node(code).title,
            is_section=False,
            guidance=_guidance(terms, code),
        )
        for code in terms.pathway.criteria
        if code in judged and code not in written
    ]
    return (*sections, *criteria)


def _guidance(terms: Terms, code: str) -> str:
    return terms.framework.node(code).guidance if code in terms.framework.by_code else ""


def referred_before(submission: Submission) -> Submission | None:
    """The submission whose referral this one answers."""
    if submission.attempt == 1:
        return None
    return (
        Submission.objects.filter(
            registration=submission.registration_id,
            attempt=submission.attempt - 1,
            state=Submission.State.REFERRED,
        )
        .select_related("joint_judgement")
        .first()
    )


def areas_to_judge(
    submission: Submission, terms: Terms, before: Submission | None = None
) -> tuple[Area, ...]:
    """After a referral only what was referred, and what was not there before; else all of it."""
    everything = areas(submission, terms)
    before = before or referred_before(submission)
    if before is None:
        return everything
    referred = set(before.joint_judgement.referred_sections)
    known = {area.key for area in areas(before, terms)}
    return tuple(area for area in everything if area.key in referred or area.key not in known)


def levels_of_before(submission: Submission, to_judge: Iterable[Area]) -> dict[str, str]:
    """The levels that earlier attempts ended with, for what is not judged again."""
    if submission.attempt == 1:
        return {}
    anew = {area.key for area in to_judge}
    rows = (
        JointMark.objects.filter(
            joint_judgement__submission__registration=submission.registration_id,
            joint_judgement__submission__attempt__lt=submission.attempt,
            joint_judgement__given_at__isnull=False,
        )
        .order_by("joint_judgement__submission__attempt")
        .values_list("section_key", "level")
    )
    return {key: level for key, level in rows if key not in anew}


def sections_behind(submission: Submission, keys: Iterable[str]) -> list[str]:
    """The sections of the portfolio that a referral of these areas opens.

    A criterion that cuts across opens the sections that speak for it; where none does, every section, since it has to
    be said somewhere.
    """
    sections = submission.content.get("sections", [])
    known = [section["key"] for section in sections]
    opened: list[str] = []
    for key in keys:
        if key in known:
            opened.append(key)
            continue
        speaking = [
            section["key"]
            for section in sections
            if any(dimension["code"] == key for dimension in section.get("dimensions") or ())
        ]
        opened.extend(speaking or known)
    return list(dict.fromkeys(opened))


def open_sections(submission: Submission) -> list[str] | None:
    """What the candidate may revise when this submission is out of the way: what the referral before named, or all."""
    before = referred_before(submission)
    if before is None:
        return None
    return sections_behind(before, before.joint_judgement.referred_sections)
