"""An address is asked, and what lies behind it; until something can be followed, or the time is up."""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from lxml import etree

from collegium.ecology import reading
from collegium.ecology.doctor import hosts, pages
from collegium.ecology.doctor.candidates import Candidate, Examination, Finding
from collegium.ecology.identity import address_key
from collegium.ecology.tags import fold, found_in
from collegium.foundation import clock, http

MOST_BYTES = 8_000_000
MOST_REQUESTS = 16
MOST_CANDIDATES = 6
SHOWN = 5  # entries of a preview
ACCEPT = (
    "application/atom+xml, application/rss+xml;q=0.9, application/feed+json;q=0.9, text/calendar;q=0.8,"
    " application/xml;q=0.7, text/xml;q=0.7, text/html;q=0.5, */*;q=0.3"
)
_NAME_OF_PERSON = re.compile(r"^@?([\w.-]+)@([\w-]+(?:\.[\w-]+)+)$")
_FEED_WORDS = ("xml", "rss", "atom", "json", "calendar", "octet-stream")
_STALE = timedelta(days=365)
_BEGINNINGS = (b"<rss", b"<feed", b"<rdf:rdf", b"begin:vcalendar", b"jsonfeed.org/version")


@dataclass
class _Visit:
    """One examination under way."""

    hashtag: str
    ends: float
    requests: int = 0
    candidates: dict[str, Candidate] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)

    def get(self, url: str) -> http.Response:
        left = self.ends - time.monotonic()
        if left <= 0 or self.requests >= MOST_REQUESTS:
            raise http.Unreachable("", code="slow")
        self.requests += 1
        return http.get(url, max_bytes=MOST_BYTES, timeout=min(left, 10.0), headers={"accept": ACCEPT})

    def note(self, finding: Finding) -> None:
        if finding.key not in {each.key for each in self.findings}:
            self.findings.append(finding)


def examine(url: str, *, hashtag: str = "", seconds: float = 20.0) -> Examination:
    """Everything that can be followed behind the address, the best first. Never raises for what a site does."""
    asked = _as_address(url)
    visit = _Visit(hashtag=fold(hashtag), ends=time.monotonic() + seconds)
    try:
        answer = visit.get(asked)
    except http.Unreachable as fault:
        # Some hosts let nobody see their pages, but feeds are fetched.
        _try(visit, hosts.guesses(asked, visit.hashtag))
        if not visit.candidates:
            visit.note(Finding(fault.code, url=asked))
        return _told(visit, asked, asked)
    if _is_outlines(answer):
        return Examination(asked, answer.final_url, findings=(Finding("outlines"),), outlines=True)
    problem = status_finding(answer)
    if not problem and looks_like_feed(answer):
        _read(visit, answer, how="given", kind="")
        _look_for_tag_feed(visit, answer)
        if visit.candidates:
            return _told(visit, asked, answer.final_url)
    _look_around(visit, asked, answer, problem)
    return _told(visit, asked, answer.final_url)


def status_finding(answer: http.Response) -> str:  # noqa: PLR0911 -- a table of answers
    """The key of what is wrong by the status alone; empty where it is well."""
    match answer.status:
        case status if 200 <= status < 300:  # noqa: PLR2004
            return ""
        case 401 | 407:
            return "login"
        case 403 | 451:
            return (
                "wall" if pages.read(answer.body, url=answer.final_url, headers={}).is_wall else "forbidden"
            )
        case 404:
            return "not_found"
        case 410:
            return "gone"
        case 429:
            return "too_often"
        case 503 if b"_cf_chl" in answer.body or b"challenge-platform" in answer.body:
            return "wall"
        case status if status >= 500:  # noqa: PLR2004
            return "fault"
        case _:
            return "status"


def looks_like_feed(answer: http.Response) -> bool:
    content_type = answer.headers.get("content-type", "").lower()
    start = answer.body[:2000].lower().replace(b"\x00", b"")
    if any(mark in start for mark in _BEGINNINGS):
        return True
    return not ("<html" in (text := start.decode("latin-1")) or "<!doctype html" in text) and any(
        word in content_type for word in _FEED_WORDS
    )


def _is_outlines(answer: http.Response) -> bool:
    return b"<opml" in answer.body[:2000].lower().replace(b"\x00", b"")


def _as_address(typed: str) -> str:
    """What people type for an address: without https, as @ada@example.social, as webcal: or feed:."""
    typed = typed.strip()
    if person := _NAME_OF_PERSON.match(typed):
        if typed.startswith("@"):
            return f"https://{person[2]}/@{person[1]}"
        return f"https://{person[2]}/"
    lowered = typed.lower()
    for scheme in ("webcal://", "feed://", "podcast://", "itpc://"):
        if lowered.startswith(scheme):
            return f"https://{typed[len(scheme) :]}"
    if lowered.startswith("feed:http"):
        return typed[5:]
    if "://" not in typed and "." in typed and " " not in typed:
        return f"https://{typed.lstrip('/')}"
    return typed


# One feed -------------------------------------------------------------------------------------------------------------


def _read(visit: _Visit, answer: http.Response, *, how: str, kind: str, is_filtered: bool = False) -> bool:
    content_type = answer.headers.get("content-type", "")
    try:
        feed = read_feed(answer)
    except reading.Unreadable as fault:
        if how in {"given", "link", "header"}:
            visit.note(Finding(fault.finding, fault.detail, answer.final_url))
        return False
    if (
        is_filtered and how != "host"
    ):  # a name alone proves nothing: a whole blog may be called after the hashtag
        is_filtered = all(_has(entry, visit.hashtag) for entry in feed.entries)
    findings = [Finding(key) for key in feed.findings]
    findings += [Finding(key) for key in of_entries(feed) if key not in feed.findings]
    if "html" in content_type.lower() and "wrong_type" not in feed.findings:
        findings.append(Finding("wrong_type", content_type[:80]))
    if is_filtered and not feed.entries:
        findings = [Finding("tag_unused")]
    # Where it said for good that it is elsewhere, that is the address to keep.
    address = answer.permanent_url or answer.final_url
    candidate = Candidate(
        feed_url=address,
        page_url=feed.page_url or (answer.final_url if how == "page" else ""),
        title=feed.title or feed.page_url or address,
        kind=kind_of(feed, kind, address),
        format="calendar" if feed.format == "icalendar" else "feed",
        how=how,
        is_filtered=is_filtered,
        preview=_latest(feed),
        findings=tuple(findings),
        entry_count=len(feed.entries),
    )
    return _keep(visit, candidate)


def read_feed(answer: http.Response) -> reading.ReadFeed:
    """Unreadable too where it is so broken that nothing of it is left: an empty feed would be no trouble to anybody."""
    feed = reading.read(
        answer.body, content_type=answer.headers.get("content-type", ""), url=answer.final_url
    )
    if "malformed" in feed.findings and not feed.entries:
        raise reading.Unreadable("malformed", _where_it_breaks(answer.body))
    return feed


def _where_it_breaks(body: bytes) -> str:
    """As a parser says it, with line and column."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        etree.fromstring(body, parser=parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        return str(getattr(fault, "msg", fault))[:200]
    return ""


def _has(entry: reading.ReadEntry, hashtag: str) -> bool:
    return hashtag in {fold(tag) for tag in (*entry.tags, *found_in(f"{entry.title} {entry.summary}"))}


def _is_named_after(feed: pages.NamedFeed, hashtag: str) -> bool:
    parts = urlsplit(feed.url)
    words = re.split(r"[^\w]+", f"{feed.title} {unquote(parts.path)} {unquote(parts.query)}")
    return bool(hashtag) and hashtag in {fold(word) for word in words if word}


def _latest(feed: reading.ReadFeed) -> tuple[reading.ReadEntry, ...]:
    """The youngest first, whatever the order of the feed; those to come first of a calendar's."""
    dated = [(entry.begins_at or entry.published_at or entry.edited_at, entry) for entry in feed.entries]
    youngest = sorted(((at, entry) for at, entry in dated if at), key=lambda pair: pair[0], reverse=True)
    return tuple([*(entry for _at, entry in youngest), *(entry for at, entry in dated if not at)][:SHOWN])


def _keep(visit: _Visit, candidate: Candidate) -> bool:
    key = address_key(candidate.feed_url) or candidate.feed_url
    # The same posts in another format are the same feed.
    same = next((each for each in visit.candidates.values() if _brings_the_same(each, candidate)), None)
    if key in visit.candidates or same is not None:
        return False
    visit.candidates[key] = candidate
    return True


def _brings_the_same(one: Candidate, other: Candidate) -> bool:
    if one.is_filtered != other.is_filtered or not one.preview or one.title != other.title:
        return False
    return [entry.url or entry.guid for entry in one.preview] == [
        entry.url or entry.guid for entry in other.preview
    ]


def kind_of(feed: reading.ReadFeed, guessed: str, url: str) -> str:  # noqa: PLR0911 -- one a kind
    if feed.format == "icalendar":
        return "calendar"
    if guessed and guessed != "blog":
        return guessed
    kinds = [entry.kind for entry in feed.entries]
    host = urlsplit(url).hostname or ""
    if host.endswith("youtube.com"):
        return "channel"
    if host == "api.zotero.org":
        return "library"
    if kinds and kinds.count("audio") * 2 > len(kinds):
        return "podcast"
    if kinds and kinds.count("video") * 2 > len(kinds):
        return "channel"
    if kinds and kinds.count("note") * 2 > len(kinds):
        return "profile"
    return "blog"


def of_entries(feed: reading.ReadFeed) -> list[str]:
    """What its entries tell of how a feed is."""
    if not feed.entries:
        return ["empty"]
    found = []
    dates = [at for entry in feed.entries if (at := entry.published_at or entry.edited_at)]
    now = clock.now()
    if feed.format != "icalendar":
        if not dates:
            found.append("no_dates")
        elif max(dates) < now - _STALE:
            found.append("old")
        if any(at > now + timedelta(days=1) for at in dates):
            found.append("future")
    return found


# Around it ------------------------------------------------------------------------------------------------------------


def _look_for_tag_feed(visit: _Visit, answer: http.Response) -> None:
    """For a feed that was given itself: the one of its host for the hashtag alone."""
    if not visit.hashtag or not visit.candidates:
        return
    given = next(iter(visit.candidates.values()))
    where = given.page_url or answer.final_url
    generator = "WordPress" if b"wordpress" in answer.body[:4000].lower() else ""
    if not generator and b"ghost" in answer.body[:2000].lower():
        generator = "Ghost"
    if not generator and b"mastodon" in answer.body[:4000].lower():
        generator = "Mastodon"
    _try(visit, [guess for guess in hosts.guesses(where, visit.hashtag, generator) if guess.is_filtered])
    _say_of_tag(visit)


def _look_around(visit: _Visit, asked: str, answer: http.Response, problem: str) -> None:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    page = pages.read(answer.body, url=answer.final_url, headers=headers)
    named = [feed for feed in page.feeds if not problem]
    guesses = hosts.guesses(answer.final_url, visit.hashtag, page.generator, page.channel_id)
    if problem:
        guesses += hosts.guesses(asked, visit.hashtag)
    _try(visit, [guess for guess in guesses if guess.is_filtered])
    _ask_named(visit, [feed for feed in named if feed.how != "anchor"])
    _try(visit, [guess for guess in guesses if not guess.is_filtered])
    if not _unfiltered(visit):
        _ask_named(visit, [feed for feed in named if feed.how == "anchor"])
    if not _unfiltered(visit) and problem not in {"wall", "too_often"}:
        for url in hosts.usual_places(answer.final_url):
            if _ask(visit, url, how="usual", kind=""):
                break
    _say_of_tag(visit)
    _say_of_page(visit, asked, answer, problem, page)
    if not problem and not page.is_wall:
        _offer_page(visit, answer)


def _say_of_page(visit: _Visit, asked: str, answer: http.Response, problem: str, page: pages.Page) -> None:
    if problem:
        visit.note(Finding(problem, str(answer.status), answer.final_url))
    elif page.is_wall:
        visit.note(Finding("wall", url=answer.final_url))
    elif _unfiltered(visit):
        return
    elif hosts.is_closed(asked) or hosts.is_closed(answer.final_url):
        visit.note(Finding("closed_host"))
    elif page.is_written_by_scripts:
        visit.note(Finding("no_script"))
    elif not visit.candidates and not visit.findings:
        visit.note(Finding("no_feed"))


def _unfiltered(visit: _Visit) -> list[Candidate]:
    return [candidate for candidate in visit.candidates.values() if not candidate.is_filtered]


def _ask_named(visit: _Visit, named: Iterable[pages.NamedFeed]) -> None:
    # Comments stand last: what people mean is the posts.
    for feed in sorted(named, key=lambda each: "comment" in (each.url + each.title).lower()):
        if len(visit.candidates) >= MOST_CANDIDATES:
            return
        _ask(visit, feed.url, how=feed.how, kind="", is_filtered=_is_named_after(feed, visit.hashtag))


def _try(visit: _Visit, guesses: Iterable[hosts.Guess]) -> None:
    for guess in guesses:
        _ask(visit, guess.feed_url, how="host", kind=guess.kind, is_filtered=guess.is_filtered)


def _ask(visit: _Visit, url: str, *, how: str, kind: str, is_filtered: bool = False) -> bool:
    if url in visit.tried:
        return False
    visit.tried.add(url)
    try:
        answer = visit.get(url)
    except http.Unreachable as fault:
        if how in {"link", "header"}:
            visit.note(Finding(fault.code, url=url))
        return False
    if status_finding(answer) or not looks_like_feed(answer):
        if how in {"link", "header"}:
            visit.note(Finding(status_finding(answer) or "html", url=url))
        return False
    return _read(visit, answer, how=how, kind=kind, is_filtered=is_filtered)


def _say_of_tag(visit: _Visit) -> None:
    if visit.hashtag and visit.candidates and not any(each.is_filtered for each in visit.candidates.values()):
        visit.note(Finding("no_tag_feed"))


def _offer_page(visit: _Visit, answer: http.Response) -> None:
    """The page itself as the one item: for a single post in a place that has no feed."""
    try:
        feed = reading.read_page(
            answer.body, content_type=answer.headers.get("content-type", ""), url=answer.final_url
        )
    except reading.Unreadable as fault:
        if not visit.candidates:
            visit.note(Finding(fault.finding, fault.detail))
        return
    candidate = Candidate(
        feed_url=answer.final_url,
        page_url=answer.final_url,
        title=feed.title or answer.final_url,
        kind="post",
        format="page",
        how="page",
        preview=feed.entries[:1],
        entry_count=len(feed.entries),
    )
    visit.candidates.setdefault(f"page {address_key(candidate.feed_url)}", candidate)


def _told(visit: _Visit, asked: str, page_url: str) -> Examination:
    order = sorted(
        visit.candidates.values(),
        key=lambda each: (each.format == "page", not each.is_filtered, "comment" in each.feed_url.lower()),
    )
    # A feed filtered by the host that brings nothing yet is offered, but not first.
    empty = [each for each in order if each.is_filtered and not each.entry_count]
    full = [each for each in order if each not in empty]
    placed = [*full[:1], *empty, *full[1:]]
    named = [replace(each, page_url=each.page_url or page_url) for each in placed[:MOST_CANDIDATES]]
    return Examination(asked, page_url, tuple(named), tuple(visit.findings))
