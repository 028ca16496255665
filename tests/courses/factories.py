"""Rows of courses, made directly: a running iteration needs no actions to be there."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from collegium.conversations.models import Forum, Thread
from collegium.courses import moments, surveys
from collegium.courses.models import Course, Enrolment, Goal, Iteration, Project, Week
from collegium.ecology.models import Ecology
from collegium.events.models import Event, Occurrence
from collegium.people.models import Audience, Circle, CircleMember, Person

_numbers = count(1)

MONDAY = date(2027, 3, 1)


def make_course(**fields: Any) -> Course:
    number = next(_numbers)
    return Course.objects.create(
        **{
            "title": f"Course {number}",
            "slug": f"course-{number}",
            "summary": "Seven weeks towards a portfolio.",
            **fields,
        }
    )


def make_iteration(
    *facilitators: Person, course: Course | None = None, weeks: int = 0, **fields: Any
) -> Iteration:
    """Open to everyone signed in, and running, unless said otherwise. Facilitators are enrolled as such."""
    number = next(_numbers)
    circle = Circle.objects.create(name=f"Iteration {number}")
    runs = Circle.objects.create(name=f"Facilitators {number}")
    fields = {
        "title": f"Iteration {number}",
        "slug": f"iteration-{number}",
        "state": Iteration.State.RUNNING,
        "starts_on": MONDAY,
        "time_zone": "Europe/London",
        "audience": Audience.SIGNED_IN,
        "rubric": [{"key": each.key, "question": each.question} for each in surveys.aspects()],
        "entry_survey": [each.as_data() for each in surveys.entry()],
        "exit_survey": [each.as_data() for each in surveys.leaving()],
        **fields,
    }
    forum = Forum.objects.create(
        title=fields["title"],
        path=f"/learn/{fields['slug']}/",
        audience=Audience.CIRCLE if fields["state"] == Iteration.State.DRAFTED else fields["audience"],
        members=circle,
        moderators=runs,
    )
    ecology = Ecology.objects.create(
        title=forum.title, path=forum.path, audience=forum.audience, members=circle, editors=runs, forum=forum
    )
    iteration = Iteration.objects.create(
        course=course or make_course(),
        circle=circle,
        facilitators=runs,
        forum=forum,
        ecology=ecology,
        **fields,
    )
    for person in facilitators:
        make_enrolment(iteration, person, role=Enrolment.Role.FACILITATOR)
    for week in range(weeks):
        make_week(iteration, number=week + 1)
    return iteration


def make_week(iteration: Iteration, *, number: int = 0, **fields: Any) -> Week:
    number = number or iteration.weeks.count() + 1
    starts_on = fields.pop("starts_on", iteration.starts_on + timedelta(days=7 * (number - 1)))
    if fields.get("trigger_title") and "trigger_at" not in fields:
        fields["trigger_at"] = moments.at(starts_on, moments.IN_THE_MORNING, iteration.time_zone)
    return Week.objects.create(
        **{
            "iteration": iteration,
            "number": number,
            "title": f"Theme {number}",
            "starts_on": starts_on,
            **fields,
        }
    )


def make_enrolment(iteration: Iteration, person: Person, **fields: Any) -> Enrolment:
    enrolment = Enrolment.objects.create(**{"iteration": iteration, "person": person, **fields})
    if enrolment.left_at is None:
        CircleMember.objects.get_or_create(circle=iteration.circle, person=person)
        if enrolment.role != Enrolment.Role.PARTICIPANT:
            CircleMember.objects.get_or_create(circle=iteration.facilitators, person=person)
    return enrolment


def make_goal(enrolment: Enrolment, **fields: Any) -> Goal:
    return Goal.objects.create(
        **{"enrolment": enrolment, "words": "Write the hardest section first", **fields}
    )


def make_project(iteration: Iteration, person: Person, **fields: Any) -> Project:
    nodes = fields.pop("nodes", ())
    project = Project.objects.create(
        **{
            "iteration": iteration,
            "person": person,
            "title": f"Project {next(_numbers)}",
            "description": "What I did, and what came of it.",
            **fields,
        }
    )
    project.nodes.set(nodes)
    return project


def make_thread(week: Week, **fields: Any) -> Thread:
    thread = Thread.objects.create(**{"forum": week.iteration.forum, "title": week.title, **fields})
    Week.objects.filter(pk=week.pk).update(thread=thread)
    week.thread = thread
    return thread


def make_meeting(week: Week, *, minutes: int = 60, **fields: Any) -> Occurrence:
    """On the third day of the week, at noon there."""
    starts_at = moments.at(week.starts_on + timedelta(days=2), moments.time(12), week.iteration.time_zone)
    event = Event.objects.create(
        **{
            "title": f"Session {next(_numbers)}",
            "first_starts_at": starts_at,
            "minutes": minutes,
            "time_zone": week.iteration.time_zone,
            "audience": Audience.CIRCLE,
            **fields,
        }
    )
    event.circles.set([week.iteration.circle, week.iteration.facilitators])
    occurrence = Occurrence.objects.create(
        event=event,
        planned_at=starts_at,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        code=f"code{next(_numbers)}",
    )
    Week.objects.filter(pk=week.pk).update(meeting=occurrence)
    week.meeting = occurrence
    return occurrence
