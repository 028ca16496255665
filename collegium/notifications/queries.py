"""Notifications with their sentence and the page they lead to, and what can be chosen about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, QuerySet, Subquery, When
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from collegium.activity.models import Activity
from collegium.activity.queries import sentence
from collegium.activity.verbs import VERBS, Told
from collegium.foundation.prepared import prepared
from collegium.notifications.models import Notification, Preference
from collegium.people.models import Person

ON_HOME = 5
_UNREAD_FIRST = Case(When(read_at__isnull=True, then=0), default=1)


@dataclass(frozen=True)
class Line:
    notification: Notification
    sentence: str
    address: str
    actor: Person | None
    at: datetime

    @property
    def is_unread(self) -> bool:
        return self.notification.read_at is None


@dataclass(frozen=True)
class Choice:
    verb: str
    sentences: list[str]
    by_email: bool


@dataclass(frozen=True)
class Topic:
    title: str
    choices: list[Choice]


def told(activity: Activity, role: str) -> Told | None:
    declared = VERBS.get(activity.verb)
    return declared.tells.get(role) if declared else None


def line(notification: Notification) -> Line:
    activity = notification.activity
    says = told(activity, notification.role)
    return Line(
        notification=notification,
        sentence=sentence(activity, says.says if says else None),
        address=_leads_to(activity, says),
        actor=activity.actor,
        at=notification.made_at,
    )


def lines(person: Person, *, only_unread: bool = False, start: int = 0, count: int = 50) -> list[Line]:
    """Unread first, then newest first; the same two queries whatever the number."""
    wanted = Notification.objects.visible_to(person).select_related("activity__actor__photo")
    if only_unread:
        wanted = wanted.unread()
    wanted = wanted.order_by(_UNREAD_FIRST, "-id")
    return [line(notification) for notification in wanted[start : start + count]]


# What a line shows, of the rows that it is made of.
_OF_A_LINE = (
    "person",
    "role",
    "made_at",
    "read_at",
    "activity__verb",
    "activity__about_id",
    "activity__data",
    "activity__actor__name",
    "activity__actor__photo",
    "activity__actor__field_audiences",
    "activity__actor__erased_at",
)


@prepared
def _first_of(person: int) -> "QuerySet[Notification]":
    wanted = Notification.objects.filter(person=person).select_related("activity__actor").only(*_OF_A_LINE)
    wanted = wanted.annotate(all_unread=Subquery(_unread(person)))
    return wanted.order_by(_UNREAD_FIRST, "-id")[:ON_HOME]


def first_lines(person: Person) -> tuple[list[Line], int]:
    """As many of them as home shows, and how many are unread in all: one query."""
    found: list[Any] = _first_of(person.pk)
    return [line(notification) for notification in found], (found[0].all_unread or 0) if found else 0


def unread_count(person: Person) -> int:
    return next(iter(_unread_count(person.pk)), 0)


def _unread(person: int) -> "QuerySet[Notification, int]":
    unread = Notification.objects.filter(person=person).unread().order_by()
    return unread.values("person").annotate(number=Count("pk")).values_list("number", flat=True)


_unread_count = prepared(_unread)


def wants_letter(person: Person, verb: str, says: Told) -> bool:
    """Their choice; where they made none, the verb's own default. Nobody without an account gets one."""
    chosen = Preference.objects.filter(person=person, verb=verb).values_list("by_email", flat=True).first()
    return says.by_email if chosen is None else chosen


def topics(person: Person) -> list[Topic]:
    """Every verb that tells somebody something, by what it is about, with what this person chose."""
    chosen: Mapping[str, bool] = dict(
        Preference.objects.filter(person=person).values_list("verb", "by_email")
    )
    found: dict[str, list[Choice]] = {}
    for name, declared in VERBS.items():
        if declared.tells:
            found.setdefault(name.partition(".")[0], []).append(
                Choice(
                    verb=name,
                    sentences=[_in_general(says) for says in declared.tells.values()],
                    by_email=chosen.get(name, any(says.by_email for says in declared.tells.values())),
                )
            )
    return [Topic(title=_topic_title(key), choices=choices) for key, choices in found.items()]


def sentence_in_general(verb: str) -> str:
    """What the verb tells, before it has happened to anybody."""
    declared = VERBS.get(verb)
    return next((_in_general(says) for says in declared.tells.values()), verb) if declared else verb


def _in_general(says: Told) -> str:
    return (str(says.says) % _Somebody()).replace("….", "…")


class _Somebody(dict[str, str]):
    """Stands in for the facts of a sentence that has not happened yet."""

    def __missing__(self, key: str) -> str:
        return _("Somebody") if key == "actor" else "…"


def _topic_title(key: str) -> str:
    titles = {
        "registration": _("Registration"),
        "submission": _("Submission"),
        "assignment": _("Assessing"),
        "judgement": _("Assessing: judgements"),
        "reference": _("References"),
        "referee": _("Referees"),
        "award": _("Award"),
        "credential": _("Credential"),
        "portfolio": _("Portfolio"),
        "evidence": _("Evidence"),
        "scheme": _("Schemes"),
        "role": _("Roles"),
        "extension": _("Extensions"),
    }
    return titles.get(key, key.replace("_", " ").capitalize())


def _leads_to(activity: Activity, says: Told | None) -> str:
    if says is None:
        return reverse("notifications:list")
    try:
        return reverse(says.link, args=[activity.about_id])
    except NoReverseMatch:  # of a release whose pages had other addresses
        return reverse("notifications:list")
