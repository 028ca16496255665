"""What waits for a forum's moderators, and what was done to somebody."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, F, Q, QuerySet

from collegium.conversations import words
from collegium.conversations.models import Forum, Measure, Post, Report
from collegium.people.models import Person

SHOWN = 50


@dataclass(frozen=True)
class Reported:
    """One post with all that is said about it."""

    post: Post
    reports: list[Report] = field(default_factory=list)


@dataclass(frozen=True)
class Queue:
    reported: list[Reported]
    appeals: list[Measure]
    in_force: list[Measure]
    past: list[Measure]

    @property
    def waiting(self) -> int:
        return len(self.reported) + len(self.appeals)


def queue(forum: Forum) -> Queue:
    """Reports, oldest first, those about one post together; appeals; and what was done lately. Three queries."""
    reports = (
        Report.objects.filter(post__thread__forum=forum, settled_at__isnull=True)
        .select_related("by", "post__thread__forum", "post__author__photo")
        .order_by("pk")[: SHOWN * 4]
    )
    by_post: dict[int, Reported] = {}
    for report in reports:
        by_post.setdefault(report.post_id, Reported(report.post)).reports.append(report)
    measures = list(_shown(Measure.objects.filter(forum=forum))[: SHOWN * 4])
    waiting = [each for each in measures if each.appealed_at and not each.answered_at]
    in_force = {
        *Measure.objects.in_force().filter(pk__in=[each.pk for each in measures]).values_list("pk", flat=True)
    }
    settled = [each for each in measures if each not in waiting]
    return Queue(
        reported=list(by_post.values())[:SHOWN],
        appeals=waiting,
        in_force=[each for each in settled if each.pk in in_force and each.kind != Measure.Kind.WARN],
        past=[each for each in settled if each.pk not in in_force or each.kind == Measure.Kind.WARN][:SHOWN],
    )


def reports_wait(person: int) -> Exists:
    """For a moderator, to be asked within another query before the whole one."""
    forums = Forum.objects.filter(moderators__memberships__person=person).values("pk")
    reports = Report.objects.filter(post__thread__forum__in=forums, settled_at__isnull=True)
    return Exists(reports.exclude(post__author=person))


def appeals_wait(person: int) -> Exists:
    forums = Forum.objects.filter(moderators__memberships__person=person).values("pk")
    appealed = Measure.objects.filter(forum__in=forums, appealed_at__isnull=False, answered_at__isnull=True)
    return Exists(appealed.exclude(person=person))


def waiting_for(person: Person) -> list[tuple[Forum, int]]:
    """The forums that the person moderates in which reports or appeals wait, with how many. Three queries."""
    forums = {
        forum.pk: forum
        for forum in Forum.objects.filter(moderators__memberships__person=person).order_by("title")
    }
    if not forums:
        return []
    counts: dict[int, int] = dict.fromkeys(forums, 0)
    reported = (
        Report.objects.filter(post__thread__forum__in=forums, settled_at__isnull=True)
        .exclude(post__author=person)
        .values_list("post", "post__thread__forum")
        .distinct()
    )
    for _post, forum_id in reported[: SHOWN * 4]:
        counts[forum_id] += 1
    appealed = Measure.objects.filter(
        forum__in=forums, appealed_at__isnull=False, answered_at__isnull=True
    ).exclude(person=person)
    for forum_id in appealed.values_list("forum", flat=True)[: SHOWN * 4]:
        counts[forum_id] += 1
    return [(forums[pk], number) for pk, number in counts.items() if number]


def open_reports(post: Post) -> list[Report]:
    return list(post.reports.filter(settled_at__isnull=True).select_related("by").order_by("pk"))


def earlier(person: Person | None, forum: Forum) -> list[Measure]:
    """What was done to this person in this forum before: so that moderators decide alike."""
    if person is None:
        return []
    return list(_shown(Measure.objects.filter(person=person, forum=forum))[:SHOWN])


def members_named(forum: Forum, start: str) -> list[Person]:
    """Members whose name, or a part of it, begins so, for moderators: everybody, where nothing was typed."""
    found = words.members_of(forum)
    start = " ".join(start.split())[:60]
    if start:
        found = found.filter(Q(name__istartswith=start) | Q(name__icontains=f" {start}"))
    return list(found.for_display().order_by("name", "pk")[:SHOWN])


def measures_about(person: Person) -> Sequence[Measure]:
    """All that moderators of any forum have done that concerns this person, newest first."""
    return list(_shown(Measure.objects.filter(person=person))[:SHOWN])


def of_post(post: Post) -> Measure | None:
    """The measure that hides this post now."""
    hiding = Measure.objects.filter(post=post, kind=Measure.Kind.HIDE, lifted_at__isnull=True)
    return _shown(hiding).first()


def _shown(measures: "QuerySet[Measure]") -> "QuerySet[Measure]":
    return measures.select_related("forum", "person", "by", "answered_by", "post__thread").order_by(
        F("pk").desc()
    )
