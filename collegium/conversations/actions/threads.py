"""What is done to a whole thread: answered, pinned, closed, moved, split."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from collegium.activity.actions import record
from collegium.activity.verbs import Verb
from collegium.conversations import rules
from collegium.conversations.actions import verbs
from collegium.conversations.actions.counting import locked, recount
from collegium.conversations.models import Draft, Following, Forum, Post, Thread
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person

TITLE_MOST = 200


@transaction.atomic
def mark_answer(*, thread: Thread, by: Person, post: Post | None) -> Thread:
    """Whoever started the thread, or a moderator, says what answered it; None takes that back."""
    thread = locked(thread)
    if not rules.may_mark_answer(by, thread):
        raise Refusal(_("Only whoever started the thread, or a moderator, can say what answered it."))
    if post is not None and (post.thread_id != thread.pk or not rules.is_standing(post)):
        raise Refusal(_("This post is not in the thread any more."))
    if thread.answer_id == (post.pk if post is not None else None):
        return thread
    now = clock.now()
    Post.objects.filter(pk__in=[pk for pk in (thread.answer_id, post and post.pk) if pk]).update(
        changed_at=now
    )
    thread.answer, thread.changed_at = post, now
    thread.save(update_fields=["answer", "changed_at"])
    facts = {"title": thread.title, "forum": thread.forum.title, "thread": thread.pk}
    if post is None:
        record(verbs.ANSWER_TAKEN_BACK, by=by, about=thread, data=facts)
    else:
        author = post.author
        record(
            verbs.ANSWERED_IT,
            by=by,
            about=post,
            concerns=[(author, "author")] if author is not None and author.account_id else [],
            data=facts,
        )
    return thread


@transaction.atomic
def pin(*, thread: Thread, by: Person) -> Thread:
    """Two moderators at once: the first one's pin stays, the second's changes nothing."""
    thread = _moderated(thread, by)
    if thread.pinned_at is None:
        thread.pinned_at, thread.pinned_by = clock.now(), by
        _say(thread, by, verbs.THREAD_PINNED, "pinned_at", "pinned_by")
    return thread


@transaction.atomic
def unpin(*, thread: Thread, by: Person | None = None) -> Thread:
    """By nobody: the machine, whose week is over, and which no rule is asked about. Safe to repeat."""
    thread = locked(thread) if by is None else _moderated(thread, by)
    if thread.pinned_at is not None:
        thread.pinned_at = thread.pinned_by = None
        _say(thread, by, verbs.THREAD_UNPINNED, "pinned_at", "pinned_by")
    return thread


@transaction.atomic
def close(*, thread: Thread, by: Person) -> Thread:
    """It stays to be read; only moderators add to it."""
    thread = _moderated(thread, by)
    if thread.closed_at is None:
        thread.closed_at = clock.now()
        _say(thread, by, verbs.THREAD_CLOSED, "closed_at")
    return thread


@transaction.atomic
def reopen(*, thread: Thread, by: Person) -> Thread:
    thread = _moderated(thread, by)
    if thread.closed_at is not None:
        thread.closed_at = None
        _say(thread, by, verbs.THREAD_REOPENED, "closed_at")
    return thread


@transaction.atomic
def move(*, thread: Thread, by: Person, forum: Forum) -> Thread:
    """To another forum that ``by`` moderates too; whoever cannot read there no longer reads it."""
    thread = _moderated(thread, by)
    if not rules.may_moderate(by, forum):
        raise Refusal(_("You can move it only to a forum that you moderate."))
    if forum.closed_at is not None:
        raise Refusal(_("That forum is closed."))
    before = thread.forum
    if before.pk == forum.pk:
        return thread
    thread.forum = forum
    thread.save(update_fields=["forum"])
    Following.objects.filter(thread=thread).update(forum=forum)
    Draft.objects.filter(thread=thread).update(forum=forum)
    starter = thread.started_by
    tells = starter is not None and bool(starter.account_id) and rules.may_read(starter, forum)
    record(
        verbs.THREAD_MOVED,
        by=by,
        about=thread,
        concerns=[(starter, "starter")] if starter is not None and tells else [],
        data={"title": thread.title, "forum": forum.title, "from": before.title, "to": forum.title},
    )
    return thread


@transaction.atomic
def split(*, thread: Thread, by: Person, posts: Iterable[Post], title: str) -> Thread:
    """A thread of its own for some of the posts, of which at least one stays behind."""
    source = _moderated(thread, by)
    title = " ".join(title.split())[:TITLE_MOST]
    if not title:
        raise Refusal(_("Give the new thread a title."), code="title")
    chosen = Post.objects.filter(thread=source, pk__in=[post.pk for post in posts]).order_by("pk")
    moved = list(chosen.select_related("author"))
    if not moved:
        raise Refusal(_("Choose the posts that the new thread is to have."), code="posts")
    ids = [post.pk for post in moved]
    if not Post.objects.filter(thread=source).exclude(pk__in=ids).exists():
        raise Refusal(_("At least one post has to stay behind."), code="posts")
    first = moved[0]
    made = Thread.objects.create(
        forum=source.forum,
        title=title,
        started_by=first.author,
        started_at=first.posted_at,
        last_posted_at=first.posted_at,
        wants_answer=source.wants_answer,
        split_from=source,
    )
    Post.objects.filter(pk__in=ids).update(thread=made)
    # A reply whose other half stayed behind, on either side, stands by itself.
    Post.objects.filter(thread=made, reply_to__thread=source).update(reply_to=None)
    Post.objects.filter(thread=source, reply_to__thread=made).update(reply_to=None)
    if source.answer_id in ids:
        source.answer = None
        source.save(update_fields=["answer"])
    recount(source)
    recount(made)
    authors = {post.author_id: post.author for post in moved if post.author is not None}
    record(
        verbs.THREAD_SPLIT,
        by=by,
        about=made,
        concerns=[(author, "author") for author in authors.values() if author and author.account_id],
        data={
            "title": title,
            "forum": source.forum.title,
            "from": source.title,
            "source": source.pk,
            "posts": ids,
        },
    )
    return made


def _moderated(thread: Thread, by: Person) -> Thread:
    thread = locked(thread)
    if not rules.may_moderate(by, thread):
        raise Refusal(_("Only a moderator can do that."))
    return thread


def _say(thread: Thread, by: Person | None, verb: Verb, *fields: str) -> None:
    thread.save(update_fields=list(fields))
    record(verb, by=by, about=thread, data={"title": thread.title, "forum": thread.forum.title})
