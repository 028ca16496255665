"""What people do with items: read, save, mute, talk; and what editors do with a river. What one reader marks is in no log."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.html import escape, linebreaks
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.conversations import actions as conversations
from collegium.conversations.models import Forum, Thread
from collegium.ecology import rules
from collegium.ecology.models import Ecology, FeedAddress, Flow, Item, Mark, Mute, Reading, Source
from collegium.ecology.tags import fold
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person

WHY_MOST = 500
TALK_MOST = 20_000  # characters of what somebody says about an item
TITLE_MOST = 200
BATCH = 200

ITEM = "ecology:item"
HIGHLIGHTED = verb(
    "item.highlighted",
    history=gettext_lazy("%(actor)s highlighted “%(item)s” in %(title)s"),
    tells={
        "author": Told(gettext_lazy("“%(item)s” of yours is highlighted in %(title)s"), ITEM, by_email=False)
    },
)
HIDDEN = verb("item.hidden", history=gettext_lazy("%(actor)s took “%(item)s” out of the river of %(title)s"))
SHOWN_AGAIN = verb(
    "item.shown_again", history=gettext_lazy("%(actor)s put “%(item)s” back into the river of %(title)s")
)
DISCUSSED = verb(
    "item.discussed",
    history=gettext_lazy("%(actor)s began to talk about “%(item)s” in %(title)s"),
    tells={
        "author": Told(gettext_lazy("%(actor)s began to talk about “%(item)s” of yours in %(title)s"), ITEM)
    },
)


# Reading --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def mark_read(*, person: Person, items: Iterable[Item]) -> int:
    """Those that are there to be read; says how many were not read before."""
    wanted = {item.pk for item in items}
    there = {mark.item_id: mark for mark in Mark.objects.filter(person=person, item__in=wanted)}
    now = clock.now()
    fresh = [Mark(person=person, item_id=pk, read_at=now) for pk in sorted(wanted - there.keys())]
    # Two windows of one reader may say so at once.
    Mark.objects.bulk_create(fresh, ignore_conflicts=True)
    changed = Mark.objects.filter(person=person, item__in=wanted, read_at__isnull=True).update(read_at=now)
    return len(fresh) + changed


@transaction.atomic
def read_through(*, person: Person, ecologies: Iterable[Ecology], moment: datetime) -> None:
    """All that stands in these rivers at the moment or before it counts as read. It never goes back."""
    wanted = list(ecologies)
    moment = min(moment, clock.now())
    there = Reading.objects.filter(person=person, ecology__in=[each.pk for each in wanted])
    known = set(there.values_list("ecology_id", flat=True))
    there.filter(read_through__lt=moment).update(read_through=moment)
    Reading.objects.bulk_create(
        [
            Reading(person=person, ecology=each, read_through=moment)
            for each in wanted
            if each.pk not in known
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def save(*, person: Person, item: Item) -> None:
    """For later; it counts as seen by nobody but the reader."""
    mark, _new = Mark.objects.get_or_create(person=person, item=item)
    if mark.saved_at is None:
        mark.saved_at = clock.now()
        mark.save(update_fields=["saved_at"])


@transaction.atomic
def unsave(*, person: Person, item: Item) -> None:
    Mark.objects.filter(person=person, item=item).update(saved_at=None)


@transaction.atomic
def mute(*, person: Person, source: Source | None = None, tag: str = "") -> Mute:
    """A source or a hashtag, in all rivers of this person; nobody else learns of it."""
    tag = fold(tag)
    if (source is None) == (not tag):
        raise Refusal(_("Say which source or which hashtag you do not want to see."))
    muted, _new = Mute.objects.get_or_create(person=person, source=source, tag=tag)
    return muted


@transaction.atomic
def unmute(*, mute: Mute) -> None:
    mute.delete()


# Editing a river ------------------------------------------------------------------------------------------------------


@transaction.atomic
def highlight(*, flow: Flow, by: Person, words: str) -> Flow:
    """With a word why; again with other words, they replace the first ones and nobody is told twice."""
    flow = _edited(flow, by)
    words = " ".join(words.split())
    if not words:
        raise Refusal(_("Say in a few words why, so that others know what to look for."), code="words")
    if len(words) > WHY_MOST:
        raise Refusal(_("A word why is shorter: the rest is for the conversation."), code="words")
    if flow.hidden_at is not None:
        raise Refusal(_("It is taken out of this river: put it back first."))
    is_new = flow.highlighted_at is None
    flow.words = words
    flow.highlighted_at = flow.highlighted_at or clock.now()
    flow.highlighted_by = by
    flow.save(update_fields=["words", "highlighted_at", "highlighted_by"])
    if is_new:
        record(
            HIGHLIGHTED, by=by, about=flow.item, concerns=_author(flow.item, flow.ecology), data=_facts(flow)
        )
    return flow


@transaction.atomic
def unhighlight(*, flow: Flow, by: Person) -> Flow:
    flow = _edited(flow, by)
    flow.words, flow.highlighted_at, flow.highlighted_by = "", None, None
    flow.save(update_fields=["words", "highlighted_at", "highlighted_by"])
    return flow


@transaction.atomic
def hide(*, flow: Flow, by: Person) -> Flow:
    """Out of this river, and of those of the weeks within it; it stays where else it flows."""
    flow = _edited(flow, by)
    if flow.hidden_at is None:
        parts = Flow.objects.filter(
            item=flow.item_id, ecology__within=flow.ecology_id, hidden_at__isnull=True
        )
        now = clock.now()
        parts.update(hidden_at=now, hidden_by=by, words="", highlighted_at=None, highlighted_by=None)
        flow.hidden_at, flow.hidden_by = now, by
        flow.words, flow.highlighted_at, flow.highlighted_by = "", None, None
        flow.save(update_fields=["hidden_at", "hidden_by", "words", "highlighted_at", "highlighted_by"])
        record(HIDDEN, by=by, about=flow.item, data=_facts(flow))
    return flow


@transaction.atomic
def show_again(*, flow: Flow, by: Person) -> Flow:
    flow = _edited(flow, by)
    if flow.hidden_at is not None:
        parts = Flow.objects.filter(
            item=flow.item_id, ecology__within=flow.ecology_id, hidden_at=flow.hidden_at
        )
        parts.update(hidden_at=None, hidden_by=None)
        flow.hidden_at = flow.hidden_by = None
        flow.save(update_fields=["hidden_at", "hidden_by"])
        record(SHOWN_AGAIN, by=by, about=flow.item, data=_facts(flow))
    return flow


def _edited(flow: Flow, by: Person) -> Flow:
    flow = (
        Flow.objects.select_for_update(of=("self",)).select_related("ecology", "item__author").get(pk=flow.pk)
    )
    if not rules.may_edit_river(by, flow):
        raise Refusal(_("Only its editors look after this river."))
    return flow


# Talking --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def talk(
    *, item: Item, ecology: Ecology, by: Person, words: str, title: str = "", submission_key: str = ""
) -> Thread:
    """In the ecology's forum. Where somebody has begun already, the words go into that thread."""
    # Two who begin at once meet at the item's place in this river.
    flow = (
        Flow.objects.select_for_update(of=("self",))
        .filter(item=item.pk, ecology=ecology.pk, hidden_at__isnull=True)
        .first()
    )
    if flow is None or not rules.may_talk(by, ecology) or ecology.forum is None:
        raise Refusal(_("It can’t be talked about there."))
    if not words.strip():
        raise Refusal(_("Say something about it: a question is a good beginning."), code="words")
    if len(words) > TALK_MOST:
        raise Refusal(
            _("That is very long. Write it where you publish, and say here what it is about."), code="words"
        )
    html = linebreaks(words.strip(), autoescape=True)
    begun = thread_about(item, ecology.forum)
    if begun is not None:
        conversations.post(thread=begun, by=by, html=html, submission_key=submission_key)
        return begun
    named = title.strip() or str(item) or item.url
    link = (
        f'<p><a href="{escape(item.get_absolute_url())}">{escape(str(item)[:TITLE_MOST] or item.url)}</a></p>'
    )
    thread = conversations.start_thread(
        forum=ecology.forum,
        by=by,
        title=" ".join(named.split())[:TITLE_MOST],
        html=html + link,
        about=item,
        submission_key=submission_key,
    )
    record(
        DISCUSSED,
        by=by,
        about=item,
        concerns=_author(item, ecology, forum=ecology.forum),
        data={"item": str(item), "title": ecology.title, "ecology": ecology.pk, "thread": thread.pk},
    )
    return thread


def thread_about(item: Item, forum: Forum) -> Thread | None:
    """The one that the forum has, unless moderators hid it."""
    return (
        Thread.objects.filter(
            forum=forum, about_kind=Item._meta.label_lower, about_id=str(item.pk), hidden_at__isnull=True
        )
        .order_by("pk")
        .first()
    )


# Feeds ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def feed_token(*, person: Person) -> str:
    """A new private address for feed readers; an earlier one is void at once. Shown now, and kept by nobody."""
    token = secrets.token_urlsafe(32)
    FeedAddress.objects.update_or_create(
        person=person, defaults={"token_hash": hashed(token), "made_at": clock.now()}
    )
    return token


@transaction.atomic
def end_feed(*, person: Person) -> None:
    FeedAddress.objects.filter(person=person).delete()


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# Leaving --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def forget_reader(*, person: Person) -> None:
    """For an erasure: what they read, saved and muted goes; what they highlighted stays without their name."""
    for rows in (Mark, Mute, Reading, FeedAddress):
        rows.objects.filter(person=person).delete()
    Flow.objects.filter(highlighted_by=person).update(highlighted_by=None)
    Flow.objects.filter(hidden_by=person).update(hidden_by=None)
    Item.objects.filter(author=person).update(author=None)


# Inside ---------------------------------------------------------------------------------------------------------------


def _facts(flow: Flow) -> dict[str, object]:
    return {
        "item": str(flow.item),
        "title": flow.ecology.title,
        "ecology": flow.ecology_id,
        "words": flow.words,
    }


def _author(item: Item, ecology: Ecology, forum: Forum | None = None) -> list[tuple[Person, str]]:
    """Whom it concerns that something is done with their item: only if they may see where."""
    author = item.author
    if author is None or author.account_id is None or author.erased_at is not None:
        return []
    if not Ecology.objects.visible_to(author).filter(pk=ecology.pk).exists():
        return []
    if forum is not None and not Forum.objects.visible_to(author).filter(pk=forum.pk).exists():
        return []
    return [(author, "author")]
