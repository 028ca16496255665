"""Opening forums, posting, arranging threads, reading and following: the only code that changes a conversation."""

from collegium.conversations.actions.cards import Found, note_card
from collegium.conversations.actions.counting import recount
from collegium.conversations.actions.drafts import attach, detach, drop_draft, save_draft
from collegium.conversations.actions.forums import close_forum, open_forum, reopen_forum, set_forum
from collegium.conversations.actions.leaving import forget, remove_all_posts
from collegium.conversations.actions.posting import edit_post, post, react, remove_post, start_thread, unreact
from collegium.conversations.actions.reading import follow, read, read_all, unread_from
from collegium.conversations.actions.threads import (
    close,
    mark_answer,
    move,
    pin,
    reopen,
    split,
    unpin,
)

__all__ = [
    "Found",
    "attach",
    "close",
    "close_forum",
    "detach",
    "drop_draft",
    "edit_post",
    "follow",
    "forget",
    "mark_answer",
    "move",
    "note_card",
    "open_forum",
    "pin",
    "post",
    "react",
    "read",
    "read_all",
    "recount",
    "remove_all_posts",
    "remove_post",
    "reopen",
    "reopen_forum",
    "save_draft",
    "set_forum",
    "split",
    "start_thread",
    "unpin",
    "unreact",
    "unread_from",
]
