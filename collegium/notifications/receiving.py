"""A letter that came in becomes a post, or is refused in words, or passed over: done whole before the mail server is answered.

So nothing of it is kept here: if the database does not answer, the mail server keeps it and tries again.
"""

import io
import re
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from collegium.conversations import actions as conversations
from collegium.conversations.models import Attachment, Draft, Forum, Post, Thread
from collegium.foundation import background, clock, letters
from collegium.foundation.refusal import Refusal
from collegium.notifications import actions, addresses, incoming, queries, returns
from collegium.notifications.addresses import site
from collegium.notifications.models import InboundMail
from collegium.people.addresses import verified_addresses
from collegium.people.models import Person

TAKEN = "250 2.0.0 Thank you"
NO_SUCH_ADDRESS = "550 5.1.1 There is no such address here"
LATER = "451 4.3.0 Not now: please try again"
DAY = timedelta(days=1)
KEPT = 90 * DAY  # what became of letters

_PREFIX = re.compile(r"^\s*((re|aw|sv|fw|fwd|wg|antw)(\[\d+\])?\s*:\s*)+", re.IGNORECASE)
Outcome = InboundMail.Outcome


@dataclass(frozen=True)
class _Case:
    """What one letter to one address is about."""

    letter: incoming.Letter
    to: addresses.ReplyTo
    recipient: str
    person: Person


def receive(raw: bytes, *, recipient: str, envelope_from: str | None) -> str:
    """The answer to the mail server. The same letter to the same address again has no further effect."""
    to = addresses.read(recipient)
    if to is None:
        return NO_SUCH_ADDRESS
    recipient = recipient.strip("<>").lower()
    known = incoming.message_id(incoming.parse(raw), raw)
    if InboundMail.objects.filter(message_id=known[:300], recipient=recipient[:320]).exists():
        return TAKEN
    if isinstance(to, addresses.CameBack):
        _came_back(raw, to, recipient=recipient, message_id=known)
        return TAKEN
    letter = incoming.read(raw, envelope_from=envelope_from, own_lists=addresses.host().lower())
    person = Person.objects.select_related("account").filter(
        pk=to.person_id, erased_at__isnull=True, account__is_active=True
    )
    found = person.first()
    if letter.automatic or found is None:
        actions.note_inbound(
            message_id=known,
            recipient=recipient,
            sender=letter.sender,
            outcome=Outcome.DROPPED,
            reason=letter.automatic or "whoever the address was made for is not here any more",
            person_id=found.pk if found else None,
        )
        return TAKEN
    with translation.override(found.language or settings.LANGUAGE_CODE):
        _take(_Case(letter=letter, to=to, recipient=recipient, person=found), size=len(raw))
    return TAKEN


def _take(case: _Case, *, size: int) -> None:
    letter, person = case.letter, case.person
    own = {address.lower() for address in verified_addresses(person)}
    if letter.forged or letter.sender not in own:
        _refuse_stranger(case)
        return
    try:
        _require_not_too_large(size)
        with transaction.atomic():
            post, left_out = _post(case)
            _note(case, Outcome.POSTED, post=post)
            if queries.hours_of(person).confirms_replies or left_out:
                confirm.later(post.pk, letter.raw_id, left_out)
    except Refusal as refusal:
        with transaction.atomic():
            _note(case, Outcome.REFUSED, reason=str(refusal))
            say_no.later(person.pk, letter.subject, letter.raw_id, str(refusal))


def _require_not_too_large(size: int) -> None:
    if size > settings.MAIL_MAX_BYTES:
        raise Refusal(
            _("The letter is larger than %(most)s MB.") % {"most": settings.MAIL_MAX_BYTES // 1_000_000}
        )


def _refuse_stranger(case: _Case) -> None:
    """Someone who is not the person the address was made for. The person is told, once a day; nobody else ever is, so that
    a forged sender gets no letter for what they did not write.
    """
    is_news = not InboundMail.objects.filter(
        person=case.person,
        outcome=Outcome.REFUSED,
        reason=_NOT_THEIRS,
        received_at__gt=clock.now() - DAY,
    ).exists()
    with transaction.atomic():
        _note(case, Outcome.REFUSED if is_news else Outcome.DROPPED, reason=_NOT_THEIRS)
        if is_news:
            say_no.later(
                case.person.pk,
                case.letter.subject,
                case.letter.raw_id,
                _(
                    "It came from %(sender)s, which is not an address that you have shown to be yours. If it was you, add the address to your account; if not, you need do nothing."
                )
                % {"sender": case.letter.sender or _("an unknown address")},
            )


_NOT_THEIRS = "not from an address of theirs"


def _note(case: _Case, outcome: str, *, reason: str = "", post: Post | None = None) -> None:
    actions.note_inbound(
        message_id=case.letter.raw_id,
        recipient=case.recipient,
        sender=case.letter.sender,
        outcome=outcome,
        reason=reason,
        person_id=case.person.pk,
        post_id=post.pk if post else None,
    )


def _post(case: _Case) -> tuple[Post, list[str]]:
    letter, person = case.letter, case.person
    if case.to.kind == "list":
        forum = Forum.objects.filter(pk=case.to.thing_id).first()
        if forum is None:
            raise Refusal(_("That forum is not there any more."))
        attached, left_out = _attach(letter, person, forum, None)
        thread = conversations.start_thread(
            forum=forum,
            by=person,
            title=_title(letter.subject, forum),
            html=_html(letter, attached),
            via=Post.Via.MAIL,
            attachments=attached,
            message_id=_name(letter, None),
        )
        _tidy(person, forum, None)
        assert thread.last_post is not None  # noqa: S101  # for the type checker: it has just been made
        return thread.last_post, left_out
    thread_of, reply_to = _answered(case)
    attached, left_out = _attach(letter, person, thread_of.forum, thread_of)
    post = conversations.post(
        thread=thread_of,
        by=person,
        html=_html(letter, attached),
        reply_to=reply_to,
        via=Post.Via.MAIL,
        message_id=_name(letter, thread_of),
        attachments=attached,
    )
    _tidy(person, thread_of.forum, thread_of)
    return post, left_out


def _answered(case: _Case) -> tuple[Thread, Post | None]:
    """The thread, and the post in it that the letter answers; where that was split off, the thread in which it stands now."""
    thread = Thread.objects.select_related("forum").filter(pk=case.to.thing_id).first()
    if thread is None:
        raise Refusal(_("That thread is not there any more."))
    named = addresses.posts_named(case.letter.answers)
    post = (
        Post.objects.select_related("thread__forum", "author").filter(pk=named[-1]).first() if named else None
    )
    if post is not None and thread.pk in {post.thread_id, post.thread.split_from_id}:
        return post.thread, post
    return thread, None


def _name(letter: incoming.Letter, thread: Thread | None) -> str:
    """A letter to two threads at once is a post in each."""
    elsewhere = Post.objects.filter(message_id=letter.raw_id)
    if thread is not None:
        elsewhere = elsewhere.exclude(thread=thread)
    return f"{letter.raw_id} {thread.pk if thread else 'new'}" if elsewhere.exists() else letter.raw_id


def _title(subject: str, forum: Forum) -> str:
    plain = _PREFIX.sub("", subject).strip()
    return _PREFIX.sub("", plain.removeprefix(f"[{forum.title}]")).strip()[:200]


def _html(letter: incoming.Letter, attached: list[Attachment]) -> str:
    if not letter.text and attached:
        names = ", ".join(each.file_name for each in attached)
        return f"<p>{escape(names)}</p>"
    return incoming.as_html(letter.text) if letter.text else ""


def _attach(
    letter: incoming.Letter, person: Person, forum: Forum, thread: Thread | None
) -> tuple[list[Attachment], list[str]]:
    """The files of the letter under the usual limits; what they do not let in is left out, and said."""
    attached: list[Attachment] = []
    left_out: list[str] = []
    for each in letter.attached:
        upload = File(io.BytesIO(each.content), name=each.name)
        try:
            attached.append(
                conversations.attach(
                    by=person,
                    forum=forum,
                    thread=thread,
                    upload=upload,
                    alt_text=_("“%(name)s”, sent by e-mail") % {"name": each.name},
                )
            )
        except Refusal as refusal:
            left_out.append(f"{each.name}: {refusal}")
    return attached, left_out


def _tidy(person: Person, forum: Forum, thread: Thread | None) -> None:
    """The draft that carried the files, where there is nothing else in it."""
    empty = Draft.objects.filter(person=person, forum=forum, thread=thread, html="", title="")
    empty.filter(attachments__isnull=True).delete()


def _came_back(raw: bytes, to: addresses.CameBack, *, recipient: str, message_id: str) -> None:
    message = incoming.parse(raw)
    report = returns.read(message)
    with transaction.atomic():
        actions.note_inbound(
            message_id=message_id,
            recipient=recipient,
            sender=to.address,
            outcome=Outcome.BOUNCED if report else Outcome.DROPPED,
            reason=report.reason if report else "no report of a failure",
        )
        if report is not None:
            actions.note_return(address=to.address, permanent=report.permanent, reason=report.reason)


# What the sender is told ----------------------------------------------------------------------------------------------


@background.task(retries=6)
def confirm(post_id: int, message_id: str, left_out: list[str]) -> None:
    post = Post.objects.select_related("thread__forum", "author__account").filter(pk=post_id).first()
    if post is None or post.author is None:
        return
    _answer(
        post.author,
        message_id,
        template="notifications/posted_letter",
        context={
            "post": post,
            "left_out": left_out,
            "address": site(reverse("conversations:post", args=[post.pk])),
        },
    )


@background.task(retries=6)
def say_no(person_id: int, subject: str, message_id: str, reason: str) -> None:
    person = Person.objects.select_related("account").filter(pk=person_id).first()
    if person is not None:
        _answer(
            person,
            message_id,
            template="notifications/not_posted_letter",
            context={"title": subject, "reason": reason},
        )


def _answer(person: Person, message_id: str, *, template: str, context: dict[str, object]) -> None:
    if person.account is None or not person.account.is_active:
        return
    is_name = message_id.isascii() and message_id.startswith("<") and message_id.endswith(">")
    letters.send(
        to=person.account.email,
        template=template,
        language=person.language,
        context={
            "person": person,
            "preferences": site(reverse("notifications:preferences")),
            "emails": site(reverse("account_email")),
            **context,
        },
        headers={
            "Auto-Submitted": "auto-replied",
            "X-Auto-Response-Suppress": "All",
            **({"In-Reply-To": message_id, "References": message_id} if is_name else {}),
        },
        in_spite_of_returns=False,
    )


@background.periodic(minutes=24 * 60)
def forget() -> None:
    actions.forget_inbound(before=KEPT)
