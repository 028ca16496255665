"""The reader's name and menu in the bar, what strangers are offered, and what people itself exports and keeps."""

from collections.abc import Iterable, Iterator
from typing import cast

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.design.places import Identity, bar_item, identity, signed_in, stranger
from collegium.foundation.files import holds_blobs
from collegium.people.actions import PROFILE
from collegium.people.erasure import goes, stays
from collegium.people.export import File, exports
from collegium.people.models import CircleMember, Person
from collegium.people.queries import face
from collegium.people.requests import Request


@identity
def who(request: HttpRequest) -> Identity | None:
    person = cast("Request", request).person if hasattr(request, "person") else None
    if person is None:
        return None
    return Identity(name=person.name, url=person.get_absolute_url(), photo=face(person, person))


bar_item(
    key="profile",
    title=gettext_lazy("Profile"),
    url="people:profile",
    icon="circle-user",
    order=10,
    slot="me",
    shown_to=signed_in,
)
bar_item(
    key="my_data",
    title=gettext_lazy("My data"),
    url="people:my_data",
    icon="database",
    order=20,
    slot="me",
    shown_to=signed_in,
)
bar_item(
    key="security",
    title=gettext_lazy("Signing in"),
    url="account_email",
    icon="key",
    order=30,
    slot="me",
    shown_to=signed_in,
)
bar_item(
    key="log_out",
    title=gettext_lazy("Sign out"),
    url="account_logout",
    icon="log-out",
    order=90,
    slot="me",
    shown_to=signed_in,
    method="post",
)
bar_item(
    key="log_in",
    title=gettext_lazy("Sign in"),
    url="account_login",
    icon="log-in",
    order=10,
    slot="join",
    shown_to=stranger,
)
bar_item(
    key="sign_up",
    title=gettext_lazy("Join"),
    url="account_signup",
    icon="user-plus",
    order=20,
    slot="join",
    shown_to=stranger,
)


@holds_blobs
def photos() -> Iterator[str]:
    yield from Person.objects.filter(photo__isnull=False).values_list("photo_id", flat=True)


@exports("profile", title=gettext_lazy("Profile"))
def my_profile(person: Person) -> tuple[object, Iterable[File]]:
    facts = {name: getattr(person, name) for name in sorted(PROFILE)}
    facts |= {
        "joined_at": person.joined_at,
        "who_sees": {"name": person.name_audience, **person.field_audiences},
        "circles": list(
            CircleMember.objects.filter(person=person)
            .values_list("circle__name", flat=True)
            .order_by("circle__name")
        ),
    }
    return facts, [("photo.webp", person.photo.path)] if person.photo else []


@exports("account", title=gettext_lazy("Account"))
def my_account(person: Person) -> tuple[object, Iterable[File]]:
    account = person.account
    if account is None:
        return {}, []
    return {
        "email": account.email,
        "made_at": account.date_joined,
        "last_signed_in_at": account.last_login,
        "has_password": account.has_usable_password(),
        "addresses": list(EmailAddress.objects.filter(user=account).values("email", "verified", "primary")),
        "signed_in_at": list(
            UserSession.objects.filter(user=account).values("created_at", "last_seen_at", "ip", "user_agent")
        ),
    }, []


@goes
def account_goes(person: Person) -> list[str]:  # noqa: ARG001  # the same for everybody
    return [
        _("Your account: addresses, password, passkeys, and where you are signed in."),
        _("Your profile: photo, place, languages, specialisms, links, and what you wrote about yourself."),
    ]


@stays
def name_stays(person: Person) -> list[str]:  # noqa: ARG001  # the same for everybody
    return [
        _(
            "Where others’ work needs to say that somebody did something, it says “Former member” instead of your name."
        )
    ]
