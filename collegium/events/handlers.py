"""What follows from activities: calendars are told, and whoever leaves a community gives up their places."""

from collegium.activity.models import Activity
from collegium.activity.outbox import on
from collegium.communities.models import Community
from collegium.events import actions, tasks
from collegium.events.models import Occurrence
from collegium.events.words import index_events


@on("event.changed", "event.cancelled")
def tell_calendars(activity: Activity) -> None:
    tasks.invite_guests.later(int(activity.about_id))


@on("event.moved", "event.one_cancelled")
def tell_calendars_of_one(activity: Activity) -> None:
    occurrence = Occurrence.objects.filter(pk=activity.about_id).first()
    if occurrence is not None:
        tasks.invite_guests.later(occurrence.event_id)


@on("event.answered", "event.place_free")
def tell_their_calendar(activity: Activity) -> None:
    occurrence = Occurrence.objects.filter(pk=activity.about_id).first()
    if occurrence is None:
        return
    people = [activity.actor_id, *activity.concerns.values_list("person", flat=True)]
    for person_id in people:
        if person_id is not None:
            tasks.invite.later(occurrence.event_id, person_id)


@on("community.left", "community.removed", "community.audience_changed")
def give_up_places(activity: Activity) -> None:
    """Of whoever may come no more to what the community has ahead; and their calendars drop it."""
    community = Community.objects.filter(pk=activity.about_id).first()
    if community is not None and actions.give_up_places(community=community):
        tasks.invite_whom_was_left.later()


@on("event.planned", "event.changed", "event.cancelled")
def index_event(activity: Activity) -> None:
    index_events([int(activity.about_id)])


@on("event.moved", "event.recorded")
def index_event_of_one_time(activity: Activity) -> None:
    occurrence = Occurrence.objects.filter(pk=activity.about_id).first()
    if occurrence is not None:
        index_events([occurrence.event_id])
