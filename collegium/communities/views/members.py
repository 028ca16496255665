"""Who belongs: the directory for members, and for those who lead the page on which they look after it."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.communities import actions, joining, queries, rules
from collegium.communities.forms import InvitationForm, ReasonForm
from collegium.communities.models import Membership
from collegium.communities.views.loading import frame, load, load_as_member, trying
from collegium.design import paging
from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal, require
from collegium.people import territories
from collegium.people.queries import faces
from collegium.people.requests import SignedInRequest, signed_in

SHOWN = 60


@require_http_methods(["GET", "HEAD"])
@signed_in
def directory(request: SignedInRequest, slug: str) -> HttpResponseBase:
    community, membership = load_as_member(request, slug)
    words = request.GET.get("q", "")[:200]
    start = paging.start(request, SHOWN)
    listed = list(queries.directory(community, words)[start : start + SHOWN + 1])
    return render(
        request,
        "communities/directory.jinja",
        {
            **frame(community, request.person, "members"),
            "listed": listed[:SHOWN],
            "words": words,
            "faces": faces([each.person for each in listed[:SHOWN]], request.person),
            "unlisted": queries.unlisted_count(community),
            "total": community.member_count,
            "is_listed": membership.in_directory,
            "earlier": start // SHOWN - 1 if start else None,
            "further": start // SHOWN + 1 if len(listed) > SHOWN else None,
            "country_name": territories.country_name,
        },
    )


@require_http_methods(["GET", "HEAD"])
@signed_in
def manage(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """Requests, the short link, invitations, roles: what those who lead look after."""
    community, _membership = load(request, slug)
    require(
        allowed=rules.may_invite(request.person, community),
        because=_("Only a facilitator of %(community)s can do that.") % {"community": community.title},
    )
    start = paging.start(request, SHOWN)
    words = request.GET.get("q", "")[:200]
    members_shown = list(queries.members_to_manage(community, words)[start : start + SHOWN + 1])
    requests = queries.open_requests(community)
    return render(
        request,
        "communities/manage.jinja",
        {
            **frame(community, request.person, "manage"),
            "requests": requests,
            "qr": joining.qr(community),
            "address": joining.address(community),
            "invitation_form": InvitationForm(),
            "invitations": queries.open_invitations(community),
            "spent": queries.spent_invitations(community),
            "members": members_shown[:SHOWN],
            "words": words,
            "faces": faces(
                [*(each.person for each in members_shown[:SHOWN]), *(each.person for each in requests)],
                request.person,
            ),
            "earlier": start // SHOWN - 1 if start else None,
            "further": start // SHOWN + 1 if len(members_shown) > SHOWN else None,
            "may_set_roles": rules.may_set_roles(request.person, community),
            "may_close": rules.may_close(request.person, community),
            "Role": Membership.Role,
        },
    )


@require_http_methods(["POST"])
@signed_in
def set_role(request: SignedInRequest, slug: str, person_id: int) -> HttpResponseBase:
    community, _membership = load(request, slug)
    require(allowed=rules.may_set_roles(request.person, community))
    membership = _of(community.pk, person_id)

    def answer() -> HttpResponseBase:
        actions.set_role(membership=membership, by=request.person, role=request.POST.get("role", ""))
        messages.success(
            request,
            _("%(name)s: %(role)s.")
            % {"name": membership.person.name, "role": membership.get_role_display()},
        )
        if person_id == request.person.pk:  # they may have released themself
            return redirect(community)
        return redirect("communities:manage", slug=slug)

    return trying(request, answer, back=community.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def remove(request: SignedInRequest, slug: str, person_id: int) -> HttpResponseBase:
    community, _membership = load(request, slug)
    membership = _of(community.pk, person_id)
    membership.community = community
    require(allowed=rules.may_remove(request.person, membership))
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            actions.remove_member(membership=membership, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("reason" if refusal.code == "reason" else None, str(refusal))
        else:
            messages.success(request, _("%(name)s is no longer a member.") % {"name": membership.person.name})
            return redirect("communities:manage", slug=slug)
    return render(
        request,
        "communities/remove.jinja",
        {**frame(community, request.person, "manage"), "form": form, "member": membership},
        status=422 if form.is_bound else 200,
    )


def _of(community_id: int, person_id: int) -> Membership:
    return get_object_or_404(
        Membership.objects.select_related("person", "community"), community=community_id, person=person_id
    )
