"""Rows of courses as portfolios meet them: a writing group, its next meeting, who reads whom."""

import datetime as dt
from itertools import count

from collegium.conversations.models import Forum
from collegium.courses.models import Course, Enrolment, Iteration, Pair, Week
from collegium.ecology.models import Ecology
from collegium.events.models import Event, Occurrence
from collegium.foundation import clock
from tests.factories import make_circle

_numbers = count(1)


def make_writing_group(pathway, *members, mentor=None, title="Writing group"):
    number = next(_numbers)
    people = [*members, *([mentor] if mentor else [])]
    circle = make_circle(*people, name=title)
    facilitators = make_circle(*([mentor] if mentor else []), name=f"{title}, mentors")
    course = Course.objects.create(
        title=title, slug=f"group-{number}", shape=Course.Shape.GROUP, summary="We write."
    )
    forum = Forum.objects.create(
        title=title, path=f"/learn/group-{number}/", members=circle, moderators=facilitators
    )
    iteration = Iteration.objects.create(
        course=course,
        title=title,
        slug=f"group-{number}",
        state=Iteration.State.RUNNING,
        starts_on=clock.today(),
        pathway=pathway,
        circle=circle,
        facilitators=facilitators,
        forum=forum,
        ecology=Ecology.objects.create(
            title=title, path=forum.path, members=circle, editors=facilitators, forum=forum
        ),
    )
    for person in members:
        Enrolment.objects.create(iteration=iteration, person=person)
    if mentor:
        Enrolment.objects.create(iteration=iteration, person=mentor, role=Enrolment.Role.MENTOR)
    return iteration


def make_meeting(iteration, node, *, days=7, number=1):
    """A week with a meeting so many days ahead, for a draft of this section."""
    starts = clock.now() + dt.timedelta(days=days)
    event = Event.objects.create(title="Meeting", first_starts_at=starts)
    event.circles.add(iteration.circle)
    occurrence = Occurrence.objects.create(
        event=event,
        planned_at=starts,
        starts_at=starts,
        ends_at=starts + dt.timedelta(hours=1),
        code=f"code{next(_numbers)}",
    )
    return Week.objects.create(
        iteration=iteration,
        number=number,
        kind=Week.Kind.MEETING,
        title=f"Meeting {number}",
        starts_on=starts.date(),
        drafts_due_on=starts.date() - dt.timedelta(days=2),
        draft_node=node,
        meeting=occurrence,
    )


def make_pair(week, reader, writer):
    return Pair.objects.create(week=week, reader=reader, writer=writer)
