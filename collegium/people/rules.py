"""Roles that need no scheme and no organisation, and what one may do with one's own."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from collegium.foundation.rulebook import Role, rule
from collegium.people.models import Person


def _anyone(person: Person, thing: object) -> bool:  # noqa: ARG001  # that is the rule
    return person.erased_at is None


def _owns(person: Person, thing: Any) -> bool:
    if isinstance(thing, Person):
        return thing.pk == person.pk
    return person.pk in {getattr(thing, "owner_id", None), getattr(thing, "person_id", None)}


def _administers(person: Person, thing: object) -> bool:  # noqa: ARG001  # everywhere
    return person.is_site_administrator


ANYONE_SIGNED_IN = Role(
    key="anyone_signed_in",
    title=_("Everyone signed in"),
    description=_("Whoever has an account here and is signed in."),
    held_by=_anyone,
)
OWNER = Role(
    key="owner",
    title=_("Owner"),
    description=_("The person whose it is: their profile, their evidence, their portfolio."),
    held_by=_owns,
)
SITE_ADMINISTRATOR = Role(
    key="site_administrator",
    title=_("Site administrator"),
    description=_("Keeps this place running: organisations, domains, who coordinates a scheme."),
    held_by=_administers,
)


@rule(ANYONE_SIGNED_IN, says=_("open the page of a person who shows their name to everyone signed in"))
def may_see(person: Person, other: Person) -> bool:
    return Person.objects.visible_to(person).filter(pk=other.pk).exists()


@rule(OWNER, says=_("change their profile, and say for each field who sees it"))
def may_edit(person: Person, other: Person) -> bool:  # noqa: ARG001  # the role settles it
    return other.erased_at is None


@rule(OWNER, says=_("download everything of theirs"))
def may_download(person: Person, other: Person) -> bool:  # noqa: ARG001  # the role settles it
    return other.erased_at is None


@rule(OWNER, says=_("delete their account"))
def may_erase(person: Person, other: Person) -> bool:  # noqa: ARG001  # the role settles it
    return other.erased_at is None


@rule(SITE_ADMINISTRATOR, says=_("open the administration pages"))
def may_administer(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles it
    return True
