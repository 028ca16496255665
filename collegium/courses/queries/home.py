"""What next, of courses: for those who learn and for those who run one."""

from dataclasses import dataclass

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collegium.courses import moments
from collegium.courses.models import Course, Enrolment, Iteration, PlannedWeek, Week
from collegium.courses.queries.iterations import present_week
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


def what_next(person: Person) -> list[Card]:
    """At most a few. Four queries, whatever one takes part in."""
    mine = list(
        Enrolment.objects.filter(
            person=person,
            left_at__isnull=True,
            iteration__state__in=[State.DRAFTED, State.OPEN, State.RUNNING],
        )
        .exclude(iteration__course__shape=Course.Shape.GROUP)  # see queries.groups
        .select_related("iteration__course")
        .prefetch_related(
            Prefetch("iteration__weeks", queryset=Week.objects.select_related("draft_node", "meeting")),
            Prefetch("plan", queryset=PlannedWeek.objects.all()),
        )
        .order_by("iteration__starts_on", "pk")[:MOST]
    )
    cards: list[Card] = []
    for enrolment in mine:
        weeks = list(enrolment.iteration.weeks.all())
        for week in weeks:
            week.iteration = enrolment.iteration
        if enrolment.role == Enrolment.Role.PARTICIPANT:
            cards += _to_learn(enrolment, weeks)
        else:
            cards += _to_run(enrolment.iteration, weeks)
    return cards


def _to_learn(enrolment: Enrolment, weeks: list[Week]) -> list[Card]:
    iteration = enrolment.iteration
    planned = {each.week_id: each for each in enrolment.plan.all()}
    present = present_week(iteration, weeks)
    cards = []
    if present is not None and not _is_settled(planned.get(present.pk)):
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
        (
            each
            for each in planned.values()
            if each.due_on is not None and each.state == PlannedWeek.State.TO_DO
        ),
        key=lambda each: (each.due_on, each.week_id),
    )
    by_id = {week.pk: week for week in weeks}
    if own and own[0].week_id in by_id and (present is None or own[0].week_id != present.pk):
        week = by_id[own[0].week_id]
        cards.append(
            Card(
                "footprints",
                week.title,
                week.get_absolute_url(),
                _("Next in your own plan"),
                day=own[0].due_on,
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


def _is_settled(planned: PlannedWeek | None) -> bool:
    return planned is not None and planned.state != PlannedWeek.State.TO_DO


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
