"""A submission that has passed, and the award that it makes, without walking the whole way there."""

from functools import cache
from pathlib import Path
from typing import Any

from collegium.accreditation.models import JointJudgement, JointMark, Registration, Submission
from collegium.credentials import actions
from collegium.credentials.models import Award, CourseBadge
from collegium.credentials.words import index_awards
from collegium.foundation import clock
from collegium.schemes.actions import checked_file, load_scheme
from collegium.schemes.documents import CheckedScheme
from collegium.schemes.models import Pathway, Scheme
from tests.courses.factories import make_enrolment, make_iteration
from tests.factories import make_person

SCHEMES = Path(__file__).parents[2] / "schemes"


@cache
def _checked(name: str) -> CheckedScheme:
    """Reading and checking a file takes longer than anything that is tested here."""
    return checked_file(SCHEMES / f"{name}.yaml")


def make_scheme(name: str = "cmalt") -> Scheme:
    """A real scheme, as shipped."""
    return Scheme.objects.filter(key=name).first() or load_scheme(checked=_checked(name)).scheme


def make_pathway(key: str = "cmalt") -> Pathway:
    return Pathway.objects.current().get(scheme_version__scheme=make_scheme(), key=key)


def _section(code: str, title: str, number: int = 1) -> dict[str, Any]:
    return {
        "key": code if number == 1 else f"{code}#{number}",
        "code": code,
        "title": title,
        "own_title": "",
        "components": [
            {"key": "description", "title": "Description", "html": "<p>What I did.</p>", "words": 3}
        ],
        "dimensions": [],
        "evidence": [],
        "where_elsewhere": "",
    }


def make_passed(
    *, person: Any = None, pathway: Pathway | None = None, kind: str = "first", **fields: Any
) -> Submission:
    person = person or make_person()
    pathway = pathway or make_pathway()
    registration = Registration.objects.create(person=person, pathway=pathway, ended_at=clock.now())
    sections = [
        _section("1a", "Constraints and benefits"),
        _section("5", "Specialist area"),
        _section("5", "Specialist area", 2),
    ]
    submission = Submission.objects.create(
        registration=registration,
        kind=kind,
        state=Submission.State.PASSED,
        content={"sections": sections, "evidence": []},
        sha256="0" * 64,
        decided_at=clock.now(),
        **fields,
    )
    joint = JointJudgement.objects.create(submission=submission, outcome="pass", given_at=clock.now())
    for key, level in (("1a", "strong"), ("5", "adequate"), ("5#2", "strong")):
        JointMark.objects.create(joint_judgement=joint, section_key=key, level=level)
    return submission


def make_award(*, listed: bool = True, **fields: Any) -> Award:
    award = actions.grant(submission=make_passed(**fields))
    if not listed:
        award.listed = False
        award.save(update_fields=["listed"])
        index_awards([award.pk])
    return award


def make_course_badge(person: Any, *, kind: str = CourseBadge.Kind.TOOK_PART, **fields: Any) -> CourseBadge:
    """Of a course of three weeks, of which the person is noted to have reached what it asks."""
    iteration = make_iteration(weeks=3, **fields)
    reached = {"took_part_at": clock.now(), "completed_at": clock.now()}
    badge = actions.issue_course_badge(enrolment=make_enrolment(iteration, person, **reached), kind=kind)
    assert badge is not None
    return badge
