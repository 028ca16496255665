"""Pages of posts and threads, who has read and who follows, what is found."""

from collegium.conversations.queries.followers import (
    followers,
    forum_level_of,
    level_of,
    levels_of,
    named_like,
)
from collegium.conversations.queries.opening import Opening, opening, reader_of
from collegium.conversations.queries.pages import (
    FEW_THREADS,
    PostsPage,
    ThreadRow,
    ThreadsPage,
    changed_since,
    moment_of,
    new_since,
    posts_page,
    pulse,
    read_through,
    threads_page,
    unanswered,
    unread_threads,
)
from collegium.conversations.queries.search import Hit, search
from collegium.conversations.queries.shown import (
    Author,
    Reader,
    ShownFile,
    ShownPost,
    shown,
    shown_author,
    shown_file,
)

__all__ = [
    "FEW_THREADS",
    "Author",
    "Hit",
    "Opening",
    "PostsPage",
    "Reader",
    "ShownFile",
    "ShownPost",
    "ThreadRow",
    "ThreadsPage",
    "changed_since",
    "followers",
    "forum_level_of",
    "level_of",
    "levels_of",
    "moment_of",
    "named_like",
    "new_since",
    "opening",
    "posts_page",
    "pulse",
    "read_through",
    "reader_of",
    "search",
    "shown",
    "shown_author",
    "shown_file",
    "threads_page",
    "unanswered",
    "unread_threads",
]
