"""Who follows what, and how closely."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from collegium.conversations import words
from collegium.conversations.models import Following, Forum, Level, Post, Thread
from collegium.people.models import Audience, CircleMember, Person

A_BATCH = 1000
SUGGESTED = 6


def level_of(person: Person, thread: Thread) -> Level:
    """As the thread is followed; else as its forum is; else replies and mentions."""
    return levels_of(person, thread)[0]


def levels_of(person: Person, thread: Thread) -> tuple[Level, bool]:
    """The level, and whether it was chosen for this very thread."""
    own: dict[bool, str] = {}
    for following in Following.objects.filter(person=person, forum=thread.forum_id).filter(
        Q(thread=thread) | Q(thread__isnull=True)
    ):
        own[following.thread_id is not None] = following.level
    if True in own:
        return Level(own[True]), True
    return Level(own.get(False, Level.REPLIES)), False


def forum_level_of(person: Person, forum: Forum) -> Level:
    found = Following.objects.filter(person=person, forum=forum, thread__isnull=True).first()
    return Level(found.level) if found is not None else Level.REPLIES


def followers(
    thread: Thread,
    *,
    post: Post,
    levels: tuple[Level, ...] = (Level.EVERYTHING, Level.DIGEST),
    after: int = 0,
) -> Iterator[list[tuple[int, Level]]]:
    """Who is to hear of the post because they follow, with their level, in batches by the person's id.

    First those who follow the forum, then those who follow this very thread (each person in one of the two). The author
    is not among them, nor who may no longer read the forum. Whoever has no row follows at REPLIES and is told of what
    concerns them only. ``after`` takes up a walk over the forum's followers that broke off.
    """
    of_thread = Following.objects.filter(thread=thread)
    of_forum = Following.objects.filter(forum=thread.forum_id, thread__isnull=True)
    for level in levels:
        rows = _who_may(of_forum.filter(level=level), thread, post)
        yield from _walk(rows.exclude(person__in=of_thread.values("person")), level, after)
    for level in levels:
        yield from _walk(_who_may(of_thread.filter(level=level), thread, post), level, after)


def _who_may(rows: QuerySet[Following], thread: Thread, post: Post) -> QuerySet[Following]:
    rows = rows.filter(person__erased_at__isnull=True, person__account__isnull=False)
    if post.author_id is not None:
        rows = rows.exclude(person=post.author_id)
    if thread.forum.audience == Audience.CIRCLE:
        circles = [thread.forum.members_id, thread.forum.moderators_id]
        rows = rows.filter(person__in=CircleMember.objects.filter(circle__in=circles).values("person"))
    return rows


def _walk(rows: QuerySet[Following], level: Level, after: int) -> Iterator[list[tuple[int, Level]]]:
    last = after
    while True:
        ids = list(
            rows.filter(person__gt=last).order_by("person").values_list("person_id", flat=True)[:A_BATCH]
        )
        if not ids:
            return
        yield [(person_id, level) for person_id in ids]
        if len(ids) < A_BATCH:
            return
        last = ids[-1]


def named_like(forum: Forum, person: Person, start: str) -> list[Person]:
    """Members whose name, or a part of it, begins so: for the suggestions after an @."""
    start = " ".join(start.split())[:60]
    named = words.members_of(forum).filter(pk__in=Person.objects.visible_to(person).values("pk"))
    if start:
        named = named.filter(Q(name__istartswith=start) | Q(name__icontains=f" {start}"))
    return list(named.exclude(pk=person.pk).for_display().order_by("name", "pk")[:SUGGESTED])
