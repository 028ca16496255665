"""Asking a source what is new: one worker at a time, one host at a time, no more than is needed.

Safe at every point against a worker that dies: what came is stored before the source is told to have been read, storing
twice changes nothing, and a lease that nobody holds any more runs out.
"""

import email.utils
import hashlib
import logging
import os
import re
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Any

from django.db import connections
from django.db.models import Exists, OuterRef

from collegium.ecology import actions, reading, schedule
from collegium.ecology.doctor import pages
from collegium.ecology.doctor.examining import (
    ACCEPT,
    MOST_BYTES,
    kind_of,
    looks_like_feed,
    read_feed,
    status_finding,
)
from collegium.ecology.models import Hub, Source
from collegium.foundation import clock, http

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=3)
TIMEOUT = 25.0  # seconds for one source, all redirects included
_LOOK_AHEAD = 40  # due sources that are looked at for one whose host is free
_MOST_RETRY = timedelta(days=7)
# What the feed says of itself that is kept, as long as its column is.
_LONGEST = {"language": 20, "author_name": 200, "rights": 300, "licence_url": 500, "picture_url": 2000}
_NOT_MODIFIED = 304


@dataclass(frozen=True)
class Outcome:
    """``what``: new, unchanged, not_modified (the server said so), failed, gone, or passed (somebody else has it)."""

    source_id: int
    what: str
    status: int | None = None
    finding: str = ""
    new: int = 0
    changed: int = 0
    size: int = 0
    hub_urls: tuple[str, ...] = ()
    topic_url: str = ""


def fetch(source_id: int, worker: str = "") -> Outcome:
    """Take the lease, ask, read, store, and say when to ask again. Does nothing if somebody else has it, or it is not due."""
    name = worker or new_worker()
    if not actions.take(source_id=source_id, worker=name, until=clock.wall() + LEASE):
        return Outcome(source_id, "passed")
    return _fetch_taken(source_id, name)


def new_worker() -> str:
    return f"{os.getpid()}-{uuid.uuid4().hex[:12]}"


def _fetch_taken(source_id: int, worker: str) -> Outcome:
    source = Source.objects.select_related("hub").get(pk=source_id)
    begun = time.monotonic()
    news = _Asked()
    try:
        looked = _look(source, worker, news)
    except _LeaseLost:
        return Outcome(source_id, "passed")
    except Exception:
        # A fault of ours must not bring the same source up again and again in one round.
        log.exception("Source %s could not be fetched", source_id)
        looked = actions.Looked(finding="unreadable", detail="")
    spent = int((time.monotonic() - begun) * 1000)
    looked = _with_time(looked, spent)
    settled = actions.settle_fetch(source_id=source_id, worker=worker, looked=looked)
    if settled is None:
        return Outcome(source_id, "passed")
    if looked.finding:
        what = "gone" if looked.finding == "gone" else "failed"
    elif looked.new or looked.changed:
        what = "new"
    else:
        what = "not_modified" if looked.status == _NOT_MODIFIED else "unchanged"
    return Outcome(
        source_id,
        what,
        looked.status,
        looked.finding,
        looked.new,
        looked.changed,
        looked.size,
        news.hub_urls,
        news.topic_url,
    )


class _LeaseLost(Exception):  # noqa: N818 -- somebody else goes on
    pass


@dataclass
class _Asked:
    hub_urls: tuple[str, ...] = ()
    topic_url: str = ""


def _with_time(looked: actions.Looked, milliseconds: int) -> actions.Looked:
    return actions.Looked(**{**looked.__dict__, "milliseconds": milliseconds})


def _look(source: Source, worker: str, news: _Asked) -> actions.Looked:
    headers = {"accept": ACCEPT}
    is_new_day = _wants_whole(source)
    if source.etag and not is_new_day:
        headers["if-none-match"] = source.etag
    if source.last_modified and not is_new_day:
        headers["if-modified-since"] = source.last_modified
    try:
        answer = http.get(source.feed_url, max_bytes=MOST_BYTES, timeout=TIMEOUT, headers=headers)
    except http.Unreachable as fault:
        return actions.Looked(finding=fault.code, detail=str(fault))
    said = {name.lower(): value for name, value in answer.headers.items()}
    moved = answer.permanent_url if answer.permanent_url != source.feed_url else ""
    common: dict[str, Any] = {
        "status": answer.status,
        "size": len(answer.body),
        "permanent_url": moved,
        "has_hub": _has_hub(source),
    }
    if answer.status == _NOT_MODIFIED:
        return actions.Looked(**common, floor=schedule.floor_of(None, _max_age(said)))
    if problem := status_finding(answer):
        return actions.Looked(
            **common, finding=problem, detail=f"HTTP {answer.status}", retry_after=_retry_after(said)
        )
    digest = hashlib.sha256(answer.body).hexdigest()
    validators = {
        "etag": said.get("etag", "")[:500],
        "last_modified": said.get("last-modified", "")[:100],
        "body_sha256": digest,
    }
    if digest == source.body_sha256 and not is_new_day:
        return actions.Looked(**common, said=validators, floor=schedule.floor_of(None, _max_age(said)))
    try:
        feed = _read(source, answer)
    except reading.Unreadable as fault:
        return actions.Looked(**common, finding=fault.finding, detail=fault.detail)
    if not actions.hold(source_id=source.pk, worker=worker, until=clock.wall() + LEASE):
        raise _LeaseLost
    taken = actions.take_in(source=source, feed=feed, at=clock.now())
    news.hub_urls, news.topic_url = _hubs(feed, said, answer.final_url)
    dates = [at for entry in feed.entries if (at := entry.published_at or entry.edited_at)]
    common["permanent_url"] = feed.moved_to or moved
    return actions.Looked(
        **common,
        new=taken.new,
        changed=taken.changed,
        is_whole=True,
        said={**validators, **_of_feed(source, feed)},
        floor=schedule.floor_of(feed.refresh_seconds, _max_age(said)),
        changes_at=max(dates, default=None),
    )


def _wants_whole(source: Source) -> bool:
    """A calendar that stays as it is says other things tomorrow: what comes again and again comes near. So, once a day."""
    if source.format != Source.Format.CALENDAR:
        return False
    return source.fetched_at is None or source.fetched_at.date() < clock.now().date()


def _read(source: Source, answer: http.Response) -> reading.ReadFeed:
    content_type = answer.headers.get("content-type", "")
    if source.format == Source.Format.PAGE:
        return reading.read_page(answer.body, content_type=content_type, url=answer.final_url)
    if not answer.body.strip():
        raise reading.Unreadable("nothing")
    if not looks_like_feed(answer) and "html" in content_type.lower():
        page = pages.read(answer.body, url=answer.final_url, headers={})
        raise reading.Unreadable("wall" if page.is_wall else "html")
    return read_feed(answer)


def _of_feed(source: Source, feed: reading.ReadFeed) -> dict[str, Any]:
    """What the feed says of itself; a title that people know it by is not taken away by an empty one."""
    said: dict[str, Any] = {}
    for name in _LONGEST:
        said[name] = getattr(feed, name)[: _LONGEST[name]]
    if source.kind == Source.Kind.BLOG:  # there may have been nothing in it yet when it was added
        said["kind"] = kind_of(feed, source.kind, source.feed_url)
    if feed.title and source.format != Source.Format.PAGE:
        said["title"] = feed.title[:300]
    if feed.description:
        said["description"] = feed.description[:2000]
    if feed.page_url and len(feed.page_url) <= 2000:  # noqa: PLR2004 -- as the field
        said["page_url"] = feed.page_url
    return said


def _hubs(feed: reading.ReadFeed, said: dict[str, str], final_url: str) -> tuple[tuple[str, ...], str]:
    """Hubs and topic: the headers count for more than the document (WebSub, section 4)."""
    links = pages.header_links(said.get("link", ""), final_url)
    hubs = [address for address, parts in links if "hub" in parts.get("rel", "").lower().split()]
    topics = [address for address, parts in links if "self" in parts.get("rel", "").lower().split()]
    if hubs:
        return tuple(hubs), topics[0] if topics else feed.self_url or final_url
    return feed.hub_urls, feed.self_url or final_url


def _has_hub(source: Source) -> bool:
    hub = getattr(source, "hub", None)
    return (
        hub is not None
        and hub.state == Hub.State.VERIFIED
        and hub.lease_ends_at is not None
        and hub.lease_ends_at > clock.now()
    )


def _retry_after(said: dict[str, str]) -> timedelta | None:
    """Seconds, or a date (RFC 9110, 10.2.3)."""
    value = said.get("retry-after", "").strip()
    if value.isdigit():
        return min(timedelta(seconds=int(value[:9])), _MOST_RETRY)
    try:
        at = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at - clock.now(), timedelta(0)), _MOST_RETRY)


def _max_age(said: dict[str, str]) -> int | None:
    found = re.search(r"(?:^|[,\s])max-age=(\d{1,9})", said.get("cache-control", ""))
    return int(found[1]) if found else None


# A round --------------------------------------------------------------------------------------------------------------


@dataclass
class Summary:
    """Of a round: how many ended how."""

    looked: int = 0
    new_items: int = 0
    changed_items: int = 0
    bytes_read: int = 0
    ended: dict[str, int] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        self.looked += 1
        self.new_items += outcome.new
        self.changed_items += outcome.changed
        self.bytes_read += outcome.size
        self.ended[outcome.what] = self.ended.get(outcome.what, 0) + 1
        if outcome.finding:
            self.findings[outcome.finding] = self.findings.get(outcome.finding, 0) + 1


def fetch_round(
    *,
    workers: int = 1,
    seconds: float | None = None,
    seen: Callable[[Outcome], None] = lambda _outcome: None,
    patience: float = 5.0,
) -> Summary:
    """Fetch what is due until nothing is, or the time is up. ``seen`` is called in whichever thread it happens.

    With one worker it all happens here, in the caller's own thread. Several processes may do this at once.
    """
    summary, lock = Summary(), threading.Lock()
    ends = None if seconds is None else time.monotonic() + seconds

    def work() -> None:
        worker = new_worker()
        idle_since: float | None = None
        while ends is None or time.monotonic() < ends:
            source_id = take_next(worker)
            if source_id is None:
                # Hosts that rest are free again in a moment.
                idle_since = idle_since or time.monotonic()
                if not Source.objects.due().exists() or time.monotonic() - idle_since > patience:
                    return
                time.sleep(0.1)
                continue
            idle_since = None
            outcome = _fetch_taken(source_id, worker)
            if outcome.what != "passed":
                with lock:
                    summary.add(outcome)
                seen(outcome)

    def in_thread() -> None:
        try:
            work()
        finally:
            connections.close_all()

    if workers <= 1:
        work()
        return summary
    with ThreadPoolExecutor(workers, thread_name_prefix="fetch") as pool:
        for done in [pool.submit(in_thread) for _number in range(workers)]:
            done.result()
    return summary


_taking = threading.Lock()  # threads of one process would only stand in each other's way


def take_next(worker: str) -> int | None:
    """The lease of a source that is due and whose host nobody is asking; None if there is none at the moment."""
    busy = Source.objects.filter(host=OuterRef("host"), taken_until__gte=clock.wall())
    with _taking:
        free = Source.objects.due().filter(~Exists(busy)).order_by("next_at")
        for source_id in free.values_list("pk", flat=True)[:_LOOK_AHEAD]:
            if actions.take(source_id=source_id, worker=worker, until=clock.wall() + LEASE):
                return source_id
    return None
