"""A submission made ready to be read: its snapshot, with files from the submission itself and from nowhere else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from collegium.accreditation.models import Submission
from collegium.accreditation.queries.areas import referred_before
from collegium.portfolios import passages
from collegium.portfolios import queries as portfolios


@dataclass(frozen=True)
class Reading:
    content: Mapping[str, Any]
    sections: list[dict[str, Any]]
    evidence_by_id: Mapping[int, Mapping[str, Any]]
    addresses: Mapping[int, str]
    elsewhere_file: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)  # of a resubmission, by the section's key
    before: Submission | None = None

    def evidence_url(self, number: int) -> str:
        return self.addresses.get(int(number), "")

    @property
    def references(self) -> list[dict[str, str]]:
        return list(self.content.get("references", ()))


def reading(submission: Submission) -> Reading:
    """Three queries at most. What a resubmission changed is found against the snapshot that was referred."""
    files = {row.evidence_id: row.pk for row in submission.files.all()}

    def address(number: int) -> str:
        return reverse("accreditation:file", kwargs={"submission_id": submission.pk, "file_id": number})

    addresses = {evidence: address(pk) for evidence, pk in files.items() if evidence is not None}
    before = referred_before(submission)
    changes = (
        {each.key: each for each in portfolios.difference(dict(before.content), dict(submission.content))}
        if before is not None and not before.erased_at and not submission.erased_at
        else {}
    )
    return Reading(
        content=submission.content,
        sections=with_own_files(submission.content, addresses),
        evidence_by_id=_evidence_of(submission.content),
        addresses=addresses,
        elsewhere_file=address(files[None]) if None in files else "",
        changes=changes,
        before=before,
    )


def _evidence_of(content: Mapping[str, Any]) -> dict[int, Any]:
    """Nothing where the words were erased; else with its day in the reader's words."""
    return portfolios.evidence_by_id(dict(content)) if content.get("evidence") else {}


def with_own_files(content: Mapping[str, Any], addresses: Mapping[int, str]) -> list[dict[str, Any]]:
    """The sections, with the pictures in their words taken from these addresses."""
    return [
        {
            **section,
            "components": [
                {**part, "html": passages.with_images_from(part.get("html") or "", dict(addresses))}
                for part in section["components"]
            ],
        }
        for section in content.get("sections", ())
    ]


def draft_reading(content: Mapping[str, Any], address: Callable[[int], str]) -> Reading:
    """A portfolio that is not submitted yet, as its referees read it."""
    addresses = {
        each["id"]: address(each["id"]) for each in content.get("evidence", ()) if each.get("sha256")
    }
    return Reading(
        content=content,
        sections=with_own_files(content, addresses),
        evidence_by_id=_evidence_of(content),
        addresses=addresses,
    )
