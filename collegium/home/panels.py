"""Home, search and roles in the frame; and, in demo mode, the way to the cast and to the letters."""

from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from collegium.design.places import bar_item, everyone, panel, signed_in
from collegium.people.requests import Request


def _administers(request: HttpRequest) -> bool:
    person = cast("Request", request).person
    return person is not None and person.is_site_administrator


bar_item(key="home", title=_("Home"), url="home:start", icon="house", order=10, shown_to=signed_in)
bar_item(
    key="search",
    title=_("Search"),
    url="home:search",
    icon="search",
    order=10,
    slot="tools",
    shown_to=everyone,
)
bar_item(key="roles", title=_("Who may do what"), url="home:roles", icon="scale", order=40, slot="footer")
bar_item(
    key="my_roles", title=_("Roles"), url="home:roles", icon="scale", order=40, slot="me", shown_to=signed_in
)

bar_item(
    key="administration",
    title=_("Administration"),
    url="admin:index",
    icon="settings-2",
    order=50,
    slot="me",
    shown_to=_administers,
)

if settings.MODE == "demo":
    bar_item(
        key="demo",
        title=_("Demo: be somebody else"),
        url="demo:cast",
        icon="users-round",
        order=80,
        slot="me",
        shown_to=signed_in,
    )
    bar_item(
        key="demo_mail",
        title=_("Demo: read the letters"),
        url="demo:mail",
        icon="mail",
        order=81,
        slot="me",
        shown_to=signed_in,
    )
    bar_item(
        key="demo",
        title=_("Demo: be one of the cast"),
        url="demo:cast",
        icon="users-round",
        order=90,
        slot="footer",
    )
    bar_item(key="demo_mail", title=_("Demo: letters"), url="demo:mail", icon="mail", order=91, slot="footer")

    @panel("account.login", order=10)
    def cast_at_the_door(request: HttpRequest) -> str:
        return render_to_string("demo/at_the_door.jinja", {}, request)
