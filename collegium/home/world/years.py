"""The clock of the demo world: what happens when, and who and what is there so far."""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from collegium.accreditation.models import Registration, Submission
from collegium.communities.models import Community
from collegium.conversations.models import Thread
from collegium.courses.models import Iteration
from collegium.evidence.models import Evidence
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.home.blogs.serving import Blogs
from collegium.organisations.models import Organisation
from collegium.people.models import Person
from collegium.portfolios.models import Portfolio
from collegium.schemes.models import Node, Pathway, Principle, SchemeVersion

Advance = Callable[[int, int, str], None]
Plain = Mapping[str, Any]

FOUNDED = 1455  # days ago: when the first people came
WEEK = 7
FRIDAY, LATEST_INTO_WEEK, INTO_WEEK = 4, 5, (3, 4, 2, 5)


@dataclass(order=True)
class Step:
    """Something that happens: later ones have fewer days to go, and of one day the one that was planned first."""

    before_today: float
    planned: int
    words: str = field(compare=False)
    happen: Callable[[], object] = field(compare=False)


class World:
    """The plan of what happens when, and who and what is there so far."""

    def __init__(self, advance: Advance, blogs: Blogs) -> None:
        self.advance = advance
        self.blogs = blogs
        self.now = clock.now()
        self.steps: list[Step] = []
        self.people: dict[str, Person] = {}
        self.organisations: dict[str, Organisation] = {}
        self.versions: dict[str, SchemeVersion] = {}
        self.evidence: dict[str, Evidence] = {}
        self.portfolios: dict[str, Portfolio] = {}
        self.registrations: dict[str, Registration] = {}
        self.submissions: dict[str, Submission] = {}
        self.nodes: dict[str, dict[str, Node | Principle]] = {}
        self.joined: dict[str, float] = {}  # days ago
        self.communities: dict[str, Community] = {}
        self.iterations: dict[str, Iteration] = {}
        self.threads: dict[str, Thread] = {}
        self.circle: set[str] = set()  # those who are here for the course, and not one of the cast

    def at(self, days: float, words_: str, happen: Callable[[], object]) -> None:
        self.steps.append(Step(-days, len(self.steps), words_, happen))

    def moment(self, days: float, planned: int) -> dt.datetime:
        """On that day, at an hour when people are awake; never later than now."""
        day = self.now - dt.timedelta(days=int(days))
        minutes = int(hashlib.sha256(f"{planned}".encode()).hexdigest()[:6], 16) % 50
        share = days - int(days)
        at = day.replace(hour=8, minute=minutes, second=0, microsecond=0) + dt.timedelta(
            hours=10 * (1 - share)
        )
        return min(at, self.now)

    @property
    def begun(self) -> int:
        """How many days ago the open course began: it is some days into its fourth week, and begins on a working day."""
        today = self.now.date()
        into = next(
            (days for days in (today.weekday(), *INTO_WEEK) if _is_working_day(today, days)), INTO_WEEK[0]
        )
        return 3 * WEEK + into

    def week(self, number: int, day: float = 0) -> float:
        """So many days ago: the day of a week of the course, from 0, with its share of a day."""
        return self.begun - WEEK * (number - 1) - day

    def day(self, days_ago: float) -> dt.date:
        return (self.now - dt.timedelta(days=int(days_ago))).date()

    def live(self) -> None:
        steps = sorted(self.steps)
        reached = self.now - dt.timedelta(days=FOUNDED + 1)
        for number, step in enumerate(steps, 1):
            reached = max(reached, self.moment(-step.before_today, step.planned))
            self.blogs.moment = reached
            with clock.moved_to(reached):
                try:
                    step.happen()
                except Refusal as refusal:
                    refusal.add_note(
                        "; ".join([f"In the demo world: {step.words}", *map(str, refusal.details)])
                    )
                    raise
            self.advance(number, len(steps), step.words)
        self.blogs.moment = None

    def pathway(self, scheme: str, key: str) -> Pathway:
        found: Pathway = Pathway.objects.select_related(
            "scheme_version__scheme", "scheme_version__framework"
        ).get(scheme_version=self.versions[scheme], key=key)
        return found

    def targets(self, scheme: str) -> dict[str, Node | Principle]:
        """Criteria and principles of a scheme's framework, by code."""
        framework = self.versions[scheme].framework
        if framework.key not in self.nodes:
            found: dict[str, Node | Principle] = {node.code: node for node in framework.nodes.all()}
            found.update({principle.code: principle for principle in framework.principles.all()})
            self.nodes[framework.key] = found
        return self.nodes[framework.key]

    def node(self, scheme: str, code: str) -> Node:
        """A criterion, section or dimension; principles are none of them."""
        found = self.targets(scheme)[code]
        if not isinstance(found, Node):
            raise TypeError(f"{code} is a principle.")
        return found

    def address(self, key: str) -> str:
        account = self.people[key].account
        if account is None:
            raise LookupError(f"{key} has no account.")
        return account.email


def _is_working_day(today: dt.date, days: int) -> bool:
    """The day so many before today, far enough into the week that it has begun for everybody, and not over."""
    return INTO_WEEK[2] <= days <= LATEST_INTO_WEEK and (today - dt.timedelta(days=days)).weekday() <= FRIDAY
