"""What letters of notifications say. What is the same for all who are told the same is written once: a sheet with blanks."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from collegium.conversations.models import Attachment, Post
from collegium.foundation import letters
from collegium.notifications import addresses, queries, sight
from collegium.notifications.addresses import one_click, site, stop_token
from collegium.notifications.models import Notification

# Short enough a beginning is no sentence but a title: “Dr. Ada Candidate has …”.
FIRST_SENTENCE = re.compile(r"(.{20,}?)([.!?]) +(\S.*)", re.DOTALL)
WITH_WORDS = frozenset({"post.made", "thread.started"})  # whose letters carry the post itself
_OWN_ADDRESS = re.compile(r'\b(href|src)="(/(?!/)[^"]*)"')
_IMAGE = re.compile(r"<img\b[^>]*>")
_NAME = re.compile(r"<[!-;=?-~]{3,250}>")
_SRC = re.compile(r'\bsrc="([^"]*)"')
_ALT = re.compile(r'\balt="([^"]*)"')


@dataclass(frozen=True)
class Sheet:
    """The letter of an activity for all who are told it in one role and one language."""

    letter: letters.Letter
    kind: str
    post: Post | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def send(self, notification: Notification, *, to: str) -> None:
        person = notification.person
        stop = site(reverse("notifications:stop", args=[stop_token(person, self._ends)]))
        own = {
            "name": person.name,
            "address": site(reverse("notifications:open", args=[notification.pk])),
            "stop": stop,
        }
        headers = {**self.headers, **one_click(stop)}
        sender = ""
        if self.post is None:
            # The same each time: where a crash between sending and noting it sends twice, mail readers show it once.
            headers["Message-ID"] = f"<notification-{notification.pk}@{addresses.host()}>"
        else:
            thread = self.post.thread
            own["less"] = site(
                reverse("notifications:stop", args=[stop_token(person, f"thread {thread.pk}")])
            )
            reply_to = addresses.reply_address("reply", person.pk, thread.pk)
            begins_by_mail = addresses.reply_address("list", person.pk, thread.forum_id)
            headers |= {"Reply-To": reply_to} if reply_to else {}
            headers |= {"List-Post": f"<mailto:{begins_by_mail}>"} if begins_by_mail else {}
            sender = _sender(self.post, thread.forum.title, reply_to)
        letters.dispatch(self.letter.filled(**own), to=to, headers=headers, sender=sender)

    @property
    def _ends(self) -> str:
        """What one click ends: letters of the forum, for who has them because they follow it; else letters of the kind."""
        by_following = {queries.BY_LIST, "post.followed"}
        if self.post is not None and self.kind in by_following:
            return f"forum {self.post.thread.forum_id}"
        return self.kind


def sheet_of(notification: Notification) -> Sheet:
    """In the present language."""
    post = _post_of(notification)
    return _of_sentence(notification) if post is None else _of_post(notification, post)


def _of_sentence(notification: Notification) -> Sheet:
    line = queries.line(notification)
    first, rest = subject_and_rest(line.sentence)
    letter = letters.write(
        template="notifications/letter",
        subject=first,
        context={
            "line": line,
            "first": first,
            "rest": rest,
            "preferences": site(reverse("notifications:preferences")),
        },
        blanks=("name", "address", "stop"),
    )
    headers = {
        "List-Id": f"<{line.kind.replace('.', '-')}.notifications.{addresses.host()}>",
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
    }
    return Sheet(letter, line.kind, headers=headers)


def _post_of(notification: Notification) -> Post | None:
    if notification.activity.verb not in WITH_WORDS:
        return None
    return (
        Post.objects.select_related("thread__forum", "author", "reply_to__author")
        .filter(pk=sight.post_id(notification.activity) or 0)
        .first()
    )


def _of_post(notification: Notification, post: Post) -> Sheet:
    """The post itself, as a letter of its author by way of the forum, to which one can reply."""
    thread, forum = post.thread, post.thread.forum
    line = queries.line(notification)
    first = thread.posts.order_by("pk").only("pk", "message_id").first()
    begins = first is None or first.pk == post.pk
    letter = letters.write(
        template="notifications/post_letter",
        subject=f"[{forum.title}] {thread.title}" if begins else f"Re: [{forum.title}] {thread.title}",
        context={
            "line": line,
            "post": post,
            "thread": thread,
            "forum": forum,
            "author": post.author.name if post.author else settings.SITE_NAME,
            "begins": begins,
            "words": for_letter(post.html),
            "attachments": list(Attachment.objects.filter(post=post).order_by("pk")),
            "can_reply": bool(settings.REPLY_DOMAIN),
            "by_list": line.kind == queries.BY_LIST,
            "preferences": site(reverse("notifications:preferences")),
        },
        blanks=("address", "stop", "less"),
    )
    headers = {
        "Message-ID": addresses.post_name(post.pk),
        **_ancestors(post, first if not begins else None),
        "List-Id": _list_id(forum.title, forum.pk),
        "Archived-At": f"<{site(reverse('conversations:post', args=[post.pk]))}>",
        "Precedence": "list",
        "X-Auto-Response-Suppress": "All",  # Exchange: no "I am out of office" to a list
    }
    return Sheet(letter, line.kind, post=post, headers=headers)


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


def _list_id(title: str, forum_id: int) -> str:
    plain = " ".join(re.sub(r'[<>"\\]', " ", title).split())
    named = f"<{addresses.list_id(forum_id)}>"
    return f'"{plain}" {named}' if plain and plain.isascii() else named


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
