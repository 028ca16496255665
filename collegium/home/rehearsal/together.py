"""What the course and the writing group of a rehearsal share: their people, where and when they meet, what is asked of the database."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from zoneinfo import ZoneInfo

from django.db import models

from collegium.activity.models import Activity
from collegium.courses import groups, moments
from collegium.courses.groups import PlannedMeeting
from collegium.foundation import clock
from collegium.home.rehearsal import hours
from collegium.home.rehearsal.stage import Stage
from collegium.home.rehearsal.stories import STORIES
from collegium.home.rehearsal.writing import Topic, as_html, compose
from collegium.notifications.models import Notification
from collegium.people.models import Person
from collegium.schemes import queries as schemes
from collegium.schemes.documents import NodeKind
from collegium.schemes.models import Pathway
from collegium.schemes.queries import PathwayPlan

LEARNERS = (
    "Aroha Fairweather",
    "Benedikt Osei",
    "Carys Lindqvist",
    "Dmitri Hathaway",
    "Elspeth Nkemelu",
    "Faisal Thorburn",
    "Greta Olufsen",
    "Hamish Varga",
    "Ines Calloway",
    "Jonas Adeyemi",
    "Keiko Pemberton",
    "Lorcan Duarte",
)
WRITERS = (
    "Maren Ashdown",
    "Nikhil Brandt",
    "Orla Castellani",
    "Piet Dunmore",
    "Rosalind Farouk",
    "Quintin Ekwueme",
)
DOMAIN = "learning.example"
# By the country of the scheme's first partner; a place where the clocks are changed.
ZONES = {
    "AU": "Australia/Sydney",
    "NZ": "Pacific/Auckland",
    "US": "America/New_York",
    "CA": "America/Toronto",
}
ZONE_ELSEWHERE = "Europe/London"
PLANNED_AHEAD = 42  # days from the beginning of the rehearsal to the change of clocks, at least


@dataclass
class Together:
    """One pathway, one place, one calendar; ``first`` is the Monday of the course's first week."""

    stage: Stage
    key: str
    earliest: dt.date
    zone: str = ZONE_ELSEWHERE
    changes_on: dt.date = field(init=False)
    first: dt.date = field(init=False)

    def __post_init__(self) -> None:
        changes = hours.change_after(self.earliest + dt.timedelta(days=PLANNED_AHEAD), self.zone)
        if changes is None:
            raise LookupError(self.zone)
        self.changes_on = changes
        # Two weeks begin before the clocks are changed, and the third after it; of two weeks one and one.
        back = changes - dt.timedelta(days=8 if len(self.laid) > 2 else 1)  # noqa: PLR2004
        self.first = back - dt.timedelta(days=back.weekday())

    @property
    def begins(self) -> dt.datetime:
        """When the first of it is planned."""
        return self.at(self.first - dt.timedelta(days=22), 8)

    @cached_property
    def pathway(self) -> Pathway:
        return self.stage.pathway(self.key)

    @cached_property
    def plan(self) -> PathwayPlan:
        return schemes.plan(self.pathway)

    @cached_property
    def laid(self) -> list[PlannedMeeting]:
        """What a group would meet about: the weeks of the course follow it."""
        return groups.meetings(self.plan)

    @property
    def asked(self) -> set[int]:
        """The ids of what a portfolio has to speak for, read from the plan itself and not from what was laid out from it."""
        if self.plan.dimensions:
            return {each.node.pk for each in self.plan.dimensions}
        return {each.node.pk for each in self.plan.sections if each.kind != NodeKind.DECLARATION}

    def at(self, day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
        """By the clocks there."""
        return moments.at(day, dt.time(hour, minute), self.zone)

    def local(self, moment: dt.datetime) -> dt.datetime:
        return moment.astimezone(ZoneInfo(self.zone))

    def words(self, number: int, kind: str, title: str, count: int) -> list[str]:
        """Paragraphs of one of the stories."""
        topic = Topic(
            title=title,
            guidance="",
            asks="",
            story=STORIES[number % len(STORIES)],
            turn=number // len(STORIES),
            facts={"name": "", "role": "a teacher", "organisation": "a college", "town": "a town"},
        )
        return compose(kind, topic, count)

    def said(self, number: int, title: str, count: int = 60) -> str:
        return as_html(self.words(number, "reflection", title, count))


def paragraph(words: str) -> str:
    return f"<p>{escape(words, quote=False)}</p>"


def done(verb: str, about: models.Model) -> int:
    """How often the log says that it happened."""
    return Activity.objects.about(about).filter(verb=verb).count()


def told_of(verb: str, about: models.Model, *, twice: bool = False) -> set[int]:
    """The ids of those who were told of it; with ``twice`` of those who were told more than once."""
    rows: Iterable[int] = Notification.objects.filter(
        activity__in=Activity.objects.about(about).filter(verb=verb)
    ).values_list("person", flat=True)
    found = list(rows)
    return {each for each in found if found.count(each) > 1} if twice else set(found)


def ids(people: Iterable[Person]) -> set[int]:
    return {each.pk for each in people}


def names(people: Iterable[Person]) -> str:
    return ", ".join(sorted(each.name for each in people))


def until(moment: dt.datetime) -> dt.datetime:
    """A moment that lies behind already is now."""
    return max(moment, clock.now())
