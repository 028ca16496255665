"""What happens by itself: triggering events on their moment, iterations on their first and after their last day."""

import logging
from collections.abc import Callable
from functools import partial

from collegium.courses import moments
from collegium.courses.actions import groups, iterations, nudges, triggers
from collegium.courses.models import Iteration
from collegium.foundation.background import periodic

log = logging.getLogger(__name__)


@periodic(minutes=1)
def trigger_what_is_due() -> None:
    """Late is better than never: what was due while no worker ran goes out now, in its order."""
    to_announce, to_trigger, to_open = triggers.due()
    for week in to_trigger:
        _each(partial(triggers.trigger, week=week), week.pk)
    for week in to_open:
        _each(partial(triggers.open_thread, week=week), week.pk)
    for week in to_announce:
        _each(partial(triggers.announce, week=week), week.pk)


@periodic(minutes=15)
def start_and_end() -> None:
    """By the date in each iteration's own time zone."""
    for iteration in Iteration.objects.filter(state=Iteration.State.OPEN):
        if iteration.starts_on <= moments.today_in(iteration.time_zone):
            _each(partial(iterations.start, iteration=iteration), iteration.pk)
    for iteration in Iteration.objects.filter(state=Iteration.State.RUNNING):
        if iterations.ends_on(iteration) < moments.today_in(iteration.time_zone):
            _each(partial(iterations.end, iteration=iteration), iteration.pk)


@periodic(minutes=5)
def prepare_meetings() -> None:
    """In each writing group the next meeting, once the one before is over."""
    for week in groups.to_prepare():
        _each(partial(groups.prepare, week=week), week.pk)


@periodic(minutes=5)
def send_nudges() -> None:
    """In the morning where whoever is told lives, each once."""
    for nudge in nudges.due():
        _each(partial(nudges.send, nudge=nudge), nudge.pk)


def _each(do: Callable[[], object], which: int) -> None:
    """One that fails does not keep the others waiting; it is tried again with the next round."""
    try:
        do()
    except Exception:
        log.exception("Not done for %s; it is tried again.", which)
