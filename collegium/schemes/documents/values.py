"""The small values that schemes are made of: a rule that may be unset, a length of time, word bounds, …"""

import calendar
import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Generic, Literal, NoReturn, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

T = TypeVar("T")


class Unset(enum.Enum):
    """The type of UNSET, an enum of one, so that `rule.value is UNSET` narrows for the type checker."""

    UNSET = "unset"

    def __bool__(self) -> NoReturn:
        # `value or default` would be exactly the silent default that a scheme must never get.
        raise TypeError("A rule that is unset is neither true nor false: compare with `is UNSET`.")

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET


class RuleNotSetError(LookupError):
    """A decision needs a rule that the scheme has not published and nobody has answered yet."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("The scheme has not said its rule “%(rule)s”. Its coordinator is asked to.") % {"rule": name}
        )
        self.name = name


@dataclass(frozen=True)
class Rule(Generic[T]):
    """A value that a scheme may leave unset, with where it was published and a remark.

    `answered` is true when the value is the coordinator's answer and not the file's.
    """

    value: T | Literal[Unset.UNSET]
    path: str = ""
    source: str = ""
    note: str = ""
    answered: bool = False

    @property
    def is_set(self) -> bool:
        return self.value is not UNSET

    def required(self) -> T:
        """The value, for a decision that cannot be made without it."""
        if self.value is UNSET:
            raise self.missing()
        return self.value

    def missing(self) -> RuleNotSetError:
        """Says which rule is not set and who is asked for it."""
        return RuleNotSetError(self.path.rpartition("/")[2])


class Unit(enum.StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class Duration:
    """A length of time as a rule says it. Months and years are calendar months and years."""

    count: int
    unit: Unit

    def after(self, day: dt.date) -> dt.date:
        """The same day so much later; the last day of the month where there is no such day."""
        match self.unit:
            case Unit.DAY:
                return day + dt.timedelta(days=self.count)
            case Unit.WEEK:
                return day + dt.timedelta(weeks=self.count)
            case Unit.MONTH:
                months = day.year * 12 + day.month - 1 + self.count
            case Unit.YEAR:
                months = (day.year + self.count) * 12 + day.month - 1
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return day.replace(year=year, month=month + 1, day=min(day.day, last))

    def in_words(self) -> str:
        match self.unit:
            case Unit.DAY:
                words = ngettext("%(count)d day", "%(count)d days", self.count)
            case Unit.WEEK:
                words = ngettext("%(count)d week", "%(count)d weeks", self.count)
            case Unit.MONTH:
                words = ngettext("%(count)d month", "%(count)d months", self.count)
            case Unit.YEAR:
                words = ngettext("%(count)d year", "%(count)d years", self.count)
        return words % {"count": self.count}

    @classmethod
    def read(cls, plain: str) -> "Duration":
        count, unit = plain.split()
        return cls(int(count), Unit(unit.removesuffix("s")))


@dataclass(frozen=True)
class Words:
    """How many words a section may have; None is no bound on that side."""

    least: int | None = None
    most: int | None = None

    def in_words(self) -> str:
        if self.least is not None and self.most is not None:
            return _("%(least)d to %(most)d words") % {"least": self.least, "most": self.most}
        if self.most is not None:
            return ngettext("at most %(most)d word", "at most %(most)d words", self.most) % {
                "most": self.most
            }
        if self.least is not None:
            return ngettext("at least %(least)d word", "at least %(least)d words", self.least) % {
                "least": self.least
            }
        return _("any length")

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> "Words":
        return cls(least=plain.get("least"), most=plain.get("most"))


@dataclass(frozen=True)
class Source:
    """Where something was published."""

    key: str
    title: str
    url: str = ""
    published: str = ""
    accessed: str = ""


@dataclass(frozen=True)
class Partner:
    """An organisation that awards."""

    key: str
    name: str
    short: str
    country: str = ""
    url: str = ""
    does: str = ""


@dataclass(frozen=True)
class Fee:
    """What somebody pays; the amount may be unset, the fee itself is known to exist."""

    key: str
    title: str
    who: str
    amount: Rule[Decimal]
    currency: str
    when: str = ""
    as_of: str = ""


@dataclass(frozen=True)
class Level:
    """One step of the scale on which an assessed area is judged."""

    key: str
    title: str
    met: bool
    says: str = ""


class OutcomeKind(enum.StrEnum):
    PASS = "pass"  # noqa: S105 - an outcome, not a password
    REFERRAL = "referral"
    FAIL = "fail"


@dataclass(frozen=True)
class Attempt:
    """What the first, second, … judgement may end in, with the scheme's own names for it."""

    outcomes: Mapping[OutcomeKind, str]

    def allows(self, kind: OutcomeKind) -> bool:
        return kind in self.outcomes


@dataclass(frozen=True)
class Window:
    """A stretch of days in which portfolios are taken in; with or without a year ("01-15", "2024-01-15")."""

    opens: str
    closes: str

    def is_open(self, day: dt.date) -> bool:
        if len(self.opens) == len("2024-01-15"):
            return self.opens <= day.isoformat() <= self.closes
        today = day.strftime("%m-%d")
        if self.opens <= self.closes:
            return self.opens <= today <= self.closes
        return today >= self.opens or today <= self.closes


@dataclass(frozen=True)
class Submission:
    """When portfolios are taken in: at any time, or in windows."""

    windows: tuple[Window, ...] = ()

    @property
    def is_rolling(self) -> bool:
        return not self.windows

    def is_open(self, day: dt.date) -> bool:
        return self.is_rolling or any(window.is_open(day) for window in self.windows)


class Quantity(enum.StrEnum):
    EVERY = "every"


@dataclass(frozen=True)
class Decision:
    """An outcome is a pass when enough assessed areas are at one of these levels."""

    areas: int | Literal[Quantity.EVERY]
    levels: tuple[str, ...]

    def passes(self, judged: Mapping[str, str]) -> bool:
        """`judged` maps each assessed area to the key of its level."""
        met = sum(level in self.levels for level in judged.values())
        return met >= (len(judged) if self.areas is Quantity.EVERY else self.areas)


class Split(enum.StrEnum):
    """What is done when two assessors come to different conclusions."""

    RECONCILE = "reconcile"
    LEAD = "lead assessor decides"
    THIRD = "third assessor"
    COORDINATOR = "coordinator decides"


class Relation(enum.StrEnum):
    """How somebody may stand to a candidate, where a rule says who may not do something."""

    SELF = "self"
    MENTOR = "mentor"
    REFEREE = "referee"
    ASSESSOR = "assessor"
    CRITICAL_FRIEND = "critical friend"
    SAME_ORGANISATION = "same organisation"
    LINE_MANAGER = "line manager"
    FAMILY = "family or friend"
    NOMINATED = "nominated"


@dataclass(frozen=True)
class Membership:
    """Who has to be a member of which partner."""

    of: tuple[str, ...]
    candidates: bool
    holders: bool
    says: str = ""


@dataclass(frozen=True)
class Renewal:
    """What a holder hands in to keep the award."""

    asks: tuple[str, ...]
    lapse: str = ""
    exempt: str = ""


@dataclass(frozen=True)
class Referees:
    number: int
    called: str
    see: str = ""
    may_not_be: tuple[Relation, ...] = ()
    must: str = ""


@dataclass(frozen=True)
class Statement:
    """One sentence of the declaration that a candidate agrees to."""

    key: str
    text: str
