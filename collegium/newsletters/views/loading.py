"""The newsletter or issue of a page, for whoever may see it; everybody else is told that there is none."""

from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from collegium.design.errors import refused
from collegium.foundation.refusal import Refusal, require
from collegium.newsletters import queries, rules
from collegium.newsletters.models import Issue, Newsletter
from collegium.people.models import Audience, Person
from collegium.people.requests import Request, SignedInRequest


def load(person: Person | None, slug: str) -> Newsletter:
    shown = Newsletter.objects.visible_to(person).select_related("ecology")
    return get_object_or_404(shown, slug=slug)


def load_issue(person: Person | None, slug: str, number: int) -> Issue:
    found = queries.issue_for(person, slug, number)
    if found is None:
        raise Http404
    return found


def load_to_edit(person: Person, slug: str) -> Newsletter:
    newsletter = load(person, slug)
    require(
        allowed=rules.may_edit(person, newsletter), because=_("Only its editors look after this newsletter.")
    )
    return newsletter


def load_issue_to_edit(person: Person, slug: str, number: int) -> Issue:
    """Also one that has gone out: its editors are told so by the action."""
    issue = load_issue(person, slug, number)
    require(allowed=rules.may_edit(person, issue), because=_("Only its editors look after this newsletter."))
    return issue


def audience_words() -> dict[str, str]:
    return {
        Audience.CIRCLE.value: _("Members only"),
        Audience.SIGNED_IN.value: _("Everyone signed in"),
        Audience.PUBLIC.value: _("Everyone on the web"),
    }


def desk_frame(newsletter: Newsletter, here: str, *, edits: bool = True) -> dict[str, Any]:
    """What the frame of the editors' pages needs; ``here`` is the tab that one is on, ``edits`` whether one has the others."""
    return {"newsletter": newsletter, "here": here, "edits": edits}


def trying(
    request: Request | SignedInRequest, action: Callable[[], HttpResponseBase], *, back: str
) -> HttpResponseBase:
    """The answer of one action, or the page that says why not."""
    try:
        return action()
    except Refusal as refusal:
        return refused(request, str(refusal), details=[str(each) for each in refusal.details], back=back)
