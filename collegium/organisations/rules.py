"""Who may do what in an organisation. ``thing`` is an Organisation, or a row that has an ``organisation``."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from collegium.foundation.rulebook import Role, rule
from collegium.organisations.models import Membership, Organisation
from collegium.people.models import Person
from collegium.people.rules import ANYONE_SIGNED_IN, SITE_ADMINISTRATOR


def organisation_of(thing: Any) -> Organisation | None:
    if isinstance(thing, Organisation):
        return thing
    found = getattr(thing, "organisation", None)
    return found if isinstance(found, Organisation) else None


def know(organisation: Organisation, person: Person | None, membership: Membership | None) -> None:
    """For a page: what it has read of its reader's standing is not asked again for each rule."""
    organisation.standing = (person.pk if person else None, membership)  # type: ignore[attr-defined]  # for this request only


def membership_of(person: Person, thing: Any) -> Membership | None:
    organisation = organisation_of(thing)
    if organisation is None:
        return None
    known: tuple[int | None, Membership | None] | None = getattr(organisation, "standing", None)
    if known is not None and known[0] == person.pk:
        return known[1]
    return Membership.objects.filter(organisation=organisation, person=person).first()


def _belongs(person: Person, thing: object) -> bool:
    return membership_of(person, thing) is not None


def _coordinates(person: Person, thing: object) -> bool:
    membership = membership_of(person, thing)
    return membership is not None and membership.is_coordinator


MEMBER = Role(
    key="organisation_member",
    title=_("Member of an organisation"),
    description=_("Belongs to it: by a verified address, by invitation, or as its founder."),
    held_by=_belongs,
)
COORDINATOR = Role(
    key="organisation_coordinator",
    title=_("Coordinator of an organisation"),
    description=_(
        "Looks after an organisation’s page, its domains and who belongs to it. Sees nobody’s drafts."
    ),
    held_by=_coordinates,
)


@rule(ANYONE_SIGNED_IN, says=_("put an organisation on the list, and coordinate it from then on"))
def may_found(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(MEMBER, COORDINATOR, SITE_ADMINISTRATOR, says=_("see all who belong to the organisation"))
def may_see_members(person: Person, organisation: Organisation) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(COORDINATOR, SITE_ADMINISTRATOR, says=_("change the organisation’s page"))
def may_edit(person: Person, organisation: Organisation) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(COORDINATOR, SITE_ADMINISTRATOR, says=_("invite people to the organisation, and take invitations back"))
def may_invite(person: Person, organisation: Organisation) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(
    COORDINATOR, SITE_ADMINISTRATOR, says=_("name and release coordinators, and take somebody off the list")
)
def may_set_members(person: Person, organisation: Organisation) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(
    COORDINATOR,
    SITE_ADMINISTRATOR,
    says=_("name an e-mail domain, and prove it by a code sent to its postmaster"),
)
def may_set_domains(person: Person, organisation: Organisation) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(SITE_ADMINISTRATOR, says=_("declare an e-mail domain verified without a code"))
def may_verify_domain(person: Person, organisation: Organisation) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(MEMBER, says=_("leave the organisation"))
def may_leave(person: Person, organisation: Organisation) -> bool:  # noqa: ARG001  # the role settles it
    return True
