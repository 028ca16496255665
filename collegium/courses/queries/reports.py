"""What is counted for the end report of a writing group."""

from typing import Any

from django.db.models import Count, OuterRef

from collegium.conversations.models import Post
from collegium.courses.models import Enrolment, Iteration, Week
from collegium.courses.queries.progress import number_of
from collegium.events.models import Attendance
from collegium.foundation.listed import read_together


def counted(iteration: Iteration) -> dict[str, Any]:
    """In numbers and ids; two queries. Who left is counted as somebody who has been there."""
    posts = Post.objects.standing().filter(thread__forum=iteration.forum_id, author__isnull=False)
    rows, counts = read_together(
        Enrolment.objects.filter(iteration=iteration).order_by("pk").values_list("person", "role", "left_at"),
        posts.order_by().values_list("thread__forum").annotate(times=Count("pk")),
    )
    taking_part = [dict(zip(("person", "role", "left_at"), row, strict=True)) for row in rows]
    learning = Enrolment.objects.filter(iteration=iteration, role=Enrolment.Role.PARTICIPANT).values("person")
    there = Attendance.objects.filter(occurrence=OuterRef("meeting"), person__in=learning)
    weeks = list(
        iteration.weeks.select_related("meeting__event")
        .annotate(there=number_of(there, "occurrence"))
        .order_by("number")
    )
    meetings = [
        {
            "number": week.number,
            "title": week.title,
            "kind": week.kind,
            "at": week.meeting.starts_at.isoformat() if week.meeting else week.starts_on.isoformat(),
            "there": week.there or 0,
            "state": _state(week),
            "held": _state(week) == "held",
        }
        for week in weeks
    ]
    return {
        "members": [each["person"] for each in taking_part if each["role"] == Enrolment.Role.PARTICIPANT],
        "stayed": sum(
            each["role"] == Enrolment.Role.PARTICIPANT and each["left_at"] is None for each in taking_part
        ),
        "mentors": [
            each["person"]
            for each in taking_part
            if each["role"] != Enrolment.Role.PARTICIPANT and each["left_at"] is None
        ],
        "meetings": meetings,
        "held": sum(each["held"] for each in meetings),
        "posts": sum(times for _forum, times in counts),
    }


def _state(week: Week) -> str:
    meeting = week.meeting
    if meeting is not None and meeting.is_cancelled:
        return "cancelled"
    return "held" if meeting is not None and meeting.is_over else "ahead"
