"""Roles in a scheme, and what they may do with it. ``thing`` is a Scheme or anything that belongs to one."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from collegium.foundation.rulebook import Role, rule
from collegium.people.models import Person
from collegium.people.rules import SITE_ADMINISTRATOR
from collegium.schemes.models import Pathway, RoleHolding, Scheme, SchemeVersion


def scheme_of(thing: Any) -> Scheme | None:
    """The scheme that a thing belongs to: by being one, by a version or pathway, or by a ``scheme`` of its own."""
    if isinstance(thing, Scheme):
        return thing
    if isinstance(thing, SchemeVersion):
        return thing.scheme
    if isinstance(thing, Pathway):
        return thing.scheme_version.scheme
    found = getattr(thing, "scheme", None)
    return found if isinstance(found, Scheme) else None


def _holds(person: Person, thing: Any, kind: RoleHolding.Kind) -> bool:
    scheme = scheme_of(thing)
    return (
        scheme is not None
        and RoleHolding.objects.filter(
            scheme=scheme, person=person, kind=kind, withdrawn_at__isnull=True
        ).exists()
    )


COORDINATOR = Role(
    key="scheme_coordinator",
    title=_("Scheme coordinator"),
    description=_(
        "Runs a scheme: screening, allocation, deadlines, and the rules that it has not published."
    ),
    held_by=lambda person, thing: _holds(person, thing, RoleHolding.Kind.COORDINATOR),
)
ASSESSOR = Role(
    key="assessor",
    title=_("Assessor of a scheme"),
    description=_("Holds the award that the scheme asks for, and can be asked to judge submissions."),
    held_by=lambda person, thing: _holds(person, thing, RoleHolding.Kind.ASSESSOR),
)


@rule(COORDINATOR, SITE_ADMINISTRATOR, says=_("see who has which role in the scheme"))
def may_see_roles(person: Person, scheme: Any) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(COORDINATOR, SITE_ADMINISTRATOR, says=_("give and withdraw roles in the scheme"))
def may_grant_roles(person: Person, scheme: Any) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(COORDINATOR, says=_("decide where the scheme has published no rule, with a reason"))
def may_answer_unset_rules(person: Person, scheme: Any) -> bool:  # noqa: ARG001  # the role settles it
    return True
