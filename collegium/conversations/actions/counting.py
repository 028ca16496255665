"""What a thread knows of its posts, kept in step. Also for moderators, who hide and show."""

from django.db.models import Q

from collegium.conversations.models import Post, Thread
from collegium.foundation import clock


def recount(thread: Thread) -> None:
    """Count anew after posts were taken away, hidden, shown or moved; the thread's row is to be locked."""
    posts = Post.objects.filter(thread=thread)
    standing = posts.standing()
    answers = standing.exclude(author__isnull=True)
    if thread.started_by_id is not None:
        answers = answers.filter(~Q(author=thread.started_by_id))
    thread.post_count = standing.count()
    thread.last_post = posts.order_by("-pk").first()
    if thread.last_post is not None:
        thread.last_posted_at = thread.last_post.posted_at
    thread.first_answer_at = answers.order_by("pk").values_list("posted_at", flat=True).first()
    thread.changed_at = clock.now()
    thread.save(update_fields=["post_count", "last_post", "last_posted_at", "first_answer_at", "changed_at"])


def locked(thread: Thread) -> Thread:
    """The thread as it is now, held until the end of the transaction: who posts, closes or splits waits here."""
    return Thread.objects.select_related("forum").select_for_update(of=("self",)).get(pk=thread.pk)
