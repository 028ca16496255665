"""Organisations on a person's page and profile; joining by a verified address; what is exported and erased."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from collegium.design.places import bar_item, panel
from collegium.organisations import actions, queries
from collegium.organisations.models import Membership
from collegium.people.addresses import address_verified
from collegium.people.erasure import erases
from collegium.people.export import File, exports
from collegium.people.models import Person

bar_item(
    key="organisations",
    title=_("Organisations"),
    url="organisations:list",
    icon="building-2",
    order=30,
    slot="footer",
)


@address_verified
def join(person: Person, email: str) -> None:  # noqa: ARG001  # all of their addresses are looked at
    actions.join_by_domain(person=person)


@panel("person.organisations")
def organisations_of(request: HttpRequest, *, person: Person) -> str | None:
    memberships = queries.memberships_of(person)
    if not memberships:
        return None
    return render_to_string(
        "organisations/of_person.jinja", {"memberships": memberships, "is_own_page": False}, request
    )


@panel("profile.organisations")
def my_organisations(request: HttpRequest, *, person: Person) -> str:
    return render_to_string(
        "organisations/of_person.jinja",
        {"memberships": queries.memberships_of(person), "is_own_page": True},
        request,
    )


@exports("organisations", title=_("Organisations"))
def exported(person: Person) -> tuple[object, Iterable[File]]:
    return [
        {
            "organisation": membership.organisation.name,
            "since": membership.joined_at,
            "joined": membership.way,
            "coordinator": membership.is_coordinator,
        }
        for membership in Membership.objects.filter(person=person).select_related("organisation")
    ], []


@erases(order=80)
def erase(person: Person) -> None:
    actions.part_with_everything(person)
