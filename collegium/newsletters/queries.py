"""Newsletters as one page shows them: lists, an archive and its search, an issue, the desk of its editors."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.utils.safestring import SafeString

from collegium.conversations.models import Thread
from collegium.ecology.models import Ecology, Item, Resource
from collegium.foundation.fulltext import Query, excerpt, marked
from collegium.foundation.listed import Listed
from collegium.foundation.prepared import prepared
from collegium.newsletters.models import (
    Delivery,
    Entry,
    Issue,
    Newsletter,
    Nomination,
    Section,
    Subscription,
)
from collegium.newsletters.words import ISSUES, with_words, words_of
from collegium.people.models import Audience, CircleMember, Person
from collegium.people.queries import named_like

PAGE = 20
SENT_ON_DESK = 8
NOMINATIONS = 50
SUBSCRIBERS = 50
EDITORS = 8
FOUND = 12  # who could edit it

# Without what only the letter needs: an issue may be a hundred kilobytes of it.
_LIGHT = ("html", "text", "blanks")


# Newsletters ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    newsletter: Newsletter
    latest: Issue | None
    is_subscribed: bool
    is_edited: bool


def _with_latest(newsletters: "QuerySet[Newsletter]", person: Person | None) -> "QuerySet[Newsletter]":
    """In one question, however many there are."""
    latest = Issue.objects.out().filter(newsletter=OuterRef("pk")).order_by("-number")
    running = Subscription.objects.running().filter(newsletter=OuterRef("pk"), person=person)
    edits = CircleMember.objects.filter(circle=OuterRef("editors"), person=person)
    nobodys: Any = Value(value=False)
    return newsletters.annotate(
        latest_number=Subquery(latest.values("number")[:1]),
        latest_title=Subquery(latest.values("title")[:1]),
        latest_at=Subquery(latest.values("begun_at")[:1]),
        is_subscribed=Exists(running) if person else nobodys,
        is_edited=Exists(edits) if person else nobodys,
    )


def _listed(rows: Iterable[Any]) -> list[Shown]:
    return [
        Shown(
            row,
            Issue(newsletter=row, number=row.latest_number, title=row.latest_title, begun_at=row.latest_at)
            if row.latest_number
            else None,
            is_subscribed=row.is_subscribed,
            is_edited=row.is_edited,
        )
        for row in rows
    ]


def listed(person: Person | None, *, ecology: Ecology | None = None) -> list[Shown]:
    """All that the reader may see, of one ecology where that is named: open ones first; no closed one that sent nothing."""
    shown = Newsletter.objects.visible_to(person).order_by(
        F("closed_at").asc(nulls_first=True), "title", "pk"
    )
    if ecology is not None:
        shown = shown.filter(ecology=ecology)
    found = _listed(_with_latest(shown, person))
    return [each for each in found if each.newsletter.closed_at is None or each.latest]


def of_ecology(ecology: Ecology, person: Person | None) -> list[Shown]:
    """Those that draw from it, still going."""
    return _listed(
        _of_ecology(ecology.pk, person.pk) if person is not None else _of_ecology_for_all(ecology.pk)
    )


@prepared
def _of_ecology(ecology: int, person: int) -> "QuerySet[Newsletter]":
    reader = Person(pk=person)
    return _with_latest(Newsletter.objects.visible_to(reader).open().filter(ecology=ecology), reader)


@prepared
def _of_ecology_for_all(ecology: int) -> "QuerySet[Newsletter]":
    return _with_latest(Newsletter.objects.visible_to(None).open().filter(ecology=ecology), None)


# The latest of each, as it comes along with the row of a community or an iteration (``ecology.alongside``)
BESIDE = 4
_BESIDE = "title", "slug", "latest_number", "latest_title", "latest_at", "is_subscribed"


def beside(ecology: Any, person: int | None) -> Listed:
    """Those that are still going and that the reader may read; see ``beside_read``."""
    reader = Person(pk=person) if person is not None else None
    shown = Newsletter.objects.visible_to(reader).open().filter(ecology=ecology)
    return Listed(_with_latest(shown, reader).order_by("opened_at", "pk").values(*_BESIDE)[:BESIDE])


def beside_read(rows: Iterable[Sequence[Any]] | None) -> list[Shown]:
    """What ``beside`` brought, the one that sent last first."""
    found = []
    for title, slug, number, issue_title, at, is_subscribed in rows or ():
        newsletter = Newsletter(title=title, slug=slug)
        latest = None
        if number is not None:
            latest = Issue(newsletter=newsletter, number=number, title=issue_title, begun_at=_moment(at))
        found.append(Shown(newsletter, latest, is_subscribed=bool(is_subscribed), is_edited=False))
    longest_ago = datetime.min.replace(tzinfo=UTC)
    return sorted(
        found,
        key=lambda each: (each.latest.begun_at or longest_ago) if each.latest else longest_ago,
        reverse=True,
    )


def _moment(text: str) -> datetime:
    """As the database writes it within JSON: SQLite keeps UTC, and does not say so."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def to_nominate_for(
    person: Person,
    *,
    item: Item | None = None,
    thread: Thread | None = None,
    resource: Resource | None = None,
) -> list[Newsletter]:
    """Open ones that the person reads, and that draw from where the thing is; whether all their readers may see it says
    the action.
    """
    offered = Newsletter.objects.visible_to(person).open()
    if item is not None:
        where = Q(ecology__flows__item=item, ecology__flows__hidden_at__isnull=True)
    elif thread is not None:
        where = Q(ecology__forum=thread.forum_id)
    elif resource is not None:
        where = Q(ecology=resource.ecology_id)
    else:
        where = Q(ecology__isnull=False)
    return list(offered.filter(where | Q(ecology__isnull=True)).distinct().order_by("title", "pk")[:30])


def subscription_of(person: Person | None, newsletter: Newsletter) -> Subscription | None:
    if person is None:
        return None
    standing = newsletter.subscriptions.exclude(state=Subscription.State.ENDED)
    return standing.filter(person=person).first()


def editors_of(newsletter: Newsletter, reader: Person | None) -> list[Person]:
    """Those whose name the reader may see."""
    shown = Person.objects.visible_to(reader).filter(circle_memberships__circle=newsletter.editors_id)
    return list(shown.order_by("name", "pk").distinct()[:EDITORS])


def all_editors_of(newsletter: Newsletter) -> list[Person]:
    """For those who edit it with them."""
    here = Person.objects.filter(circle_memberships__circle=newsletter.editors_id)
    return list(here.order_by("name", "pk"))


def who_could_edit(newsletter: Newsletter, words: str, reader: Person) -> list[Person]:
    """By name or e-mail address, of those with an account whose page the reader may open; the best first."""
    if "@" in words:
        among = Person.objects.visible_to(reader).filter(account__email__iexact=words.strip())
        found = list(among[:FOUND])
    else:
        found = named_like(words, reader, limit=FOUND)
        exact = words.strip().casefold()
        found.sort(key=lambda each: each.name.casefold() != exact)
    here = {each.pk for each in all_editors_of(newsletter)}
    return [each for each in found if each.account_id is not None and each.pk not in here]


def subscriptions_of(person: Person) -> list[Subscription]:
    """Not ended, of newsletters that the person may still read."""
    shown = Newsletter.objects.visible_to(person).values("pk")
    standing = Subscription.objects.visible_to(person).exclude(state=Subscription.State.ENDED)
    return list(
        standing.filter(newsletter__in=shown).select_related("newsletter").order_by("newsletter__title", "pk")
    )


def same_address(subscription: Subscription) -> list[Subscription]:
    """All that runs to its address, for whoever has a link out of a letter to it: its own, and further ones only of
    public newsletters and without an account, since letters are passed on.
    """
    running = Subscription.objects.running().filter(email__iexact=subscription.email)
    running = running.filter(
        Q(newsletter=subscription.newsletter_id)
        | Q(newsletter__audience=Audience.PUBLIC, person__isnull=True)
    )
    return list(running.select_related("newsletter").order_by("newsletter__title", "pk"))


# The archive ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """An issue in the archive; with what was looked for marked in it."""

    issue: Issue
    title: str | SafeString
    excerpt: str | SafeString = ""


@dataclass(frozen=True)
class Archive:
    issues: list[Found]
    words: str
    before: int | None = None  # the number of the last one shown, where there are older ones


def archive(newsletter: Newsletter, *, words: str = "", before: int | None = None) -> Archive:
    """Newest first, or the best that fit the words."""
    out = Issue.objects.out().filter(newsletter=newsletter)
    if words:
        query = Query.read(words)
        hits = ISSUES.find(query, out, scopes=[newsletter.pk], limit=PAGE)
        found = {issue.pk: issue for issue in with_words(out.filter(pk__in=[hit.key for hit in hits]))}
        shown = [found[hit.key] for hit in hits if hit.key in found]
        return Archive(
            [Found(each, marked(each.title, query), excerpt(words_of(each), query)) for each in shown], words
        )
    if before is not None:
        out = out.filter(number__lt=before)
    rows = list(out.defer(*_LIGHT).order_by("-number")[: PAGE + 1])
    for row in rows:
        row.newsletter = newsletter
    more = rows[PAGE - 1].number if len(rows) > PAGE else None
    return Archive([Found(row, row.title) for row in rows[:PAGE]], "", more)


def newest(newsletter: Newsletter, number: int) -> list[Issue]:
    """With all that stands in them, for a feed."""
    return list(
        with_words(Issue.objects.out().filter(newsletter=newsletter))
        .defer(*_LIGHT)
        .order_by("-number")[:number]
    )


# One issue ------------------------------------------------------------------------------------------------------------


def issue_for(person: Person | None, slug: str, number: int) -> Issue | None:
    return (
        Issue.objects.visible_to(person)
        .filter(newsletter__slug=slug, number=number)
        .select_related("newsletter__ecology")
        .first()
    )


def sections_of(issue: Issue) -> list[Section]:
    """What is read in it, in order: no section that has nothing to say."""
    entries = Prefetch("entries", queryset=Entry.objects.kept())
    sections = Section.objects.filter(issue=issue, is_cut=False).prefetch_related(entries)
    return [each for each in sections if each.body or each.entries.all()]


def neighbours(issue: Issue) -> tuple[Issue | None, Issue | None]:
    """The one before and the one after, in the archive."""
    out = Issue.objects.out().filter(newsletter=issue.newsletter_id).only("number", "title", "newsletter_id")
    before = out.filter(number__lt=issue.number).order_by("-number").first()
    after = out.filter(number__gt=issue.number).order_by("number").first()
    for each in (before, after):
        if each is not None:
            each.newsletter = issue.newsletter
    return before, after


# The desk -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SheetSection:
    section: Section
    entries: list[Entry]
    cut: list[Entry]


@dataclass(frozen=True)
class Sheet:
    """An issue as its editors have it before them."""

    sections: list[SheetSection]
    cut: list[Section]
    nominations: list[Nomination]

    @property
    def is_empty(self) -> bool:
        return not any(each.section.body or each.entries for each in self.sections)


def sheet_sections(issue: Issue) -> list[SheetSection]:
    """All of them, also those that are cut."""
    return [
        SheetSection(
            each,
            [entry for entry in each.entries.all() if not entry.is_cut],
            [entry for entry in each.entries.all() if entry.is_cut],
        )
        for each in Section.objects.filter(issue=issue).prefetch_related("entries")
    ]


def sheet(issue: Issue) -> Sheet:
    sections = sheet_sections(issue)
    return Sheet(
        sections=[each for each in sections if not each.section.is_cut],
        cut=[each.section for each in sections if each.section.is_cut],
        nominations=nominations(issue.newsletter),
    )


def nominations(newsletter: Newsletter) -> list[Nomination]:
    waiting = newsletter.nominations.waiting().select_related("nominated_by", "item", "thread", "resource")
    return list(waiting[:NOMINATIONS])


@dataclass(frozen=True)
class Desk:
    in_hand: list[Issue]
    gone_out: list[Any]  # issues with how their letters fared: arrived, owed, lost
    nominations: list[Nomination]
    subscribers: int
    unconfirmed: int


def desk(newsletter: Newsletter) -> Desk:
    in_hand = (
        newsletter.issues.in_hand()
        .order_by("number")
        .annotate(kept=Count("entries", filter=Q(entries__is_cut=False)))
    )
    state = Delivery.State
    gone_out = (
        newsletter.issues.exclude(state__in=[Issue.State.DRAFT, Issue.State.SCHEDULED])
        .defer(*_LIGHT)
        .annotate(
            arrived=Count("deliveries", filter=Q(deliveries__state=state.SENT)),
            owed=Count("deliveries", filter=Q(deliveries__state=state.OWED)),
            lost=Count("deliveries", filter=Q(deliveries__state__in=[state.FAILED, state.BOUNCED])),
        )
        .order_by("-number")[:SENT_ON_DESK]
    )
    standing = Subscription.State
    counted = newsletter.subscriptions.aggregate(
        confirmed=Count("pk", filter=Q(state=standing.CONFIRMED)),
        asked=Count("pk", filter=Q(state=standing.ASKED)),
    )
    found = Desk(
        in_hand=list(in_hand),
        gone_out=list(gone_out),
        nominations=nominations(newsletter),
        subscribers=counted["confirmed"],
        unconfirmed=counted["asked"],
    )
    for issue in (*found.in_hand, *found.gone_out):
        issue.newsletter = newsletter
    return found


@dataclass(frozen=True)
class Subscribers:
    people: list[Subscription]  # whose name the editor may see
    confirmed: int
    addresses: int  # of people without an account: counted, and not named
    unnamed: int  # with an account, who show their name to fewer
    unconfirmed: int
    ended: int
    page: int
    has_more: bool
    ended_how: dict[str, int] = field(default_factory=dict)


def subscribers(newsletter: Newsletter, reader: Person, *, page: int = 0) -> Subscribers:
    state = Subscription.State
    rows: Sequence[Any] = list(
        newsletter.subscriptions.order_by().values_list("state", "ended_how").annotate(number=Count("pk"))
    )
    running = newsletter.subscriptions.running()
    named = running.filter(person__in=Person.objects.visible_to(reader).values("pk"))
    start = page * SUBSCRIBERS
    people = list(
        named.select_related("person").order_by("person__name", "pk")[start : start + SUBSCRIBERS + 1]
    )
    counted = running.aggregate(
        addresses=Count("pk", filter=Q(person__isnull=True)),
        named=Count("pk", filter=Q(person__in=Person.objects.visible_to(reader).values("pk"))),
    )
    confirmed = sum(number for of, _how, number in rows if of == state.CONFIRMED)
    how = {ended_how: number for of, ended_how, number in rows if of == state.ENDED}
    return Subscribers(
        people=people[:SUBSCRIBERS],
        confirmed=confirmed,
        addresses=counted["addresses"],
        unnamed=confirmed - counted["addresses"] - counted["named"],
        unconfirmed=sum(number for of, _how, number in rows if of == state.ASKED),
        ended=sum(how.values()),
        page=page,
        has_more=len(people) > SUBSCRIBERS,
        ended_how=how,
    )
