"""Events on the pages of others, in everything of mine, and in an erasure; what leaving a community does to them."""

import datetime as dt

import pytest
from django.test import RequestFactory
from django.utils import timezone

from collegium.activity.models import Activity, Concern
from collegium.activity.outbox import hand_over
from collegium.events import actions, handlers, panels, rules, tasks
from collegium.events.models import Answer, CalendarFeed, Event
from collegium.foundation import clock
from collegium.people.erasure import what_goes
from collegium.people.models import Audience
from tests.communities.factories import make_community
from tests.events.factories import in_days, make_event, make_occurrence, remove_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def community(ada, bo, cy):
    return make_community(ada, bo, convener=cy, audience=Audience.PUBLIC)


def asked_by(person):
    request = RequestFactory().get("/")
    request.person = person
    return request


def test_the_page_of_a_community_shows_what_its_reader_may_see(ada, cy, eve, community):
    make_event(cy, community, title="Members only")
    make_event(cy, community, title="For everyone", audience=Audience.PUBLIC)
    member = panels.next_of_community(asked_by(ada), community=community)
    assert "Members only" in member
    assert "Plan an event" not in member
    stranger = panels.next_of_community(asked_by(None), community=community)
    assert "For everyone" in stranger
    assert "Members only" not in stranger
    assert "calendar.ics" in stranger
    assert "Plan an event" in panels.next_of_community(asked_by(cy), community=community)


def test_a_community_without_events_says_so_to_those_who_could_plan_one(ada, cy, community):
    assert panels.next_of_community(asked_by(ada), community=community) is None
    assert "Nothing is planned" in panels.next_of_community(asked_by(cy), community=community)


def test_home_shows_the_next_days(ada, cy, eve, community):
    assert panels.soon(asked_by(None)) is None
    make_event(cy, community, title="In a month", starts_at=in_days(30))
    assert panels.soon(asked_by(ada)) is None
    occurrence = make_occurrence(cy, community, title="Tomorrow")
    shown = panels.soon(asked_by(ada))
    assert "Tomorrow" in shown
    assert "In a month" not in shown
    assert panels.soon(asked_by(eve)) is None
    actions.answer(occurrence=occurrence, person=ada, coming="no")
    assert panels.soon(asked_by(ada)) is None


@pytest.mark.parametrize("number", [1, 3])
def test_panels_ask_the_same_for_one_and_for_three(number, ada, cy, community, django_assert_num_queries):
    for each in range(number):
        make_event(cy, community, starts_at=in_days(1 + each))
    with django_assert_num_queries(1):
        panels.soon(asked_by(ada))
    with django_assert_num_queries(2), timezone.override("Europe/London"):
        panels.next_of_community(asked_by(ada), community=community)


def test_what_is_exported_and_what_goes(ada, bo, cy, community):
    occurrence = make_occurrence(cy, community, capacity=1)
    for person in (ada, bo):
        actions.answer(occurrence=occurrence, person=person, coming="yes")
    with clock.moved_to(occurrence.starts_at):
        actions.check_in(occurrence=occurrence, person=ada, code=occurrence.code)
    actions.feed_token(person=ada)
    facts, files = panels.exported(ada)
    assert (len(facts["answers"]), len(facts["attended"]), list(files)) == (1, 1, [])
    assert facts["calendar_address_since"] is not None
    assert any("2 answers" in each for each in what_goes(ada))
    panels.erase(ada)
    assert not CalendarFeed.objects.exists()
    assert Answer.objects.get().coming == "yes"  # Bo has her place
    panels.erase(cy)
    assert Event.objects.get().host is None


@pytest.mark.parametrize("verb", ["community.left", "community.removed"])
def test_who_leaves_gives_up_their_place(verb, ada, bo, community, cy):
    occurrence = make_occurrence(cy, community, capacity=1)
    for person in (ada, bo):
        actions.answer(occurrence=occurrence, person=person, coming="yes")
    remove_member(community, ada)
    handlers.give_up_places(
        Activity(verb=verb, actor=ada, about_kind="communities.community", about_id=str(community.pk))
    )
    assert {each.person.name: each.coming for each in Answer.objects.select_related("person")} == {
        ada.name: "no",
        bo.name: "yes",
    }


def test_reminders_reach_people_as_notifications(ada, cy, community):
    occurrence = make_occurrence(cy, community, starts_at=clock.now() + dt.timedelta(days=2))
    actions.answer(occurrence=occurrence, person=ada, coming="yes")
    with clock.moved_to(occurrence.starts_at - dt.timedelta(minutes=10)):
        tasks.remind()
    activity = Activity.objects.get(verb="event.reminder")
    hand_over(activity.pk)
    assert Concern.objects.get(activity=activity).role == "guest_soon"
    assert activity.data["title"] == occurrence.event.title


def test_a_room_above_names_hosts_of_its_own(ada, eve, cy, community):
    event = make_event(cy, community)
    assert not rules.may_change(ada, event)
    answers = rules.register_host(lambda person, thing: person == ada and thing == event)
    try:
        assert rules.may_change(ada, event)
        assert not rules.may_change(eve, event)
    finally:
        rules._hosts.remove(answers)  # what this test put there
