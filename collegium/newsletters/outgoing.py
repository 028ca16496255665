"""A newsletter as a feed: Atom, RSS 2.0 and JSON Feed 1.1, an entry for each issue with all that stands in it.

The same shape as the rivers' (``ecology.outgoing``); what goes out is public and frozen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.text import Truncator

from collegium.foundation import feeds
from collegium.foundation.feeds import (
    CONTENT,
    DC,
    MEDIA_TYPES,
    Channel,
    add,
    add_atom,
    clean,
    mail_date,
    stamp,
)
from collegium.newsletters.models import Issue
from collegium.newsletters.words import words_of

FORMS = tuple(MEDIA_TYPES)
SUMMARY = 400


@dataclass(frozen=True)
class _Said:
    title: str
    url: str
    at: datetime
    html: str
    summary: str


def write(form: str, channel: Channel, issues: Sequence[Issue]) -> bytes:
    """Of issues that were loaded ``with_words``. The same issues give the same bytes, so that they can carry an ETag."""
    return _WRITERS[form](channel, [_said(issue) for issue in issues])


def _said(issue: Issue) -> _Said:
    sections = [each for each in issue.sections.all() if each.body or each.entries.all()]
    html = render_to_string("newsletters/feed.jinja", {"sections": sections, "site_url": settings.SITE_URL})
    return _Said(
        title=issue.title,
        url=f"{settings.SITE_URL}{issue.get_absolute_url()}",
        at=issue.begun_at or issue.made_at,
        html=clean(html.strip()),
        summary=Truncator(" ".join(words_of(issue).split())).chars(SUMMARY),
    )


def changed_at(channel: Channel, issues: Sequence[_Said]) -> datetime:
    return max((each.at for each in issues), default=channel.opened_at)


def _atom(channel: Channel, issues: Sequence[_Said]) -> bytes:
    root = feeds.atom(channel, changed_at(channel, issues))
    author = add_atom(root, "author")
    add_atom(author, "name", channel.title)
    for issue in issues:
        entry = add_atom(root, "entry")
        add_atom(entry, "id", issue.url)
        add_atom(entry, "title", issue.title)
        add_atom(entry, "updated", stamp(issue.at))
        add_atom(entry, "published", stamp(issue.at))
        add_atom(entry, "link", rel="alternate", type="text/html", href=issue.url)
        if issue.summary:
            add_atom(entry, "summary", issue.summary)
        if issue.html:
            add_atom(entry, "content", issue.html, type="html")
    return feeds.as_bytes(root)


def _rss(channel: Channel, issues: Sequence[_Said]) -> bytes:
    root, body = feeds.rss(channel, changed_at(channel, issues))
    for issue in issues:
        entry = add(body, "item")
        add(entry, "title", issue.title)
        add(entry, "link", issue.url)
        add(entry, "guid", issue.url, isPermaLink="true")
        add(entry, "pubDate", mail_date(issue.at))
        add(entry, f"{{{DC}}}creator", channel.title)
        add(entry, "description", issue.summary or issue.title)
        if issue.html:
            add(entry, f"{{{CONTENT}}}encoded", issue.html)
    return feeds.as_bytes(root)


def _json(channel: Channel, issues: Sequence[_Said]) -> bytes:
    return feeds.json_feed(
        channel,
        [
            {
                "id": issue.url,
                "url": issue.url,
                "title": issue.title,
                "content_html": issue.html,
                "summary": issue.summary,
                "date_published": stamp(issue.at),
                "authors": [{"name": channel.title}],
            }
            for issue in issues
        ],
    )


_WRITERS: dict[str, Callable[[Channel, Sequence[_Said]], bytes]] = {
    "atom": _atom,
    "rss": _rss,
    "json": _json,
}
