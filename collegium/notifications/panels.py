"""The bell in the bar, my notifications in the archive, and on home."""

from typing import cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from collegium.design.places import bar_item, panel, signed_in
from collegium.notifications import queries
from collegium.notifications.models import Notification, Preference
from collegium.people.erasure import erases
from collegium.people.export import File, exports
from collegium.people.models import Person
from collegium.people.queries import faces
from collegium.people.requests import Request


def _unread(request: HttpRequest) -> int:
    person = cast("Request", request).person
    return queries.unread_count(person) if person is not None else 0


bar_item(
    key="notifications",
    title=_("Notifications"),
    url="notifications:list",
    icon="bell",
    slot="tools",
    shown_to=signed_in,
    count=_unread,
    namespace="notifications",
)


@panel("home.recent", order=10)
def recent(request: HttpRequest) -> str | None:
    person = cast("Request", request).person
    if person is None:
        return None
    lines = queries.first_lines(person)
    if not lines:
        return None
    return render_to_string(
        "notifications/recent.jinja",
        {"lines": lines, "faces": faces([line.actor for line in lines if line.actor], person)},
        request,
    )


@exports("notifications", title=_("Notifications"))
def my_notifications(person: Person) -> tuple[object, list[File]]:
    told = Notification.objects.filter(person=person).select_related("activity__actor")
    return {
        "told": [
            {
                "at": notification.made_at,
                "sentence": queries.line(notification).sentence,
                "read_at": notification.read_at,
                "letter_sent_at": notification.letter_sent_at,
            }
            for notification in told
        ],
        "by_email": dict(Preference.objects.filter(person=person).values_list("verb", "by_email")),
    }, []


@erases(order=10)
def erase_notifications(person: Person) -> None:
    Notification.objects.filter(person=person).delete()
    Preference.objects.filter(person=person).delete()
