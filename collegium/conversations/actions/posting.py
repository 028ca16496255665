"""Starting a thread, posting, changing and taking away. The words are cleaned here, once."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils.translation import gettext as _

from collegium.activity.actions import record
from collegium.conversations import newcomers, rules, words
from collegium.conversations.actions import verbs
from collegium.conversations.actions.cards import set_links
from collegium.conversations.actions.counting import locked, recount
from collegium.conversations.actions.drafts import drop_posted, hand_over
from collegium.conversations.models import (
    Attachment,
    Draft,
    Following,
    Forum,
    Level,
    Mention,
    Post,
    PostVersion,
    Reaction,
    Reading,
    Thread,
)
from collegium.foundation import clock, richtext
from collegium.foundation.prepared import padded, prepared
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience, CircleMember, Person

TITLE_MOST = 200
WORDS_MOST = 100_000  # characters of HTML: a long essay; what is longer is a file


@transaction.atomic
def start_thread(
    *,
    forum: Forum,
    by: Person | None,
    title: str,
    html: str,
    wants_answer: bool = True,
    pinned: bool = False,
    about: models.Model | None = None,
    via: str = "",
    attachments: Iterable[Attachment] = (),
    submission_key: str = "",
    message_id: str = "",
) -> Thread:
    """A thread with its first post. ``by`` None is the machine, which no rule holds back; only moderators begin pinned.

    The same form or letter sent twice gives the thread that it made the first time.
    """
    via = via or (Post.Via.WEB if by is not None else Post.Via.MACHINE)
    already = _already(by, submission_key, message_id)
    if already is not None:
        return already.thread
    if by is not None:
        _require_may_post(by, forum)
        if pinned and not rules.may_moderate(by, forum):
            raise Refusal(_("Only a moderator can pin a thread."), code="pinned")
    title = " ".join(title.split())
    if not title:
        raise Refusal(_("Give it a title, so that others see what it is about."), code="title")
    if len(title) > TITLE_MOST:
        raise Refusal(_("The title is too long: put the rest into the words."), code="title")
    written = _written(html, forum, by)
    now = clock.now()

    def begin() -> Post:
        thread = Thread.objects.create(
            forum=forum,
            title=title,
            started_by=by,
            started_at=now,
            last_posted_at=now,
            post_count=1,
            is_newcomers=by is not None and not Post.objects.filter(author=by, thread__forum=forum).exists(),
            wants_answer=wants_answer,
            pinned_at=now if pinned else None,
            pinned_by=by if pinned else None,
            about_kind=about._meta.label_lower if about is not None else "",
            about_id=str(about.pk) if about is not None else "",
        )
        return _make(thread, by, written, via, submission_key=submission_key, message_id=message_id)

    post, is_new = _once(begin, by, submission_key, message_id)
    if not is_new:
        return post.thread
    thread = post.thread
    thread.last_post = post
    thread.save(update_fields=["last_post"])
    _settle(post, written, by, attachments)
    if by is not None and via == Post.Via.WEB:
        Draft.objects.filter(person=by, forum=forum, thread=None).delete()
    if by is not None:
        Reading.objects.create(person=by, thread=thread, read_through=post.pk)
    record(
        verbs.THREAD_STARTED,
        by=by,
        about=thread,
        concerns=[
            (person, "mentioned") for person in _reachable([each.pk for each in written.mentioned], thread)
        ],
        data={**_facts(post, thread), "post": post.pk},
    )
    return thread


def post(
    *,
    thread: Thread,
    by: Person | None,
    html: str,
    reply_to: Post | None = None,
    via: str = "",
    message_id: str = "",
    submission_key: str = "",
    attachments: Iterable[Attachment] = (),
) -> Post:
    """Say something in a thread. The same form or letter sent twice is one post, and gives that one."""
    try:
        return _post(
            thread=thread,
            by=by,
            html=html,
            reply_to=reply_to,
            via=via or (Post.Via.WEB if by is not None else Post.Via.MACHINE),
            message_id=message_id,
            submission_key=submission_key,
            attachments=attachments,
        )
    except IntegrityError:
        # The same form made it meanwhile, and the database does not let it in a second time. This transaction is undone.
        already = _already(by, submission_key, message_id)
        if already is None:
            raise
        return already


@transaction.atomic
def _post(
    *,
    thread: Thread,
    by: Person | None,
    html: str,
    reply_to: Post | None,
    via: str,
    message_id: str,
    submission_key: str,
    attachments: Iterable[Attachment],
) -> Post:
    held: Any = locked(thread) if by is None else _held(thread, by, submission_key)
    thread = held
    is_known = message_id or getattr(held, "already_id", None)
    if is_known and (already := _already(by, submission_key, message_id)) is not None:
        return already
    if by is not None:
        _require_allowed(rules.standing_as_found(by, thread, held))
    if reply_to is not None and reply_to.thread_id != thread.pk:
        raise Refusal(_("The post that you reply to has been moved to another thread."), code="reply_to")
    written = _written(html, thread.forum, by)
    new = _make(
        thread, by, written, via, reply_to=reply_to, submission_key=submission_key, message_id=message_id
    )
    before = thread.last_post_id
    thread.post_count += 1
    thread.last_post = new
    thread.last_posted_at = new.posted_at
    if thread.first_answer_at is None and by is not None and by.pk != thread.started_by_id:
        thread.first_answer_at = new.posted_at
    thread.save(update_fields=["post_count", "last_post", "last_posted_at", "first_answer_at"])
    _settle(new, written, by, attachments)
    if by is not None and via == Post.Via.WEB and held.draft_id is not None:
        drop_posted(held.draft_id)
    if by is not None:
        # Whoever had read everything has read their own words too.
        Reading.objects.filter(person=by, thread=thread, read_through__gte=before or 0).update(
            read_through=new.pk, read_at=new.posted_at
        )
    concerned = dict.fromkeys((person.pk for person in written.mentioned), "mentioned")
    if by is not None:
        spoken_to = reply_to.author_id if reply_to is not None else thread.started_by_id
        if spoken_to is not None and spoken_to != by.pk:
            concerned.setdefault(spoken_to, "replied_to")
    record(
        verbs.POST_MADE,
        by=by,
        about=new,
        concerns=[(person, concerned[person.pk]) for person in _reachable(concerned, thread)],
        data=_facts(new, thread),
    )
    return new


@transaction.atomic
def edit_post(*, post: Post, by: Person, html: str) -> Post:
    """Its author says it otherwise; what it said before stays to be read. Only who is newly mentioned is told."""
    thread = locked(post.thread)
    post = Post.objects.select_for_update().get(pk=post.pk)
    post.thread = thread
    if post.author_id != by.pk:
        raise Refusal(_("Only its author can change a post."))
    if not rules.is_standing(post):
        raise Refusal(_("This post has been taken away or hidden, so it cannot be changed."))
    _require_may_post(by, post, limits=False)
    written = _written(html, thread.forum, by, post=post)
    if richtext.is_same(post.html, written.html):
        return post
    now = clock.now()
    PostVersion.objects.create(post=post, html=post.html, replaced_at=now, replaced_by=by)
    post.html = written.html
    post.edited_at = post.changed_at = thread.changed_at = now
    post.save(update_fields=["html", "edited_at", "changed_at"])
    thread.save(update_fields=["changed_at"])
    known = set(post.mentions.values_list("person_id", flat=True))
    Mention.objects.filter(post=post).exclude(person__in=written.mentioned).delete()
    fresh = [person for person in written.mentioned if person.pk not in known]
    Mention.objects.bulk_create(Mention(post=post, person=person) for person in fresh)
    set_links(post, written.addresses)
    hand_over(post, by, words.pictures(written.html))
    record(
        verbs.POST_EDITED,
        by=by,
        about=post,
        concerns=[(person, "mentioned") for person in _reachable([each.pk for each in fresh], thread)],
        data=_facts(post, thread),
    )
    return post


@transaction.atomic
def remove_post(*, post: Post, by: Person) -> Post:
    """Its author, or a moderator, takes it away: the place stays, the words, their history and files go. Safe to repeat."""
    thread = locked(post.thread)
    post = Post.objects.select_for_update().get(pk=post.pk)
    post.thread = thread
    if post.removed_at is not None:
        return post
    if not rules.may_remove(by, post):
        raise Refusal(_("Only its author or a moderator can take a post away."))
    empty(post, by)
    if thread.answer_id == post.pk:
        thread.answer = None
        thread.save(update_fields=["answer"])
    recount(thread)
    author = post.author
    record(
        verbs.POST_REMOVED,
        by=by,
        about=post,
        concerns=[(author, "author")] if author is not None else [],
        data={"title": thread.title, "forum": thread.forum.title, "thread": thread.pk},
    )
    return post


def empty(post: Post, by: Person | None) -> None:
    """Its words and all that hangs on them go; whoever calls counts the thread anew."""
    post.html = ""
    post.removed_at = post.changed_at = clock.now()
    post.removed_by = by
    post.save(update_fields=["html", "removed_at", "removed_by", "changed_at"])
    for rows in (post.versions, post.attachments, post.links, post.mentions, post.reactions):
        rows.all().delete()


@transaction.atomic
def react(*, post: Post, by: Person, kind: str) -> Reaction:
    """A small sign. Safe to repeat; it leaves no activity, because nobody is to be told of each."""
    if kind not in Reaction.Kind.values:
        raise Refusal(_("There is no such sign."))
    _require_may_post(by, post.thread.forum, limits=False)  # also where the thread is closed
    if not rules.is_standing(post):
        raise Refusal(_("This post is not there any more."))
    reaction, made = Reaction.objects.get_or_create(post=post, person=by, kind=kind)
    if made:
        _looks_otherwise(post)
    return reaction


@transaction.atomic
def unreact(*, post: Post, by: Person, kind: str) -> None:
    taken_back, _rows = Reaction.objects.filter(post=post, person=by, kind=kind).delete()
    if taken_back:
        _looks_otherwise(post)


def _looks_otherwise(post: Post) -> None:
    """Pages that stand open show it within a moment."""
    now = clock.now()
    Post.objects.filter(pk=post.pk).update(changed_at=now)
    Thread.objects.filter(pk=post.thread_id).update(changed_at=now)


# What several of these begin or end with ------------------------------------------------------------------------------


def _require_may_post(by: Person, thing: Any, *, limits: bool = True) -> None:
    _require_allowed(rules.standing(by, thing, limits=limits))


def _require_allowed(found: rules.Standing) -> None:
    if not found.belongs:
        raise Refusal(_("Only members can post here."), code="member")
    if found.silence:
        raise Refusal(found.silence, code="silence")


def _held(thread: Thread, by: Person, submission_key: str) -> Any:
    """The thread as ``locked`` gives it, with what posting in it asks about its author."""
    return _held_for(thread.pk, by.pk, submission_key, clock.now())[0]


@prepared
def _held_for(thread: int, by: int, submission_key: str, moment: datetime) -> "models.QuerySet[Thread, Any]":
    own = Post.objects.filter(author=by, submission_key=submission_key).exclude(submission_key="")
    return (
        Thread.objects.select_related("forum")
        .select_for_update(of=("self",))
        .filter(pk=thread)
        .annotate(
            **rules.stands(
                by,
                moment,
                forum=OuterRef("forum"),
                members=OuterRef("forum__members"),
                moderators=OuterRef("forum__moderators"),
            ),
            already_id=Subquery(own.values("pk")[:1]),
            draft_id=Subquery(Draft.objects.filter(person=by, thread=OuterRef("pk")).values("pk")[:1]),
        )
    )


def _already(by: Person | None, submission_key: str, message_id: str) -> Post | None:
    made = Post.objects.select_related("thread")
    if message_id and (found := made.filter(message_id=message_id).first()) is not None:
        return found
    if submission_key and by is not None:
        return made.filter(author=by, submission_key=submission_key).first()
    return None


def _once(
    make: Callable[[], Post], by: Person | None, submission_key: str, message_id: str
) -> tuple[Post, bool]:
    """The post; or the one that the same form made meanwhile, which the database does not let in a second time."""
    try:
        with transaction.atomic():
            return make(), True
    except IntegrityError:
        already = _already(by, submission_key, message_id)
        if already is None:
            raise
        return already, False


def _written(html: str, forum: Forum, by: Person | None, *, post: Post | None = None) -> words.Words:
    if len(html) > WORDS_MOST:
        raise Refusal(
            _("That is too long for one post. Attach it as a file, or make several of it."), code="html"
        )
    written = words.prepare(html, forum=forum, by=by)
    if by is not None and "<img" in written.html:
        written = replace(
            written, html=words.with_pictures(written.html, _own_pictures(written.html, by, post))
        )
    if words.is_empty(written.html):
        raise Refusal(_("There is nothing written yet."), code="html")
    if richtext.images_without_alt(written.html):
        raise Refusal(_("Say in words what each image shows, for those who can’t see it."), code="alt_text")
    if by is not None and (too_much := newcomers.too_much(by, forum, links=written.addresses)):
        raise Refusal(too_much, code="html")
    return written


def _own_pictures(html: str, by: Person, post: Post | None) -> set[int]:
    """Of the pictures in the words, those that their author has brought to a draft, or that belong to the post already."""
    wanted = Attachment.objects.filter(pk__in=words.pictures(html), owner=by)
    mine = (
        wanted.filter(models.Q(post__isnull=True) | models.Q(post=post))
        if post
        else wanted.filter(post__isnull=True)
    )
    return set(mine.values_list("pk", flat=True))


def _make(thread: Thread, by: Person | None, written: words.Words, via: str, **facts: Any) -> Post:
    made: Post = Post.objects.create(
        thread=thread, author=by, html=written.html, via=via, posted_at=clock.now(), **facts
    )
    return made


def _settle(post: Post, written: words.Words, by: Person | None, attachments: Iterable[Attachment]) -> None:
    Mention.objects.bulk_create(Mention(post=post, person=person) for person in written.mentioned)
    set_links(post, written.addresses)
    hand_over(post, by, [*(each.pk for each in attachments), *words.pictures(written.html)])


def _reachable(keys: Collection[int], thread: Thread) -> list[Person]:
    """Of these, who is here, may read the thread, and has not said that they want to hear nothing of it. One query."""
    if not keys:
        return []
    forum = thread.forum
    found = _hearing(thread.pk, forum.pk, forum.members_id, forum.moderators_id, *padded(keys))
    return [
        person
        for person in found
        if (person.is_near or forum.audience != Audience.CIRCLE)
        and (person.own_level or person.forum_level) != Level.NOTHING
    ]


@prepared
def _hearing(
    thread: int, forum: int, members: int, moderators: int, *keys: int
) -> "models.QuerySet[Person, Any]":
    own = Following.objects.filter(person=OuterRef("pk"), thread=thread)
    whole = Following.objects.filter(person=OuterRef("pk"), forum=forum, thread__isnull=True)
    near = CircleMember.objects.filter(person=OuterRef("pk"), circle__in=[members, moderators])
    here = Person.objects.filter(pk__in=keys, erased_at__isnull=True, account__isnull=False)
    return here.only("pk").annotate(
        is_near=Exists(near),
        own_level=Subquery(own.values("level")[:1]),
        forum_level=Subquery(whole.values("level")[:1]),
    )


def _facts(post: Post, thread: Thread) -> dict[str, Any]:
    return {
        "title": thread.title,
        "forum": thread.forum.title,
        "excerpt": words.excerpt(post.html),
        "thread": thread.pk,
        "forum_id": thread.forum_id,
    }
