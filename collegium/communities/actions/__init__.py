"""What people do in communities: founding, coming and going, keeping, writing, linking, caring."""

from collegium.communities.actions.caring import care_done, let_go, take_care
from collegium.communities.actions.founding import close, edit, found, reopen, set_picture
from collegium.communities.actions.membership import (
    follow_measure,
    join,
    leave,
    part_with_everything,
    remove_member,
    set_choices,
    set_role,
    tick_step,
)
from collegium.communities.actions.network import link, unlink
from collegium.communities.actions.pages import Conflict, restore, start_page, write_page
from collegium.communities.actions.repertoire import add_to_repertoire, change_item, move_item, take_out
from collegium.communities.actions.ways_in import (
    accept_invitation,
    ask_to_join,
    close_code,
    invite,
    new_invitation_token,
    open_code,
    renew_code,
    settle_request,
    take_request_back,
    withdraw_invitation,
)
from collegium.communities.actions.whereabouts import place_on_map, take_off_map

__all__ = [
    "Conflict",
    "accept_invitation",
    "add_to_repertoire",
    "ask_to_join",
    "care_done",
    "change_item",
    "close",
    "close_code",
    "edit",
    "follow_measure",
    "found",
    "invite",
    "join",
    "leave",
    "let_go",
    "link",
    "move_item",
    "new_invitation_token",
    "open_code",
    "part_with_everything",
    "place_on_map",
    "remove_member",
    "renew_code",
    "reopen",
    "restore",
    "set_choices",
    "set_picture",
    "set_role",
    "settle_request",
    "start_page",
    "take_care",
    "take_off_map",
    "take_out",
    "take_request_back",
    "tick_step",
    "unlink",
    "withdraw_invitation",
    "write_page",
]
