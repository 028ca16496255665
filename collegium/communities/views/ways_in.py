"""The ways into a community: asking, the letter, the short link with its QR code and poster."""

from typing import cast

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.communities import actions, joining, letters, queries, rules
from collegium.communities.forms import AnswerForm, AskForm, InvitationForm
from collegium.communities.models import Community, Invitation, JoinRequest, Membership
from collegium.communities.views.loading import load, load_as_member, trying
from collegium.conversations.models import Measure
from collegium.design.documents import pdf
from collegium.design.errors import refused
from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal, require
from collegium.foundation.signing import hashed
from collegium.people.requests import Request, SignedInRequest, signed_in

# The short link -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def join_code(request: HttpRequest, code: str) -> HttpResponseBase:
    """The address on the poster. A stranger says that they want to join, signs up or in, and comes back a member."""
    community = get_object_or_404(Community.objects.select_related("forum"), code=code)
    person = cast("Request", request).person
    if person is not None and queries.membership_in(community, person) is not None:
        return redirect(community)
    if community.code_closed_at is not None:
        # Its name is not told by a poster that was taken down.
        return render(request, "communities/code_closed.jinja", status=410)
    if person is None and request.method == "POST":
        request.session[joining.WANTED] = code
        door = "account_login" if request.POST.get("do") == "sign-in" else "account_signup"
        return redirect(f"{reverse(door)}?{urlencode({'next': request.path})}")
    # The wish was said by POST before; after signing up, coming back is enough.
    if person is not None and (request.method == "POST" or request.session.get(joining.WANTED) == code):
        request.session.pop(joining.WANTED, None)
        try:
            actions.join(community=community, person=person, way=Membership.Way.CODE)
        except Refusal as refusal:
            return refused(request, str(refusal), back=reverse("communities:list"))
        messages.success(request, _("You belong to %(title)s now.") % {"title": community.title})
        return redirect(community)
    members = queries.faces_of(community, person)
    return render(
        request, "communities/join.jinja", {"community": community, "size": members.total, "members": members}
    )


@require_http_methods(["POST"])
@signed_in
def set_code(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """Renew, close or open the short link: ``do`` says which."""
    community, _membership = load(request, slug)
    require(allowed=rules.may_set_code(request.person, community))

    def answer() -> HttpResponseBase:
        match request.POST.get("do"):
            case "close":
                actions.close_code(community=community, by=request.person)
                messages.success(request, _("The link is closed: posters with it lead nowhere now."))
            case "open":
                actions.open_code(community=community, by=request.person)
                messages.success(request, _("The link is open: whoever has it joins without being asked."))
            case _other:
                actions.renew_code(community=community, by=request.person)
                messages.success(request, _("There is a new link. Print the poster anew."))
        return redirect(reverse("communities:manage", kwargs={"slug": slug}) + "#link")

    return trying(request, answer, back=community.get_absolute_url())


@require_http_methods(["GET", "HEAD"])
@signed_in
def poster(request: SignedInRequest, slug: str) -> HttpResponseBase:
    community, _membership = load_as_member(request, slug)
    return render(request, "communities/poster.jinja", _on_poster(community))


@require_http_methods(["GET", "HEAD"])
@signed_in
def poster_pdf(request: SignedInRequest, slug: str) -> HttpResponseBase:
    community, _membership = load_as_member(request, slug)
    document = pdf(
        render_to_string("communities/poster.jinja", {**_on_poster(community), "is_paper": True}, request)
    )
    return HttpResponse(
        document,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{community.slug}-poster.pdf"'},
    )


def _on_poster(community: Community) -> dict[str, object]:
    return {
        "community": community,
        "qr": joining.qr(community),
        "shown": joining.shown(community),
        "is_paper": False,
    }


# Asking ---------------------------------------------------------------------------------------------------------------


@require_http_methods(["POST"])
@signed_in
def ask(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """Ask to join, or take the wish back: ``do`` says which."""
    community, _membership = load(request, slug)
    form = AskForm(request.POST)

    def answer() -> HttpResponseBase:
        open_one = community.join_requests.filter(person=request.person, settled_at__isnull=True).first()
        if request.POST.get("do") == "back":
            if open_one is not None:
                actions.take_request_back(request=open_one, by=request.person)
                messages.success(request, _("You no longer ask to join."))
        else:
            words = form.cleaned_data["words"] if form.is_valid() else request.POST.get("words", "")[:1000]
            actions.ask_to_join(community=community, by=request.person, words=words)
            messages.success(
                request, _("The facilitators have been told. You hear from them here and by e-mail.")
            )
        return redirect(community)

    return trying(request, answer, back=community.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def request_to_join(request: SignedInRequest, request_id: int) -> HttpResponseBase:
    """One wish to join: whoever asked sees how it stands, facilitators answer it."""
    asked = get_object_or_404(
        JoinRequest.objects.select_related("community__forum", "person__photo", "settled_by"), pk=request_id
    )
    is_own = asked.person_id == request.person.pk
    may_settle = rules.may_settle(request.person, asked)
    if not (is_own or may_settle):
        raise Http404
    form = AnswerForm(request.POST or None)
    if request.method == "POST":
        require(allowed=may_settle)
        if form.is_valid():
            try:
                actions.settle_request(
                    request=asked,
                    by=request.person,
                    accept=request.POST.get("do") == "accept",
                    answer=form.cleaned_data["answer"],
                )
            except Refusal as refusal:
                form.add_error("answer" if refusal.code == "answer" else None, str(refusal))
            else:
                messages.success(
                    request,
                    (_("%(name)s is a member now.") if asked.accepted else _("%(name)s has been told."))
                    % {"name": asked.person.name},
                )
                return redirect("communities:manage", slug=asked.community.slug)
    may_see = Community.objects.visible_to(request.person).filter(pk=asked.community_id).exists()
    return render(
        request,
        "communities/request.jinja",
        {
            "asked": asked,
            "community": asked.community,
            "form": form,
            "is_own": is_own,
            "may_settle": may_settle,
            "may_see": may_see,
        },
        status=422 if form.errors else 200,
    )


# Invitations ----------------------------------------------------------------------------------------------------------


@require_http_methods(["POST"])
@signed_in
def invite(request: SignedInRequest, slug: str) -> HttpResponseBase:
    community, _membership = load(request, slug)
    require(allowed=rules.may_invite(request.person, community))
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return refused(
            request,
            _("That is not an e-mail address to write to."),
            back=reverse("communities:manage", kwargs={"slug": slug}),
            status=422,
        )

    def answer() -> HttpResponseBase:
        # One transaction: no invitation stands without its letter being owed.
        with transaction.atomic():
            invitation = actions.invite(community=community, by=request.person, **form.cleaned_data)
            letters.send_invitation.later(invitation.pk)
        messages.success(request, _("A letter is on its way to %(email)s.") % {"email": invitation.email})
        return redirect(reverse("communities:manage", kwargs={"slug": slug}) + "#invitations")

    return trying(request, answer, back=reverse("communities:manage", kwargs={"slug": slug}))


@require_http_methods(["POST"])
@signed_in
def withdraw_invitation(request: SignedInRequest, slug: str, invitation_id: int) -> HttpResponseBase:
    community, _membership = load(request, slug)
    require(allowed=rules.may_invite(request.person, community))
    invitation = get_object_or_404(
        Invitation.objects.select_related("community"), pk=invitation_id, community=community
    )

    def answer() -> HttpResponseBase:
        actions.withdraw_invitation(invitation=invitation, by=request.person)
        return redirect(reverse("communities:manage", kwargs={"slug": slug}) + "#invitations")

    return trying(request, answer, back=reverse("communities:manage", kwargs={"slug": slug}))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def invitation(request: SignedInRequest, token: str) -> HttpResponseBase:
    """The link from the letter: shows what one would join, and joins on POST."""
    found_one = get_object_or_404(
        Invitation.objects.select_related("community__forum", "invited_by"), token_hash=hashed(token)
    )
    is_open = Invitation.objects.open().filter(pk=found_one.pk).exists()
    if request.method == "POST":

        def answer() -> HttpResponseBase:
            actions.accept_invitation(invitation=found_one, by=request.person)
            messages.success(
                request, _("You belong to %(title)s now.") % {"title": found_one.community.title}
            )
            return redirect(found_one.community)

        return trying(request, answer, back=reverse("communities:list"))
    return render(
        request,
        "communities/invitation.jinja",
        {"invitation": found_one, "community": found_one.community, "is_open": is_open},
        status=200 if is_open else 410,
    )


@require_http_methods(["GET", "HEAD"])
@signed_in
def removed(request: SignedInRequest, community_id: int) -> HttpResponseBase:
    """Why somebody is no member any more, for them alone: they may not see the community itself."""
    measure = (
        Measure.objects.filter(forum__community=community_id, person=request.person, kind=Measure.Kind.REMOVE)
        .select_related("forum", "by")
        .first()
    )
    if measure is None:
        raise Http404
    return render(request, "communities/removed.jinja", {"measure": measure})
