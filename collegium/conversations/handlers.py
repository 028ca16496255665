"""What follows from a post, once it is there."""

from collegium.activity.models import Activity
from collegium.activity.outbox import on
from collegium.conversations import tasks
from collegium.conversations.models import Post, PostLink
from collegium.conversations.queries.search import write_index


@on("thread.split")
def carry_readings(activity: Activity) -> None:
    tasks.carry_readings.later(int(activity.about_id))


@on("thread.started", "post.made", "post.edited")
def unfold_links(activity: Activity) -> None:
    post_id = int(activity.data["post"] if activity.verb == "thread.started" else activity.about_id)
    if PostLink.objects.filter(post=post_id).exists():
        tasks.unfold_links.later(post_id)


# The index of words follows what is done; searching itself asks anew what may be seen.


@on("post.made", "post.edited")
def index_post(activity: Activity) -> None:
    write_index(Post.objects.filter(pk=int(activity.about_id)))


@on("thread.started", "thread.moved")
def index_thread(activity: Activity) -> None:
    write_index(Post.objects.filter(thread=int(activity.about_id)))


@on("thread.split")
def index_both_threads(activity: Activity) -> None:
    write_index(Post.objects.filter(thread__in=[int(activity.about_id), int(activity.data["source"])]))


@on("post.removed", "measure.taken", "measure.lifted", "measure.answered")
def index_what_was_hidden_or_shown(activity: Activity) -> None:
    """With the post next to it, which now opens the thread, or no longer does."""
    thread_id = activity.data.get("thread")
    if thread_id is None:
        return
    first = list(Post.objects.filter(thread=thread_id).order_by("pk").values_list("pk", flat=True)[:1])
    standing = Post.objects.standing().filter(thread=thread_id).order_by("pk")
    about = activity.about_id if activity.verb == "post.removed" else activity.data.get("post")
    keys = [int(about)] if about else []
    keys += [*first, *standing.values_list("pk", flat=True)[:2]]
    write_index(Post.objects.filter(pk__in=keys))


@on("posts.all_removed")
def index_without_them(activity: Activity) -> None:
    write_index(Post.objects.filter(author=int(activity.about_id)))
