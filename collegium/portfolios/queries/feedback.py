"""Drafts to read, feedback on a section, and how far a writing group has come."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from collegium.courses.models import Course, Enrolment, Iteration, Pair, Week
from collegium.foundation import clock
from collegium.foundation.listed import Listed
from collegium.people.models import Circle, CircleMember, Person
from collegium.portfolios.models import (
    Comment,
    Feedback,
    FeedbackRequest,
    Portfolio,
    Section,
)
from collegium.schemes.models import Pathway

MOST_TO_READ = 100


def to_read(person: Person) -> list[FeedbackRequest]:
    """What is asked of them and not given yet, the next due first; only of sections that they still may read."""
    given = Feedback.objects.filter(request=OuterRef("pk"), by=person)
    return list(
        FeedbackRequest.objects.asked_of(person)
        .open()
        .filter(~Exists(given), section__in=Section.objects.visible_to(person).values("pk"))
        .annotate(words_written=Sum("section__parts__words"))
        .for_display()
        .order_by(F("until").asc(nulls_last=True), "pk")[:MOST_TO_READ]
    )


def to_read_count(person: Person) -> tuple[int, FeedbackRequest | None]:
    """How many, and the next one, for the start page, which asks first whether there is any."""
    waiting = to_read(person)
    return len(waiting), waiting[0] if waiting else None


def asked_anything(person: int) -> "QuerySet[FeedbackRequest]":
    """Short, to be asked within another query; it may promise more than the person may still read."""
    given = Feedback.objects.filter(request=OuterRef("pk"), by=person)
    circles = CircleMember.objects.filter(person=person).values("circle")
    return FeedbackRequest.objects.open().filter(
        Q(person=person) | Q(circle__in=circles), ~Q(by=person), ~Exists(given)
    )


def given_by(person: Person) -> list[Feedback]:
    """What they gave lately, with the thanks; ``can_be_opened`` while they may read the section."""
    readable = Section.objects.visible_to(person).filter(pk=OuterRef("request__section"))
    asked = FeedbackRequest.objects.asked_of(person).filter(pk=OuterRef("request"))
    return list(
        Feedback.objects.filter(by=person)
        .annotate(can_be_opened=Exists(readable) & Exists(asked))
        .select_related("request__section__node", "request__section__portfolio", "request__by")
        .order_by("-pk")[:20]
    )


@dataclass(frozen=True)
class Expected:
    """A draft that a critical friend will read for a meeting, and that is not shared with them yet."""

    week: Week
    writer: Person


def expected_of(person: Person) -> list[Expected]:
    pairs = (
        Pair.objects.filter(reader=person, week__draft_node__isnull=False)
        .filter(Q(week__meeting__ends_at__gt=clock.now()) | Q(week__drafts_due_on__gte=clock.today()))
        .exclude(
            Exists(
                FeedbackRequest.objects.asked_of(person)
                .filter(by=OuterRef("writer"), section__node__code=OuterRef("week__draft_node__code"))
                .values("pk")
            )
        )
        .select_related("week__iteration", "week__draft_node", "writer__photo")
        .order_by("week__drafts_due_on", "pk")
    )
    return [Expected(pair.week, pair.writer) for pair in pairs[:20]]


def requests_on(section: Section) -> list[FeedbackRequest]:
    """Those that stand, and what was given on any; two queries."""
    return list(
        FeedbackRequest.objects.filter(section=section)
        .filter(Q(ended_at__isnull=True) | Q(given__isnull=False))
        .distinct()
        .for_display()
        .prefetch_related("given__by__photo")
        .order_by("-pk")
    )


def asked_here(person: Person, section: Section) -> FeedbackRequest | None:
    """The request that a reader of this section answers; an ended one no more."""
    return (
        FeedbackRequest.objects.asked_of(person)
        .open()
        .filter(section=section)
        .for_display()
        .order_by(F("until").asc(nulls_last=True), "pk")
        .first()
    )


def request_seen_by(person: Person, request_id: int) -> FeedbackRequest | None:
    """By whoever asked it, or whom it was asked of while they may read the section."""
    found = FeedbackRequest.objects.filter(pk=request_id).for_display().first()
    if found is None:
        return None
    reads = Section.objects.visible_to(person).filter(pk=found.section_id).exists()
    asked = found.by_id == person.pk or FeedbackRequest.objects.asked_of(person).filter(pk=found.pk).exists()
    return found if reads and asked else None


# With the group until the meeting -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Offer:
    """One step that a writer can take: let the group, or a critical friend, read until the meeting is over."""

    week: Week
    circle: Circle
    until: dt.datetime
    friends: tuple[Person, ...]
    is_for_this: bool  # the meeting is on this very section

    @property
    def day(self) -> dt.date:
        """By when the drafts should be there to be read."""
        return self.week.drafts_due_on or self.until.date()


def offers(person: Person, section: Section) -> list[Offer]:
    """The next meeting of each writing group that the writer is in; two queries, one where there is none."""
    weeks = meetings_ahead(person).select_related("iteration__circle", "meeting", "draft_node")
    chosen = next_of_each(weeks, section)
    if not chosen:
        return []
    friends: dict[int, list[Person]] = {}
    for pair in Pair.objects.filter(week__in=chosen.values(), writer=person).select_related("reader"):
        friends.setdefault(pair.week_id, []).append(pair.reader)
    return [
        Offer(
            week,
            week.iteration.circle,
            week.meeting.ends_at,
            tuple(friends.get(week.pk, ())),
            week.draft_node is not None and week.draft_node.code == section.node.code,
        )
        for week in chosen.values()
        if week.meeting is not None
    ]


def meetings_ahead(person: Person) -> "QuerySet[Week]":
    """Of all writing groups that they are in, the next first; the one that goes on now too."""
    return (
        Week.objects.filter(
            iteration__course__shape=Course.Shape.GROUP,
            iteration__circle__in=CircleMember.objects.filter(person=person).values("circle"),
            meeting__ends_at__gt=clock.now(),
            meeting__cancelled_at__isnull=True,
        )
        .exclude(iteration__state__in=[Iteration.State.CANCELLED, Iteration.State.ARCHIVED])
        .order_by("meeting__starts_at", "pk")
    )


def next_of_each(weeks: Iterable[Week], section: Section) -> dict[int, Week]:
    """By iteration: the first that is on this very section, or else the first."""
    chosen: dict[int, Week] = {}
    for week in weeks:
        standing = chosen.get(week.iteration_id)
        fits = week.draft_node is not None and week.draft_node.code == section.node.code
        fitted = (
            standing is not None
            and standing.draft_node is not None
            and standing.draft_node.code == section.node.code
        )
        if standing is None or (fits and not fitted):
            chosen[week.iteration_id] = week
    return chosen


# How far a group has come ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chosen:
    """Of several portfolios of one person the one that counts; its ``pk``, and what of it may be edited."""

    pk: int
    open_codes: list[str] | None


@dataclass
class Progress:
    """One member of an iteration and their portfolio on its pathway, in numbers and not in words."""

    person: Person
    portfolio: Chosen | None = None
    sections: int = 0
    begun: int = 0
    words: int = 0
    asked: int = 0
    given: int = 0
    received: int = 0
    comments: int = 0
    thanked: int = 0
    by_code: dict[str, int] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """none, writing, submitted or referred."""
        if self.portfolio is None:
            return "none"
        if self.portfolio.open_codes is None:
            return "writing"
        return "referred" if self.portfolio.open_codes else "submitted"


def portfolios_on(pathway: Pathway) -> "QuerySet[Portfolio]":
    """Written on this pathway of the scheme, in whichever version."""
    return Portfolio.objects.own().filter(
        pathway__key=pathway.key, pathway__scheme_version__scheme=pathway.scheme_version.scheme_id
    )


def own_on(person: Person, pathway: Pathway) -> Portfolio | None:
    found: Portfolio | None = (
        Portfolio.objects.for_display()
        .filter(pk__in=portfolios_on(pathway).values("pk"), owner=person)
        .order_by("-edited_at", "-pk")
        .first()
    )
    return found


@dataclass(frozen=True)
class InIteration:
    """What stands beside an iteration: one's own portfolio on its pathway, and what its circle writes together."""

    portfolio: Portfolio | None
    words: list[int]  # of each section of one's own
    together: list[Portfolio]  # the newest three


def in_iteration(person: Person, iteration: Iteration, pathway: Pathway) -> InIteration:
    """One query. For those who take part."""
    own = portfolios_on(pathway).filter(owner=person).order_by("-edited_at", "-pk")
    together = Portfolio.objects.filter(group=iteration.circle_id).order_by("-pk")
    words = Section.objects.filter(portfolio=OuterRef("pk")).order_by().values("id")
    rows: list[Any] = list(
        Portfolio.objects.filter(Q(pk__in=own.values("pk")[:1]) | Q(pk__in=together.values("pk")[:3]))
        .annotate(drafts=Listed(words.annotate(written=Sum("parts__words"))))
        .order_by("-pk")
    )
    portfolio = next((each for each in rows if each.group_id is None), None)
    return InIteration(
        portfolio,
        [written or 0 for _section, written in portfolio.drafts or []] if portfolio is not None else [],
        [each for each in rows if each.group_id is not None],
    )


def progress(iteration: Iteration) -> list[Progress]:
    """Of everyone who writes in a group: one query, however many there are."""
    members = (
        Enrolment.objects.filter(iteration=iteration, left_at__isnull=True, role=Enrolment.Role.PARTICIPANT)
        .select_related("person__photo")
        .order_by("person__name", "pk")
    )
    if iteration.pathway is None:
        return [Progress(each.person) for each in members]
    rows: list[Any] = list(_with_numbers(members, portfolios_on(iteration.pathway)))
    # Only what concerns the portfolio that each edited last is counted.
    chosen = {row.portfolio_pk for row in rows} - {None}
    found = []
    for row in rows:
        each = Progress(row.person)
        found.append(each)
        if row.portfolio_pk is not None:
            each.portfolio = Chosen(row.portfolio_pk, row.portfolio_codes)
        for portfolio, code, written in row.drafts or []:
            if portfolio == row.portfolio_pk:
                words = written or 0
                each.sections += 1
                each.begun += words > 0
                each.words += words
                each.by_code[code] = each.by_code.get(code, 0) + words
        for portfolio, times, got, thanks in row.requests or []:
            if portfolio in chosen:
                each.asked += times
                each.received += got
                each.thanked += thanks
        each.given = sum(times for portfolio, times in row.gifts or [] if portfolio in chosen)
        each.comments = sum(times for portfolio, times in row.said or [] if portfolio in chosen)
    return found


def _with_numbers(
    members: "QuerySet[Enrolment]", portfolios: "QuerySet[Portfolio]"
) -> "QuerySet[Enrolment, Any]":
    """With the portfolio that each edited last, and in numbers by portfolio what they wrote, asked, gave and said."""
    last = portfolios.filter(owner=OuterRef("person")).order_by("-edited_at", "-pk")
    of_all = portfolios.filter(owner__in=members.order_by().values("person")).values("pk")
    drafts = Section.objects.filter(
        portfolio__in=portfolios.values("pk"), portfolio__owner=OuterRef("person")
    )
    requests = FeedbackRequest.objects.filter(by=OuterRef("person"), section__portfolio__in=of_all)
    gifts = Feedback.objects.filter(by=OuterRef("person"), request__section__portfolio__in=of_all)
    said = Comment.objects.filter(by=OuterRef("person"), part__section__portfolio__in=of_all).exclude(
        part__section__portfolio__owner=F("by")
    )
    return members.annotate(
        portfolio_pk=Subquery(last.values("pk")[:1]),
        portfolio_codes=Subquery(last.values("open_codes")[:1]),
        drafts=Listed(
            drafts.order_by()
            .values(of=F("portfolio"), code=F("node__code"))
            .annotate(written=Sum("parts__words"))
        ),
        requests=Listed(
            requests.order_by()
            .values(of=F("section__portfolio"))
            .annotate(times=Count("pk", distinct=True), got=Count("given"), thanks=Count("given__thanked_at"))
        ),
        gifts=Listed(
            gifts.order_by().values(of=F("request__section__portfolio")).annotate(times=Count("pk"))
        ),
        said=Listed(said.order_by().values(of=F("part__section__portfolio")).annotate(times=Count("pk"))),
    )


def iteration_seen_by(person: Person, slug: str) -> Iteration | None:
    """An iteration whose circle one is in: as a member, mentor or facilitator."""
    circles = CircleMember.objects.filter(person=person).values("circle")
    found: Iteration | None = (
        Iteration.objects.filter(Q(circle__in=circles) | Q(facilitators__in=circles), slug=slug)
        .select_related(
            "course", "pathway__scheme_version__scheme", "pathway__scheme_version__framework", "circle"
        )
        .first()
    )
    return found


def week_seen_by(person: Person, week_id: int) -> Week | None:
    return (
        Week.objects.filter(pk=week_id, iteration__in=Iteration.objects.visible_to(person).values("pk"))
        .select_related(
            "draft_node",
            "iteration__pathway__scheme_version__scheme",
            "iteration__pathway__scheme_version__framework",
        )
        .first()
    )
