"""Notifications with their sentence and the page they lead to, and what can be chosen about them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Max, QuerySet, Subquery, When
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from collegium.activity.models import Activity
from collegium.activity.queries import sentence
from collegium.activity.verbs import VERBS, Told
from collegium.conversations.models import Forum
from collegium.foundation.prepared import prepared
from collegium.notifications.models import Bounce, Hours, MailingList, Notification, Preference, Way
from collegium.people.models import CircleMember, Person

ON_HOME = 5
A_PAGE = 50
BY_LIST = "post.by_list"
CANNOT_WAIT = frozenset({"event.reminder"})
_UNREAD_FIRST = Case(When(read_at__isnull=True, then=0), default=1)


@dataclass(frozen=True)
class Line:
    notification: Notification
    sentence: str
    address: str
    actor: Person | None
    at: datetime
    kind: str

    @property
    def is_unread(self) -> bool:
        return self.notification.read_at is None


@dataclass(frozen=True)
class Choice:
    kind: str
    sentences: list[str]
    way: Way


@dataclass(frozen=True)
class Topic:
    key: str
    title: str
    choices: list[Choice]

    @property
    def counted(self) -> list[tuple[Way, int]]:
        """How many of them come by each way, the ways in their order."""
        number = Counter(choice.way for choice in self.choices)
        return [(way, number[way]) for way in Way if number[way]]


@dataclass(frozen=True)
class Bell:
    """What is unread, and a word that changes whenever the number or the newest of them does."""

    unread: int = 0
    newest: int = 0

    @property
    def state(self) -> str:
        return f"{self.newest}-{self.unread}"


def told(activity: Activity, role: str) -> Told | None:
    declared = VERBS.get(activity.verb)
    return declared.tells.get(role) if declared else None


def kind_of(verb: str, says: Told | None) -> str:
    """What somebody chooses by."""
    return (says.kind if says is not None else "") or verb


def kind_told(notification: Notification) -> str:
    activity = notification.activity
    return kind_of(activity.verb, told(activity, notification.role))


def default_way(says: Told) -> Way:
    return Way(says.way) if says.way else Way.AT_ONCE if says.by_email else Way.IN_APP


def line(notification: Notification) -> Line:
    activity = notification.activity
    says = told(activity, notification.role)
    return Line(
        notification=notification,
        sentence=sentence(activity, says.says if says else None),
        address=_leads_to(activity, says),
        actor=activity.actor,
        at=notification.made_at,
        kind=kind_of(activity.verb, says),
    )


def lines(person: Person, *, start: int = 0) -> list[Line]:
    """A page of them and one more, unread first, then newest first; one query."""
    wanted = Notification.objects.visible_to(person).select_related("activity__actor")
    wanted = wanted.order_by(_UNREAD_FIRST, "-id")
    return [line(notification) for notification in wanted[start : start + A_PAGE + 1]]


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
def _on_home(person: int) -> "QuerySet[Notification]":
    return _first_of(person)[:ON_HOME]


@prepared
def _on_a_page(person: int) -> "QuerySet[Notification]":
    return _first_of(person)[: A_PAGE + 1]


def _first_of(person: int) -> "QuerySet[Notification]":
    wanted = Notification.objects.filter(person=person).select_related("activity__actor").only(*_OF_A_LINE)
    wanted = wanted.annotate(
        all_unread=Subquery(_unread(person).values("number")),
        newest_unread=Subquery(_unread(person).values("newest")),
    )
    return wanted.order_by(_UNREAD_FIRST, "-id")


def first_lines(person: Person, *, on_home: bool) -> tuple[list[Line], Bell]:
    """As many of them as home shows, or a page and one more; and what the bell says of all: one query."""
    found: list[Any] = _on_home(person.pk) if on_home else _on_a_page(person.pk)
    bell = Bell(found[0].all_unread, found[0].newest_unread) if found and found[0].all_unread else Bell()
    return [line(notification) for notification in found], bell


def bell(person: Person) -> Bell:
    """One query."""
    return next((Bell(number, newest) for number, newest in _bell(person.pk)), Bell())


def _unread(person: int) -> Any:
    """One row, if anything is unread: its ``number`` and the ``newest``."""
    unread = Notification.objects.filter(person=person).unread().order_by()
    return unread.values("person").annotate(number=Count("pk"), newest=Max("pk"))


@prepared
def _bell(person: int) -> "QuerySet[Notification, tuple[int, int]]":
    counted: QuerySet[Notification, tuple[int, int]] = _unread(person).values_list("number", "newest")
    return counted


def ways_of(people: Iterable[int], kinds: Iterable[str]) -> dict[tuple[int, str], Way]:
    """What each chose; who made no choice is not there."""
    chosen = Preference.objects.filter(person__in=list(people), kind__in=list(kinds))
    return {(person, kind): Way(way) for person, kind, way in chosen.values_list("person_id", "kind", "way")}


def hours_of(person: Person) -> Hours:
    return Hours.objects.filter(person=person).first() or Hours(person=person)


def kinds() -> dict[str, list[Told]]:
    """Everything that anybody is told of, by what they choose by."""
    found: dict[str, list[Told]] = {}
    for name, declared in VERBS.items():
        for says in declared.tells.values():
            found.setdefault(kind_of(name, says), []).append(says)
    return found


def way_of_kind(person: Person, kind: str) -> Way:
    """As they chose; else as most of what it tells comes: one sentence by e-mail, and the kind comes by e-mail."""
    chosen = Preference.objects.filter(person=person, kind=kind).values_list("way", flat=True).first()
    return Way(chosen) if chosen is not None else _default_of(kinds().get(kind, []))


def _default_of(says: list[Told]) -> Way:
    defaults = {default_way(each) for each in says}
    return next((way for way in Way if way in defaults), Way.IN_APP)


def topics(person: Person) -> list[Topic]:
    """Every kind of thing that somebody is told of, by what it is about, with what this person chose."""
    chosen: Mapping[str, str] = dict(Preference.objects.filter(person=person).values_list("kind", "way"))
    found: dict[str, list[Choice]] = {}
    for kind, says in kinds().items():
        if kind == BY_LIST:  # chosen forum by forum
            continue
        found.setdefault(kind.partition(".")[0], []).append(
            Choice(
                kind=kind,
                sentences=list(dict.fromkeys(_in_general(each, kind) for each in says)),
                way=Way(chosen[kind]) if kind in chosen else _default_of(says),
            )
        )
    first = [key for key in _FIRST if key in found]
    return [
        Topic(key=key, title=topic_title(key), choices=found[key])
        for key in [*first, *(key for key in found if key not in _FIRST)]
    ]


def sentence_in_general(kind: str) -> str:
    """What a kind tells, before it has happened to anybody."""
    return next((_in_general(says, kind) for says in kinds().get(kind, [])), kind)


def mailing_lists(person: Person) -> list[tuple[Forum, bool]]:
    """The forums where somebody belongs, and whether each post comes to them as a letter."""
    circles = CircleMember.objects.filter(person=person).values("circle")
    forums = Forum.objects.filter(members__in=circles, closed_at__isnull=True).order_by("title", "pk")
    on = set(MailingList.objects.filter(person=person).values_list("forum_id", flat=True))
    return [(forum, forum.pk in on) for forum in forums]


def stopped_among(addresses: Iterable[str]) -> set[str]:
    """Of these the ones that nothing is written to, in small letters."""
    known = {each.lower() for each in addresses}
    return set(
        Bounce.objects.filter(address__in=known, stopped_at__isnull=False).values_list("address", flat=True)
    )


def stopped(address: str) -> Bounce | None:
    """Whether nothing is written to the address, because letters to it came back."""
    return Bounce.objects.filter(address=address.lower(), stopped_at__isnull=False).first()


def _in_general(says: Told, kind: str = "") -> str:
    special = {
        "post.followed": _("Somebody wrote where you follow everything"),
        "post.in_digest": _("Somebody wrote where you follow by digest"),
        BY_LIST: _("Somebody wrote where you have each post as a letter"),
    }
    return special.get(kind) or (str(says.says) % _Somebody()).replace("….", "…")


class _Somebody(dict[str, str]):
    """Stands in for the facts of a sentence that has not happened yet."""

    def __missing__(self, key: str) -> str:
        return _("Somebody") if key == "actor" else "…"


_FIRST = (
    "post",
    "thread",
    "measure",
    "community",
    "care",
    "event",
    "week",
    "iteration",
    "enrolment",
    "project",
)


def topic_title(key: str) -> str:
    titles = {
        "post": _("Conversations"),
        "thread": _("Conversations: threads"),
        "measure": _("Conversations: moderation"),
        "community": _("Communities"),
        "care": _("Communities: nobody unanswered"),
        "event": _("Events"),
        "week": _("Courses: weeks"),
        "iteration": _("Courses"),
        "enrolment": _("Courses: taking part"),
        "project": _("Project bank"),
        "group": _("Writing groups"),
        "meeting": _("Writing groups: meetings"),
        "comment": _("Comments on drafts"),
        "feedback": _("Feedback on drafts"),
        "badge": _("Badges"),
        "nudge": _("Nudges"),
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
        "newsletter": _("Newsletters"),
        "address": _("Your e-mail address"),
    }
    return titles.get(key, key.replace("_", " ").capitalize())


def _leads_to(activity: Activity, says: Told | None) -> str:
    if says is None:
        return reverse("notifications:list")
    try:
        return reverse(says.link, args=[activity.about_id])
    except NoReverseMatch:  # of a release whose pages had other addresses
        return reverse("notifications:list")
