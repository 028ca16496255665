"""How a fetch ends: written by the machine, in one transaction each, and only by whoever holds the lease."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Model, QuerySet, Subquery

from collegium.activity.actions import record
from collegium.ecology import schedule
from collegium.ecology.actions import verbs
from collegium.ecology.actions.wanting import keepers_of
from collegium.ecology.doctor.findings import words
from collegium.ecology.identity import address_key
from collegium.ecology.models import Appearance, Claim, Fetch, Flow, Following, Move, Source
from collegium.foundation import clock

KEPT_FETCHES = 50
TELL_LASTING_AFTER = 2  # failures in a row
TELL_PASSING_AFTER = 5
MOVE_SEEN = 3  # times in a row, …
MOVE_FOR = timedelta(days=1)  # … over at least so long, before a move is believed
REST = timedelta(seconds=1)  # of a host between two of our requests


@dataclass(frozen=True)
class Looked:
    """What one look at a source brought."""

    status: int | None = None
    finding: str = ""
    detail: str = ""
    size: int = 0
    milliseconds: int = 0
    new: int = 0
    changed: int = 0
    is_whole: bool = False  # it was read, so what the feed says of itself is in ``said``
    said: dict[str, Any] = field(default_factory=dict)  # fields of Source
    permanent_url: str = ""
    retry_after: timedelta | None = None
    floor: timedelta = timedelta(0)
    has_hub: bool = False
    changes_at: datetime | None = None  # the youngest date in the feed


def take(*, source_id: int, worker: str, until: datetime) -> bool:
    """The lease: one worker has a source, or none. False if somebody else has it, or it is not due."""
    return bool(Source.objects.due().filter(pk=source_id).update(taken_until=until, taken_by=worker))


def hold(*, source_id: int, worker: str, until: datetime) -> bool:
    """Whether the lease is still one's own; if so it is one's own for longer."""
    held = Source.objects.filter(pk=source_id, taken_by=worker, taken_until__gte=clock.wall())
    return bool(held.update(taken_until=until))


@transaction.atomic
def settle_fetch(*, source_id: int, worker: str, looked: Looked) -> Source | None:
    """Write down how it went and when the next look is due. None if the lease was lost meanwhile: somebody else does it."""
    source = Source.objects.select_for_update().filter(pk=source_id, taken_by=worker).first()
    if source is None:
        return None
    now = clock.now()
    Fetch.objects.create(
        source=source,
        at=now,
        status=looked.status,
        finding=looked.finding,
        detail=looked.detail[:300],
        size=looked.size,
        milliseconds=looked.milliseconds,
        new=looked.new,
        changed=looked.changed,
    )
    _prune(source)
    source.fetched_at = now
    # Its host rests a moment: nobody else asks it meanwhile.
    source.taken_until, source.taken_by = clock.wall() + REST, ""
    if looked.finding:
        _failed(source, looked, now)
    else:
        _went_well(source, looked, now)
    source.save()
    if not looked.finding:
        _consider_move(source, looked.permanent_url, now)
    return source


def _went_well(source: Source, looked: Looked, now: datetime) -> None:
    for name, value in looked.said.items():
        setattr(source, name, value)
    interval = timedelta(seconds=source.interval)
    if looked.new or looked.changed:
        interval = schedule.after_news(interval, now=now, changed_at=source.changed_at, floor=looked.floor)
        source.changed_at = now
    else:
        since = source.changed_at or looked.changes_at or source.made_at
        interval = schedule.after_silence(interval, now=now, changed_at=min(since, now), floor=looked.floor)
    source.interval = int(interval.total_seconds())
    if looked.has_hub:
        interval = max(interval, schedule.WITH_HUB)
    source.next_at = now + schedule.spread(interval, source.pk)
    source.failures, source.failing_since, source.told_at = 0, None, None
    source.finding, source.finding_detail = "", ""
    if source.state == Source.State.FAILING:
        source.state = Source.State.FOLLOWED


def _failed(source: Source, looked: Looked, now: datetime) -> None:
    source.failures = min(source.failures + 1, 30_000)
    source.failing_since = source.failing_since or now
    source.finding, source.finding_detail = looked.finding, looked.detail[:300]
    pause = schedule.after_failure(
        timedelta(seconds=source.interval), failures=source.failures, retry_after=looked.retry_after
    )
    source.next_at = now + schedule.spread(pause, source.pk)
    if source.state == Source.State.FOLLOWED:
        source.state = Source.State.FAILING
    data = {"source": str(source)[:300]}
    concerns = [(each, "keeper") for each in keepers_of(source)]
    if looked.finding == "gone":
        source.state = Source.State.GONE
        source.told_at = now
        record(verbs.GONE, by=None, about=source, concerns=concerns, data=data)
        return
    known = words(looked.finding)
    patience = TELL_LASTING_AFTER if known.lasts else TELL_PASSING_AFTER
    if source.told_at is None and source.failures >= patience:
        source.told_at = now
        record(
            verbs.FAILING,
            by=None,
            about=source,
            concerns=concerns,
            data={**data, "wrong": str(known.wrong), "finding": looked.finding},
        )


def _prune(source: Source) -> None:
    kept_from = (
        Fetch.objects.filter(source=source).order_by("-id").values("id")[KEPT_FETCHES - 1 : KEPT_FETCHES]
    )
    Fetch.objects.filter(source=source, id__lt=Subquery(kept_from)).delete()


# Moving ---------------------------------------------------------------------------------------------------------------


def _consider_move(source: Source, to_url: str, now: datetime) -> None:
    """One permanent redirect may be a slip of the server; the same one for a day is meant."""
    if not to_url or to_url == source.feed_url:
        if source.moving_to:
            Source.objects.filter(pk=source.pk).update(moving_to="", moving_since=None, moving_seen=0)
        return
    if source.moving_to != to_url or source.moving_since is None:
        Source.objects.filter(pk=source.pk).update(moving_to=to_url, moving_since=now, moving_seen=1)
        return
    seen = source.moving_seen + 1
    Source.objects.filter(pk=source.pk).update(moving_seen=seen)
    if seen >= MOVE_SEEN and now - source.moving_since >= MOVE_FOR:
        move_source(source=source, to_url=to_url)


@transaction.atomic
def move_source(*, source: Source, to_url: str) -> Source:
    """It is followed at its new address from now on; where that is followed already, the two become one.

    Whoever types the old address is led to the new one.
    """
    key, old_url, old_key = address_key(to_url), source.feed_url, source.feed_key
    if not key:
        return source
    still = {"moving_to": "", "moving_since": None, "moving_seen": 0}
    if key == old_key:  # http to https, or a slash: the same to us
        Source.objects.filter(pk=source.pk).update(feed_url=to_url, **still)
        source.refresh_from_db()
        return source
    there = Source.objects.select_for_update().filter(feed_key=key).first()
    if there is not None:
        _become(source, there)
    else:
        there = source
        Source.objects.filter(pk=source.pk).update(
            feed_url=to_url, feed_key=key, host=(urlsplit(to_url).hostname or "")[:255], **still
        )
        there.refresh_from_db()
    Move.objects.filter(from_key=key).delete()  # it has moved back
    Move.objects.update_or_create(
        from_key=old_key, defaults={"source": there, "from_url": old_url, "to_url": to_url, "at": clock.now()}
    )
    record(
        verbs.MOVED,
        by=None,
        about=there,
        concerns=[(each, "keeper") for each in keepers_of(there)],
        data={"source": str(there)[:300], "to": to_url[:300]},
    )
    return there


def _become(source: Source, other: Source) -> None:
    """All that hangs on the one hangs on the other; what both have stays the other's."""
    _hang_over(
        Following.objects.filter(source=source), Following.objects.filter(source=other), "ecology", other
    )
    verified = Claim.objects.filter(source=other, verified_at__isnull=False).exists()
    if verified:
        Claim.objects.filter(source=source, verified_at__isnull=False).update(verified_at=None, how="")
    _hang_over(Claim.objects.filter(source=source), Claim.objects.filter(source=other), "person", other)
    _hang_over(
        Appearance.objects.filter(source=source), Appearance.objects.filter(source=other), "guid_key", other
    )
    Flow.objects.filter(source=source).update(source=other)
    Move.objects.filter(source=source).update(source=other)
    source.delete()


def _hang_over(mine: "QuerySet[Any]", theirs: "QuerySet[Any]", what: str, other: Model) -> None:
    mine.exclude(**{f"{what}__in": theirs.values(what)}).update(source=other)
