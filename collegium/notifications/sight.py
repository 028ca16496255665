"""Who may still see what they would be told of: asked when they are told, and again when the letter is written.

What is said to somebody about themselves (a measure, the end of a membership, a judgement) is said wherever they stand.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from collegium.activity.models import Activity
from collegium.conversations.models import Measure, Post
from collegium.courses.models import Enrolment, Week
from collegium.events.models import Event, Occurrence
from collegium.people.models import Audience, CircleMember, Person

POST, THREAD = "conversations.post", "conversations.thread"
OF_CONVERSATIONS = frozenset({"thread.started", "post.made", "post.edited", "post.answered_it"})
EVENT, OCCURRENCE = "events.event", "events.occurrence"
WEEK = "courses.week"
_OPEN = [Audience.PUBLIC, Audience.SIGNED_IN]
_SILENT = [Measure.Kind.MUTE, Measure.Kind.REMOVE]


def post_id(activity: Activity) -> int | None:
    """The post that the activity is about; the first one, of a thread that was begun."""
    if activity.about_kind == POST:
        return int(activity.about_id)
    found = activity.data.get("post")
    return int(found) if activity.about_kind == THREAD and found else None


def who_may(activity: Activity, people: Collection[int]) -> set[int]:
    """Of these people, who may see it now. The number of queries does not depend on theirs."""
    if activity.about_kind in {POST, THREAD} and activity.verb in OF_CONVERSATIONS:
        return _who_may_read(activity, people)
    if activity.about_kind in {EVENT, OCCURRENCE}:
        return _who_may_come(activity, people)
    if activity.about_kind == WEEK:
        enrolled = Enrolment.objects.filter(
            iteration__weeks=int(activity.about_id), left_at__isnull=True, person__in=list(people)
        )
        return set(enrolled.values_list("person_id", flat=True))
    return set(people)


def _who_may_read(activity: Activity, people: Collection[int]) -> set[int]:
    post = _posts([activity]).select_related("thread__forum").first()
    if post is None:
        return set()
    forum = post.thread.forum
    here = set(people)
    if forum.audience == Audience.CIRCLE or post.thread.hidden_at is not None:
        circles = [forum.moderators_id]
        if post.thread.hidden_at is None:
            circles.append(forum.members_id)
        here = set(
            CircleMember.objects.filter(circle__in=circles, person__in=here).values_list(
                "person_id", flat=True
            )
        )
    silent = Measure.objects.in_force().filter(forum=forum, kind__in=_SILENT, person__in=here)
    return here - set(silent.values_list("person_id", flat=True))


def _who_may_come(activity: Activity, people: Collection[int]) -> set[int]:
    events = Event.objects.filter(pk=activity.about_id)
    if activity.about_kind == OCCURRENCE:
        events = Event.objects.filter(occurrences=int(activity.about_id))
    event = events.first()
    if event is None:
        return set()
    communities = event.communities.all()
    is_open = event.audience in _OPEN and (
        not communities.exists() or communities.filter(audience__in=_OPEN).exists()
    )
    if is_open:
        return set(people)
    near = CircleMember.objects.filter(circle__in=event.circles.values("pk"), person__in=list(people))
    found = set(near.values_list("person_id", flat=True))
    return found | ({event.host_id} & set(people) if event.host_id else set())


def what_may(person: Person, activities: Iterable[Activity]) -> set[int]:
    """Of these activities, which are about something that the person may see now: their ids."""
    by_kind: dict[str, list[Activity]] = {}
    for activity in activities:
        kind = activity.about_kind
        if kind in {POST, THREAD}:
            kind = POST if activity.verb in OF_CONVERSATIONS else ""
        by_kind.setdefault(kind, []).append(activity)
    seen: set[int] = set()
    for kind, told in by_kind.items():
        if kind == POST:
            standing = _posts(told).filter(pk__in=Post.objects.visible_to(person).values("pk"))
            silent = Measure.objects.in_force().filter(person=person, kind__in=_SILENT)
            standing = standing.filter(~Exists(silent.filter(forum=OuterRef("thread__forum"))))
            readable = set(standing.values_list("pk", flat=True))
            seen |= {activity.pk for activity in told if post_id(activity) in readable}
        elif (rows := _rows(kind, person)) is not None:
            found = set(
                rows.filter(pk__in=[activity.about_id for activity in told]).values_list("pk", flat=True)
            )
            seen |= {activity.pk for activity in told if int(activity.about_id) in found}
        else:
            seen |= {activity.pk for activity in told}
    return seen


def _posts(activities: Iterable[Activity]) -> QuerySet[Post]:
    """Those that still stand, in a thread that is to be seen."""
    ids = [found for activity in activities if (found := post_id(activity)) is not None]
    return Post.objects.standing().filter(pk__in=ids)


def _rows(kind: str, person: Person) -> QuerySet[Any] | None:
    enrolled = Enrolment.objects.filter(person=person, left_at__isnull=True).values("iteration")
    if kind == EVENT:
        return Event.objects.visible_to(person)
    if kind == OCCURRENCE:
        return Occurrence.objects.filter(event__in=Event.objects.visible_to(person).values("pk"))
    if kind == WEEK:
        return Week.objects.filter(iteration__in=enrolled)
    return None
