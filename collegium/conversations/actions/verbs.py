"""What happens in conversations, as it is said in a history and to whom it concerns.

Beginning a thread leaves one activity, ``thread.started``; its first post leaves none of its own, and stands in
``data["post"]``. Every later post leaves ``post.made``. The facts of both: title, forum, excerpt, thread, forum_id.
"""

from django.utils.translation import gettext_lazy as _

from collegium.activity.verbs import Told, verb

_MENTIONED = _("%(actor)s mentioned you in “%(title)s”")
_BEGAN = _("%(actor)s began “%(title)s” in %(forum)s")
_WROTE = _("%(actor)s wrote in “%(title)s”")
# Followers are told in the background, by the level at which they follow: see ``notifications.crowds``.
_FOLLOWED, _IN_DIGEST, _BY_LIST = "post.followed", "post.in_digest", "post.by_list"

THREAD_STARTED = verb(
    "thread.started",
    history=_("%(actor)s began “%(title)s”"),
    tells={
        "mentioned": Told(_MENTIONED, "conversations:thread", kind="post.mentioned"),
        "follower": Told(_BEGAN, "conversations:thread", kind=_FOLLOWED),
        "digest": Told(_BEGAN, "conversations:thread", kind=_IN_DIGEST, way="daily"),
        "list": Told(_BEGAN, "conversations:thread", kind=_BY_LIST),
    },
)
POST_MADE = verb(
    "post.made",
    history=_("%(actor)s wrote in “%(title)s”"),
    tells={
        "mentioned": Told(_MENTIONED, "conversations:post", kind="post.mentioned"),
        "replied_to": Told(
            _("%(actor)s replied to you in “%(title)s”"), "conversations:post", kind="post.replied"
        ),
        "follower": Told(_WROTE, "conversations:post", kind=_FOLLOWED),
        "digest": Told(_WROTE, "conversations:post", kind=_IN_DIGEST, way="daily"),
        "list": Told(_WROTE, "conversations:post", kind=_BY_LIST),
    },
)
POST_EDITED = verb(
    "post.edited",
    history=_("%(actor)s changed a post in “%(title)s”"),
    tells={"mentioned": Told(_MENTIONED, "conversations:post", kind="post.mentioned")},
)
POST_REMOVED = verb(
    "post.removed",
    history=_("%(actor)s took a post away from “%(title)s”"),
    tells={
        "author": Told(_("%(actor)s took a post of yours away from “%(title)s”"), "conversations:post"),
    },
)
ANSWERED_IT = verb(
    "post.answered_it",
    history=_("%(actor)s marked what answered “%(title)s”"),
    tells={"author": Told(_("%(actor)s says that your post answered “%(title)s”"), "conversations:post")},
)
ANSWER_TAKEN_BACK = verb(
    "thread.answer_taken_back", history=_("%(actor)s says that “%(title)s” waits for an answer again")
)
THREAD_PINNED = verb("thread.pinned", history=_("%(actor)s pinned “%(title)s”"))
THREAD_UNPINNED = verb("thread.unpinned", history=_("%(actor)s unpinned “%(title)s”"))
THREAD_CLOSED = verb("thread.closed", history=_("%(actor)s closed “%(title)s”"))
THREAD_REOPENED = verb("thread.reopened", history=_("%(actor)s reopened “%(title)s”"))
THREAD_MOVED = verb(
    "thread.moved",
    history=_("%(actor)s moved “%(title)s” from %(from)s to %(to)s"),
    tells={"starter": Told(_("%(actor)s moved “%(title)s” from %(from)s to %(to)s"), "conversations:thread")},
)
THREAD_SPLIT = verb(
    "thread.split",
    history=_("%(actor)s made “%(title)s” of posts from “%(from)s”"),
    tells={
        "author": Told(_("%(actor)s moved your post from “%(from)s” to “%(title)s”"), "conversations:thread")
    },
)
ALL_REMOVED = verb("posts.all_removed", history=_("%(actor)s took all of their posts away"))
