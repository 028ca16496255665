"""A portfolio that several write: who does, whose turn it is, and who contributed what."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count, Max, Q, Sum

from collegium.people.models import CircleMember, Person
from collegium.portfolios.models import Portfolio, Revision, Section, SetAside, Turn
from collegium.portfolios.queries.desk import Desk, DeskSection


def group_portfolios(person: Person) -> list[Portfolio]:
    """Those that they write with others, the last edited first."""
    found = Portfolio.objects.of_groups(person).for_display()
    return list(found.annotate(total_words=Sum("sections__parts__words")).order_by("-edited_at", "-pk"))


def writers_of(section: Section) -> list[Person]:
    """Whose words they are: who is told of comments on them. In a group, whoever has written there and still is in it."""
    portfolio = section.portfolio
    if section.writer is not None:
        return [section.writer]
    if portfolio.group_id is None:
        return [portfolio.owner]
    written = Revision.objects.filter(part__section=section).values("saved_by")
    found = list(
        Person.objects.filter(
            pk__in=written,
            circle_memberships__circle=portfolio.group_id,
        )
    )
    return found or [portfolio.owner]


def turn_of(section: Section) -> Turn | None:
    """Whose turn it is now; None where it is nobody's, or where nobody needs one."""
    if section.portfolio.group_id is None or section.writer_id is not None:
        return None
    turn = Turn.objects.filter(section=section).select_related("person__photo").first()
    return turn if turn is not None and turn.holds else None


def turns_in(portfolio: Portfolio) -> dict[int, Turn]:
    """By section: who writes where at this moment."""
    turns = Turn.objects.filter(section__portfolio=portfolio).select_related("person__photo")
    return {turn.section_id: turn for turn in turns if turn.holds}


def set_aside_by(person: Person, section: Section) -> list[SetAside]:
    return list(
        SetAside.objects.filter(part__section=section, person=person).select_related("part").order_by("pk")
    )


@dataclass(frozen=True)
class Space:
    """The pages of one member's own in the portfolio of a group."""

    person: Person
    pages: tuple[DeskSection, ...]


def shared_pages(desk: Desk) -> list[DeskSection]:
    return [each for each in desk if each.section.writer_id is None]


def spaces(desk: Desk) -> list[Space]:
    """One for each member, and one for whoever left pages behind; one query."""
    own: dict[int, list[DeskSection]] = {}
    for each in desk:
        if each.section.writer_id is not None:
            own.setdefault(each.section.writer_id, []).append(each)
    people = (
        Person.objects.filter(
            Q(circle_memberships__circle=desk.portfolio.group_id) | Q(pk__in=list(own)),
        )
        .select_related("photo")
        .distinct()
        .order_by("name", "pk")
    )
    return [Space(person, tuple(own.get(person.pk, ()))) for person in people]


def copies_into(person: Person, section: Section) -> list[Portfolio]:
    """Portfolios of their own that have such a section."""
    return list(
        Portfolio.objects.own()
        .filter(owner=person, open_codes__isnull=True, sections__node__code=section.node.code)
        .filter(
            pathway__scheme_version__framework__key=section.portfolio.pathway.scheme_version.framework.key
        )
        .distinct()
        .order_by("-edited_at", "-pk")
    )


# The ledger -----------------------------------------------------------------------------------------------------------


@dataclass
class Contribution:
    """What one person wrote in the portfolio of a group. ``person`` is None where nobody is known any more."""

    person: Person | None
    is_member: bool
    sittings: int = 0
    added: int = 0
    removed: int = 0
    last_at: dt.datetime | None = None
    sections: list["InSection"] = field(default_factory=list)


@dataclass(frozen=True)
class InSection:
    section: Section
    sittings: int
    added: int
    removed: int


def ledger(portfolio: Portfolio) -> list[Contribution]:
    """Four queries. Who has left stays in it, and who has written nothing yet is in it too."""
    members = set(CircleMember.objects.filter(circle=portfolio.group_id).values_list("person_id", flat=True))
    rows = list(
        Revision.objects.filter(part__section__portfolio=portfolio)
        .values("saved_by", "part__section")
        .annotate(sittings=Count("pk"), came=Sum("added"), went=Sum("removed"), last=Max("saved_at"))
        .order_by("part__section__node__position", "part__section__instance")
    )
    people = {
        person.pk: person
        for person in Person.objects.filter(
            pk__in=members | {row["saved_by"] for row in rows if row["saved_by"]}
        ).select_related("photo")
    }
    sections = {each.pk: each for each in Section.objects.filter(portfolio=portfolio).select_related("node")}
    found: dict[int | None, Contribution] = {}
    for row in rows:
        key = row["saved_by"]
        whole = found.setdefault(key, Contribution(people.get(key), key in members))
        whole.sittings += row["sittings"]
        whole.added += row["came"]
        whole.removed += row["went"]
        whole.last_at = max(filter(None, (whole.last_at, row["last"])))
        whole.sections.append(
            InSection(sections[row["part__section"]], row["sittings"], row["came"], row["went"])
        )
    for key in members:
        found.setdefault(key, Contribution(people.get(key), is_member=True))
    return sorted(found.values(), key=lambda each: (-each.added, each.person.name if each.person else ""))
