"""The bell in the bar, my notifications in the archive, and on home."""

from typing import cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from collegium.communities.models import Community
from collegium.communities.rules import membership_of
from collegium.design.places import bar_item, panel, signed_in
from collegium.notifications import actions, asked, hearing, queries
from collegium.notifications.models import InboundMail, Notification, Preference
from collegium.people.addresses import address_verified, verified_addresses
from collegium.people.erasure import erases
from collegium.people.export import File, exports
from collegium.people.models import Person
from collegium.people.queries import faces
from collegium.people.requests import Request


@panel("bar.bell")
def bell(request: HttpRequest) -> str | None:
    return render_to_string(
        "notifications/bell.jinja", {"bell": asked.bell(request), "with_script": True}, request
    )


bar_item(
    key="notifications",
    title=_("Notifications"),
    url="notifications:list",
    icon="bell",
    slot="tools",
    shown_to=signed_in,
    count=lambda request: asked.bell(request).unread,
    namespace="notifications",
)


@panel("home.recent", order=10)
def recent(request: HttpRequest) -> str | None:
    person = cast("Request", request).person
    if person is None:
        return None
    lines = asked.first_lines(request, person, on_home=True)
    if not lines:
        return None
    return render_to_string(
        "notifications/recent.jinja",
        {"lines": lines, "faces": faces([line.actor for line in lines if line.actor], person)},
        request,
    )


@panel("community.side", order=10)
def what_you_hear(request: HttpRequest, *, community: Community) -> str | None:
    person = cast("Request", request).person
    if person is None or community.closed_at is not None or membership_of(person, community) is None:
        return None
    now = hearing.hearing(person, community.forum_id)
    return render_to_string(
        "notifications/hearing.jinja",
        {"community": community, "now": now, "choices": hearing.Hearing.choices},
        request,
    )


@exports("notifications", title=_("Notifications"))
def my_notifications(person: Person) -> tuple[object, list[File]]:
    told = Notification.objects.filter(person=person).select_related("activity__actor")
    hours = queries.hours_of(person)
    return {
        "told": [
            {
                "at": notification.made_at,
                "sentence": queries.line(notification).sentence,
                "way": notification.way,
                "read_at": notification.read_at,
                "letter_sent_at": notification.letter_sent_at,
            }
            for notification in told
        ],
        "ways": dict(Preference.objects.filter(person=person).values_list("kind", "way")),
        "hours": {
            "digest_hour": hours.digest_hour,
            "digest_weekday": hours.digest_weekday,
            "quiet_from": hours.quiet_from,
            "quiet_until": hours.quiet_until,
            "confirms_replies": hours.confirms_replies,
        },
        "mailing_lists": list(person.mailing_lists.values("forum__title", "since")),
        "letters_received": list(
            InboundMail.objects.filter(person=person).values("received_at", "outcome", "reason")
        ),
    }, []


@erases(order=10)
def erase_notifications(person: Person) -> None:
    actions.erase(person=person, addresses=verified_addresses(person))


@address_verified
def write_again(person: Person, email: str) -> None:  # noqa: ARG001  # as the registry calls it
    actions.write_again(address=email)
