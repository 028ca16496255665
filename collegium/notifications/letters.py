"""Letters of notifications: written and sent in the background, once, tried again when the mail server fails."""

import html
import re
from collections.abc import Collection
from datetime import timedelta
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from collegium.conversations.models import Attachment, Post
from collegium.foundation import background, clock, letters, signing
from collegium.notifications import actions, addresses, crowds, queries, sight
from collegium.notifications.models import Notification, Telling, Way
from collegium.people.models import Person

STOP = "notifications.stop"
STOP_LASTS = timedelta(days=365)
GIVE_UP_AFTER = 12  # attempts, over several days
UNDECIDED = timedelta(minutes=15)
A_JOB = 100  # letters that one worker sends after another
MOST_LEFT = 500
# Short enough a beginning is no sentence but a title: “Dr. Ada Candidate has …”.
FIRST_SENTENCE = re.compile(r"(.{20,}?)([.!?]) +(\S.*)", re.DOTALL)
WITH_WORDS = frozenset({"post.made", "thread.started"})  # whose letters carry the post itself
_OWN_ADDRESS = re.compile(r'\b(href|src)="(/(?!/)[^"]*)"')
_IMAGE = re.compile(r"<img\b[^>]*>")
_NAME = re.compile(r"<[!-;=?-~]{3,250}>")
_SRC = re.compile(r'\bsrc="([^"]*)"')
_ALT = re.compile(r'\balt="([^"]*)"')

letters.returns(to=addresses.return_path, stopped=lambda address: queries.stopped(address) is not None)


# Crowds ---------------------------------------------------------------------------------------------------------------


@background.task(retries=12)
def tell_crowd(activity_id: int) -> None:
    """Everybody who follows, batch by batch; after a crash from where it stopped. Two workers at once tell each once."""
    telling = (
        Telling.objects.select_related("activity__actor")
        .filter(activity=activity_id, finished_at__isnull=True)
        .first()
    )
    if telling is None:
        return
    stages = crowds.CROWDS[telling.activity.verb](telling.activity)
    for number, stage in enumerate(stages):
        if number < telling.stage:
            continue
        after = telling.after if number == telling.stage else 0
        for people in stage.batches(after):
            send_later(actions.tell_batch(telling=telling, stage=number, role=stage.role, people=people))
    actions.finish_telling(telling=telling)


def send_later(notification_ids: Collection[int]) -> None:
    """Owe these letters, several to a job: a job for each would cost more than the rows themselves."""
    ids = list(notification_ids)
    for start in range(0, len(ids), A_JOB):
        send_many.later(ids[start : start + A_JOB])


@background.task(retries=6)
def send_many(notification_ids: list[int]) -> None:
    """One after another; what the mail server did not take is tried again by itself."""
    if len(notification_ids) == 1:
        send(notification_ids[0])
        return
    for notification_id in notification_ids:
        try:
            send(notification_id)
        except OSError:  # of a mail server, all of smtplib's among them
            send.later(notification_id)


# One letter -----------------------------------------------------------------------------------------------------------


@background.task(retries=6)
def send(notification_id: int) -> None:
    """Safe to repeat: a letter that was sent is not sent again, and two workers cannot both send it."""
    notification = actions.claim_letter(notification_id=notification_id)
    if notification is None:
        return
    try:
        _send(notification)
    except Exception:
        actions.letter_failed(notification=notification)
        raise


def _send(notification: Notification) -> None:
    person = notification.person
    if person.account is None or not person.account.is_active or queries.stopped(person.account.email):
        actions.no_letter(notification=notification)
        return
    if notification.activity_id not in sight.what_may(person, [notification.activity]):
        actions.no_letter(notification=notification, seen=False)
        return
    with translation.override(person.language or settings.LANGUAGE_CODE):
        post = _post_of(notification)
        if post is None:
            _send_sentence(notification, person.account.email)
        else:
            _send_post(notification, post, person.account.email)
    actions.letter_sent(notification=notification)


def _send_sentence(notification: Notification, to: str) -> None:
    line = queries.line(notification)
    first, rest = subject_and_rest(line.sentence)
    stop = site(reverse("notifications:stop", args=[stop_token(notification.person, line.kind)]))
    letters.send(
        to=to,
        template="notifications/letter",
        subject=first,
        context={
            "line": line,
            "first": first,
            "rest": rest,
            "person": notification.person,
            "address": site(reverse("notifications:open", args=[notification.pk])),
            "stop": stop,
            "preferences": site(reverse("notifications:preferences")),
        },
        headers={
            # The same each time: where a crash between sending and noting it sends twice, mail readers show it once.
            "Message-ID": f"<notification-{notification.pk}@{addresses.host()}>",
            "List-Id": f"<{line.kind.replace('.', '-')}.notifications.{addresses.host()}>",
            **one_click(stop),
            "Auto-Submitted": "auto-generated",
            "Precedence": "bulk",
        },
        in_spite_of_returns=False,
    )


def _post_of(notification: Notification) -> Post | None:
    if notification.activity.verb not in WITH_WORDS:
        return None
    return (
        Post.objects.select_related("thread__forum", "author", "reply_to__author")
        .filter(pk=sight.post_id(notification.activity) or 0)
        .first()
    )


def _send_post(notification: Notification, post: Post, to: str) -> None:
    """The post itself, as a letter of its author by way of the forum, to which one can reply."""
    person, thread, forum = notification.person, post.thread, post.thread.forum
    line = queries.line(notification)
    stop = site(reverse("notifications:stop", args=[_stop_of(notification, post, line.kind)]))
    first = thread.posts.order_by("pk").only("pk", "message_id").first()
    begins = first is None or first.pk == post.pk
    subject = f"[{forum.title}] {thread.title}" if begins else f"Re: [{forum.title}] {thread.title}"
    reply_to = addresses.reply_address("reply", person.pk, thread.pk)
    context: dict[str, Any] = {
        "line": line,
        "post": post,
        "thread": thread,
        "forum": forum,
        "author": post.author.name if post.author else settings.SITE_NAME,
        "begins": begins,
        "person": person,
        "words": for_letter(post.html),
        "attachments": list(Attachment.objects.filter(post=post).order_by("pk")),
        "address": site(reverse("notifications:open", args=[notification.pk])),
        "can_reply": bool(reply_to),
        "by_list": line.kind == queries.BY_LIST,
        "stop": stop,
        "less": site(reverse("notifications:stop", args=[stop_token(person, f"thread {thread.pk}")])),
        "preferences": site(reverse("notifications:preferences")),
    }
    letters.send(
        to=to,
        template="notifications/post_letter",
        subject=subject,
        context=context,
        headers={
            "Message-ID": addresses.post_name(post.pk),
            **_ancestors(post, first if not begins else None),
            **_of_list(forum.title, forum.pk, person),
            **({"Reply-To": reply_to} if reply_to else {}),
            **one_click(stop),
            "Archived-At": f"<{site(reverse('conversations:post', args=[post.pk]))}>",
            "Precedence": "list",
            "X-Auto-Response-Suppress": "All",  # Exchange: no "I am out of office" to a list
        },
        sender=_sender(post, forum.title, reply_to),
        in_spite_of_returns=False,
    )


def _sender(post: Post, forum: str, reply_to: str) -> str:
    """“Ada via Community”: never from the author's own address, which our mail server may not speak for."""
    house = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    name = _("%(name)s via %(place)s") % {
        "name": post.author.name if post.author else settings.SITE_NAME,
        "place": forum,
    }
    return formataddr((" ".join(name.split()), reply_to or house))


def _ancestors(post: Post, first: Post | None) -> dict[str, str]:
    """In-Reply-To and References: by the names that letters from here carry, and that a letter to here carried."""
    above = [each for each in (first, post.reply_to) if each is not None]
    if not above:
        return {}
    names = [
        name
        for each in above
        for name in (each.message_id, addresses.post_name(each.pk))
        if _NAME.fullmatch(name)  # one that came with a broken letter would break this one too
    ]
    return {
        "In-Reply-To": addresses.post_name(above[-1].pk),
        "References": " ".join(dict.fromkeys(names)),
    }


def _of_list(title: str, forum_id: int, person: Person) -> dict[str, str]:
    plain = " ".join(re.sub(r'[<>"\\]', " ", title).split())
    plain = plain if plain.isascii() else ""
    headers = {
        "List-Id": f'"{plain}" <{addresses.list_id(forum_id)}>'
        if plain
        else f"<{addresses.list_id(forum_id)}>"
    }
    if begins_by_mail := addresses.reply_address("list", person.pk, forum_id):
        headers["List-Post"] = f"<mailto:{begins_by_mail}>"
    return headers


def one_click(stop: str) -> dict[str, str]:
    return {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _stop_of(notification: Notification, post: Post, kind: str) -> str:
    """What one click ends: letters of the forum, for who has them because they follow it; else letters of the kind."""
    by_following = {queries.BY_LIST, "post.followed"}
    return stop_token(notification.person, f"forum {post.thread.forum_id}" if kind in by_following else kind)


def subject_and_rest(sentence: str) -> tuple[str, str]:
    """What a list of letters can show, and what is left for the letter: several sentences are no subject."""
    found = FIRST_SENTENCE.fullmatch(sentence)
    if found is None:
        return sentence, ""
    first, end, rest = found.groups()
    return first if end == "." else first + end, rest


def for_letter(safe: str) -> SafeString:
    """A post's own HTML, with whole addresses. Its pictures are links: they are shown to who signs in, and to nobody else."""

    def picture(found: re.Match[str]) -> str:
        source, said = _SRC.search(found.group()), _ALT.search(found.group())
        words = html.unescape(said.group(1)) if said else ""
        label = _("Picture: %(words)s") % {"words": words} if words else _("Picture")
        return f'<a href="{source.group(1) if source else "/"}">{html.escape(label)}</a>'

    whole = _OWN_ADDRESS.sub(
        lambda found: f'{found.group(1)}="{settings.SITE_URL}{found.group(2)}"', _IMAGE.sub(picture, safe)
    )
    return mark_safe(whole)  # noqa: S308  # sanitised when it was saved


def site(path: str) -> str:
    return settings.SITE_URL + path


# Links at the foot ----------------------------------------------------------------------------------------------------


def stop_token(person: Person, what: str) -> str:
    """``what``: a kind, or "thread 7", or "forum 3"."""
    return signing.make(STOP, f"{person.pk} {what}", clock.now() + STOP_LASTS)


def read_stop_token(token: str) -> tuple[int, str]:
    """Whose, and what. ``signing.LinkInvalid`` otherwise."""
    person_id, _space, what = signing.read(STOP, token).partition(" ")
    return int(person_id), what


# What was left --------------------------------------------------------------------------------------------------------


@background.periodic(minutes=2)
def send_what_waited() -> None:
    """Letters whose quiet hours have ended."""
    moment = clock.now()
    due = Notification.objects.owed().filter(way=Way.AT_ONCE, letter_due_at__lte=moment, letter_attempts=0)
    waited = due.filter(letter_due_at__gte=moment - UNDECIDED).filter(
        letter_due_at__gt=F("made_at")  # those due from the start have a job of their own
    )
    send_later(waited.order_by("letter_due_at").values_list("pk", flat=True)[: 10 * MOST_LEFT])


@background.periodic(minutes=10)
def send_what_was_left() -> None:
    """Letters that a crash left between claim and sending, or whose task gave up while the mail server was away."""
    left = (
        Notification.objects.owed()
        .filter(
            way=Way.AT_ONCE,
            letter_due_at__lt=clock.now() - UNDECIDED,
            letter_attempts__lt=GIVE_UP_AFTER,
        )
        .order_by("letter_due_at")
    )
    for notification_id in left.values_list("pk", flat=True)[:MOST_LEFT]:
        send.later(notification_id)


@background.periodic(minutes=10)
def tell_who_was_left() -> None:
    """Crowds whose worker died, or whose task was lost."""
    left = Telling.objects.filter(finished_at__isnull=True, begun_at__lt=clock.now() - UNDECIDED)
    for activity_id in left.order_by("begun_at").values_list("activity", flat=True)[:MOST_LEFT]:
        tell_crowd.later(activity_id)
