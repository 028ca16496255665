"""Whom an activity is told to because they follow, and not because it names them.

    @crowd("post.made")
    def of_post(activity: Activity) -> list[Stage]: ...

The action that posts makes no row for any of them. In the background each stage is walked by the person's id, a batch at a
time; a person who is in several stages is told as the first one says.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from collegium.activity.models import Activity
from collegium.conversations.models import Following, Forum, Level, Post
from collegium.courses.models import Enrolment
from collegium.events.models import Answer, Attendance, Event
from collegium.events.queries import COMES
from collegium.notifications import sight
from collegium.notifications.models import MailingList
from collegium.people.models import CircleMember

A_BATCH = 1000


@dataclass(frozen=True)
class Stage:
    """People who are told in one role: rows with a ``person``, of whom each stands there once."""

    role: str
    rows: QuerySet[Any]

    def batches(self, after: int) -> Iterator[list[int]]:
        last = after
        while True:
            further = self.rows.filter(person__gt=last).order_by("person")
            ids = list(further.values_list("person_id", flat=True).distinct()[:A_BATCH])
            if ids:
                yield ids
            if len(ids) < A_BATCH:
                return
            last = ids[-1]


Crowd = Callable[[Activity], list[Stage]]
CROWDS: dict[str, Crowd] = {}


def crowd(*verbs: str) -> Callable[[Crowd], Crowd]:
    def register(function: Crowd) -> Crowd:
        for verb in verbs:
            CROWDS[verb] = function
        return function

    return register


@crowd("post.made", "thread.started")
def of_post(activity: Activity) -> list[Stage]:
    """Those who have each post as a letter; those who follow everything; those who follow by digest.

    Who follows at the level of replies is told by what names them. A week's thread is told as its week.
    """
    post = Post.objects.standing().select_related("thread").filter(pk=sight.post_id(activity) or 0).first()
    if post is None:
        return []
    thread = post.thread
    of_thread = Following.objects.filter(thread=thread)
    silenced = of_thread.filter(level=Level.NOTHING).values("person")
    stages = [Stage("list", MailingList.objects.filter(forum=thread.forum_id).exclude(person__in=silenced))]
    if activity.actor_id is None and thread.about_kind == sight.WEEK:
        return stages
    of_forum = Following.objects.filter(forum=thread.forum_id, thread__isnull=True)
    of_forum = of_forum.exclude(person__in=of_thread.values("person"))
    for role, level in (("follower", Level.EVERYTHING), ("digest", Level.DIGEST)):
        stages.append(Stage(role, of_thread.filter(level=level)))
        stages.append(Stage(role, of_forum.filter(level=level)))
    return stages


@crowd("week.announced", "week.triggered", "week.moved")
def of_week(activity: Activity) -> list[Stage]:
    enrolled = Enrolment.objects.filter(iteration__weeks=int(activity.about_id), left_at__isnull=True)
    return [Stage("participant", enrolled)]


@crowd("iteration.started", "iteration.ended", "iteration.cancelled")
def of_iteration(activity: Activity) -> list[Stage]:
    enrolled = Enrolment.objects.filter(iteration=int(activity.about_id), left_at__isnull=True)
    return [Stage("participant", enrolled)]


@crowd("event.planned")
def of_event(activity: Activity) -> list[Stage]:
    """Its circles, without those who want to hear nothing of the community."""
    event = Event.objects.filter(pk=activity.about_id, cancelled_at__isnull=True).first()
    if event is None:
        return []
    forums = Forum.objects.filter(community__in=event.communities.values("pk"))
    deaf = Following.objects.filter(forum__in=forums, thread__isnull=True, level=Level.NOTHING)
    members = CircleMember.objects.filter(circle__in=event.circles.values("pk"))
    return [Stage("member", members.exclude(person__in=deaf.values("person")))]


@crowd("event.changed", "event.cancelled")
def of_guests(activity: Activity) -> list[Stage]:
    """Whoever answered to what was ahead of it then. (Cancelling it leaves its times as they are.)"""
    answers = Answer.objects.filter(
        occurrence__event=int(activity.about_id),
        occurrence__ends_at__gt=activity.at,
        occurrence__cancelled_at__isnull=True,
    )
    return _guests(answers)


@crowd("event.moved", "event.one_cancelled")
def of_guests_of_one(activity: Activity) -> list[Stage]:
    return _guests(Answer.objects.filter(occurrence=int(activity.about_id)))


@crowd("event.recorded")
def of_who_was_there(activity: Activity) -> list[Stage]:
    """And of who wanted to come."""
    came = Attendance.objects.filter(occurrence=int(activity.about_id))
    wanted = Answer.objects.filter(occurrence=int(activity.about_id), coming__in=COMES)
    return [Stage("guest", came), Stage("guest", wanted.exclude(person__in=came.values("person")))]


def _guests(answers: QuerySet[Answer]) -> list[Stage]:
    """Whoever comes to one time and waits for another comes. No letters go to the calendars of some: see the verbs."""
    coming = answers.filter(coming__in=COMES)
    waiting = answers.filter(coming=Answer.Coming.WAITING).exclude(person__in=coming.values("person"))
    return [
        Stage("guest", coming.filter(person__without_calendar_letters__isnull=True)),
        Stage("subscriber", coming.filter(person__without_calendar_letters__isnull=False)),
        Stage("waiting", waiting),
    ]
