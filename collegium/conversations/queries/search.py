"""Posts by their words. What may be seen is asked when somebody searches; the index knows nothing of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.safestring import SafeString

from collegium.conversations.models import Forum, Post, Thread
from collegium.foundation import fulltext, richtext
from collegium.people.models import Person

LIMIT = 30
BATCH = 500


@dataclass(frozen=True)
class Hit:
    post: Post
    thread: Thread
    title_html: SafeString
    excerpt_html: SafeString


def search(
    words: str, person: Person | None, *, forums: Iterable[Forum] | None = None, limit: int = LIMIT
) -> list[Hit]:
    """The best of the newest posts that have all these words and that the person may read now, best first.

    Removed and hidden posts, hidden threads, and forums that the person may not read any more are never among them,
    whether the index has heard of it or not. Three queries, however many posts there are.
    """
    query = fulltext.Query.read(words)
    if not query:
        return []
    readable = Forum.objects.visible_to(person)
    if forums is not None:
        readable = readable.filter(pk__in=[forum.pk for forum in forums])
    # One more than the index looks for by itself is enough to know that they are many.
    few = list(readable.order_by("pk").values_list("pk", flat=True)[: fulltext.MOST_SCOPES + 1])
    are_few = len(few) <= fulltext.MOST_SCOPES
    among = Post.objects.standing().filter(thread__hidden_at__isnull=True)
    among = among.filter(thread__forum__in=few if are_few else readable)
    found = POSTS.find(query, among, scopes=few if are_few else None, limit=limit)
    posts = Post.objects.select_related("thread__forum", "author__photo").in_bulk([hit.key for hit in found])
    return [_hit(posts[hit.key], query) for hit in found if hit.key in posts]


def _hit(post: Post, query: fulltext.Query) -> Hit:
    return Hit(
        post=post,
        thread=post.thread,
        title_html=fulltext.marked(post.thread.title, query),
        excerpt_html=fulltext.excerpt(richtext.plain(post.html), query),
    )


def by_forum(hits: Sequence[Hit]) -> list[tuple[Forum, list[Hit]]]:
    """The hits of each forum together: the forum with the best hit first."""
    groups: dict[int, tuple[Forum, list[Hit]]] = {}
    for hit in hits:
        groups.setdefault(hit.thread.forum_id, (hit.thread.forum, []))[1].append(hit)
    return list(groups.values())


# What the index is told -----------------------------------------------------------------------------------------------


def _with_thread(posts: "QuerySet[Post]") -> "QuerySet[Any]":
    """The first post that stands in a thread is also found by the thread's title."""
    earlier = Post.objects.standing().filter(thread=OuterRef("thread"), pk__lt=OuterRef("pk"))
    return posts.select_related("thread").annotate(opens_thread=~Exists(earlier))


def _entry(post: Any) -> fulltext.Entry:
    return fulltext.Entry(
        key=post.pk,
        title=post.thread.title if post.opens_thread else "",
        body=richtext.plain(post.html),
        scope=post.thread.forum_id,
    )


def _stands(post: Post) -> bool:
    return post.removed_at is None and post.hidden_at is None and post.thread.hidden_at is None


def _rows(after: int) -> tuple[list[fulltext.Entry], int | None]:
    posts = list(_with_thread(Post.objects.filter(pk__gt=after).order_by("pk"))[:BATCH])
    return [_entry(post) for post in posts if _stands(post)], posts[-1].pk if len(posts) == BATCH else None


POSTS = fulltext.Index("conversations_post_words", rows=_rows)


def write_index(posts: "QuerySet[Post]") -> None:
    """Bring the index in step with these posts as they are now. Safe to repeat, in any order."""
    after = 0
    while batch := list(_with_thread(posts.filter(pk__gt=after).order_by("pk"))[:BATCH]):
        POSTS.put(*[_entry(post) for post in batch if _stands(post)])
        POSTS.remove([post.pk for post in batch if not _stands(post)])
        after = batch[-1].pk
