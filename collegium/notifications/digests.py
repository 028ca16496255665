"""The daily and the weekly letter: one for each person, on their hour, of what is new where they follow by digest."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collegium.conversations.models import Post
from collegium.conversations.words import excerpt
from collegium.foundation import background, clock, letters
from collegium.notifications import actions, addresses, moments, queries, sight
from collegium.notifications.addresses import one_click, site, stop_token
from collegium.notifications.letters import GIVE_UP_AFTER, MOST_LEFT
from collegium.notifications.models import Digest, Notification, Way
from collegium.people.models import Person

OF_A_THREAD = 5  # shown; of the others the number
MOST = 300  # notifications in one letter: beyond that nobody reads on


@dataclass
class Said:
    author: str
    words: str
    address: str


@dataclass
class ThreadNews:
    title: str
    address: str
    said: list[Said] = field(default_factory=list)
    more: int = 0


@dataclass
class Place:
    title: str
    threads: list[ThreadNews] = field(default_factory=list)
    others: list[queries.Line] = field(default_factory=list)


@background.periodic(minutes=5)
def gather() -> None:
    """Makes the digests that are due and owes their letters; safe to repeat, and to run twice at once."""
    due = Notification.objects.owed().filter(
        way__in=[Way.DAILY, Way.WEEKLY], digest__isnull=True, letter_due_at__lte=clock.now()
    )
    for person_id, way in list(due.order_by().values_list("person", "way").distinct()[: 10 * MOST_LEFT]):
        if (digest := actions.make_digest(person_id=person_id, way=way)) is not None:
            send.later(digest.pk)


@background.periodic(minutes=10)
def send_what_was_left() -> None:
    left = Digest.objects.filter(sent_at__isnull=True, attempts__lt=GIVE_UP_AFTER).order_by("due_at")
    for digest_id in left.values_list("pk", flat=True)[:MOST_LEFT]:
        send.later(digest_id)


@background.task(retries=6)
def send(digest_id: int) -> None:
    digest = actions.claim_digest(digest_id=digest_id)
    if digest is None:
        return
    try:
        _send(digest)
    except Exception:
        actions.digest_failed(digest=digest)
        raise
    actions.digest_sent(digest=digest)


def _send(digest: Digest) -> None:
    person = digest.person
    if person.account is None or not person.account.is_active:
        return
    told = list(digest.notifications.select_related("activity__actor").order_by("pk")[:MOST])
    seen = sight.what_may(person, [notification.activity for notification in told])
    # What they have read in the app meanwhile is no news. (Those of followers by digest are born read.)
    news = [
        notification
        for notification in told
        if notification.activity_id in seen
        and (notification.read_at is None or notification.read_at <= notification.made_at)
    ]
    if not news:
        return
    weekly = digest.way == Way.WEEKLY
    stop = site(reverse("notifications:stop", args=[stop_token(person, f"digest {digest.way}")]))
    with translation.override(person.language or settings.LANGUAGE_CODE):
        day = formats.date_format(digest.due_at.astimezone(moments.zone(person.time_zone)), "DATE_FORMAT")
        heading = (_("Your week until %(day)s") if weekly else _("Your day until %(day)s")) % {"day": day}
        letters.send(
            to=person.account.email,
            template="notifications/digest_letter",
            subject=ngettext(
                "%(heading)s: one thing is new", "%(heading)s: %(num)s things are new", len(news)
            )
            % {"heading": heading, "num": len(news)},
            context={
                "heading": heading,
                "person": person,
                "places": places(news),
                "weekly": weekly,
                "all": site(reverse("notifications:list")),
                "stop": stop,
                "preferences": site(reverse("notifications:preferences")),
            },
            headers={
                "Message-ID": f"<digest-{digest.pk}@{addresses.host()}>",
                "List-Id": f"<{digest.way}.digests.{addresses.host()}>",
                **one_click(stop),
                "Auto-Submitted": "auto-generated",
                "Precedence": "bulk",
            },
            in_spite_of_returns=False,
        )


def places(news: Iterable[Notification]) -> list[Place]:
    """By community and thread, in the order in which they were first spoken of; then everything else, by what it is about."""
    found: dict[str, Place] = {}
    threads: dict[int, ThreadNews] = {}
    others: dict[str, Place] = {}
    news = list(news)
    ids = [sight.post_id(notification.activity) or 0 for notification in news]
    said_now = dict(Post.objects.filter(pk__in=ids).values_list("pk", "html"))  # edited since, perhaps
    for notification in news:
        activity = notification.activity
        post, thread_id = sight.post_id(activity), activity.data.get("thread")
        if post is None or thread_id is None or activity.verb not in sight.OF_CONVERSATIONS:
            line = queries.line(notification)
            title = queries.topic_title(line.kind.partition(".")[0])
            shown = queries.Line(
                notification=notification,
                sentence=line.sentence.rstrip("."),
                address=site(reverse("notifications:open", args=[notification.pk])),
                actor=line.actor,
                at=line.at,
                kind=line.kind,
            )
            others.setdefault(title, Place(title)).others.append(shown)
            continue
        place = found.setdefault(activity.data.get("forum", ""), Place(activity.data.get("forum", "")))
        thread = threads.get(thread_id)
        if thread is None:
            address = site(reverse("conversations:thread", args=[thread_id]))
            thread = threads[thread_id] = ThreadNews(activity.data.get("title", ""), address)
            place.threads.append(thread)
        if len(thread.said) >= OF_A_THREAD:
            thread.more += 1
            continue
        thread.said.append(
            Said(
                author=activity.actor.name if activity.actor else "",
                words=excerpt(said_now.get(post, "")),
                address=site(reverse("conversations:post", args=[post])),
            )
        )
    return [*found.values(), *others.values()]


def ends_digests(person: Person, way: str) -> None:
    """One click: what came by this digest is from now on told in the app only."""
    changed = {
        choice.kind: Way.IN_APP
        for topic in queries.topics(person)
        for choice in topic.choices
        if choice.way == way
    }
    actions.choose(person=person, ways=changed)
