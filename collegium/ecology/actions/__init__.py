"""What people do with ecologies, sources, items and the library."""

from collegium.ecology.actions.ecologies import close_ecology, open_ecology, reopen_ecology, set_ecology
from collegium.ecology.actions.fetches import Looked, hold, move_source, settle_fetch, take
from collegium.ecology.actions.imports import begin_import, work_off_import
from collegium.ecology.actions.items import Taken, join_items, keep_apart, pour, take_in
from collegium.ecology.actions.looks import ask_look, forget_looks, settle_look
from collegium.ecology.actions.sources import (
    claim,
    follow,
    look_soon,
    pause,
    reject,
    resume,
    set_following,
    unclaim,
    unfollow,
    verify,
    vouch,
)

__all__ = [
    "Looked",
    "Taken",
    "ask_look",
    "begin_import",
    "claim",
    "close_ecology",
    "follow",
    "forget_looks",
    "hold",
    "join_items",
    "keep_apart",
    "look_soon",
    "move_source",
    "open_ecology",
    "pause",
    "pour",
    "reject",
    "reopen_ecology",
    "resume",
    "set_ecology",
    "set_following",
    "settle_fetch",
    "settle_look",
    "take",
    "take_in",
    "unclaim",
    "unfollow",
    "verify",
    "vouch",
    "work_off_import",
]
