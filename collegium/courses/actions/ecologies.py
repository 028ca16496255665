"""The ecology of an iteration and those of its weeks: kept in step by every action that changes a day, a name or an audience."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from collegium.courses.models import Course, Iteration, Week
from collegium.ecology import actions
from collegium.people.models import Audience

_LAST_WEEK = timedelta(days=7)


def keep_in_step(iteration: Iteration) -> None:
    """Says anew what the iteration says now. While it is planned nobody but its circles reads along.

    A week begins at midnight by the clocks of the iteration, and ends where the next one begins; the last after seven days.
    """
    seen_by = Audience.CIRCLE if iteration.state == Iteration.State.DRAFTED else iteration.audience
    actions.set_ecology(
        ecology=iteration.ecology, title=iteration.title, audience=seen_by, hashtag=iteration.hashtag
    )
    if iteration.course.shape != Course.Shape.OPEN:
        return
    weeks = list(iteration.weeks.select_related("ecology").order_by("number"))
    for week, following in zip(weeks, [*weeks[1:], None], strict=True):
        ends_on = following.starts_on if following is not None else week.starts_on + _LAST_WEEK
        said: dict[str, Any] = {
            "title": f"{iteration.title}: {week.title}",
            "audience": seen_by,
            "hashtag": iteration.hashtag,
            "begins_at": _midnight(week.starts_on, iteration),
            "ends_at": _midnight(ends_on, iteration),
            "path": week.get_absolute_url(),
        }
        if week.ecology is not None:
            actions.set_ecology(ecology=week.ecology, **said)
            continue
        week.ecology = actions.open_ecology(
            members=iteration.circle,
            editors=iteration.facilitators,
            forum=iteration.forum,
            within=iteration.ecology,
            **said,
        )
        week.save(update_fields=["ecology"])


def close(iteration: Iteration) -> None:
    """What flowed stays to be read; nothing is fetched for it any more."""
    actions.close_ecology(ecology=iteration.ecology)
    for week in Week.objects.filter(iteration=iteration, ecology__isnull=False).select_related("ecology"):
        if week.ecology is not None:
            actions.close_ecology(ecology=week.ecology)


def _midnight(day: date, iteration: Iteration) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(iteration.time_zone))
