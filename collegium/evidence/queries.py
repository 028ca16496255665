"""Evidence as pages need it: a list that can be narrowed, what fits a criterion, what is used nowhere."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import (
    Count,
    Exists,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    prefetch_related_objects,
)
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from collegium.evidence import sources
from collegium.evidence.models import Alignment, Evidence, PersonShown
from collegium.foundation import richtext
from collegium.foundation.models import Blob
from collegium.foundation.prepared import padded, prepared
from collegium.people.models import Audience, Circle, Person
from collegium.schemes.models import Framework, Node, Principle, SchemeVersion

PAGE_SIZE = 24
OPEN_PERMISSIONS = frozenset({PersonShown.Permission.ASKED.value, PersonShown.Permission.UNASKED.value})

# What higher rooms tell -----------------------------------------------------------------------------------------------

Use = Callable[[], "QuerySet[Any, Any]"]
Aim = Callable[[Person], Iterable[int]]

_uses: list[Use] = []
_aims: list[Aim] = []


def register_use(used: Use) -> Use:
    """A higher room gives the ids of all evidence that it uses, as a query that can stand within another one."""
    _uses.append(used)
    return used


def register_aim(aims: Aim) -> Aim:
    """A higher room says which frameworks (by id) a person is working towards."""
    _aims.append(aims)
    return aims


# The list -------------------------------------------------------------------------------------------------------------


class Show(StrEnum):
    """What of one's own evidence the list shows."""

    ALL = "all"
    UNUSED = "unused"
    LOOSE = "loose"
    ATTENTION = "attention"


@dataclass(frozen=True)
class Narrowing:
    show: Show = Show.ALL
    kind: str = ""
    node: int | None = None
    principle: int | None = None
    words: str = ""

    @property
    def is_narrow(self) -> bool:
        return self != Narrowing()


@dataclass(frozen=True)
class Page:
    """Some of the list, newest first. ``older`` and ``newer`` are ids to go on from, or None at an end."""

    items: Sequence[Evidence]
    older: int | None
    newer: int | None


def _of(person: Person) -> "QuerySet[Evidence]":
    return Evidence.objects.filter(owner=person)


def _spoken_for() -> "Prefetch[str, QuerySet[Alignment], str]":
    alignments = Alignment.objects.select_related("node", "principle").order_by("-strength", "pk")
    return Prefetch("alignments", alignments)


def whole(evidence: Evidence) -> Evidence:
    """The same with what a page about it shows, in two queries."""
    prefetch_related_objects(
        [evidence], _spoken_for(), Prefetch("people_shown", PersonShown.objects.order_by("pk"))
    )
    return evidence


def for_cards(evidence: "QuerySet[Evidence]") -> "QuerySet[Evidence]":
    """With all that a card shows."""
    return evidence.select_related("circle", "blob").prefetch_related(_spoken_for(), "people_shown")


def _is_unused() -> Q:
    condition = Q()
    for used in _uses:
        # Asked of each piece and not of all that anybody uses, or the list would slow down with the site.
        rows = used()
        condition &= ~Q(Exists(rows.filter(**{rows.query.values_select[0]: OuterRef("pk")})))
    return condition


def _is_loose() -> Q:
    return ~Q(Exists(Alignment.objects.filter(evidence=OuterRef("pk"))))


def _wants_attention() -> Q:
    """What would be asked about before it is handed in."""
    open_permission = PersonShown.objects.filter(
        evidence=OuterRef("pk"), permission__in=[PersonShown.Permission.ASKED, PersonShown.Permission.UNASKED]
    )
    return Q(link_answers=False) | Q(kind=Evidence.Kind.IMAGE, alt_text="") | Q(Exists(open_permission))


def _narrowed(person: Person, narrowing: Narrowing) -> "QuerySet[Evidence]":
    found = _of(person)
    conditions = {Show.UNUSED: _is_unused, Show.LOOSE: _is_loose, Show.ATTENTION: _wants_attention}
    if narrowing.show in conditions:
        found = found.filter(conditions[narrowing.show]())
    if narrowing.kind:
        found = found.filter(kind=narrowing.kind)
    if narrowing.node is not None:
        found = found.filter(Exists(Alignment.objects.filter(evidence=OuterRef("pk"), node=narrowing.node)))
    if narrowing.principle is not None:
        found = found.filter(
            Exists(Alignment.objects.filter(evidence=OuterRef("pk"), principle=narrowing.principle))
        )
    for word in narrowing.words.split()[:8]:
        found = found.filter(
            Q(title__icontains=word)
            | Q(description__icontains=word)
            | Q(url__icontains=word)
            | Q(said_by__icontains=word)
        )
    return found


def listing(
    person: Person,
    narrowing: Narrowing,
    *,
    after: int | None = None,
    before: int | None = None,
    size: int = PAGE_SIZE,
) -> Page:
    """A page of one's own evidence: by key and not by number, so that the last page is as quick as the first."""
    if before is not None:
        wanted = for_cards(_narrowed(person, narrowing).filter(pk__gt=before))
        items = list(wanted.order_by("pk")[: size + 1])
        has_newer = len(items) > size
        items = items[:size][::-1]
        return Page(items, older=items[-1].pk if items else None, newer=items[0].pk if has_newer else None)
    if after is None and size == PAGE_SIZE and not narrowing.is_narrow:
        items = _with_all(_newest(person.pk))
    else:
        wanted = for_cards(_narrowed(person, narrowing))
        wanted = wanted if after is None else wanted.filter(pk__lt=after)
        items = list(wanted.order_by("-pk")[: size + 1])
    has_older, items = len(items) > size, items[:size]
    newer = items[0].pk if after is not None and items else None
    return Page(items, older=items[-1].pk if has_older else None, newer=newer)


_ON_A_CARD = (
    "owner",
    "title",
    "kind",
    "happened_on",
    "captured_at",
    "description",
    "impact",
    "body",
    "alt_text",
    "blob",
    "link_answers",
    "link_finding",
    "audience",
    "circle__name",
)


@prepared
def _newest(owner: int) -> "QuerySet[Evidence]":
    rows = Evidence.objects.filter(owner=owner).select_related("circle").only(*_ON_A_CARD)
    return rows.order_by("-pk")[: PAGE_SIZE + 1]


@prepared
def _codes_of(*pieces: int) -> "QuerySet[Any]":
    rows = Alignment.objects.filter(evidence__in=pieces).order_by("-strength", "pk")
    return rows.values_list("evidence_id", "node__code", "principle__code")


@prepared
def _unanswered_in(*pieces: int) -> "QuerySet[Any]":
    rows = PersonShown.objects.filter(evidence__in=pieces).order_by("pk")
    return rows.values_list("evidence_id", "who", "permission")


def _with_all(items: list[Evidence]) -> list[Evidence]:
    """A page of them, with the few facts that a card shows of other rows: the list as everybody first sees it."""
    if not items:
        return items
    by_key: dict[int, Any] = {piece.pk: piece for piece in items}
    for piece in by_key.values():
        piece.card_codes, piece.card_unanswered = [], []
    keys = padded(by_key)
    for evidence, node, principle in _codes_of(*keys):
        by_key[evidence].card_codes.append(principle if node is None else node)
    for evidence, who, permission in _unanswered_in(*keys):
        if permission in OPEN_PERMISSIONS:
            by_key[evidence].card_unanswered.append(who)
    return items


def counts(person: Person) -> dict[Show, int]:
    """How many each tab of the list holds, in one query."""
    found = _counting(tuple(_uses))(person.pk)
    return dict(zip(Show, found[0] if found else (0, 0, 0, 0), strict=True))


@lru_cache(maxsize=8)
def _counting(uses: tuple[Use, ...]) -> Callable[[int], list[tuple[int, int, int, int]]]:  # noqa: ARG001  # what the condition is made of
    @prepared
    def counted(owner: int) -> "QuerySet[Any, tuple[int, int, int, int]]":
        rows: QuerySet[Any, tuple[int, int, int, int]] = (
            Evidence.objects.filter(owner=owner)
            .order_by()
            .values("owner")
            .annotate(
                held=Count("pk"),
                unused=Count("pk", filter=_is_unused()),
                loose=Count("pk", filter=_is_loose()),
                attention=Count("pk", filter=_wants_attention()),
            )
            .values_list("held", "unused", "loose", "attention")
        )
        return rows

    return counted


def how_many_need_a_look(person: int) -> Subquery:
    return _how_many(_wants_attention(), person)


def how_many_speak_for_nothing(person: int) -> Subquery:
    return _how_many(_is_loose(), person)


def _how_many(condition: Q, person: int) -> Subquery:
    """A number that can stand within another query; NULL for none."""
    rows = Evidence.objects.filter(condition, owner=person).order_by().values("owner")
    return Subquery(rows.annotate(number=Count("pk")).values("number"))


# One piece ------------------------------------------------------------------------------------------------------------


def audience_words(evidence: Evidence) -> str:
    """Who can see it, in words, as its owner reads them."""
    if evidence.audience == Audience.CIRCLE and evidence.circle is not None:
        return evidence.circle.name
    return _audience_title(evidence.audience, get_language())


@lru_cache(maxsize=256)
def _audience_title(audience: str, language: str | None) -> str:  # noqa: ARG001  what it is translated to
    return str(Audience(audience).label)


def circles(person: Person) -> "QuerySet[Circle]":
    return Circle.objects.filter(memberships__person=person).order_by("name")


def concerns(evidence: Evidence) -> list[str]:
    """What would be asked about it before it is handed in, in sentences. Wants ``people_shown`` prefetched."""
    found = []
    if evidence.kind == Evidence.Kind.IMAGE and not evidence.alt_text:
        found.append(_("The image has no text alternative yet."))
    if evidence.link_answers is False:
        found.append(evidence.link_finding or _("The link does not answer."))
    unanswered: list[str] | None = getattr(evidence, "card_unanswered", None)
    if unanswered is None:
        unanswered = [shown.who for shown in evidence.people_shown.all() if is_open(shown)]
    if unanswered:
        found.append(_("Not agreed yet: %(names)s.") % {"names": ", ".join(unanswered)})
    return found


def is_open(shown: PersonShown) -> bool:
    """Whether it is still unknown if this person agrees."""
    return shown.permission in OPEN_PERMISSIONS


@dataclass(frozen=True)
class Card:
    """A piece of evidence as lists show it."""

    evidence: Evidence
    concern: str
    note: str
    codes: list[str]
    audience_words: str


_MOST_CODES = 4
_NOTE_LENGTH = 120


def cards(items: Iterable[Evidence]) -> list[Card]:
    """Of what ``for_cards`` fetched."""
    return [
        Card(
            evidence=evidence,
            concern=next(iter(concerns(evidence)), ""),
            note=_shortened(evidence),
            codes=_codes(evidence),
            audience_words=audience_words(evidence),
        )
        for evidence in items
    ]


def _shortened(evidence: Evidence) -> str:
    """The beginning of what is said; of a long note only its beginning is read."""
    note = evidence.description or richtext.beginning(evidence.body, _NOTE_LENGTH) or evidence.impact
    return note if len(note) <= _NOTE_LENGTH else note[: _NOTE_LENGTH - 1].rstrip() + "…"


def said(evidence: Evidence) -> str:
    """The first words that there are about it."""
    return evidence.description or richtext.plain(evidence.body) or evidence.impact


def _codes(evidence: Evidence) -> list[str]:
    codes: list[str] | None = getattr(evidence, "card_codes", None)
    if codes is None:
        targets = [alignment.node or alignment.principle for alignment in evidence.alignments.all()]
        codes = [target.code for target in targets if target is not None]
    more = len(codes) - _MOST_CODES
    return [*codes[:_MOST_CODES], f"+{more}"] if more > 0 else codes


# What it speaks for ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """A criterion or principle that evidence can be aligned to, with the strength it has now (0: none)."""

    key: str  # "node-12" or "principle-3"
    code: str
    title: str
    strength: int
    depth: int = 0


@dataclass(frozen=True)
class Heading:
    code: str
    title: str
    choices: list[Choice] = field(default_factory=list)


@dataclass(frozen=True)
class Offer:
    """A framework with all that evidence can be aligned to in it."""

    framework: Framework
    headings: list[Heading]
    principles: list[Choice]

    @property
    def chosen(self) -> int:
        choices = [*self.principles, *(choice for heading in self.headings for choice in heading.choices)]
        return sum(1 for choice in choices if choice.strength)


def frameworks(person: Person) -> list[tuple[int, str, Any]]:
    """Those that the person works towards; while there is none, those of all schemes in use: what names each of them."""
    aimed_at = {framework_id for aims in _aims for framework_id in aims(person)}
    return _named(*padded(aimed_at)) if aimed_at else _named_by_schemes()


@prepared
def _named(*keys: int) -> "QuerySet[Any]":
    rows = Framework.objects.filter(pk__in=keys).order_by("title", "-version")
    return rows.values_list("pk", "sha256", "loaded_at")


def _named_by_schemes() -> list[tuple[int, str, Any]]:
    current = SchemeVersion.objects.filter(is_current=True).values("framework")
    rows = Framework.objects.filter(pk__in=current).order_by("title", "-version")
    return list(rows.values_list("pk", "sha256", "loaded_at"))


_HOLDERS = frozenset({"group"})  # holds others together, and is nothing by itself
_TOLD = frozenset({"statement", "plan", "declaration"})  # told in words, and not shown by evidence


def offers(person: Person, evidence: Evidence | None = None) -> list[Offer]:
    """What evidence can be aligned to, framework by framework; as few queries for many frameworks as for one."""
    rows = tuple(frameworks(person))
    return list(_offered(rows)) if evidence is None else _offers(rows, _strengths(evidence))


@lru_cache(maxsize=64)
def _offered(rows: tuple[tuple[int, str, Any], ...]) -> tuple[Offer, ...]:
    """With nothing chosen. Shared, as its rows are: read it, change nothing."""
    return tuple(_offers(rows, {}))


def _offers(rows: tuple[tuple[int, str, Any], ...], strengths: dict[str, int]) -> list[Offer]:
    nodes, principles = _targets(rows)
    offered: dict[int, Offer] = {}
    by_id = {node.pk: node for node in nodes}
    headings: dict[tuple[int, int | None], Heading] = {}
    for node in by_id.values():
        offer = offered.setdefault(node.framework_id, Offer(node.framework, [], []))
        if node.kind in _HOLDERS | _TOLD:
            continue
        top, depth = _holder(node, by_id)
        key = (node.framework_id, top.pk if top else None)
        if key not in headings:
            headings[key] = Heading(top.code if top else "", top.title if top else "")
            offer.headings.append(headings[key])
        headings[key].choices.append(_choice("node", node, strengths, depth))
    for principle in principles:
        if principle.framework_id in offered:
            offered[principle.framework_id].principles.append(_choice("principle", principle, strengths))
    return list(offered.values())


@lru_cache(maxsize=16)
def _targets(frameworks: tuple[tuple[int, str, Any], ...]) -> tuple[list[Node], list[Principle]]:
    """What was loaded never changes: a process reads it once. Its rows are shared: read them, change nothing."""
    wanted = [pk for pk, *_ in frameworks]
    nodes = Node.objects.filter(framework__in=wanted).select_related("framework").defer("framework__document")
    principles = Principle.objects.filter(framework__in=wanted).order_by("position")
    return (
        list(nodes.order_by("framework__title", "-framework__version", "position")),
        list(principles),
    )


@sources.offers_nodes
def assessed_nodes(person: Person) -> list[Node]:
    """What is judged in the frameworks that the person works towards. Shared rows: read them, change nothing."""
    nodes, _principles = _targets(tuple(frameworks(person)))
    return [node for node in nodes if node.assessed and node.kind not in _HOLDERS | _TOLD]


def _strengths(evidence: Evidence) -> dict[str, int]:
    return {
        f"node-{alignment.node_id}"
        if alignment.node_id
        else f"principle-{alignment.principle_id}": alignment.strength
        for alignment in evidence.alignments.all()
    }


def _holder(node: Node, by_id: dict[int, Node]) -> tuple[Node | None, int]:
    """The group that it stands in, if any, and how many other nodes are between."""
    above = by_id.get(node.parent_id) if node.parent_id else None
    depth = 0
    while above is not None and above.kind not in _HOLDERS:
        above = by_id.get(above.parent_id) if above.parent_id else None
        depth += 1
    return above, depth


def _choice(kind: str, target: Node | Principle, strengths: dict[str, int], depth: int = 0) -> Choice:
    key = f"{kind}-{target.pk}"
    return Choice(key, target.code, target.title, strengths.get(key, 0), depth)


def chosen_target(key: str) -> Node | Principle | None:
    """The criterion or principle behind a ``Choice.key``, or None if there is none such."""
    kind, _dash, number = key.partition("-")
    if not number.isdecimal() or len(number) > 18:  # noqa: PLR2004 -- more digits than a key has
        return None
    if kind == "node":
        return Node.objects.filter(pk=int(number)).first()
    if kind == "principle":
        return Principle.objects.filter(pk=int(number)).first()
    return None


def fitting(person: Person, node: Node) -> list[Evidence]:
    """One's own evidence that is aligned to this criterion, strongest first."""
    aligned = Alignment.objects.filter(evidence__owner=person, node=node).order_by(
        "-strength", "-evidence_id"
    )
    order = list(aligned.values_list("evidence_id", flat=True))
    found = for_cards(_of(person).filter(pk__in=order)).in_bulk()
    return [found[evidence_id] for evidence_id in order if evidence_id in found]


def unused(person: Person) -> "QuerySet[Evidence]":
    """One's own evidence that stands in nothing yet: what is left over, and often the specialist area."""
    return for_cards(_of(person).filter(_is_unused())).order_by("-pk")


def shown_to(viewer: Person | None, owner: Person) -> "QuerySet[Evidence]":
    """Of somebody's evidence, what the viewer may see by its audience, newest first."""
    return for_cards(Evidence.objects.visible_to(viewer).filter(owner=owner)).order_by("-pk")


def kept_from(person: Person, kind: str, source_id: int) -> int | None:
    """The id of one's own evidence that was kept from there, if any."""
    found = _of(person).filter(source_kind=kind, source_id=source_id)
    return found.values_list("pk", flat=True).first()


# Room -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Room:
    """How much a person may keep, in bytes."""

    taken: int
    most: int
    most_a_file: int

    @property
    def left(self) -> int:
        return max(self.most - self.taken, 0)


def room(person: Person) -> Room:
    """The same file counts once, however many pieces of evidence show it."""
    blobs = Blob.objects.filter(pk__in=_of(person).filter(blob__isnull=False).values("blob"))
    taken = blobs.aggregate(total=Sum("size"))["total"] or 0
    return Room(taken=taken, most=settings.PERSON_QUOTA_BYTES, most_a_file=settings.UPLOAD_MAX_BYTES)
