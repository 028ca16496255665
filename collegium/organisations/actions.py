"""Founding, domains, joining, inviting, leaving. The organisation's circle is kept in step in the same transaction."""

import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.text import slugify
from django.utils.translation import gettext as _

from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.foundation.signing import hashed, new_token
from collegium.organisations import domains, ror, rules
from collegium.organisations.models import EmailDomain, Invitation, Membership, Organisation
from collegium.organisations.words import index_organisations
from collegium.people import addresses, names
from collegium.people.models import Circle, CircleMember, Person

INVITATION_LASTS = timedelta(days=30)
CODE_LASTS = timedelta(hours=24)
CODE_ATTEMPTS = 5


@transaction.atomic
def found(
    *, name: str, country: str, by: Person, slug: str = "", ror_id: str = "", website: str = ""
) -> Organisation:
    """A new organisation with ``by`` as its first member and coordinator."""
    if not rules.may_found(by, None):
        raise Refusal(_("Sign in to put an organisation on the list."))
    name = _called(name)
    ror_id = _ror(ror_id)
    organisation = Organisation.objects.create(
        name=name,
        slug=_free_slug(slug or slugify(name)),
        country=country,
        ror_id=ror_id,
        website=website,
        circle=Circle.objects.create(name=name),
    )
    index_organisations([organisation.pk])
    _join(organisation, by, way=Membership.Way.FOUNDER, is_coordinator=True)
    return organisation


@transaction.atomic
def edit(*, organisation: Organisation, by: Person, **fields: Any) -> Organisation:
    """Change name, country, ror_id or website, as far as they are given. The address of its page stays."""
    _require(rules.may_edit(by, organisation))
    unknown = set(fields) - {"name", "country", "ror_id", "website"}
    if unknown:
        raise TypeError(f"An organisation has no {', '.join(sorted(unknown))}.")
    if "name" in fields:
        fields["name"] = _called(fields["name"])
    if "ror_id" in fields:
        fields["ror_id"] = _ror(fields["ror_id"], besides=organisation)
    for field, value in fields.items():
        setattr(organisation, field, value)
    organisation.save(update_fields=list(fields))
    index_organisations([organisation.pk])
    Circle.objects.filter(pk=organisation.circle_id).update(name=organisation.name)
    return organisation


# E-mail domains -------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_domain(*, organisation: Organisation, domain: str, by: Person) -> EmailDomain:
    """Name a domain; it lets nobody in until it is verified. Safe to repeat."""
    _require(rules.may_set_domains(by, organisation))
    try:
        written = domains.normalise(domain)
    except ValueError as fault:
        raise Refusal(
            _("That is not a domain: give what stands after the @ in your addresses."), code="domain"
        ) from fault
    if written in domains.EVERYBODYS:
        raise Refusal(
            _("Everybody can have an address at %(domain)s, so it proves nothing about an organisation.")
            % {"domain": written},
            code="domain",
        )
    if _verified_elsewhere(written, organisation):
        raise Refusal(_("Another organisation has shown that this domain is theirs."), code="domain")
    found_one, _made = EmailDomain.objects.get_or_create(organisation=organisation, domain=written)
    return found_one


@transaction.atomic
def remove_domain(*, email_domain: EmailDomain, by: Person) -> None:
    """Who joined by it stays a member."""
    _require(rules.may_set_domains(by, email_domain.organisation))
    email_domain.delete()


@transaction.atomic
def verify_domain(*, email_domain: EmailDomain, by: Person) -> EmailDomain:
    """A site administrator vouches for it. All who have a verified address there join now, others when they verify one."""
    _require(rules.may_verify_domain(by, email_domain.organisation))
    return _verified(email_domain, by)


@transaction.atomic
def ask_domain_code(*, email_domain: EmailDomain, mailbox: str, by: Person) -> EmailDomain:
    """Ready the domain for a code; the letter to ``mailbox`` (``postmaster``, …) makes the code when it is sent."""
    _require(rules.may_set_domains(by, email_domain.organisation))
    if mailbox not in domains.MAILBOXES:
        raise Refusal(_("The code can only go to a mailbox of whoever runs the domain."), code="mailbox")
    email_domain.code_sent_to = f"{mailbox}@{email_domain.domain}"
    email_domain.code_hash = ""
    email_domain.code_attempts = 0
    email_domain.code_expires_at = clock.now() + CODE_LASTS
    email_domain.save(update_fields=["code_sent_to", "code_hash", "code_attempts", "code_expires_at"])
    return email_domain


@transaction.atomic
def new_domain_code(*, email_domain: EmailDomain) -> str:
    """The code for the letter that is being written; only its hash is kept. An earlier one is void."""
    code = f"{secrets.randbelow(10**8):08d}"
    EmailDomain.objects.filter(pk=email_domain.pk).update(code_hash=hashed(code))
    return code


def confirm_domain_code(*, email_domain: EmailDomain, code: str, by: Person) -> EmailDomain:
    """The code that arrived at the domain verifies it. A wrong one counts, whatever happens to the request."""
    _require(rules.may_set_domains(by, email_domain.organisation))
    # Counted in a transaction of its own: a refusal below must not take the count back.
    counted = EmailDomain.objects.filter(
        pk=email_domain.pk, code_attempts__lt=CODE_ATTEMPTS, code_expires_at__gt=clock.now()
    ).update(code_attempts=F("code_attempts") + 1)
    email_domain.refresh_from_db()
    if not counted or not email_domain.code_hash:
        raise Refusal(_("There is no code to compare with any more. Ask for a new one."), code="code")
    if not secrets.compare_digest(hashed("".join(code.split())), email_domain.code_hash):
        raise Refusal(_("That is not the code that we sent."), code="code")
    with transaction.atomic():
        return _verified(email_domain, by)


def _verified(email_domain: EmailDomain, by: Person) -> EmailDomain:
    if _verified_elsewhere(email_domain.domain, email_domain.organisation):
        raise Refusal(_("Another organisation has shown that this domain is theirs."), code="domain")
    email_domain.verified_at = email_domain.verified_at or clock.now()
    email_domain.verified_by = by
    email_domain.code_hash = ""
    email_domain.save(update_fields=["verified_at", "verified_by", "code_hash"])
    for person in addresses.people_with_verified_address_at(email_domain.domain):
        _join(email_domain.organisation, person, way=Membership.Way.DOMAIN)
    return email_domain


def _verified_elsewhere(domain: str, organisation: Organisation) -> bool:
    return (
        EmailDomain.objects.filter(domain__iexact=domain, verified_at__isnull=False)
        .exclude(organisation=organisation)
        .exists()
    )


# Membership -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def join_by_domain(*, person: Person) -> list[Organisation]:
    """Join the organisations whose verified domains the person's verified addresses are in. Safe to repeat."""
    wanted = {domains.domain_of(email) for email in addresses.verified_addresses(person)}
    if not wanted:
        return []
    joined = []
    for email_domain in EmailDomain.objects.filter(
        domain__in=wanted, verified_at__isnull=False
    ).select_related("organisation__circle"):
        _join(email_domain.organisation, person, way=Membership.Way.DOMAIN)
        joined.append(email_domain.organisation)
    return joined


@transaction.atomic
def invite(*, organisation: Organisation, email: str, by: Person, as_coordinator: bool = False) -> Invitation:
    """An invitation that lasts thirty days. The letter makes the token when it is sent, so no row ever holds it.

    Inviting the same address again renews the open invitation.
    """
    _require(rules.may_invite(by, organisation))
    email = email.strip().lower()
    if any(
        Membership.objects.filter(
            organisation=organisation, person__account__emailaddress__email__iexact=email
        )
    ):
        raise Refusal(_("Somebody with this address belongs to the organisation already."), code="member")
    Invitation.objects.filter(organisation=organisation, email=email, accepted_at__isnull=True).delete()
    return Invitation.objects.create(
        organisation=organisation,
        email=email,
        as_coordinator=as_coordinator,
        token_hash=hashed(new_token()),  # of one that nobody has: the letter puts the real one
        invited_by=by,
        invited_at=clock.now(),
        expires_at=clock.now() + INVITATION_LASTS,
    )


@transaction.atomic
def new_invitation_token(*, invitation: Invitation) -> str:
    """The token for the letter that is being written. An earlier one is void."""
    token = new_token()
    Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True).update(token_hash=hashed(token))
    return token


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: Person) -> None:
    _require(rules.may_invite(by, invitation.organisation))
    if invitation.accepted_at is not None:
        raise Refusal(_("This invitation has been accepted already."))
    invitation.delete()


@transaction.atomic
def accept_invitation(*, invitation: Invitation, by: Person) -> Membership:
    """Once: whoever brings the link first, signed in, becomes the member it was meant for."""
    taken = Invitation.objects.open().filter(pk=invitation.pk).update(accepted_at=clock.now(), accepted_by=by)
    if not taken:
        raise Refusal(
            _("This invitation has been used, or has run out. Ask whoever invited you for a new one."),
            code="used",
        )
    return _join(
        invitation.organisation,
        by,
        way=Membership.Way.INVITATION,
        is_coordinator=invitation.as_coordinator,
    )


@transaction.atomic
def leave(*, membership: Membership, by: Person) -> None:
    """Go oneself, or be taken off the list by a coordinator. The last coordinator first names another."""
    is_own = membership.person_id == by.pk
    _require(is_own or rules.may_set_members(by, membership.organisation))
    if membership.is_coordinator and _is_last_coordinator(membership):
        raise Refusal(
            _("%(organisation)s would be left without a coordinator. Name another one first.")
            % {"organisation": membership.organisation.name},
            code="last",
        )
    _part(membership)


@transaction.atomic
def set_coordinator(*, membership: Membership, by: Person, is_coordinator: bool) -> Membership:
    _require(rules.may_set_members(by, membership.organisation))
    if not is_coordinator and membership.is_coordinator and _is_last_coordinator(membership):
        raise Refusal(
            _("%(organisation)s would be left without a coordinator. Name another one first.")
            % {"organisation": membership.organisation.name},
            code="last",
        )
    membership.is_coordinator = is_coordinator
    membership.save(update_fields=["is_coordinator"])
    return membership


def part_with_everything(person: Person) -> None:
    """For an erasure: nobody is kept from going, even the last coordinator."""
    for membership in Membership.objects.filter(person=person).select_related("organisation"):
        _part(membership)
    Invitation.objects.filter(invited_by=person, accepted_at__isnull=True).delete()
    for email in addresses.verified_addresses(person):
        Invitation.objects.filter(email__iexact=email).delete()


def _join(
    organisation: Organisation, person: Person, *, way: Membership.Way, is_coordinator: bool = False
) -> Membership:
    membership, is_new = Membership.objects.get_or_create(
        organisation=organisation,
        person=person,
        defaults={"way": way, "is_coordinator": is_coordinator, "joined_at": clock.now()},
    )
    if not is_new and is_coordinator and not membership.is_coordinator:
        membership.is_coordinator = True
        membership.save(update_fields=["is_coordinator"])
    CircleMember.objects.get_or_create(circle_id=organisation.circle_id, person=person)
    return membership


def _part(membership: Membership) -> None:
    CircleMember.objects.filter(
        circle_id=membership.organisation.circle_id, person_id=membership.person_id
    ).delete()
    membership.delete()


def _is_last_coordinator(membership: Membership) -> bool:
    others = Membership.objects.filter(organisation=membership.organisation_id).exclude(pk=membership.pk)
    # Whoever is alone may go: there is nobody left to coordinate.
    return others.exists() and not others.filter(is_coordinator=True).exists()


def _called(name: str) -> str:
    cleaned = names.clean(name)
    if not cleaned:
        raise Refusal(_("An organisation needs a name."), code="name")
    return cleaned


def _ror(typed: str, *, besides: Organisation | None = None) -> str:
    if not typed:
        return ""
    try:
        ror_id = ror.normalise(typed)
    except ValueError as fault:
        raise Refusal(_("That is not a ROR id: a character seems to be mistyped."), code="ror_id") from fault
    holder = Organisation.objects.filter(ror_id=ror_id).first()
    if holder is not None and holder != besides:
        raise Refusal(
            _("%(organisation)s is on the list with this ROR id already.") % {"organisation": holder.name},
            code="ror_id",
        )
    return ror_id


def _free_slug(wanted: str) -> str:
    longest = Organisation._meta.get_field("slug").max_length or 0
    # A name in Arabic or Chinese leaves nothing that an address would show as it is.
    base = wanted[: longest - 4].strip("-") or "organisation"
    taken = set(Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        slug
        for number in range(1, len(taken) + 3)
        if (slug := base if number == 1 else f"{base}-{number}") not in taken
    )


def _require(allowed: bool) -> None:  # noqa: FBT001  # reads as a sentence where it is called
    if not allowed:
        raise Refusal(_("Only a coordinator of the organisation can do that."))
