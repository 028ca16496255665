"""Drafts to read, feedback on a section, and how far a writing group has come."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from collegium.courses.models import Course, Enrolment, Iteration, Pair, Week
from collegium.foundation import clock
from collegium.people.models import Circle, CircleMember, Person
from collegium.portfolios.models import (
    WHOLE_DOCUMENTS,
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
    """What they gave lately, with the thanks."""
    return list(
        Feedback.objects.filter(by=person)
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
    weeks = (
        Week.objects.filter(
            iteration__course__shape=Course.Shape.GROUP,
            iteration__circle__in=CircleMember.objects.filter(person=person).values("circle"),
            meeting__ends_at__gt=clock.now(),
            meeting__cancelled_at__isnull=True,
        )
        .exclude(iteration__state__in=[Iteration.State.CANCELLED, Iteration.State.ARCHIVED])
        .select_related("iteration__circle", "meeting", "draft_node")
        .order_by("meeting__starts_at", "pk")
    )
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


# How far a group has come ---------------------------------------------------------------------------------------------


@dataclass
class Progress:
    """One member of an iteration and their portfolio on its pathway, in numbers and not in words."""

    person: Person
    portfolio: Portfolio | None = None
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
        if self.portfolio.is_free:
            return "writing"
        return "submitted" if self.portfolio.is_locked else "referred"


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


def drafts_in(portfolio: Portfolio) -> list[int]:
    """The words of each section."""
    return [
        written or 0
        for written in Section.objects.filter(portfolio=portfolio)
        .annotate(written=Sum("parts__words"))
        .order_by("pk")
        .values_list("written", flat=True)
    ]


def progress(iteration: Iteration) -> list[Progress]:
    """Of everyone who writes in a group: seven queries, however many there are."""
    members = (
        Enrolment.objects.filter(iteration=iteration, left_at__isnull=True, role=Enrolment.Role.PARTICIPANT)
        .select_related("person__photo")
        .order_by("person__name", "pk")
    )
    found = {each.person_id: Progress(each.person) for each in members}
    if iteration.pathway is None or not found:
        return list(found.values())
    rows = (
        portfolios_on(iteration.pathway)
        .filter(owner__in=found)
        .select_related("pathway")
        .defer(*WHOLE_DOCUMENTS)
        .order_by("edited_at", "pk")
    )
    for portfolio in rows:
        found[portfolio.owner_id].portfolio = portfolio  # the last edited one
    chosen = {each.portfolio.pk: each for each in found.values() if each.portfolio is not None}
    for section in (
        Section.objects.filter(portfolio__in=chosen)
        .values("portfolio", "node__code")
        .annotate(written=Sum("parts__words"))
    ):
        each = chosen[section["portfolio"]]
        words = section["written"] or 0
        each.sections += 1
        each.begun += words > 0
        each.words += words
        code = section["node__code"]
        each.by_code[code] = each.by_code.get(code, 0) + words
    requests = (
        FeedbackRequest.objects.filter(section__portfolio__in=chosen)
        .values("by")
        .annotate(times=Count("pk", distinct=True), got=Count("given"), thanks=Count("given__thanked_at"))
    )
    for request in requests:
        if request["by"] in found:
            each = found[request["by"]]
            each.asked, each.received, each.thanked = request["times"], request["got"], request["thanks"]
    gifts = (
        Feedback.objects.filter(by__in=found, request__section__portfolio__in=chosen)
        .values("by")
        .annotate(times=Count("pk"))
    )
    for gift in gifts:
        found[gift["by"]].given = gift["times"]
    comments = (
        Comment.objects.filter(by__in=found, part__section__portfolio__in=chosen)
        .exclude(part__section__portfolio__owner=F("by"))
        .values_list("by")
        .annotate(times=Count("pk"))
    )
    for by, times in comments:
        if by is not None:
            found[by].comments = times
    return list(found.values())


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
