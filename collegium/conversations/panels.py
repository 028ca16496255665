"""What conversations put on other pages: reporting, what waits for moderators; and what goes, stays and is handed over
when somebody leaves.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from collegium.conversations import actions
from collegium.conversations.actions.moderation import forget_words
from collegium.conversations.models import Draft, Following, Measure, Post, Reaction, Report
from collegium.conversations.queries import moderation
from collegium.design.places import panel
from collegium.foundation.addresses import address
from collegium.foundation.surroundings import surroundings
from collegium.people.erasure import erases, goes, stays
from collegium.people.export import File, exports
from collegium.people.models import Person
from collegium.people.requests import Request
from collegium.people.waiting import waiting_for, waits


@panel("post.actions", order=90)
def report_or_moderate(request: HttpRequest, *, post: Post, **_context: Any) -> str | None:
    """Once for each post of a page: so it asks the database nothing. The pages behind it ask the rules."""
    person = cast("Request", request).person
    if person is None or post.removed_at is not None:
        return None
    if post.author_id == person.pk:
        return _action("why", reverse("conversations:my_measures")) if post.hidden_at else None
    reader = getattr(request, "forum_reader", None)  # noted by our views, which have asked already
    if reader is not None and reader.standing.is_moderator:
        return _action("moderate", address("conversations:moderate", post.pk))
    return _action("report", address("conversations:report", post.pk)) if not post.hidden_at else None


def _action(kind: str, where: str) -> str:
    return _rendered(kind, surroundings().language).replace("ADDRESS", where)


@lru_cache(maxsize=64)
def _rendered(kind: str, language: str) -> str:  # noqa: ARG001  # the language is the reader's already: a key
    return render_to_string("conversations/moderation/action.jinja", {"kind": kind})


waits("reports", lambda person, _now: moderation.reports_wait(person))
waits("appeals", lambda person, _now: moderation.appeals_wait(person))


@panel("home.next", order=5)
def moderators_queue(request: HttpRequest) -> str | None:
    person = cast("Request", request).person
    if person is None or not (waiting_for(request, "reports") or waiting_for(request, "appeals")):
        return None
    waiting = moderation.waiting_for(person)
    return (
        render_to_string("conversations/moderation/waiting.jinja", {"waiting": waiting}, request)
        if waiting
        else None
    )


# Mine -----------------------------------------------------------------------------------------------------------------


@exports("conversations", title=gettext_lazy("Conversations"))
def my_posts(person: Person) -> tuple[object, list[File]]:
    kept: list[File] = []
    posts = []
    wanted = Post.objects.filter(author=person, removed_at__isnull=True).select_related("thread__forum")
    for post in wanted.prefetch_related("attachments__blob", "versions").order_by("pk"):
        names = []
        for attachment in post.attachments.all():
            name = f"{attachment.pk} {attachment.file_name}"
            kept.append((name, attachment.blob.path))
            names.append(name)
        posts.append(
            {
                "forum": post.thread.forum.title,
                "thread": post.thread.title,
                "posted_at": post.posted_at,
                "html": post.html,
                "files": names,
                "earlier": [{"until": each.replaced_at, "html": each.html} for each in post.versions.all()],
            }
        )
    facts = {
        "posts": posts,
        "drafts": [
            {"forum": draft.forum.title, "title": draft.title, "html": draft.html, "saved_at": draft.saved_at}
            for draft in Draft.objects.filter(person=person).select_related("forum")
        ],
        "following": [
            {
                "forum": each.forum.title,
                "thread": each.thread.title if each.thread else "",
                "level": each.level,
                "since": each.since,
            }
            for each in Following.objects.filter(person=person).select_related("forum", "thread")
        ],
        "signs": [
            {"thread": each.post.thread.title, "sign": each.get_kind_display(), "at": each.made_at}
            for each in Reaction.objects.filter(person=person).select_related("post__thread")
        ],
    }
    return facts, kept


@exports("moderation", title=gettext_lazy("Moderation"))
def my_reports_and_measures(person: Person) -> tuple[object, list[File]]:
    """What they reported, and what was done about them; who decided is not theirs to take along."""
    reports = Report.objects.filter(by=person).select_related("post__thread__forum").order_by("pk")
    return {
        "reports": [
            {
                "forum": each.post.thread.forum.title,
                "thread": each.post.thread.title,
                "reason": each.get_reason_display(),
                "words": each.words,
                "made_at": each.made_at,
                "settled_at": each.settled_at,
            }
            for each in reports
        ],
        "measures": [
            {
                "forum": each.forum.title,
                "what": each.get_kind_display(),
                "reason": each.reason,
                "at": each.at,
                "until": each.until,
                "appeal": each.appeal,
                "answer": each.answer,
                "lifted_at": each.lifted_at,
            }
            for each in Measure.objects.filter(person=person).select_related("forum").order_by("pk")
        ],
    }, []


@goes
def drafts_go(person: Person) -> Iterable[str]:
    number = Draft.objects.filter(person=person).count()
    if number:
        yield ngettext("%(num)s draft of a post", "%(num)s drafts of posts", number) % {"num": number}


@stays
def posts_stay(person: Person) -> Iterable[str]:
    number = Post.objects.filter(author=person, removed_at__isnull=True).count()
    if number:
        yield ngettext(
            "%(num)s post of yours, without your name, so that the answers to it can be understood. If you do not want that, take your posts away first: %(address)s",
            "%(num)s posts of yours, without your name, so that the answers to them can be understood. If you do not want that, take your posts away first: %(address)s",
            number,
        ) % {"num": number, "address": reverse("conversations:my_posts")}


@erases(order=60)
def leave_no_name(person: Person) -> None:
    actions.forget(person=person)
    forget_words(person=person)
