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

HOME = "home:start"


def _first_lines(request: HttpRequest, person: Person) -> tuple[list[queries.Line], int]:
    """Asked by the bell and by the list beside home: read once a request."""
    kept: tuple[list[queries.Line], int] | None = getattr(request, "first_notifications", None)
    if kept is None:
        kept = queries.first_lines(person)
        request.first_notifications = kept  # type: ignore[attr-defined]  # ours, for this request only
    return kept


def _unread(request: HttpRequest) -> int:
    person = cast("Request", request).person
    if person is None:
        return 0
    match = request.resolver_match
    is_home = match is not None and match.view_name == HOME
    return _first_lines(request, person)[1] if is_home else queries.unread_count(person)


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
    lines, _number = _first_lines(request, person)
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
