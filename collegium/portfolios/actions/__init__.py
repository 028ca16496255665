"""Beginning, writing, arranging, signing, sharing: the only code that changes a portfolio."""

from collegium.portfolios.actions.beginning import add_instance, begin, bring_in_sections, remove_instance
from collegium.portfolios.actions.sections import name_section, place, tag, unplace
from collegium.portfolios.actions.sharing import (
    end_share,
    publish,
    set_audience,
    share_by_link,
    share_with_circle,
    share_with_person,
    shown_without_permission,
    token_hash,
    unpublish,
)
from collegium.portfolios.actions.whole import (
    change_details,
    declare,
    delete,
    lock,
    made_elsewhere,
    made_here,
    note_link_elsewhere,
    set_mentor,
)
from collegium.portfolios.actions.writing import Choice, Conflict, restore, settle, write

__all__ = [
    "Choice",
    "Conflict",
    "add_instance",
    "begin",
    "bring_in_sections",
    "change_details",
    "declare",
    "delete",
    "end_share",
    "lock",
    "made_elsewhere",
    "made_here",
    "name_section",
    "note_link_elsewhere",
    "place",
    "publish",
    "remove_instance",
    "restore",
    "set_audience",
    "set_mentor",
    "settle",
    "share_by_link",
    "share_with_circle",
    "share_with_person",
    "shown_without_permission",
    "tag",
    "token_hash",
    "unplace",
    "unpublish",
    "write",
]
