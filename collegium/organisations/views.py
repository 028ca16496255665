"""Organisations: the list, one of them, and what its coordinators do."""

from typing import cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from collegium.design import paging
from collegium.design.errors import refused
from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal, require
from collegium.foundation.signing import hashed
from collegium.organisations import actions, letters, queries, rules
from collegium.organisations.forms import CodeForm, DomainForm, InvitationForm, MailboxForm, OrganisationForm
from collegium.organisations.models import EmailDomain, Invitation, Membership, Organisation
from collegium.people import territories
from collegium.people.models import Person
from collegium.people.queries import faces
from collegium.people.requests import Request, SignedInRequest, signed_in

SHOWN = 40


@require_http_methods(["GET", "HEAD"])
def show_list(request: HttpRequest) -> HttpResponse:
    viewer = cast("Request", request).person
    words = request.GET.get("q", "")[:200]
    country = request.GET.get("country", "")[:2]
    start = paging.start(request, SHOWN)
    found = list(queries.found_by(words, country)[start : start + SHOWN + 1])
    return render(
        request,
        "organisations/list.jinja",
        {
            "organisations": found[:SHOWN],
            "words": words,
            "country": country,
            "countries": territories.countries(),
            "country_name": territories.country_name,
            "mine": set(Membership.objects.filter(person=viewer).values_list("organisation_id", flat=True))
            if viewer
            else set(),
            "earlier": start // SHOWN - 1 if start else None,
            "further": start // SHOWN + 1 if len(found) > SHOWN else None,
            "may_found": rules.may_found(viewer, None),
        },
        block="found",
    )


def _pages(members: queries.Members) -> dict[str, int | None]:
    here = members.start // queries.MEMBERS
    return {"earlier": here - 1 if here else None, "further": here + 1 if members.has_more else None}


@require_http_methods(["GET", "HEAD"])
def show_organisation(request: HttpRequest, slug: str) -> HttpResponse:
    viewer = cast("Request", request).person
    organisation = get_object_or_404(Organisation.objects.visible_to(viewer), slug=slug)
    mine = queries.membership_in(organisation, viewer)
    members = queries.members(organisation, viewer, start=paging.start(request, queries.MEMBERS))
    return render(
        request,
        "organisations/organisation.jinja",
        {
            "organisation": organisation,
            "country": territories.country_name(organisation.country),
            "members": members,
            **_pages(members),
            "faces": faces(
                [membership.person for membership in members.shown], viewer, are_near=mine is not None
            ),
            "mine": mine,
            "domains": [each for each in organisation.email_domains.all() if each.verified_at],
            "may_edit": rules.may_edit(viewer, organisation),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def found(request: SignedInRequest) -> HttpResponseBase:
    require(allowed=rules.may_found(request.person, None))
    form = OrganisationForm(request.POST or None)
    if form.is_valid():
        try:
            organisation = actions.found(by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.code or None, str(refusal))
        else:
            messages.success(
                request, _("%(name)s is on the list, and you coordinate it.") % {"name": organisation.name}
            )
            return redirect("organisations:manage", slug=organisation.slug)
    return render(
        request,
        "organisations/edit.jinja",
        {"form": form, "organisation": None},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: SignedInRequest, slug: str) -> HttpResponseBase:
    organisation = get_object_or_404(Organisation.objects.visible_to(request.person), slug=slug)
    require(allowed=rules.may_edit(request.person, organisation), because=_not_coordinator(organisation))
    form = OrganisationForm(request.POST or None, organisation=organisation)
    if form.is_valid():
        try:
            actions.edit(organisation=organisation, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.code or None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(organisation)
    return render(
        request,
        "organisations/edit.jinja",
        {"form": form, "organisation": organisation},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD"])
@signed_in
def manage(request: SignedInRequest, slug: str) -> HttpResponseBase:
    return _manage(request, _managed(request, slug))


def _managed(request: SignedInRequest, slug: str) -> Organisation:
    organisation = get_object_or_404(Organisation.objects.visible_to(request.person), slug=slug)
    require(allowed=rules.may_edit(request.person, organisation), because=_not_coordinator(organisation))
    return organisation


def _not_coordinator(organisation: Organisation) -> str:
    return _("Only a coordinator of %(organisation)s can do that.") % {"organisation": organisation.name}


def _manage(
    request: SignedInRequest,
    organisation: Organisation,
    *,
    invitation_form: InvitationForm | None = None,
    domain_form: DomainForm | None = None,
    code_form: tuple[int, CodeForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    email_domains = list(organisation.email_domains.order_by("domain"))
    members = queries.members(organisation, request.person, start=paging.start(request, queries.MEMBERS))
    return render(
        request,
        "organisations/manage.jinja",
        {
            "organisation": organisation,
            "members": members,
            **_pages(members),
            "faces": faces([membership.person for membership in members.shown], request.person),
            "invitations": list(organisation.invitations.open().order_by("email")),
            "email_domains": [
                (
                    each,
                    MailboxForm(domain=each.domain, auto_id=f"id_mailbox_{each.pk}_%s"),
                    code_form[1]
                    if code_form and code_form[0] == each.pk
                    else CodeForm(auto_id=f"id_code_{each.pk}_%s"),
                )
                for each in email_domains
            ],
            "invitation_form": invitation_form or InvitationForm(),
            "domain_form": domain_form or DomainForm(),
            "may_verify": rules.may_verify_domain(request.person, organisation),
        },
        status=status,
    )


@require_http_methods(["POST"])
@signed_in
def invite(request: SignedInRequest, slug: str) -> HttpResponseBase:
    organisation = _managed(request, slug)
    require(allowed=rules.may_invite(request.person, organisation))
    form = InvitationForm(request.POST)
    if form.is_valid():
        try:
            # One transaction: no invitation stands without its letter being owed.
            with transaction.atomic():
                invitation = actions.invite(organisation=organisation, by=request.person, **form.cleaned_data)
                letters.send_invitation.later(invitation.pk)
        except Refusal as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("A letter is on its way to %(email)s.") % {"email": invitation.email})
            return redirect("organisations:manage", slug=slug)
    return _manage(request, organisation, invitation_form=form, status=422)


@require_http_methods(["POST"])
@signed_in
def withdraw_invitation(request: SignedInRequest, slug: str, invitation_id: int) -> HttpResponseBase:
    organisation = _managed(request, slug)
    invitation = get_object_or_404(
        Invitation.objects.select_related("organisation"), pk=invitation_id, organisation=organisation
    )
    require(allowed=rules.may_invite(request.person, organisation))
    try:
        actions.withdraw_invitation(invitation=invitation, by=request.person)
    except Refusal as refusal:
        return refused(request, str(refusal), back=organisation.get_absolute_url())
    return redirect("organisations:manage", slug=slug)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def invitation(request: SignedInRequest, token: str) -> HttpResponseBase:
    """The link from the letter: shows what one would join, and joins on POST."""
    found_one = get_object_or_404(
        Invitation.objects.select_related("organisation", "invited_by"), token_hash=hashed(token)
    )
    if request.method == "POST":
        try:
            actions.accept_invitation(invitation=found_one, by=request.person)
        except Refusal as refusal:
            return refused(request, str(refusal))
        messages.success(
            request, _("You belong to %(organisation)s now.") % {"organisation": found_one.organisation.name}
        )
        return redirect(found_one.organisation)
    return render(
        request,
        "organisations/invitation.jinja",
        {
            "invitation": found_one,
            "organisation": found_one.organisation,
            "country": territories.country_name(found_one.organisation.country),
        },
        status=200 if found_one.is_open else 410,
    )


@require_http_methods(["POST"])
@signed_in
def leave(request: SignedInRequest, slug: str) -> HttpResponseBase:
    organisation = get_object_or_404(Organisation.objects.visible_to(request.person), slug=slug)
    membership = get_object_or_404(
        Membership.objects.select_related("organisation"), organisation=organisation, person=request.person
    )
    require(allowed=rules.may_leave(request.person, organisation))
    try:
        actions.leave(membership=membership, by=request.person)
    except Refusal as refusal:
        return refused(request, str(refusal), back=organisation.get_absolute_url())
    messages.success(request, _("You have left %(organisation)s.") % {"organisation": organisation.name})
    return redirect(organisation)


@require_http_methods(["POST"])
@signed_in
def set_member(request: SignedInRequest, slug: str, person_id: int) -> HttpResponseBase:
    """A coordinator names or releases another, or takes somebody off the list: ``do`` says which."""
    organisation = _managed(request, slug)
    require(allowed=rules.may_set_members(request.person, organisation))
    membership = get_object_or_404(
        Membership.objects.select_related("organisation"),
        organisation=organisation,
        person=get_object_or_404(Person, pk=person_id),
    )
    try:
        if request.POST.get("do") == "remove":
            actions.leave(membership=membership, by=request.person)
        else:
            actions.set_coordinator(
                membership=membership, by=request.person, is_coordinator=request.POST.get("do") == "name"
            )
    except Refusal as refusal:
        return refused(request, str(refusal), back=organisation.get_absolute_url())
    if not rules.may_edit(request.person, organisation):  # they released themself
        return redirect(organisation)
    return redirect("organisations:manage", slug=slug)


# E-mail domains -------------------------------------------------------------------------------------------------------


@require_http_methods(["POST"])
@signed_in
def add_domain(request: SignedInRequest, slug: str) -> HttpResponseBase:
    organisation = _managed(request, slug)
    require(allowed=rules.may_set_domains(request.person, organisation))
    form = DomainForm(request.POST)
    if form.is_valid():
        try:
            actions.add_domain(
                organisation=organisation, domain=form.cleaned_data["domain"], by=request.person
            )
        except Refusal as refusal:
            form.add_error("domain", str(refusal))
        else:
            return redirect("organisations:manage", slug=slug)
    return _manage(request, organisation, domain_form=form, status=422)


def _domain(organisation: Organisation, domain_id: int) -> EmailDomain:
    return get_object_or_404(
        EmailDomain.objects.select_related("organisation"), pk=domain_id, organisation=organisation
    )


@require_http_methods(["POST"])
@signed_in
def set_domain(request: SignedInRequest, slug: str, domain_id: int) -> HttpResponseBase:
    """Send a code, take a code, vouch for the domain, or take it off: ``do`` says which."""
    organisation = _managed(request, slug)
    email_domain = _domain(organisation, domain_id)
    require(allowed=rules.may_set_domains(request.person, organisation))
    before = organisation.memberships.count()
    try:
        match request.POST.get("do"):
            case "send":
                with transaction.atomic():
                    actions.ask_domain_code(
                        email_domain=email_domain, mailbox=request.POST.get("mailbox", ""), by=request.person
                    )
                    letters.send_domain_code.later(email_domain.pk)
                messages.success(
                    request,
                    _("A letter with a code is on its way to %(address)s.")
                    % {"address": email_domain.code_sent_to},
                )
            case "confirm":
                form = CodeForm(request.POST, auto_id=f"id_code_{email_domain.pk}_%s")
                if not form.is_valid():
                    return _manage(request, organisation, code_form=(email_domain.pk, form), status=422)
                try:
                    actions.confirm_domain_code(
                        email_domain=email_domain, code=form.cleaned_data["code"], by=request.person
                    )
                except Refusal as refusal:
                    form.add_error("code", str(refusal))
                    return _manage(request, organisation, code_form=(email_domain.pk, form), status=422)
                _say_who_joined(request, email_domain, organisation.memberships.count() - before)
            case "vouch":
                require(allowed=rules.may_verify_domain(request.person, organisation))
                actions.verify_domain(email_domain=email_domain, by=request.person)
                _say_who_joined(request, email_domain, organisation.memberships.count() - before)
            case "remove":
                actions.remove_domain(email_domain=email_domain, by=request.person)
    except Refusal as refusal:
        return refused(request, str(refusal), back=organisation.get_absolute_url())
    return redirect("organisations:manage", slug=slug)


def _say_who_joined(request: HttpRequest, email_domain: EmailDomain, joined: int) -> None:
    said = _("%(domain)s is verified.") % {"domain": email_domain.domain}
    if joined:
        said += " " + ngettext("One person joined by it.", "%(count)s people joined by it.", joined) % {
            "count": joined
        }
    messages.success(request, said)
