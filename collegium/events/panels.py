"""Events on the pages of communities and on home, in one's own menu; in everything of mine; and what goes."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy, ngettext

from collegium.communities.models import Community
from collegium.design.places import bar_item, panel, signed_in
from collegium.events import actions, queries, rules
from collegium.events.models import Answer, Attendance, CalendarFeed, Event
from collegium.events.when import lines
from collegium.foundation import clock
from collegium.people.erasure import erases, goes
from collegium.people.export import File, exports
from collegium.people.models import Audience, Person
from collegium.people.requests import Request

SOON = timedelta(days=7)

bar_item(
    key="events",
    title=gettext_lazy("My events"),
    url="events:list",
    icon="calendar",
    slot="me",
    order=40,
    shown_to=signed_in,
)


def _reader(request: HttpRequest) -> Person | None:
    return cast("Request", request).person


@panel("community.page", order=30)
def next_of_community(request: HttpRequest, *, community: Community, **_context: Any) -> str | None:
    reader = _reader(request)
    may_plan = rules.may_plan(reader, community)
    found = queries.of_community(community, reader)
    is_public = community.audience == Audience.PUBLIC
    if not found and not may_plan:
        return None
    return render_to_string(
        "events/of_community.jinja",
        {
            "community": community,
            "lines": lines(found, reader),
            "may_plan": may_plan,
            "has_feed": is_public,
        },
        request,
    )


@panel("home.next", order=12)
def soon(request: HttpRequest) -> str | None:
    reader = _reader(request)
    if reader is None:
        return None
    now = clock.now()
    found = queries.soon(reader.pk, now, now + SOON)
    if not found:
        return None
    return render_to_string(
        "events/next.jinja",
        {
            "lines": lines(found, reader),
        },
        request,
    )


# Everything of mine ---------------------------------------------------------------------------------------------------


@exports("events", title=gettext_lazy("Events"))
def exported(person: Person) -> tuple[Any, Iterable[File]]:
    answers = Answer.objects.filter(person=person).select_related("occurrence__event")
    attendances = Attendance.objects.filter(person=person).select_related("occurrence__event")
    return {
        "hosted": [
            {"title": each.title, "starts": each.first_starts_at, "agenda": each.agenda}
            for each in Event.objects.filter(host=person)
        ],
        "answers": [
            {
                "event": each.occurrence.event.title,
                "starts": each.occurrence.starts_at,
                "coming": each.coming,
                "answered": each.answered_at,
            }
            for each in answers.order_by("occurrence__starts_at")
        ],
        "attended": [
            {
                "event": each.occurrence.event.title,
                "starts": each.occurrence.starts_at,
                "way": each.way,
                "noted": each.at,
            }
            for each in attendances.order_by("occurrence__starts_at")
        ],
        "letters_to_calendar": queries.has_letters(person),
        "calendar_address_since": CalendarFeed.objects.filter(person=person)
        .values_list("made_at", flat=True)
        .first(),
    }, []


@goes
def answers_go(person: Person) -> list[str]:
    number = Answer.objects.filter(person=person).count() + Attendance.objects.filter(person=person).count()
    if not number:
        return []
    return [
        ngettext(
            "One answer to an invitation, or attendance of an event",
            "%(count)s answers to invitations and attendances of events",
            number,
        )
        % {"count": number}
    ]


@erases(order=40)
def erase(person: Person) -> None:
    """Their places go to those who wait; events that they planned stay, without their name."""
    actions.part_with_everything(person)
