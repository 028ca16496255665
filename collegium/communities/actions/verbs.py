"""What is written in the log about communities, and whom it tells. None of it carries what somebody has not yet said."""

from django.utils.translation import gettext_lazy as _

from collegium.activity.verbs import Told, verb

COMMUNITY = "communities:by_id"
REQUEST = "communities:request"

FOUNDED = verb("community.founded", history=_("%(actor)s founded %(title)s"))
EDITED = verb("community.edited", history=_("%(actor)s changed what %(title)s says of itself"))
OPENED_UP = verb(
    "community.audience_changed", history=_("%(actor)s changed who can see %(title)s: %(audience)s")
)
CLOSED = verb("community.closed", history=_("%(actor)s closed %(title)s"))
REOPENED = verb("community.reopened", history=_("%(actor)s opened %(title)s again"))
PICTURE_SET = verb("community.picture_set", history=_("%(actor)s changed the picture of %(title)s"))
JOINED = verb(
    "community.joined",
    history=_("%(actor)s joined %(title)s"),
    tells={"facilitator": Told(_("%(actor)s joined %(title)s"), COMMUNITY, by_email=False)},
)
WELCOMED = verb(
    "community.welcomed",
    history=_("A newcomer was welcomed to %(title)s"),
    tells={"newcomer": Told(_("Welcome to %(title)s: see what you may do first"), COMMUNITY, by_email=False)},
)
ASKED = verb(
    "community.asked",
    history=_("%(actor)s asked to join %(title)s"),
    tells={"facilitator": Told(_("%(actor)s asks to join %(title)s"), REQUEST)},
)
ANSWERED = verb(
    "community.answered",
    history=_("%(actor)s answered %(name)s, who had asked to join %(title)s"),
    tells={"asker": Told(_("%(actor)s answered your wish to join %(title)s"), REQUEST)},
)
INVITED = verb("community.invited", history=_("%(actor)s invited somebody to %(title)s"))
INVITATION_WITHDRAWN = verb(
    "community.invitation_withdrawn", history=_("%(actor)s took an invitation to %(title)s back")
)
CODE_RENEWED = verb("community.code_renewed", history=_("%(actor)s renewed the short link of %(title)s"))
CODE_CLOSED = verb("community.code_closed", history=_("%(actor)s closed the short link of %(title)s"))
CODE_OPENED = verb("community.code_opened", history=_("%(actor)s opened the short link of %(title)s"))
LEFT = verb("community.left", history=_("%(actor)s left %(title)s"))
REMOVED = verb(
    "community.removed",
    history=_("%(actor)s removed %(name)s from %(title)s"),
    tells={"member": Told(_("You are no longer a member of %(title)s: %(reason)s"), "communities:removed")},
)
ROLE_SET = verb(
    "community.role_set",
    history=_("%(actor)s made %(name)s %(role)s of %(title)s"),
    tells={"member": Told(_("You are now %(role)s of %(title)s"), COMMUNITY)},
)
KEPT = verb("community.kept", history=_("%(actor)s added “%(item)s” to the repertoire of %(title)s"))
TAKEN_OUT = verb(
    "community.taken_out", history=_("%(actor)s took “%(item)s” out of the repertoire of %(title)s")
)
PAGE_WRITTEN = verb("community.page_written", history=_("%(actor)s wrote on “%(page)s” in %(title)s"))
LINKED = verb("community.linked", history=_("%(actor)s linked %(title)s to %(other)s"))
UNLINKED = verb("community.unlinked", history=_("%(actor)s took the link from %(title)s to %(other)s away"))
CARE_TAKEN = verb("care.taken", history=_("%(actor)s sees to %(what)s in %(title)s"))
CARE_DONE = verb("care.done", history=_("%(what)s in %(title)s was seen to"))
CARE_LET_GO = verb("care.let_go", history=_("%(actor)s let go of %(what)s in %(title)s"))
