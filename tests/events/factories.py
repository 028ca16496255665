"""Events as they are planned."""

import datetime as dt
import zoneinfo
from itertools import count
from typing import Any

from collegium.communities.models import Community, Membership
from collegium.events import actions
from collegium.events.models import Event, Occurrence
from collegium.foundation import clock
from collegium.people.models import Audience, Circle, CircleMember, Person
from tests.communities.factories import make_community

_numbers = count(1)
LONDON = zoneinfo.ZoneInfo("Europe/London")


def remove_member(community: Community, person: Person) -> None:
    Membership.objects.filter(community=community, person=person).delete()
    CircleMember.objects.filter(circle=community.circle_id, person=person).delete()


def in_days(days: float, hour: int = 14) -> dt.datetime:
    """At a whole hour in London, so many days from now."""
    day = (clock.now() + dt.timedelta(days=days)).astimezone(LONDON).date()
    return dt.datetime.combine(day, dt.time(hour), tzinfo=LONDON)


def make_event(
    host: Person, *communities: Community, circles: tuple[Circle, ...] = (), **fields: Any
) -> Event:
    """Planned by ``host``, who convenes a new community where none is given: tomorrow, once, for an hour."""
    of = communities or (() if circles else (make_community(convener=host),))
    return actions.plan(
        **{
            "by": host,
            "title": f"Event {next(_numbers)}",
            "starts_at": in_days(1),
            "minutes": 60,
            "time_zone": "Europe/London",
            "audience": Audience.CIRCLE,
            "communities": of,
            "circles": circles,
            **fields,
        }
    )


def make_occurrence(host: Person, *communities: Community, **fields: Any) -> Occurrence:
    return make_event(host, *communities, **fields).occurrences.get(number=1)
