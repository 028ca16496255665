"""A week's triggering event: announced ahead, posted and pinned on its moment, told to all; and the week's thread.

Of the weeks' threads the latest alone is pinned.

Each is claimed and done in one transaction: of two workers one finds it still to do, and after a crash between posting
and noting it nothing of it is there, so that it is done again from the start.
"""

from datetime import timedelta

from django.db import transaction
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.conversations import actions as conversations
from collegium.conversations.models import Thread
from collegium.courses import moments, rules
from collegium.courses.models import Iteration, Week
from collegium.foundation import clock

ANNOUNCED = verb(
    "week.announced",
    history=gettext_lazy("“%(trigger)s” was announced."),
    tells={
        "participant": Told(
            gettext_lazy("In two days in %(title)s: “%(trigger)s”."), "courses:week_by_id", by_email=False
        )
    },
)
TRIGGERED = verb(
    "week.triggered",
    history=gettext_lazy("“%(trigger)s” went out."),
    tells={"participant": Told(gettext_lazy("%(week)s begins: “%(trigger)s”."), "courses:week_by_id")},
)


@transaction.atomic
def announce(*, week: Week) -> bool:
    """Two days ahead. False where that has been done, or is not for now."""
    if not _is_under_way(week.iteration):
        return False
    now = clock.now()
    claimed = Week.objects.filter(
        pk=week.pk,
        announced_at__isnull=True,
        triggered_at__isnull=True,
        trigger_at__gt=now + moments.ANNOUNCED_AT_LEAST,
        trigger_at__lte=now + moments.ANNOUNCED_AHEAD,
    ).update(announced_at=now)
    if claimed:
        record(ANNOUNCED, by=None, about=week, data=_data(week))
    return bool(claimed)


@transaction.atomic
def trigger(*, week: Week) -> bool:
    """On its moment, once. False where it has gone out, is not due, or the iteration is not under way."""
    if not _is_under_way(week.iteration):
        return False
    now = clock.now()
    claimed = Week.objects.filter(pk=week.pk, triggered_at__isnull=True, trigger_at__lte=now).update(
        triggered_at=now
    )
    if not claimed:
        return False
    week = Week.objects.select_related("iteration__forum", "meeting").get(pk=week.pk)
    thread = _open(week, title=week.trigger_title, html=_words(week))
    Week.objects.filter(pk=week.pk).update(trigger_post=thread.posts.order_by("pk").first())
    record(TRIGGERED, by=None, about=week, data=_data(week))
    return True


@transaction.atomic
def open_thread(*, week: Week) -> bool:
    """On its first day, for a week without a triggering event: its thread, with what the week is about."""
    iteration = week.iteration
    if not _is_under_way(iteration) or week.trigger_title:
        return False
    week = Week.objects.select_for_update(of=("self",)).select_related("iteration__forum").get(pk=week.pk)
    if week.thread_id is not None or week.starts_on > moments.today_in(iteration.time_zone):
        return False
    _open(week, title=week.title, html=_words(week))
    return True


def due() -> tuple[list[Week], list[Week], list[Week]]:
    """Weeks to be announced, to be triggered, and to be opened without a trigger, earliest first. Three queries."""
    moment = clock.now()
    alive = Week.objects.filter(iteration__state__in=rules.UNDER_WAY).select_related("iteration")
    waiting = alive.filter(triggered_at__isnull=True).order_by("trigger_at", "pk")
    quiet = alive.filter(
        trigger_title="", thread__isnull=True, starts_on__lte=(moment + timedelta(days=1)).date()
    ).order_by("starts_on", "pk")
    return (
        list(
            waiting.filter(
                announced_at__isnull=True,
                trigger_at__gt=moment + moments.ANNOUNCED_AT_LEAST,
                trigger_at__lte=moment + moments.ANNOUNCED_AHEAD,
            )
        ),
        list(waiting.filter(trigger_at__lte=moment)),
        [week for week in quiet if week.starts_on <= moments.today_in(week.iteration.time_zone)],
    )


def _open(week: Week, *, title: str, html: str) -> Thread:
    thread = conversations.start_thread(
        forum=week.iteration.forum,
        by=None,
        title=title,
        html=html,
        wants_answer=False,
        pinned=True,
        about=week,
        via="machine",
        submission_key=f"week-{week.pk}",
    )
    Week.objects.filter(pk=week.pk).update(thread=thread)
    for earlier in Thread.objects.filter(
        week__iteration=week.iteration_id, pinned_at__isnull=False, pinned_by__isnull=True
    ).exclude(pk=thread.pk):
        conversations.unpin(thread=earlier)  # what a person has pinned is theirs to unpin
    return thread


def _words(week: Week) -> SafeString:
    """What was written for it, and the way to its week."""
    way = format_html(
        '<p><a href="{}">{}</a></p>',
        week.get_absolute_url(),
        _("To the week: “%(week)s”") % {"week": week.title},
    )
    words = week.trigger_html if week.trigger_title else ""
    if not words and week.summary:
        words = format_html("<p>{}</p>", week.summary)
    return mark_safe(words + way)  # noqa: S308 -- cleaned when it was saved, and escaped above


def _is_under_way(iteration: Iteration) -> bool:
    return Iteration.objects.filter(pk=iteration.pk, state__in=rules.UNDER_WAY).exists()


def _data(week: Week) -> dict[str, str]:
    return {"title": week.iteration.title, "week": week.title, "trigger": week.trigger_title}
