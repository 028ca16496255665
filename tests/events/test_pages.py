"""Pages: who sees what, forms that work without JavaScript, refusals in words, and how much a page asks."""

import datetime as dt

import pytest
from django.urls import reverse

from collegium.events import actions, queries
from collegium.events.forms import PlanForm
from collegium.events.models import Answer, Attendance, Event
from collegium.foundation import clock
from collegium.people.models import Audience
from tests.communities.factories import make_community
from tests.events.factories import in_days, make_event, make_occurrence, remove_member
from tests.factories import make_circle, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def community(ada, cy):
    return make_community(ada, convener=cy, title="Digital assessment", audience=Audience.PUBLIC)


def page(client, name, status=200, **kwargs):
    response = client.get(reverse(f"events:{name}", kwargs=kwargs))
    assert response.status_code == status, response.status_code
    return response.content.decode()


def planned(**changes):
    return {
        "title": "Coffee hour",
        "communities": [],
        "audience": "circle",
        "starts_at": "2031-03-20T14:00",
        "time_zone": "Europe/London",
        "minutes": "60",
        "repeats": "weekly",
        "times": "3",
        "agenda": "We talk.\n\nBring https://example.org/tea",
        **changes,
    }


def test_a_facilitator_plans_a_series(client_of, cy, community):
    client = client_of(cy)
    assert "Digital assessment" in page(client, "plan")
    response = client.post(reverse("events:plan"), planned(communities=[community.pk]))
    event = Event.objects.get()
    assert response.headers["Location"] == event.get_absolute_url()
    assert [f"{each.starts_at:%m-%d %H:%M}" for each in event.occurrences.all()] == [
        "03-20 14:00",
        "03-27 14:00",
        "04-03 13:00",
    ]
    assert event.agenda.startswith("<p>We talk.</p>")
    assert 'href="https://example.org/tea"' in event.agenda
    assert "Coffee hour" in page(client, "event", event_id=event.pk)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"starts_at": "2031-03-30T01:30"}, "go forward over this time"),
        ({"starts_at": "2020-03-30T14:00"}, "in the past"),
        ({"starts_at": "tomorrow"}, "not a day and a time"),
        ({"times": "1"}, "How many times"),
        ({"communities": []}, "for which community"),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"meeting_url": "javascript:alert(1)"}, "valid URL"),
        ({"audience": "private"}, "Select a valid choice"),
        ({"capacity": "-3"}, "greater than or equal to 1"),
    ],
)
def test_wrong_input_is_said_and_nothing_typed_is_lost(client_of, cy, community, changes, words):
    response = client_of(cy).post(
        reverse("events:plan"), planned(**{"communities": [community.pk], "title": "Kept words", **changes})
    )
    assert response.status_code == 422
    assert words in response.content.decode()
    assert "Kept words" in response.content.decode()
    assert not Event.objects.exists()


def test_others_communities_are_not_offered(client_of, cy, bo):
    theirs = make_community(convener=bo)
    make_community(convener=cy)
    response = client_of(cy).post(reverse("events:plan"), planned(communities=[theirs.pk]))
    assert response.status_code == 422
    assert theirs.title not in page(client_of(cy), "plan")


def test_planning_is_for_those_who_lead(client_of, ada, community):
    page(client_of(ada), "plan", status=403)


def test_a_change_touches_only_what_was_changed(client_of, cy, community):
    event = make_event(cy, community, agenda="<h2>One</h2><p>Two</p>", repeats="weekly", times=2)
    moved = actions.move_occurrence(
        occurrence=event.occurrences.get(number=2), by=cy, starts_at=in_days(9, hour=9)
    )
    client = client_of(cy)
    assert "One" in page(client, "edit", event_id=event.pk)
    form = PlanForm(by=cy, led=queries.led_by(cy), event=event)
    typed = {name: value for name in form.fields if (value := form[name].value()) is not None}
    typed |= {"title": "Another name", "starts_at": typed["starts_at"].isoformat(timespec="minutes")}
    response = client.post(reverse("events:edit", kwargs={"event_id": event.pk}), typed)
    assert response.status_code == 302
    event.refresh_from_db()
    assert (event.title, event.agenda, event.sequence) == ("Another name", "<h2>One</h2><p>Two</p>", 1)
    moved.refresh_from_db()
    assert moved.is_moved


def test_moving_and_cancelling_by_form(client_of, cy, ada, community):
    event = make_event(cy, community, repeats="weekly", times=3)
    first = event.occurrences.get(number=1)
    where = reverse("events:move", kwargs={"occurrence_id": first.pk})
    assert (
        "in the past"
        in client_of(cy).post(where, {"starts_at": "2020-01-01T10:00", "minutes": "60"}).content.decode()
    )
    client_of(cy).post(where, {"starts_at": f"{in_days(4):%Y-%m-%d}T09:00", "minutes": "30"})
    first.refresh_from_db()
    assert first.is_moved
    where = reverse("events:cancel_occurrence", kwargs={"occurrence_id": first.pk})
    assert client_of(cy).post(where, {"because": ""}).status_code == 422
    assert client_of(ada).post(where, {"because": "No"}).status_code == 403
    client_of(cy).post(where, {"because": "The room is flooded"})
    assert "The room is flooded" in page(client_of(ada), "occurrence", occurrence_id=first.pk)
    client_of(cy).post(reverse("events:cancel", kwargs={"event_id": event.pk}), {"because": "Too few"})
    shown = page(client_of(ada), "event", event_id=event.pk)
    assert "This event is cancelled" in shown
    assert "Too few" in shown


def test_who_does_not_belong_finds_nothing(client_of, cy, ada, eve, bo):
    community = make_community(ada, convener=cy)
    occurrence = make_occurrence(cy, community)
    for person in (None, eve):
        page(client_of(person), "event", status=404, event_id=occurrence.event_id)
        page(client_of(person), "occurrence", status=404, occurrence_id=occurrence.pk)
    for name in ("attendance", "poster", "move", "keep_record", "cancel_occurrence"):
        page(client_of(eve), name, status=404, occurrence_id=occurrence.pk)
        page(client_of(ada), name, status=403, occurrence_id=occurrence.pk)
        page(client_of(cy), name, occurrence_id=occurrence.pk)
    remove_member(community, ada)
    page(client_of(ada), "occurrence", status=404, occurrence_id=occurrence.pk)


def test_the_meeting_address_is_for_those_who_may_come(client_of, cy, ada, bo, eve, community):
    address = "https://meet.example.org/secret-room"
    open_one = make_occurrence(cy, community, audience=Audience.PUBLIC, meeting_url=address)
    assert address not in page(client_of(None), "occurrence", occurrence_id=open_one.pk)
    assert address in page(client_of(eve), "occurrence", occurrence_id=open_one.pk)
    small = make_occurrence(
        cy, community, audience=Audience.PUBLIC, meeting_url=address, capacity=1, starts_at=in_days(2)
    )
    for person in (ada, bo):
        client_of(person).post(
            reverse("events:answer", kwargs={"occurrence_id": small.pk}), {"coming": "yes"}
        )
    assert address in page(client_of(ada), "occurrence", occurrence_id=small.pk)
    waiting = page(client_of(bo), "occurrence", occurrence_id=small.pk)
    assert address not in waiting
    assert "You wait for a place" in waiting
    assert address in page(client_of(cy), "occurrence", occurrence_id=small.pk)


def test_a_private_community_is_not_named_to_others(client_of, cy, eve, community):
    private = make_community(convener=cy, title="The secret circle", audience=Audience.CIRCLE)
    event = make_event(cy, community, audience=Audience.PUBLIC)
    event.communities.add(private)
    occurrence = event.occurrences.get()
    for person in (None, eve):
        shown = page(client_of(person), "occurrence", occurrence_id=occurrence.pk)
        assert "Digital assessment" in shown
        assert "The secret circle" not in shown
    assert "The secret circle" in page(client_of(cy), "occurrence", occurrence_id=occurrence.pk)


def test_times_are_on_the_readers_clock_with_the_events_beside(client_of, cy, community):
    far = make_person(name="Fay Far", time_zone="Pacific/Auckland")
    starts = dt.datetime(2031, 6, 10, 13, tzinfo=dt.UTC)
    occurrence = make_occurrence(cy, community, audience=Audience.PUBLIC, starts_at=starts)
    shown = page(client_of(far), "occurrence", occurrence_id=occurrence.pk)
    assert "Wednesday, 11 June 2031" in shown
    assert "01:00–02:00" in shown
    assert "Auckland" in shown
    assert "Tuesday, 10 June 2031, 14:00–15:00, London time" in shown
    stranger = page(client_of(None), "occurrence", occurrence_id=occurrence.pk)
    assert "14:00–15:00" in stranger
    assert "Where it is planned" not in stranger


def test_answering_by_form(client_of, ada, cy, community):
    event = make_event(cy, community, repeats="weekly", times=2)
    occurrence = event.occurrences.get(number=1)
    where = reverse("events:answer", kwargs={"occurrence_id": occurrence.pk})
    assert client_of(ada).post(where, {"coming": "certainly"}).status_code == 409
    client_of(ada).post(where, {"coming": "maybe"})
    assert Answer.objects.get().coming == "maybe"
    client_of(ada).post(reverse("events:answer_all", kwargs={"event_id": event.pk}), {"coming": "yes"})
    assert {each.coming for each in Answer.objects.all()} == {"yes"}
    assert "Ada Candidate" in page(client_of(cy), "occurrence", occurrence_id=occurrence.pk)


# The room -------------------------------------------------------------------------------------------------------------


def test_checking_in(client_of, ada, eve, cy, community):
    private = make_community(ada, convener=cy)
    occurrence = make_occurrence(cy, private)
    where = reverse("events:check_in", kwargs={"code": occurrence.code})
    assert client_of(None).get(where).status_code == 302  # to the door, and back
    assert client_of(eve).get(where).status_code == 404
    early = client_of(ada).post(where)
    assert early.status_code == 422
    assert "too early" in early.content.decode()
    with clock.moved_to(occurrence.starts_at + dt.timedelta(minutes=5)):
        typed = client_of(ada).post(
            reverse("events:type_code"), {"code": f" {occurrence.code.lower()[:4]}-{occurrence.code[4:]}"}
        )
        assert typed.headers["Location"] == where
        assert "I am here" in client_of(ada).get(where).content.decode()
        client_of(ada).post(where)
        assert Attendance.objects.get().person == ada
        assert "You are on the list" in client_of(ada).get(where).content.decode()
    wrong = client_of(ada).get(reverse("events:check_in", kwargs={"code": "NONESUCH"}))
    assert wrong.status_code == 404
    assert "We know no meeting with this code" in wrong.content.decode()
    assert (
        "letters and figures"
        in client_of(ada).post(reverse("events:type_code"), {"code": "—"}).content.decode()
    )


def test_the_hosts_list_the_code_and_the_poster(client_of, ada, eve, cy, community):
    occurrence = make_occurrence(cy, community)
    where = reverse("events:attendance", kwargs={"occurrence_id": occurrence.pk})
    host = client_of(cy)
    assert "not begun" in host.post(where, {"person": ada.pk, "do": "note"}).content.decode()
    with clock.moved_to(occurrence.ends_at):
        assert "Ada Candidate" in host.get(where, {"q": "ada"}).content.decode()
        host.post(where, {"person": ada.pk, "do": "note"})
        assert "does not belong" in host.post(where, {"person": eve.pk, "do": "note"}).content.decode()
    assert Attendance.objects.get().person == ada
    assert host.post(where, {"person": "９" * 30}).status_code == 404
    host.post(where, {"person": ada.pk, "do": "remove"})
    assert not Attendance.objects.exists()
    shown = page(host, "poster", occurrence_id=occurrence.pk)
    assert f"{occurrence.code[:4]}-{occurrence.code[4:]}" in shown
    assert "<svg" in shown
    host.post(reverse("events:set_code", kwargs={"occurrence_id": occurrence.pk}), {"do": "renew"})
    assert occurrence.code not in page(host, "poster", occurrence_id=occurrence.pk)


def test_recording_and_notes_by_form(client_of, ada, cy, community):
    occurrence = make_occurrence(cy, community)
    where = reverse("events:keep_record", kwargs={"occurrence_id": occurrence.pk})
    with clock.moved_to(occurrence.ends_at):
        client_of(cy).post(
            where, {"recording_url": "https://example.org/film", "notes": "Line one\n\nLine two"}
        )
        shown = page(client_of(ada), "occurrence", occurrence_id=occurrence.pk)
        assert "https://example.org/film" in shown
        assert "<p>Line two</p>" in shown
        assert "recording" in page(client_of(ada), "past")


# How much is asked ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3])
def test_lists_ask_the_same_for_one_and_for_three(
    number, client_of, ada, cy, community, django_assert_num_queries
):
    with clock.moved_to(clock.now() - dt.timedelta(days=30)):
        for _each in range(number):
            make_event(cy, community)
    for each in range(number):
        occurrence = make_occurrence(cy, community, starts_at=in_days(1 + each))
        actions.answer(occurrence=occurrence, person=ada, coming="yes")
    client = client_of(ada)
    client.get(reverse("events:list"))
    with django_assert_num_queries(LIST):
        assert client.get(reverse("events:list")).content.decode().count("event-day__number") == number
    with django_assert_num_queries(PAST):
        assert client.get(reverse("events:past")).content.decode().count("event-day__number") == number


@pytest.mark.parametrize("number", [1, 3])
def test_an_event_asks_the_same_for_one_and_for_three(
    number, client_of, ada, cy, community, django_assert_num_queries
):
    event = make_event(cy, community, repeats="weekly", times=1 + number, capacity=2)
    occurrence = event.occurrences.get(number=1)
    for each in (ada, *(make_person() for _each in range(number))):
        if each != ada:
            actions.answer(occurrence=occurrence, person=cy, coming="yes")
        actions.answer(occurrence=occurrence, person=ada, coming="yes")
    client = client_of(ada)
    client.get(event.get_absolute_url())
    with django_assert_num_queries(EVENT):
        client.get(event.get_absolute_url())
    with django_assert_num_queries(OCCURRENCE):
        client.get(occurrence.get_absolute_url())


@pytest.mark.parametrize("number", [1, 3])
def test_feeds_ask_the_same_for_one_and_for_three(
    number, client_of, ada, cy, community, django_assert_num_queries
):
    for _each in range(number):
        make_event(cy, community, repeats="weekly", times=number, audience=Audience.PUBLIC)
    token = actions.feed_token(person=ada)
    with django_assert_num_queries(2):
        content = client_of(None).get(reverse("events:feed", kwargs={"token": token})).content
    assert content.count(b"BEGIN:VEVENT") == number
    with django_assert_num_queries(2):
        content = (
            client_of(None).get(reverse("events:community_feed", kwargs={"slug": community.slug})).content
        )
    assert content.count(b"BEGIN:VEVENT") == number


LIST, PAST, EVENT, OCCURRENCE = 7, 5, 9, 10


def test_an_event_of_no_community_is_changed_too(client_of, cy):
    """A week's meeting belongs to the circle of its course: there is no community to choose."""
    event = make_event(cy, circles=(make_circle(cy),), title="The session of week two")
    client = client_of(cy)
    assert "The session of week two" in page(client, "edit", event_id=event.pk)
