"""What views begin with: the forum, thread, post or file, if this reader may see it; otherwise there is none."""

from typing import cast

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from collegium.conversations.models import Attachment, Forum, Post, Thread
from collegium.conversations.queries import Opening, opening
from collegium.conversations.rules import standing
from collegium.people.models import Person
from collegium.people.requests import Request

_LONGEST_NUMBER = 18  # digits of a key


def reader(request: HttpRequest) -> Person | None:
    return cast("Request", request).person


def readable_forum(request: HttpRequest, forum_id: int) -> Forum:
    return get_object_or_404(Forum.objects.visible_to(reader(request)), pk=forum_id)


def readable_thread(request: HttpRequest, thread_id: int) -> Thread:
    threads = Thread.objects.visible_to(reader(request)).select_related("forum", "started_by__photo")
    return get_object_or_404(threads, pk=thread_id)


def opened(request: HttpRequest, thread_id: int) -> Opening:
    """The thread with everything that its page asks about its reader."""
    found = opening(thread_id, reader(request))
    if found is None:
        raise Http404
    return found


def place_of(post: Post) -> str:
    """The thread, opened where the post stands."""
    thread = reverse("conversations:thread", kwargs={"thread_id": post.thread_id})
    return f"{thread}?around={post.pk}#post-{post.pk}"


def readable_post(request: HttpRequest, post_id: int) -> Post:
    posts = Post.objects.visible_to(reader(request)).select_related("thread__forum", "author__photo")
    return get_object_or_404(posts, pk=post_id)


def readable_file(request: HttpRequest, attachment_id: int) -> Attachment:
    """Of a post that the reader may read; of a draft only to its owner."""
    person = reader(request)
    attachment = get_object_or_404(
        Attachment.objects.select_related("blob", "post__thread__forum"), pk=attachment_id
    )
    post = attachment.post
    is_own = person is not None and attachment.owner_id == person.pk
    if post is None:
        if not is_own:
            raise Http404
        return attachment
    if post.removed_at is not None or not Post.objects.visible_to(person).filter(pk=post.pk).exists():
        raise Http404
    if post.hidden_at is not None and not is_own and not standing(person, post).is_moderator:
        raise Http404
    return attachment


def number(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) <= _LONGEST_NUMBER else None
