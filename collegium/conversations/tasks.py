"""What conversations do in the background: look behind links, and carry along what had been read."""

from collegium.conversations.models import Following, Reading, Thread
from collegium.foundation import background

A_BATCH = 1000


@background.task()
def carry_readings(thread_id: int) -> None:
    """To a thread that was split off, for all who had read its posts where they stood before. Safe to repeat."""
    thread = Thread.objects.filter(pk=thread_id, split_from__isnull=False).first()
    newest = thread.last_post_id if thread is not None else None
    if thread is None or newest is None:
        return
    first = thread.posts.order_by("pk").values_list("pk", flat=True).first() or 0
    last = 0
    while batch := list(
        Reading.objects.filter(
            thread=thread.split_from_id, read_through__gte=first, person__gt=last
        ).order_by("person")[:A_BATCH]
    ):
        Reading.objects.bulk_create(
            (
                Reading(
                    person_id=each.person_id,
                    thread=thread,
                    read_through=min(each.read_through, newest),
                    read_at=each.read_at,
                )
                for each in batch
            ),
            ignore_conflicts=True,
        )
        last = batch[-1].person_id
    last = 0
    while followings := list(
        Following.objects.filter(thread=thread.split_from_id, person__gt=last).order_by("person")[:A_BATCH]
    ):
        Following.objects.bulk_create(
            (
                Following(person_id=each.person_id, forum_id=thread.forum_id, thread=thread, level=each.level)
                for each in followings
            ),
            ignore_conflicts=True,
        )
        last = followings[-1].person_id
