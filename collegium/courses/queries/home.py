"""What next, of courses: for those who learn and for those who run one."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collegium.courses import moments
from collegium.courses.models import Course, Enrolment, Iteration, PlannedWeek, Week
from collegium.courses.queries.iterations import present_week
from collegium.foundation.prepared import keep_related, padded, prepared
from collegium.people.models import Person

State = Iteration.State
MOST = 4


@dataclass(frozen=True)
class Card:
    icon: str
    title: str
    url: str
    meta: str
    note: str = ""
    day: object = None


def under_way(person: Person) -> list[Enrolment]:
    """What one takes part in or runs, of either shape, with the weeks and one's own plan for each: two queries."""
    found = _enrolments_under_way(person.pk)
    if not found:
        return []
    weeks = defaultdict(list)
    for week in _weeks_with_own_plan(person.pk, *padded([each.iteration_id for each in found])):
        weeks[week.iteration_id].append(week)
    for each in found:
        keep_related(each.iteration, "weeks", weeks[each.iteration_id])
    return found


@prepared
def _enrolments_under_way(person: int) -> QuerySet[Enrolment]:
    return (
        Enrolment.objects.filter(
            person=person,
            left_at__isnull=True,
            iteration__state__in=[State.DRAFTED, State.OPEN, State.RUNNING],
        )
        .select_related("iteration__course")
        .order_by("iteration__starts_on", "pk")[: 2 * MOST]
    )


@prepared
def _weeks_with_own_plan(person: int, *iterations: int) -> QuerySet[Week]:
    own = PlannedWeek.objects.filter(week=OuterRef("pk"), enrolment__person=person)
    return (
        Week.objects.filter(iteration__in=iterations)
        .select_related("draft_node", "meeting__event")
        .annotate(own_day=Subquery(own.values("due_on")[:1]), own_state=Subquery(own.values("state")[:1]))
        .order_by("iteration_id", "number")
    )


def what_next(person: Person, enrolled: list[Enrolment] | None = None) -> list[Card]:
    """At most a few, of open courses: for writing groups see ``queries.groups``."""
    found = under_way(person) if enrolled is None else enrolled
    mine = [each for each in found if each.iteration.course.shape != Course.Shape.GROUP][:MOST]
    cards: list[Card] = []
    for enrolment in mine:
        weeks: list[Any] = list(enrolment.iteration.weeks.all())
        for week in weeks:
            week.iteration = enrolment.iteration
        if enrolment.role == Enrolment.Role.PARTICIPANT:
            cards += _to_learn(enrolment, weeks)
        else:
            cards += _to_run(enrolment.iteration, weeks)
    return cards


def _to_learn(enrolment: Enrolment, weeks: list[Any]) -> list[Card]:
    iteration = enrolment.iteration
    present: Any = present_week(iteration, weeks)
    cards = []
    if present is not None and present.own_state in {None, PlannedWeek.State.TO_DO}:
        cards.append(
            Card(
                "compass",
                present.title,
                present.get_absolute_url(),
                _("%(course)s, week %(number)s") % {"course": iteration.title, "number": present.number},
                present.trigger_title if present.triggered_at else present.summary,
            )
        )
    own = sorted(
        (week for week in weeks if week.own_day is not None and week.own_state == PlannedWeek.State.TO_DO),
        key=lambda week: (week.own_day, week.pk),
    )
    if own and (present is None or own[0].pk != present.pk):
        cards.append(
            Card(
                "footprints",
                own[0].title,
                own[0].get_absolute_url(),
                _("Next in your own plan"),
                day=own[0].own_day,
            )
        )
    if present is None and iteration.state == State.OPEN:
        cards.append(
            Card(
                "compass",
                iteration.title,
                iteration.get_absolute_url(),
                _("Begins"),
                _("Time to look around, and to say what you want from it."),
                day=iteration.starts_on,
            )
        )
    return cards


def _to_run(iteration: Iteration, weeks: list[Week]) -> list[Card]:
    manage = reverse("courses:manage", kwargs={"slug": iteration.slug})
    if iteration.state == State.DRAFTED:
        return [
            Card(
                "pencil",
                iteration.title,
                manage,
                _("Being planned"),
                ngettext("One week is there.", "%(count)s weeks are there.", len(weeks))
                % {"count": len(weeks)},
                day=iteration.starts_on,
            )
        ]
    today = moments.today_in(iteration.time_zone)
    ahead = [week for week in weeks if week.starts_on > today or (week.trigger_at and not week.triggered_at)]
    if ahead and not ahead[0].trigger_title:
        return [
            Card(
                "notebook-pen",
                _("A triggering event for “%(week)s”") % {"week": ahead[0].title},
                reverse("courses:edit_week", kwargs={"slug": iteration.slug, "number": ahead[0].number}),
                iteration.title,
                _("It can be written now, and goes out by itself."),
                day=ahead[0].starts_on,
            )
        ]
    present = present_week(iteration, weeks)
    if present is not None:
        return [
            Card(
                "compass",
                present.title,
                present.get_absolute_url(),
                _("%(course)s, week %(number)s") % {"course": iteration.title, "number": present.number},
                _("You run it: see what people say and make."),
            )
        ]
    return []
