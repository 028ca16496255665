"""What happens in conversations and means something to a community."""

from collegium.activity.models import Activity
from collegium.activity.outbox import on
from collegium.communities import actions
from collegium.communities.models import Care
from collegium.communities.words import index_communities
from collegium.conversations.models import Post


@on("post.made")
def care_ends_with_an_answer(activity: Activity) -> None:
    """Somebody else than its author has answered in the thread: whoever had taken it on need not any more."""
    post = Post.objects.select_related("thread").filter(pk=activity.about_id).first()
    if post is None or post.author_id == post.thread.started_by_id:
        return
    for care in Care.objects.filter(
        thread=post.thread_id, done_at__isnull=True, let_go_at__isnull=True
    ).select_related("community", "thread", "member"):
        actions.care_done(care=care, by=None)


@on(
    "community.founded",
    "community.edited",
    "community.audience_changed",
    "community.closed",
    "community.reopened",
)
def index_community(activity: Activity) -> None:
    index_communities([int(activity.about_id)])
