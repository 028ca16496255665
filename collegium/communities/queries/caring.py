"""Who waits for an answer, who has fallen silent, and how long a first reply takes."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import Literal

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When

from collegium.communities import rules
from collegium.communities.models import Care, Community, Membership
from collegium.conversations.models import Post, Thread
from collegium.foundation import clock
from collegium.people.models import Person

WEEKS = 12
MOST_WAITING = 50

Kind = Literal["newcomer", "thread", "silent"]


@dataclass(frozen=True)
class Waiting:
    kind: Kind
    since: dt.datetime
    thread: Thread | None = None
    member: Person | None = None
    care: Care | None = None  # somebody has taken it on


@dataclass(frozen=True)
class Week:
    """One week's threads that wanted an answer. A median is of those that have one; None: no such thread."""

    start: dt.date
    newcomers_median_hours: float | None
    all_median_hours: float | None
    threads: int
    unanswered: int
    newcomers: int
    newcomers_unanswered: int


def waiting_threads(communities: QuerySet[Community]) -> QuerySet[Thread]:
    """Without a reply: a newcomer's first post at once, others after the hours that their forum chose."""
    now = clock.now()
    hours = communities.order_by().values_list("forum", "forum__answer_within_hours")
    patience: defaultdict[int, list[int]] = defaultdict(list)
    for forum, within in hours:
        patience[within].append(forum)
    overdue = Q(pk__in=[])
    for within, forums in patience.items():
        overdue |= Q(forum__in=forums) & (
            Q(is_newcomers=True) | Q(started_at__lte=now - dt.timedelta(hours=within))
        )
    return Thread.objects.filter(
        overdue,
        first_answer_at__isnull=True,
        wants_answer=True,
        hidden_at__isnull=True,
        closed_at__isnull=True,
        post_count__gt=0,
    )


@dataclass(frozen=True)
class ComesBack:
    """What people find again where a closed community opens."""

    threads: int
    waiting: int


def what_comes_back(community: Community) -> ComesBack:
    threads = Thread.objects.filter(forum=community.forum_id, hidden_at__isnull=True)
    waiting = waiting_threads(Community.objects.filter(pk=community.pk))
    return ComesBack(threads=threads.count(), waiting=waiting.count())


def silent_members(community: Community) -> QuerySet[Membership]:
    """Agreed to be asked, have been here and said nothing for so many days, and were not asked in that time either."""
    since = clock.now() - dt.timedelta(days=community.asks_silent_after_days)
    said = Post.objects.filter(
        author=OuterRef("person"), thread__forum=community.forum_id, posted_at__gt=since
    )
    asked = Care.objects.filter(community=community, member=OuterRef("person"), done_at__gt=since)
    return Membership.objects.filter(
        ~Exists(said), ~Exists(asked), community=community, may_be_asked=True, joined_at__lte=since
    )


def care_queue(community: Community, person: Person) -> list[Waiting]:
    """What waits in the community for somebody who cares; first posts of newcomers before all, then the longest waits.

    Empty for whoever neither facilitates nor helps. Nobody is offered their own threads or themself.
    """
    if community.closed_at is not None or not rules.may_care(person, community):
        return []
    taken = list(
        community.cares.filter(done_at__isnull=True, let_go_at__isnull=True).select_related("taken_by__photo")
    )
    of_thread = {care.thread_id: care for care in taken if care.thread_id}
    of_member = {care.member_id: care for care in taken if care.member_id}
    threads = (
        waiting_threads(Community.objects.filter(pk=community.pk))
        .exclude(started_by=person)
        .select_related("started_by__photo")
        .order_by(Case(When(is_newcomers=True, then=0), default=1), "started_at")[:MOST_WAITING]
    )
    last_said = (
        Post.objects.filter(author=OuterRef("person"), thread__forum=community.forum_id)
        .order_by("-posted_at")
        .values("posted_at")[:1]
    )
    silent = (
        silent_members(community)
        .exclude(person=person)
        .select_related("person__photo")
        .annotate(last_said=last_said)
        .order_by("joined_at", "id")[:MOST_WAITING]
    )
    return [
        *(
            Waiting(
                kind="newcomer" if thread.is_newcomers else "thread",
                since=thread.started_at,
                thread=thread,
                care=of_thread.get(thread.pk),
            )
            for thread in threads
        ),
        *(
            Waiting(
                kind="silent",
                since=membership.last_said or membership.joined_at,
                member=membership.person,
                care=of_member.get(membership.person_id),
            )
            for membership in silent
        ),
    ]


def to_see_to(person: Person) -> list[tuple[Community, int]]:
    """For home: where the person facilitates or helps, how many threads wait and nobody has taken on."""
    led = Community.objects.filter(
        Q(memberships__role__in=rules.LEADERS) | Q(memberships__helps_out=True),
        memberships__person=person,
        closed_at__isnull=True,
    )
    here = list(led.select_related("forum"))
    if not here:
        return []
    taken = Care.objects.filter(thread=OuterRef("pk"), done_at__isnull=True, let_go_at__isnull=True)
    counted = dict(
        waiting_threads(Community.objects.filter(pk__in=[each.pk for each in here]))
        .exclude(started_by=person)
        .filter(~Exists(taken))
        .order_by()
        .values("forum")
        .annotate(number=Count("pk"))
        .values_list("forum", "number")
    )
    return [(each, counted[each.forum_id]) for each in here if each.forum_id in counted]


def first_reply_times(community: Community, weeks: int = WEEKS) -> list[Week]:
    """The last weeks, Monday to Sunday, oldest first; this one is the last."""
    this_week = clock.today() - dt.timedelta(days=clock.today().weekday())
    starts = [this_week - dt.timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]
    first = dt.datetime.combine(starts[0], dt.time(), tzinfo=dt.UTC)
    grouped: defaultdict[dt.date, list[tuple[float | None, bool]]] = defaultdict(list)
    for started_at, answered_at, is_newcomers in Thread.objects.filter(
        forum=community.forum_id, wants_answer=True, hidden_at__isnull=True, started_at__gte=first
    ).values_list("started_at", "first_answer_at", "is_newcomers"):
        day = started_at.date()
        hours = (answered_at - started_at).total_seconds() / 3600 if answered_at else None
        grouped[day - dt.timedelta(days=day.weekday())].append((hours, is_newcomers))
    return [_week(start, grouped[start]) for start in starts]


def _week(start: dt.date, threads: list[tuple[float | None, bool]]) -> Week:
    newcomers = [hours for hours, is_newcomers in threads if is_newcomers]
    return Week(
        start=start,
        newcomers_median_hours=_median(newcomers),
        all_median_hours=_median([hours for hours, _is_newcomers in threads]),
        threads=len(threads),
        unanswered=sum(hours is None for hours, _is_newcomers in threads),
        newcomers=len(newcomers),
        newcomers_unanswered=sum(hours is None for hours in newcomers),
    )


def _median(hours: list[float | None]) -> float | None:
    known = [each for each in hours if each is not None]
    return round(median(known), 1) if known else None


def open_cares(person: Person) -> list[Care]:
    """What the person has taken on and not yet seen to."""
    return list(
        Care.objects.filter(taken_by=person, done_at__isnull=True, let_go_at__isnull=True)
        .select_related("community", "thread", "member")
        .order_by(F("taken_at").asc())
    )
