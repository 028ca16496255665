"""What happens by itself: triggering events on their moment, iterations on their first and after their last day."""

import logging
from collections.abc import Callable
from functools import partial

from collegium.courses import moments
from collegium.courses.actions import groups, iterations, nudges, triggers
from collegium.courses.models import Enrolment, Iteration
from collegium.ecology import actions as ecologies
from collegium.ecology import doctor
from collegium.ecology.tasks import fetch_one, look_for_claim
from collegium.foundation.background import periodic, task
from collegium.foundation.refusal import Refusal

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


@task(retries=1)
def follow_addresses(enrolment_id: int) -> None:
    """What a participant publishes, as far as it can be followed, flows in the river of the course. Safe to repeat.

    Where a blog has no feed for the course's hashtag, only what carries it flows in: the rest of it is about something else.
    An address that cannot be followed is left to the participant, who finds the doctor on the page of sources.
    """
    enrolment = (
        Enrolment.objects.filter(pk=enrolment_id, left_at=None)
        .select_related("iteration__ecology", "person")
        .first()
    )
    if enrolment is None or enrolment.iteration.ecology.closed_at is not None:
        return
    ecology, hashtag = enrolment.iteration.ecology, enrolment.iteration.ecology.hashtag
    for address in enrolment.addresses.filter(in_public=True):
        found = doctor.examine(address.url, hashtag=hashtag)
        if not found.candidates:
            continue
        best = found.candidates[0]
        only = [hashtag] if hashtag and not best.is_filtered else []
        try:
            following = ecologies.follow(ecology=ecology, by=enrolment.person, candidate=best, only_tags=only)
            made = ecologies.claim(source=following.source, by=enrolment.person)
        except Refusal as refusal:
            log.info("%s is not followed in %s: %s", address.url, ecology, refusal)
            continue
        fetch_one.later(following.source_id)
        look_for_claim.later(made.pk)


def _each(do: Callable[[], object], which: int) -> None:
    """One that fails does not keep the others waiting; it is tried again with the next round."""
    try:
        do()
    except Exception:
        log.exception("Not done for %s; it is tried again.", which)
