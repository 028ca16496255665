"""Those who come for the open course: twenty with a part of their own, and many who are only named.

They sign up and enrol by the actions that people use. What the many would choose one by one on their settings page, or tick
in their plan, is written in one go.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from collegium.activity.verbs import VERBS
from collegium.foundation import files
from collegium.home.world import faces, words
from collegium.home.world.years import World
from collegium.notifications import queries as notifications
from collegium.notifications.models import Preference, Way
from collegium.people import actions as people
from collegium.people.models import Audience, Person
from collegium.people.queries import FACE

VETERANS = 36  # of the many: took part in the iteration before
BEFORE = 385  # days before the course: when they came
LATE = 6  # one in so many comes after the beginning
ROOMS = (
    "badge",
    "week",
    "iteration",
    "enrolment",
    "event",
    "community",
    "thread",
    "post",
    "project",
    "care",
    "group",
)


@dataclass(frozen=True)
class Participant:
    key: str
    name: str
    country: str
    town: str
    zone: str
    role: str
    number: int  # among the many; the named come first
    is_veteran: bool = False
    face: Any = None
    joins: float = 0  # the day of the course, where they come late

    @property
    def email(self) -> str:
        return f"{self.key}@participants.example"


@cache
def participants() -> tuple[Participant, ...]:
    told = words.read("participants")
    named = [
        Participant(
            key=each["key"],
            name=each["name"],
            country=each["country"],
            town=each["town"],
            zone=each["zone"],
            role=each["role"],
            number=-1,
            is_veteran=bool(each.get("veteran")),
            face=each["face"],
            joins=each.get("joins", 0),
        )
        for each in told["named"]
    ]
    return (*named, *_many(told))


def _many(told: Any) -> Iterator[Participant]:
    number = 0
    for country, wanted in told["counts"].items():
        known = told["countries"][country]
        first, last = known["first"], known["last"]
        # Each first name comes round before one comes again, and no name comes twice.
        turns = [(a, (a + turn) % len(last)) for turn in range(len(last)) for a in range(len(first))]
        for a, b in turns[:wanted]:
            yield Participant(
                key=f"p{number:03}",
                name=f"{first[a]} {last[b]}",
                country=country,
                town=known["towns"][(a + b) % len(known["towns"])],
                zone=known["zone"],
                role=told["roles"][(number * 7) % len(told["roles"])],
                number=number,
                is_veteran=number % 6 == 1 and number // 6 < VETERANS,
                joins=1 + number % 17 if number % LATE == LATE - 1 else 0,
            )
            number += 1


def many() -> list[Participant]:
    return [each for each in participants() if each.number >= 0]


def plan_participants(world: World) -> None:
    for each in participants():
        days = world.begun + BEFORE if each.is_veteran else world.week(1, each.joins - 0.4)
        if not each.joins and not each.is_veteran:
            days += 2 + (each.number % 12)
        world.joined[each.key] = days
        world.circle.add(each.key)
        world.at(days, each.name, partial(sign_up, world, each))


def sign_up(world: World, each: Participant) -> None:
    person = people.sign_up(email=each.email, name=each.name, verified=True, time_zone=each.zone)
    world.people[each.key] = person
    world.blogs.people[each.key] = world.people[each.key].get_absolute_url()
    people.edit_profile(person=person, by=person, role=each.role, town=each.town, country=each.country)
    if each.face:
        portrait = files.store_bytes(faces.portrait(each.key, each.face), name=f"{each.key}.png")
        people.set_photo(person=person, by=person, photo=portrait)
        files.thumbnail(portrait, FACE)
        fields = ("name", "photo", "role", "place", "biography")
        people.set_field_audience(person=person, by=person, **dict.fromkeys(fields, Audience.SIGNED_IN))
    else:
        hear_in_the_app(person)


def hear_in_the_app(person: Person) -> None:
    """Of courses and conversations by no letter: as if chosen on the page of settings, in one go."""
    Preference.objects.bulk_create(
        [Preference(person=person, kind=kind, way=Way.IN_APP) for kind in kinds()], ignore_conflicts=True
    )


@cache
def kinds() -> tuple[str, ...]:
    """Of these rooms, what would be told by letter at once."""
    return tuple(
        sorted(
            {
                notifications.kind_of(name, says)
                for name, declared in VERBS.items()
                if name.partition(".")[0] in ROOMS
                for says in declared.tells.values()
                if notifications.default_way(says) == Way.AT_ONCE
            }
        )
    )
