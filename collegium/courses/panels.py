"""Learn in the bar, on home, who hosts a course's sessions; everything of mine, and what goes and stays."""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from django.db.models import Exists, Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collegium.communities.models import Community
from collegium.courses.actions import enrolments
from collegium.courses.models import (
    Appreciation,
    Consent,
    Enrolment,
    Goal,
    GroupInvitation,
    Nudge,
    Pair,
    Project,
    Saying,
    SurveyAnswers,
)
from collegium.courses.queries.groups import invitations_for, what_next_in_groups
from collegium.courses.queries.home import under_way, what_next
from collegium.courses.queries.iterations import of_community
from collegium.courses.queries.nudges import nudges_of
from collegium.design.places import bar_item, panel
from collegium.events.models import Event
from collegium.events.rules import register_host
from collegium.people.addresses import verified_addresses
from collegium.people.erasure import erases, goes, stays
from collegium.people.export import File, exports
from collegium.people.models import CircleMember, Person
from collegium.people.requests import Request
from collegium.people.waiting import waiting_for, waits

bar_item(
    key="learn",
    title=gettext_lazy("Learn"),
    url="courses:list",
    icon="compass",
    order=20,
    namespace="courses",
)


@register_host
def facilitates(person: Person, event: Event) -> bool:
    """Whoever facilitates an iteration hosts the sessions that were planned for it."""
    return CircleMember.objects.filter(
        person=person, circle__facilitated_iteration__circle__events=event
    ).exists()


def _open_invitations(person: int, now: datetime) -> "QuerySet[GroupInvitation]":
    return GroupInvitation.objects.filter(
        person=person,
        sent_at__isnull=False,
        accepted_at__isnull=True,
        declined_at__isnull=True,
        withdrawn_at__isnull=True,
        expires_at__gt=now,
    )


def _asked_to_nudge(person: int) -> "QuerySet[Nudge]":
    return Nudge.objects.filter(
        buddy=person, buddy_agreed_at__isnull=True, ended_at__isnull=True, next_on__isnull=False
    )


waits("invited_to_groups", lambda person, now: Exists(_open_invitations(person, now)))
waits("asked_to_nudge", lambda person, _now: Exists(_asked_to_nudge(person)))
waits("enrolled", lambda person, _now: Exists(Enrolment.objects.filter(person=person, left_at__isnull=True)))


def _under_way(request: HttpRequest, person: Person) -> list[Enrolment]:
    """Asked by two panels of home: read once a request."""
    kept: list[Enrolment] | None = getattr(request, "courses_under_way", None)
    if kept is None:
        kept = under_way(person) if waiting_for(request, "enrolled") else []
        request.courses_under_way = kept  # type: ignore[attr-defined]  # ours, for this request only
    return kept


@panel("home.next", order=11)
def next_in_courses(request: HttpRequest) -> str | None:
    """The present week, what waits to be written, one's own plan; for a facilitator, what their iteration needs."""
    person = cast("Request", request).person
    if person is None:
        return None
    cards = what_next(person, _under_way(request, person))
    if not cards:
        return None
    return render_to_string("courses/next.jinja", {"cards": cards}, request)


@panel("home.next", order=10)
def next_in_groups(request: HttpRequest) -> str | None:
    """The next meeting of one's writing group, the draft that is due for it, and invitations."""
    person = cast("Request", request).person
    if person is None:
        return None
    cards = invitations_for(person) if waiting_for(request, "invited_to_groups") else []
    cards += what_next_in_groups(person, _under_way(request, person))
    if not cards:
        return None
    return render_to_string("courses/groups/next.jinja", {"cards": cards}, request)


@panel("community.page", order=20)
def courses_of_community(request: HttpRequest, *, community: Community) -> str | None:
    """What one can enrol in from where one is, or goes on with."""
    lines = of_community(community, cast("Request", request).person)
    if not lines:
        return None
    return render_to_string("courses/of_community.jinja", {"lines": lines}, request)


@panel("home.next", order=46)
def asked_for_nudges(request: HttpRequest) -> str | None:
    """Somebody would like a nudge from the reader, and waits for a yes."""
    person = cast("Request", request).person
    if person is None or not waiting_for(request, "asked_to_nudge"):
        return None
    return render_to_string(
        "courses/nudges/asked.jinja", {"asked": nudges_of(person, with_past=False).asked}, request
    )


@panel("plan.page", order=60)
def nudges_in_plan(request: HttpRequest, *, enrolment: Enrolment) -> str | None:
    person = cast("Request", request).person
    if person is None or person.pk != enrolment.person_id:
        return None
    found = nudges_of(person, iteration=enrolment.iteration, with_past=False)
    return render_to_string(
        "courses/nudges/beside.jinja", {"nudges": found, "iteration": enrolment.iteration}, request
    )


# Everything of mine ---------------------------------------------------------------------------------------------------


@exports("courses", title=gettext_lazy("Courses"))
def exported(person: Person) -> tuple[object, Iterable[File]]:
    facts = [
        {
            "course": enrolment.iteration.course.title,
            "iteration": enrolment.iteration.title,
            "role": enrolment.role,
            "enrolled": enrolment.enrolled_at,
            "left": enrolment.left_at,
            "took part": enrolment.took_part_at,
            "completed": enrolment.completed_at,
            "guides": enrolment.guides,
            "a report may say how the submission ended": enrolment.shows_outcome,
            "names with the hashtag": enrolment.hashtag_names,
            "addresses": [each.url for each in enrolment.addresses.all()],
            "goals": [{"words": each.words, "reached": each.reached_at} for each in enrolment.goals.all()],
            "plan": [
                {"week": each.week.title, "day": each.due_on, "state": each.state, "note": each.note}
                for each in enrolment.plan.all()
            ],
            "surveys": [
                {"survey": each.survey, "questions": each.questions, "answers": each.answers}
                for each in enrolment.survey_answers.all()
            ],
            "consent to research": [
                {"given": each.given_at, "withdrawn": each.withdrawn_at, "information": each.sheet}
                for each in enrolment.consents.all()
            ],
        }
        for enrolment in Enrolment.objects.filter(person=person)
        .select_related("iteration__course")
        .prefetch_related("addresses", "goals", "plan__week", "survey_answers", "consents")
    ]
    projects = list(Project.objects.filter(person=person).select_related("iteration", "picture"))
    return {
        "courses": facts,
        "projects": [
            {
                "title": each.title,
                "iteration": each.iteration.title,
                "address": each.url,
                "description": each.description,
                "text alternative": each.alt_text,
                "made": each.made_at,
                "removed": each.removed_at,
            }
            for each in projects
        ],
        "appreciations": [
            {"project": each.project.title, "marks": each.marks, "words": each.words, "given": each.given_at}
            for each in Appreciation.objects.filter(person=person).select_related("project")
        ],
        "nudges": [
            {"words": each.words, "kind": each.kind, "on": each.on, "weekday": each.weekday}
            for each in Nudge.objects.filter(person=person)
        ],
    }, [
        (f"projects/{each.pk}-picture", each.picture.path)
        for each in projects
        if each.picture is not None and each.picture.path.is_file()
    ]


@goes
def what_goes(person: Person) -> list[str]:
    enrolled = Enrolment.objects.filter(person=person).count()
    made = Project.objects.filter(person=person).count()
    said = []
    if enrolled:
        said.append(
            ngettext(
                "Your place in a course, with your plan, goals, addresses and survey answers",
                "Your places in %(count)s courses, with your plans, goals, addresses and survey answers",
                enrolled,
            )
            % {"count": enrolled}
        )
    if made:
        said.append(
            ngettext("A project in a project bank", "%(count)s projects in project banks", made)
            % {"count": made}
        )
    return said


@stays
def what_stays(person: Person) -> list[str]:
    if not Enrolment.objects.filter(person=person).exclude(took_part_at__isnull=True).exists():
        return []
    return [_("That somebody took part, in the numbers of a course, without your name")]


@erases(order=40)
def erase(person: Person) -> None:
    """The enrolment stays as a number of its iteration; all that the person said with it goes."""
    enrolments.part_with_everything(person)
    mine = Q(enrolment__person=person)
    Goal.objects.filter(mine).delete()
    SurveyAnswers.objects.filter(mine).delete()
    Consent.objects.filter(mine).delete()
    for enrolment in Enrolment.objects.filter(person=person):
        enrolment.addresses.all().delete()
        enrolment.plan.all().delete()
        enrolment.hashtag_names, enrolment.shows_outcome = [], False
        enrolment.save(update_fields=["hashtag_names", "shows_outcome"])
    Appreciation.objects.filter(person=person).delete()
    Project.objects.filter(person=person).delete()
    Nudge.objects.filter(person=person).delete()
    Nudge.objects.filter(buddy=person).update(buddy=None)


@exports("writing-groups", title=gettext_lazy("Writing groups"))
def exported_of_groups(person: Person) -> tuple[object, Iterable[File]]:
    return {
        "what I said": [
            {
                "group": each.enrolment.iteration.title,
                "words": each.words,
                "by name": each.by_name,
                "said": each.given_at,
            }
            for each in Saying.objects.filter(enrolment__person=person).select_related("enrolment__iteration")
        ],
        "invitations": [
            {"group": each.iteration.title, "role": each.role, "invited": each.invited_at}
            for each in GroupInvitation.objects.filter(
                Q(person=person) | Q(accepted_by=person)
            ).select_related("iteration")
        ],
    }, []


@erases(order=41)
def erase_in_groups(person: Person) -> None:
    """What was said of a group goes with its writer; a report keeps numbers, and knows nobody by name."""
    Saying.objects.filter(enrolment__person=person).delete()
    GroupInvitation.objects.filter(person=person).delete()
    GroupInvitation.objects.filter(email__in=verified_addresses(person)).delete()
    Pair.objects.filter(Q(reader=person) | Q(writer=person)).delete()
