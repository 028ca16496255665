"""What the front page, home, search and the page of roles show, drawn from every room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Exists, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from collegium.activity.models import Activity
from collegium.activity.queries import sentence
from collegium.communities.models import Membership as CommunityMembership
from collegium.courses.models import Enrolment
from collegium.credentials.models import Award
from collegium.evidence.models import Evidence
from collegium.foundation import clock
from collegium.foundation.prepared import prepared
from collegium.foundation.rulebook import RULEBOOK, Role
from collegium.organisations.models import Membership
from collegium.people import waiting
from collegium.people.models import Person
from collegium.portfolios.models import Portfolio
from collegium.schemes import queries as scheme_queries
from collegium.schemes.documents import UNSET
from collegium.schemes.models import RoleHolding, SchemeVersion

BOOKS = (5, 14)  # as many spines as look like a shelf
RECENT = 8
NEW_FOR = timedelta(days=90)
EACH_KIND = 8
SHORTEST_QUERY = 2


# The front page -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Book:
    """A section on the shelf of the front page."""

    code: str
    title: str


@dataclass(frozen=True)
class SchemeCard:
    key: str
    title: str
    short: str
    language: str
    summary: str
    partners: str
    pathways: Sequence[tuple[str, str, str]]  # key, title, letters after the name
    shelf: Sequence[Book]


def schemes() -> list[SchemeCard]:
    """The current versions, in the order of their titles. One query; a document is read once a process."""
    rows = SchemeVersion.objects.filter(is_current=True).order_by("scheme__title")
    return [_scheme_card(pk, sha256) for pk, sha256 in rows.values_list("pk", "sha256")]


@lru_cache(maxsize=64)
def _scheme_card(version_id: int, sha256: str) -> SchemeCard:  # noqa: ARG001  # what was loaded never changes: a hash is a key
    version = SchemeVersion.objects.select_related("framework", "scheme").get(pk=version_id)
    document, framework = version.read, version.framework.read
    written = () if framework.dimensions else document.pathways
    spines = next(
        (
            scheme_queries.spines(framework, pathway)
            for pathway in written
            if pathway.sections.value is not UNSET
        ),
        (),
    )
    return SchemeCard(
        key=version.scheme.key,
        title=document.title,
        short=document.short_title,
        language=document.language,
        summary=document.summary,
        partners=" · ".join(partner.name for partner in document.partners),
        pathways=tuple((each.key, each.title, each.post_nominals) for each in document.pathways),
        shelf=tuple(Book(node.code if node.is_coded else "", node.short or node.title) for node in spines),
    )


def shelf_of(cards: Sequence[SchemeCard]) -> SchemeCard | None:
    """The scheme whose sections stand on the front page's shelf."""
    few, many = BOOKS
    return next((card for card in cards if few <= len(card.shelf) <= many), None)


def awards_on_the_register() -> int:
    return Award.objects.filter(listed=True).count()


# Home -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FirstStep:
    title: str
    says: str
    address: str
    icon: str
    is_done: bool


@dataclass(frozen=True)
class Done:
    at: datetime
    sentence: str
    about: str  # what “it” is, where the sentence does not say


@dataclass(frozen=True)
class Home:
    steps: list[
        FirstStep
    ]  # empty once all of them are done, and after a while: nobody is a beginner for ever
    done: list[Done]
    row: Any = None  # with what waits, for ``people.waiting``


def _begun_by(person: int) -> dict[str, Exists]:
    return {
        "has_evidence": Exists(Evidence.objects.filter(owner=person)),
        "has_portfolio": Exists(Portfolio.objects.filter(owner=person)),
        "belongs": Exists(CommunityMembership.objects.filter(person=person)),
        "learns": Exists(Enrolment.objects.filter(person=person, left_at__isnull=True)),
    }


@prepared
def _recent_of(person: int, now: datetime) -> "QuerySet[Any]":
    lately = Activity.objects.filter(actor=person).only("verb", "at", "data", "actor")
    return lately.annotate(**_begun_by(person), **waiting.expressions(person, now))[:RECENT]


@prepared
def _begun_only(person: int, now: datetime) -> "QuerySet[Any]":
    oneself = Person.objects.filter(pk=person).only("pk")
    return oneself.annotate(**_begun_by(person), **waiting.expressions(person, now))


def home(person: Person) -> Home:
    """What a newcomer does first, what the person did lately, newest first, and what waits for them in each room. One
    query for whoever did anything.
    """
    now = clock.now()
    activities: list[Any] = _recent_of(person.pk, now)
    has: Any = activities[0] if activities else _begun_only(person.pk, now)[0]
    for activity in activities:
        activity.actor = person  # at hand already
    return Home(
        steps=_first_steps(person, has),
        done=_without_repeats([_done(activity, person) for activity in activities]),
        row=has,
    )


def _without_repeats(lines: Sequence[Done]) -> list[Done]:
    """The newest of what was done several times in a row: an evening's writing is one line."""
    return [
        line
        for before, line in zip([None, *lines], lines, strict=False)
        if before is None or (before.sentence, before.about) != (line.sentence, line.about)
    ]


def _done(activity: Activity, person: Person) -> Done:
    """Said to the person themselves, under a heading that names them: so without their name before it."""
    said = sentence(activity)
    rest = said.removeprefix(f"{person.name} ")
    if rest != said:
        said = rest[:1].upper() + rest[1:]
    named = [str(activity.data[key]) for key in ("title", "pathway", "scheme") if activity.data.get(key)]
    # The first that there is names it; where the sentence has that name already, nothing need be added.
    return Done(activity.at, said, named[0] if named and named[0] not in said else "")


def _first_steps(person: Person, has: Any) -> list[FirstStep]:
    if clock.now() - person.joined_at >= NEW_FOR:
        return []
    steps = [
        FirstStep(
            _("Say who you are"),
            _("A photo and a few words. You choose who sees each of them."),
            reverse("people:profile"),
            "circle-user",
            bool(person.photo_id),
        ),
        FirstStep(
            _("Find company"),
            _("Join a course or a community. Nobody has to write alone."),
            reverse("courses:list"),
            "users-round",
            bool(has.belongs or has.learns),
        ),
        FirstStep(
            _("Capture a first piece of evidence"),
            _("A file, a link, a photo or a thought from your work, however small. You can sort it later."),
            reverse("evidence:capture"),
            "paperclip",
            bool(has.has_evidence),
        ),
        FirstStep(
            _("Begin a portfolio"),
            _("Choose a scheme and a pathway. It costs nothing, and nobody sees it."),
            reverse("portfolios:begin"),
            "notebook-pen",
            bool(has.has_portfolio),
        ),
    ]
    return steps if not all(step.is_done for step in steps) else []


# Roles ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RoleOnPage:
    role: Role
    may: list[str]
    where: list[str]  # the viewer's own: which schemes, which organisations; [""] where it needs no place


def roles(viewer: Person | None) -> list[RoleOnPage]:
    """Every role with what its rules let it do, as the rules themselves say it."""
    held = _held(viewer)
    return [
        RoleOnPage(role=role, may=[str(rule.says) for rule in rules], where=held.get(role.key, []))
        for role, rules in RULEBOOK.by_role().items()
    ]


def _held(viewer: Person | None) -> dict[str, list[str]]:
    if viewer is None:
        return {}
    held: dict[str, list[str]] = {"anyone_signed_in": [""]}
    if viewer.is_site_administrator:
        held["site_administrator"] = [""]
    for holding in RoleHolding.objects.filter(person=viewer, withdrawn_at__isnull=True).select_related(
        "scheme"
    ):
        key = "scheme_coordinator" if holding.kind == RoleHolding.Kind.COORDINATOR else "assessor"
        held.setdefault(key, []).append(holding.scheme.title)
    for membership in Membership.objects.filter(person=viewer).select_related("organisation"):
        held.setdefault("organisation_member", []).append(membership.organisation.name)
        if membership.is_coordinator:
            held.setdefault("organisation_coordinator", []).append(membership.organisation.name)
    return held
