"""What conversations do in the background: look behind links, and carry along what had been read."""

from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.db.models import Q
from django.utils.translation import gettext as _

from collegium.conversations import actions
from collegium.conversations.models import Following, LinkCard, Reading, Thread
from collegium.foundation import background, clock, http

A_BATCH = 1000


@background.task()
def carry_readings(thread_id: int) -> None:
    """To a thread that was split off, for all who had read its posts where they stood before. Safe to repeat."""
    thread = Thread.objects.filter(pk=thread_id, split_from__isnull=False).first()
    newest = thread.last_post_id if thread is not None else None
    if thread is None or newest is None:
        return
    first = thread.posts.order_by("pk").values_list("pk", flat=True).first() or 0
    last = 0
    while batch := list(
        Reading.objects.filter(
            thread=thread.split_from_id, read_through__gte=first, person__gt=last
        ).order_by("person")[:A_BATCH]
    ):
        Reading.objects.bulk_create(
            (
                Reading(
                    person_id=each.person_id,
                    thread=thread,
                    read_through=min(each.read_through, newest),
                    read_at=each.read_at,
                )
                for each in batch
            ),
            ignore_conflicts=True,
        )
        last = batch[-1].person_id
    last = 0
    while followings := list(
        Following.objects.filter(thread=thread.split_from_id, person__gt=last).order_by("person")[:A_BATCH]
    ):
        Following.objects.bulk_create(
            (
                Following(person_id=each.person_id, forum_id=thread.forum_id, thread=thread, level=each.level)
                for each in followings
            ),
            ignore_conflicts=True,
        )
        last = followings[-1].person_id


# Links that unfold ----------------------------------------------------------------------------------------------------

A_PAGES_HEAD = 500_000  # bytes: what a page says of itself stands at its beginning
ASK_AGAIN_AFTER = timedelta(days=30)


@background.task(retries=1)
def unfold_links(post_id: int) -> None:
    """Ask the pages that a post points to what they are called. Whatever they answer, the post stands as it is."""
    before = clock.now() - ASK_AGAIN_AFTER
    cards = LinkCard.objects.filter(posts__post=post_id, posts__post__removed_at__isnull=True)
    for card in cards.filter(Q(fetched_at__isnull=True) | Q(fetched_at__lt=before)):
        actions.note_card(card=card, found=found_at(card.url))


def found_at(url: str) -> actions.Found:
    site = urlsplit(url).hostname or ""
    site = site.removeprefix("www.")
    try:
        page = http.get(url, max_bytes=A_PAGES_HEAD, timeout=10)
    except http.Unreachable as fault:
        return actions.Found(site=site, finding=str(fault))
    if page.status >= 400:  # noqa: PLR2004  # client and server errors
        return actions.Found(
            site=site, finding=_("The site answers with status %(status)s.") % {"status": page.status}
        )
    if "html" not in page.headers.get("content-type", ""):
        return actions.Found(site=site, finding=_("There is a file, not a page, at this address."))
    head = _Head()
    head.feed(_text(page))
    title = head.said.get("og:title") or head.title
    return actions.Found(
        title=_tidy(title),
        description=_tidy(head.said.get("og:description") or head.said.get("description", "")),
        site=_tidy(head.said.get("og:site_name", "")) or site,
        finding="" if _tidy(title) else _("The page does not say what it is called."),
    )


def _tidy(text: str) -> str:
    """One line of it, without characters that nobody sees."""
    return " ".join("".join(char for char in text if char.isprintable() or char.isspace()).split())


def _text(page: http.Response) -> str:
    name = page.headers.get("content-type", "").partition("charset=")[2].split(";")[0].strip(" \"'")
    try:
        return page.body.decode(name or "utf-8", "replace")
    except (LookupError, ValueError):  # of no text encoding
        return page.body.decode("utf-8", "replace")


class _Head(HTMLParser):
    """What a page's head says: its title, and its meta elements by property or name."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.said: dict[str, str] = {}
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title" and not self.title
        if tag == "meta":
            facts = {name: value or "" for name, value in attrs}
            key = (facts.get("property") or facts.get("name") or "").strip().lower()
            if key and facts.get("content"):
                self.said.setdefault(key, facts["content"])

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002  # whatever ends, the title has
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
