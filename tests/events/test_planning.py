"""Planning, changing, moving and cancelling; who may, and what is refused in words."""

import datetime as dt

import pytest

from collegium.activity.models import Activity
from collegium.events import actions, moments
from collegium.events.models import Answer, Event, Occurrence
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience
from tests.communities.factories import make_community
from tests.events.factories import LONDON, in_days, make_event, make_occurrence, remove_member
from tests.factories import make_circle

pytestmark = pytest.mark.django_db


def walls(event):
    return [
        f"{moments.on_the_wall(each.starts_at, event.time_zone):%m-%d %H:%M}"
        for each in event.occurrences.order_by("number")
    ]


@pytest.fixture
def october():
    with clock.moved_to(dt.datetime(2026, 10, 1, 12, tzinfo=dt.UTC)):
        yield


def test_a_series_over_the_change_of_the_clocks(cy, october):
    event = make_event(
        cy, starts_at=dt.datetime(2026, 10, 20, 14, tzinfo=LONDON), repeats="weekly", times=3, minutes=90
    )
    assert walls(event) == ["10-20 14:00", "10-27 14:00", "11-03 14:00"]
    last = event.occurrences.get(number=3)
    assert last.starts_at == dt.datetime(2026, 11, 3, 14, tzinfo=dt.UTC)
    assert last.ends_at - last.starts_at == dt.timedelta(minutes=90)
    assert len({each.code for each in event.occurrences.all()}) == 3
    assert Activity.objects.filter(verb="event.planned").count() == 1


def test_for_several_communities_one_leads_each(cy, bo, ada):
    one, other = make_community(ada, convener=cy), make_community(convener=bo)
    with pytest.raises(Refusal, match="Only conveners and facilitators"):
        make_event(cy, one, other)
    with pytest.raises(Refusal, match="Only conveners and facilitators"):
        make_event(ada, one)
    assert not Event.objects.exists()
    closed = make_community(convener=cy, closed_at=clock.now())
    with pytest.raises(Refusal, match="Only conveners and facilitators"):
        make_event(cy, closed)


def test_for_a_circle(cy, ada, eve):
    event = make_event(cy, circles=(make_circle(ada),))
    assert list(Event.objects.visible_to(ada)) == [event]
    assert list(Event.objects.visible_to(cy)) == [event]
    assert not Event.objects.visible_to(eve)
    assert not Event.objects.visible_to(None)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"title": "  "}, "title"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 1441}, "minutes"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"repeats": "daily"}, "repeats"),
        ({"times": 0, "repeats": "weekly"}, "times"),
        ({"times": 105, "repeats": "weekly"}, "times"),
        ({"capacity": 0}, "capacity"),
        ({"audience": "private"}, "audience"),
        ({"meeting_url": "javascript:alert(1)"}, "meeting_url"),
        ({"meeting_url": "https://"}, "meeting_url"),
        ({"meeting_url": "https://[::1"}, "meeting_url"),
    ],
)
def test_wrong_input_is_refused_in_words(cy, fields, code):
    with pytest.raises(Refusal) as refusal:
        make_event(cy, **fields)
    assert refusal.value.code == code
    assert not Event.objects.exists()


def test_an_event_of_nobody(cy):
    with pytest.raises(Refusal, match="for which community"):
        actions.plan(
            by=cy, title="Alone", starts_at=in_days(1), minutes=60, time_zone="UTC", audience=Audience.PUBLIC
        )


def test_an_event_is_no_more_open_than_its_communities(cy):
    with pytest.raises(Refusal, match="not open so widely"):
        make_event(cy, make_community(convener=cy, audience=Audience.CIRCLE), audience=Audience.SIGNED_IN)
    with pytest.raises(Refusal, match="not open so widely"):
        make_event(cy, make_community(convener=cy, audience=Audience.SIGNED_IN), audience=Audience.PUBLIC)


def test_the_agenda_is_made_safe(cy):
    event = make_event(cy, agenda="<p onclick='x()'>Hello</p><script>x()</script>")
    assert event.agenda == "<p>Hello</p>"


def test_a_community_made_private_and_a_member_removed_count_at_once(cy, ada, eve):
    community = make_community(ada, convener=cy, audience=Audience.PUBLIC)
    make_event(cy, community, audience=Audience.PUBLIC)
    assert Event.objects.visible_to(None).count() == Event.objects.visible_to(eve).count() == 1
    community.audience = Audience.CIRCLE
    community.save()
    assert not Event.objects.visible_to(None)
    assert not Event.objects.visible_to(eve)
    assert Event.objects.visible_to(ada).count() == 1
    remove_member(community, ada)
    assert not Event.objects.visible_to(ada)
    remove_member(community, cy)  # even of the host, who has no business there any more
    assert not Event.objects.visible_to(cy)
    with pytest.raises(Refusal, match="Only a host"):
        actions.cancel(event=Event.objects.get(), by=cy, because="Out of spite")


def test_a_change_moves_what_is_ahead_and_leaves_what_was(cy):
    with clock.moved_to(dt.datetime(2026, 10, 1, 12, tzinfo=dt.UTC)):
        event = make_event(
            cy, starts_at=dt.datetime(2026, 10, 20, 14, tzinfo=LONDON), repeats="weekly", times=3
        )
    with clock.moved_to(dt.datetime(2026, 10, 21, 12, tzinfo=dt.UTC)):
        event = actions.change(
            event=event, by=cy, starts_at=dt.datetime(2026, 10, 20, 16, tzinfo=LONDON), title="Later"
        )
        assert walls(event) == ["10-20 14:00", "10-27 16:00", "11-03 16:00"]
        assert (event.title, event.sequence) == ("Later", 1)
        assert event.occurrences.get(number=1).is_moved
    with (
        clock.moved_to(dt.datetime(2026, 10, 28, 12, tzinfo=dt.UTC)),
        pytest.raises(Refusal, match="have taken place already"),
    ):
        actions.change(event=event, by=cy, times=1)


def test_another_zone_keeps_the_time_on_the_wall(cy):
    event = make_event(cy, starts_at=in_days(3, hour=14))
    event = actions.change(event=event, by=cy, time_zone="America/New_York")
    assert f"{moments.on_the_wall(event.first_starts_at, 'America/New_York'):%H:%M}" == "14:00"


def test_fewer_times_go_and_those_with_answers_are_cancelled(cy, ada):
    community = make_community(ada, convener=cy)
    event = make_event(cy, community, repeats="weekly", times=4)
    actions.answer(occurrence=event.occurrences.get(number=4), person=ada, coming="yes")
    event = actions.change(event=event, by=cy, times=2)
    assert [(each.number, each.is_cancelled) for each in event.occurrences.order_by("number")] == [
        (1, False),
        (2, False),
        (4, True),
    ]


def test_what_calendars_need_not_know_leaves_the_sequence(cy):
    event = make_event(cy)
    assert actions.change(event=event, by=cy, capacity=5, title=event.title).sequence == 0
    assert actions.change(event=event, by=cy, place="Room 1").sequence == 1


def test_one_time_is_moved_and_keeps_its_place_in_the_rule(cy, ada):
    community = make_community(ada, convener=cy)
    event = make_event(cy, community, repeats="weekly", times=3)
    second = event.occurrences.get(number=2)
    actions.answer(occurrence=second, person=ada, coming="yes")
    moved = actions.move_occurrence(
        occurrence=second, by=cy, starts_at=second.starts_at + dt.timedelta(hours=2), minutes=30
    )
    assert moved.starts_at - moved.planned_at == dt.timedelta(hours=2)
    assert moved.ends_at - moved.starts_at == dt.timedelta(minutes=30)
    assert moved.sequence == 1
    assert Activity.objects.get(verb="event.moved").about_id == str(second.pk)
    # Another length for all leaves the moved one where it is.
    actions.change(event=event, by=cy, minutes=45)
    moved.refresh_from_db()
    assert moved.is_moved
    # Another time for all takes it back into its place.
    actions.change(event=event, by=cy, starts_at=event.first_starts_at + dt.timedelta(days=1))
    moved.refresh_from_db()
    assert not moved.is_moved


def test_moving_the_only_time_moves_the_event(cy):
    occurrence = make_occurrence(cy)
    moved = actions.move_occurrence(
        occurrence=occurrence, by=cy, starts_at=occurrence.starts_at + dt.timedelta(days=1)
    )
    assert moved.starts_at == moved.planned_at == moved.event.first_starts_at
    assert moved.event.sequence == 1


def test_cancelling_all_or_one(cy, ada):
    community = make_community(ada, convener=cy)
    event = make_event(cy, community, repeats="weekly", times=2)
    first, second = event.occurrences.order_by("number")
    for each in (first, second):
        actions.answer(occurrence=each, person=ada, coming="yes")
    with pytest.raises(Refusal, match="Say why"):
        actions.cancel_occurrence(occurrence=first, by=cy, because=" ")
    assert actions.cancel_occurrence(occurrence=first, by=cy, because="Ill").is_cancelled
    assert [each.number for each in Occurrence.objects.ahead()] == [2]
    actions.cancel(event=event, by=cy, because="The speaker can’t come")
    actions.cancel(event=event, by=cy, because="Twice")
    event.refresh_from_db()
    assert event.cancelled_because == "The speaker can’t come"
    assert Activity.objects.filter(verb="event.cancelled").count() == 1
    assert list(Event.objects.visible_to(ada)) == [event]  # it stays, as cancelled
    with pytest.raises(Refusal, match="has been cancelled"):
        actions.change(event=event, by=cy, title="Again")
    with pytest.raises(Refusal, match="does not take place"):
        actions.answer(occurrence=second, person=ada, coming="no")


def test_only_a_host_changes(cy, ada):
    community = make_community(ada, convener=cy)
    occurrence = make_occurrence(cy, community)
    with pytest.raises(Refusal, match="Only a host"):
        actions.change(event=occurrence.event, by=ada, title="Mine")
    with pytest.raises(Refusal, match="Only a host"):
        actions.cancel(event=occurrence.event, by=ada, because="No")
    with pytest.raises(Refusal, match="Only a host"):
        actions.move_occurrence(occurrence=occurrence, by=ada, starts_at=in_days(5))


def test_a_host_adds_and_drops_communities(cy, bo):
    one, other, others = make_community(convener=cy), make_community(convener=cy), make_community(convener=bo)
    event = make_event(cy, one)
    event = actions.change(event=event, by=cy, communities=[one, other])
    assert set(event.circles.all()) == {one.circle, other.circle}
    with pytest.raises(Refusal, match="Only conveners"):
        actions.change(event=event, by=cy, communities=[others])
    event = actions.change(event=event, by=cy, communities=[other])
    assert list(event.circles.all()) == [other.circle]


def test_answers_are_open_until_it_is_over(cy, ada, eve):
    community = make_community(ada, convener=cy)
    occurrence = make_occurrence(cy, community)
    with pytest.raises(Refusal, match="not open to you"):
        actions.answer(occurrence=occurrence, person=eve, coming="yes")
    with pytest.raises(Refusal, match="yes, perhaps or no"):
        actions.answer(occurrence=occurrence, person=ada, coming="waiting")
    assert actions.answer(occurrence=occurrence, person=ada, coming="maybe").coming == Answer.Coming.MAYBE
    with (
        clock.moved_to(occurrence.ends_at + dt.timedelta(minutes=1)),
        pytest.raises(Refusal, match="over"),
    ):
        actions.answer(occurrence=occurrence, person=ada, coming="yes")
