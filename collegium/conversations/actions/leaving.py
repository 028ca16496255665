"""What somebody leaves behind in conversations, when they take their posts away or delete their account."""

import re

from django.db import transaction
from django.utils.translation import gettext as _

from collegium.activity.actions import record
from collegium.conversations.actions import verbs
from collegium.conversations.actions.counting import locked, recount
from collegium.conversations.actions.posting import empty
from collegium.conversations.models import (
    Draft,
    Following,
    Mention,
    Post,
    PostVersion,
    Reaction,
    Reading,
    Thread,
)
from collegium.people.models import Person


@transaction.atomic
def remove_all_posts(*, by: Person) -> int:
    """All posts of one's own, wherever they are, also where one reads no more. Places stay, words go."""
    posts = list(Post.objects.filter(author=by, removed_at__isnull=True))
    for post in posts:
        empty(post, by)
    for thread in Thread.objects.filter(pk__in={post.thread_id for post in posts}):
        held = locked(thread)
        if held.answer_id in {post.pk for post in posts}:
            held.answer = None
            held.save(update_fields=["answer"])
        recount(held)
    if posts:
        record(verbs.ALL_REMOVED, by=by, about=by, data={"number": len(posts)})
    return len(posts)


@transaction.atomic
def forget(*, person: Person) -> None:
    """For an erasure: posts stay without a name; drafts, earlier versions, signs and what was read go, and where others
    mentioned them, their name.
    """
    for rows in (Draft, Reading, Following, Reaction):
        rows.objects.filter(person=person).delete()
    PostVersion.objects.filter(post__author=person).delete()
    named = re.compile(rf'<a href="/people/{person.pk}/"[^>]*>[^<]*</a>')
    instead = "@" + _("somebody who has left")
    for post in Post.objects.filter(mentions__person=person):
        post.html = named.sub(instead, post.html)
        post.save(update_fields=["html"])
    for version in PostVersion.objects.filter(post__mentions__person=person):
        version.html = named.sub(instead, version.html)
        version.save(update_fields=["html"])
    Mention.objects.filter(person=person).delete()
