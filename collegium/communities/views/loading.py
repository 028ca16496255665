"""The community of a page with its reader's standing in it: whoever may not see it is told that there is none."""

from collections.abc import Callable
from typing import cast

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from collegium.communities import queries, rules
from collegium.communities.models import Community, Membership
from collegium.design.errors import refused
from collegium.foundation.refusal import Refusal, require
from collegium.people.models import Audience, Person
from collegium.people.requests import Request


def load(request: HttpRequest, slug: str) -> tuple[Community, Membership | None]:
    person = cast("Request", request).person
    found = queries.for_reader(slug, person)
    if found is None:
        raise Http404
    return found


def load_as_member(request: HttpRequest, slug: str) -> tuple[Community, Membership]:
    """For pages that are the members' own."""
    community, membership = load(request, slug)
    require(
        allowed=membership is not None,
        because=_("Only members of %(community)s can see this.") % {"community": community.title},
    )
    return community, cast("Membership", membership)


def frame(community: Community, person: Person | None, here: str) -> dict[str, object]:
    """What the frame of all pages of a community needs; ``here`` is the tab that one is on."""
    return {
        "community": community,
        "membership": rules.membership_of(person, community) if person else None,
        "here": here,
        "audience_words": audience_words(community.audience),
        "may_see_members": rules.may_see_members(person, community),
        "may_care": rules.may_care(person, community) and community.closed_at is None,
        "may_manage": rules.may_invite(person, community),
        "may_edit": rules.may_edit(person, community),
        "may_reopen": rules.may_reopen(person, community),
    }


def audience_words(audience: str) -> str:
    return {
        Audience.CIRCLE.value: _("Members only"),
        Audience.SIGNED_IN.value: _("Everyone signed in"),
        Audience.PUBLIC.value: _("Everyone on the web"),
    }[audience]


def trying(request: HttpRequest, action: Callable[[], HttpResponseBase], *, back: str) -> HttpResponseBase:
    """The answer of one action, or the page that says why not."""
    try:
        return action()
    except Refusal as refusal:
        return refused(request, str(refusal), details=[str(each) for each in refusal.details], back=back)
