"""How far somebody has read, and how closely they follow. Their own business: it leaves no activity."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from collegium.conversations import rules
from collegium.conversations.models import Following, Forum, Level, Post, Reading, Thread
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person


@transaction.atomic
def follow(
    *, person: Person, level: str, forum: Forum | None = None, thread: Thread | None = None
) -> Following:
    """Follow a thread, or a whole forum, at a level. Whoever begins to follow a forum has nothing to catch up with:
    what was said before counts as read, as far as they have not begun to read it.
    """
    if level not in Level.values:
        raise Refusal(_("There is no such way of following."), code="level")
    if (forum is None) == (thread is None):
        raise TypeError("A forum is followed, or a thread.")
    if not rules.may_read(person, thread or forum):
        raise Refusal(_("This conversation is not open to you any more."), code="gone")
    place = forum if forum is not None else thread.forum if thread is not None else None
    following = Following.objects.filter(person=person, forum=place, thread=thread).first()
    if following is None:
        following, _made = Following.objects.get_or_create(
            person=person,
            forum=place,
            thread=thread,
            defaults={
                "level": level,
                "since": clock.now(),
                "read_through": _newest(forum) if forum is not None else 0,
            },
        )
    if following.level != level:
        following.level = level
        following.save(update_fields=["level"])
    return following


@transaction.atomic
def read(*, person: Person, thread: Thread, through: int, for_the_first_time: bool = False) -> None:
    """Everything up to this post is read. It never goes back: see ``unread_from``. Who has seen that nothing is remembered
    of the person in this thread yet says so, and it is written down at once.
    """
    through = min(through, thread.last_post_id or 0)
    if for_the_first_time:
        first = Reading(person=person, thread=thread, read_through=through, read_at=clock.now())
        Reading.objects.bulk_create([first], ignore_conflicts=True)
        return
    moved_on = Reading.objects.filter(person=person, thread=thread, read_through__lt=through).update(
        read_through=through, read_at=clock.now()
    )
    if not moved_on:
        Reading.objects.get_or_create(
            person=person, thread=thread, defaults={"read_through": through, "read_at": clock.now()}
        )


@transaction.atomic
def unread_from(*, person: Person, post: Post) -> None:
    """From this post on it is unread again."""
    Reading.objects.update_or_create(
        person=person,
        thread_id=post.thread_id,
        defaults={"read_through": post.pk - 1, "read_at": clock.now()},
    )


@transaction.atomic
def read_all(*, person: Person, forum: Forum) -> None:
    """All that has been said in the forum is read, in one row: however many threads it has."""
    following, _made = Following.objects.get_or_create(
        person=person, forum=forum, thread=None, defaults={"level": Level.REPLIES, "since": clock.now()}
    )
    following.read_through = _newest(forum)
    following.save(update_fields=["read_through"])
    Reading.objects.filter(person=person, thread__forum=forum).delete()


def _newest(forum: Forum) -> int:
    # Of any forum: ids grow everywhere alike, and the newest of all is found in no time.
    return (Post.objects.aggregate(newest=Max("pk"))["newest"] or 0) if forum.pk else 0
