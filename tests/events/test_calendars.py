"""Feeds and letters: who gets what, once, and what is gone at once."""

import datetime as dt

import icalendar
import pytest
from django.core import mail
from django.urls import reverse

from collegium.events import actions, calendars, queries, tasks
from collegium.events.models import Answer, CalendarFeed
from collegium.foundation import clock
from collegium.people.models import Audience
from tests.communities.factories import make_community
from tests.events.factories import make_event, make_occurrence, remove_member

pytestmark = pytest.mark.django_db
ADDRESS = "https://meet.example.org/room"


@pytest.fixture
def community(ada, bo, cy):
    return make_community(ada, bo, convener=cy, audience=Audience.PUBLIC, title="Digital assessment")


def feed_of(client_of, person, **headers):
    token = actions.feed_token(person=person)
    return client_of(None).get(reverse("events:feed", kwargs={"token": token}), headers=headers)


def titles(content):
    return [str(each["summary"]) for each in icalendar.Calendar.from_ical(content).walk("VEVENT")]


# Feeds ----------------------------------------------------------------------------------------------------------------


def test_a_feed_shows_what_concerns_its_person(client_of, ada, cy, eve, community):
    make_event(cy, community, title="Ours")
    open_one = make_occurrence(cy, community, title="Open", audience=Audience.PUBLIC)
    assert sorted(titles(feed_of(client_of, ada).content)) == ["Open", "Ours"]
    assert titles(feed_of(client_of, eve).content) == []  # what is open to all is not all's
    actions.answer(occurrence=open_one, person=eve, coming="maybe")
    actions.answer(occurrence=open_one, person=ada, coming="no")
    assert titles(feed_of(client_of, eve).content) == ["Open"]
    assert titles(feed_of(client_of, ada).content) == ["Ours"]


def test_a_removed_member_and_a_private_community_count_on_the_next_request(
    client_of, ada, cy, eve, community
):
    occurrence = make_occurrence(cy, community, audience=Audience.PUBLIC)
    actions.answer(occurrence=occurrence, person=eve, coming="yes")
    addresses = {
        person: reverse("events:feed", kwargs={"token": actions.feed_token(person=person)})
        for person in (ada, eve)
    }
    client = client_of(None)
    first = client.get(addresses[ada])
    same = {"If-None-Match": first.headers["ETag"], "If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get(addresses[ada], headers=same).status_code == 304
    community.audience = Audience.CIRCLE
    community.save()
    assert titles(client.get(addresses[eve]).content) == []
    assert client.get(reverse("events:community_feed", kwargs={"slug": community.slug})).status_code == 404
    remove_member(community, ada)
    # Nothing of the event has changed, so asking by date alone must not be answered with “as before”.
    by_date = {"If-Modified-Since": first.headers["Last-Modified"]}
    for headers in (same, by_date):
        after = client.get(addresses[ada], headers=headers)
        assert after.status_code == 200
        assert titles(after.content) == []


def test_an_address_is_made_anew_and_switched_off(client_of, ada, cy, community):
    make_event(cy, community)
    client = client_of(ada)
    first, second = (
        client.post(reverse("events:calendar"), {"do": "make"}).content.decode() for _each in range(2)
    )
    old, new = (address(each) for each in (first, second))
    assert old != new
    assert "token" not in CalendarFeed.objects.values().get()
    assert client_of(None).get(old).status_code == 404
    assert client_of(None).get(new).status_code == 200
    assert new not in client.get(reverse("events:calendar")).content.decode()  # shown once
    client.post(reverse("events:calendar"), {"do": "end"})
    assert client_of(None).get(new).status_code == 404


def address(content):
    start = content.index("/calendar/")
    return content[start : content.index(".ics", start) + 4]


def test_a_closed_account_has_no_feed(client_of, ada, cy, community):
    make_event(cy, community)
    where = reverse("events:feed", kwargs={"token": actions.feed_token(person=ada)})
    ada.account.is_active = False
    ada.account.save()
    assert client_of(None).get(where).status_code == 404


def test_the_public_feed_has_public_events_and_no_addresses(client_of, ada, cy, community):
    make_event(cy, community, title="Public", audience=Audience.PUBLIC, meeting_url=ADDRESS)
    make_event(cy, community, title="Members", meeting_url=ADDRESS)
    where = reverse("events:community_feed", kwargs={"slug": community.slug})
    for person in (None, ada, cy):
        content = client_of(person).get(where).content
        assert titles(content) == ["Public"]
        assert ADDRESS.encode() not in content
    assert b"Digital assessment" in content
    assert ADDRESS.encode() in feed_of(client_of, ada).content


def test_where_places_are_few_the_address_is_for_those_who_have_one(client_of, ada, bo, cy, community):
    occurrence = make_occurrence(cy, community, capacity=1, meeting_url=ADDRESS)
    for person in (ada, bo):
        actions.answer(occurrence=occurrence, person=person, coming="yes")
    assert ADDRESS.encode() in feed_of(client_of, ada).content
    assert feed_of(client_of, bo).content.count(b"BEGIN:VEVENT") == 0  # waits: not in the calendar yet


def test_a_cancelled_event_stays_as_cancelled(client_of, ada, cy, community):
    event = make_event(cy, community)
    actions.cancel(event=event, by=cy, because="Snow")
    (entry,) = icalendar.Calendar.from_ical(feed_of(client_of, ada).content).walk("VEVENT")
    assert (str(entry["status"]), entry["sequence"]) == ("CANCELLED", 1)


# Letters --------------------------------------------------------------------------------------------------------------


def calendar_in(letter):
    (part,) = [each for each in letter.message().walk() if each.get_content_type() == "text/calendar"]
    content = icalendar.Calendar.from_ical(part.get_payload(decode=True))
    assert part.get_param("method") == str(content["method"])
    return content


def entries(letter):
    return [
        (str(each["status"]), each["sequence"], "recurrence-id" in each)
        for each in calendar_in(letter).walk("VEVENT")
    ]


def tell(event, *people):
    for person in people:
        tasks.invite(event.pk, person.pk)


def test_a_letter_goes_once_a_change(ada, cy, community):
    event = make_event(cy, community, title="Coffee hour", meeting_url=ADDRESS)
    occurrence = event.occurrences.get()
    actions.answer(occurrence=occurrence, person=ada, coming="yes")
    for _each in range(3):
        tell(event, ada)
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["ada@example.org"], "For your calendar: Coffee hour")
    assert ADDRESS in letter.body
    (entry,) = calendar_in(letter).walk("VEVENT")
    assert str(entry["attendee"]) == "mailto:ada@example.org"
    assert entry["attendee"].params["PARTSTAT"] == "ACCEPTED"
    assert entry["organizer"].params["CN"] == "Cy Convener"
    assert "cy@example.org" not in letter.message().as_string()
    actions.change(event=event, by=cy, title="Tea hour")
    actions.change(event=event, by=cy, place="Room 7")
    for _each in range(2):
        tasks.invite_whom_was_left()
    tell(event, ada)
    assert [each.subject for each in mail.outbox[1:]] == ["Changed: Tea hour"]
    assert entries(mail.outbox[-1]) == [("CONFIRMED", 2, False)]
    actions.cancel(event=event, by=cy, because="Nobody is thirsty")
    for _each in range(2):
        tell(event, ada)
    assert len(mail.outbox) == 3
    assert mail.outbox[-1].subject == "Cancelled: Tea hour"
    assert "Nobody is thirsty" in mail.outbox[-1].body
    assert entries(mail.outbox[-1]) == [("CANCELLED", 3, False)]


def test_of_a_series_each_answered_time_is_said_alone_and_all_together_as_one(ada, bo, cy, community):
    event = make_event(cy, community, repeats="weekly", times=3)
    second = event.occurrences.get(number=2)
    actions.answer(occurrence=second, person=ada, coming="yes")
    tell(event, ada)
    assert entries(mail.outbox[-1]) == [("CONFIRMED", 0, True)]
    actions.move_occurrence(occurrence=second, by=cy, starts_at=second.starts_at + dt.timedelta(hours=1))
    tell(event, ada)
    assert entries(mail.outbox[-1]) == [("CONFIRMED", 1, True)]
    actions.answer_all(event=event, person=bo, coming="yes")
    tell(event, bo)
    assert entries(mail.outbox[-1]) == [("CONFIRMED", 0, False), ("CONFIRMED", 1, True)]
    assert "RRULE:FREQ=WEEKLY;COUNT=3" in calendar_in(mail.outbox[-1]).to_ical().decode()
    actions.answer(occurrence=second, person=bo, coming="no")
    tell(event, bo)
    assert str(calendar_in(mail.outbox[-1])["method"]) == calendars.CANCEL
    assert entries(mail.outbox[-1]) == [("CANCELLED", 1, True)]


def test_who_never_had_it_gets_no_cancellation(ada, cy, community):
    occurrence = make_occurrence(cy, community)
    actions.answer(occurrence=occurrence, person=ada, coming="no")
    tell(occurrence.event, ada)
    assert mail.outbox == []


def test_a_place_that_becomes_free_reaches_the_calendar(ada, bo, cy, community):
    occurrence = make_occurrence(cy, community, capacity=1)
    for person in (ada, bo):
        actions.answer(occurrence=occurrence, person=person, coming="yes")
    tell(occurrence.event, ada, bo)
    assert [each.to for each in mail.outbox] == [["ada@example.org"]]
    actions.answer(occurrence=occurrence, person=ada, coming="no")
    tell(occurrence.event, ada, bo)
    assert [(each.to[0], str(calendar_in(each)["method"])) for each in mail.outbox[1:]] == [
        ("ada@example.org", "CANCEL"),
        ("bo@example.org", "REQUEST"),
    ]


def test_a_mail_server_that_is_away_costs_nothing(ada, cy, community, monkeypatch):
    occurrence = make_occurrence(cy, community)
    actions.answer(occurrence=occurrence, person=ada, coming="yes")
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", _away)
        with pytest.raises(ConnectionError):
            tell(occurrence.event, ada)
    assert mail.outbox == []
    tell(occurrence.event, ada)
    assert len(mail.outbox) == 1


def _away(_backend, _messages):
    raise ConnectionError("The mail server is away.")


def test_a_worker_that_dies_leaves_a_claim_that_runs_out(ada, cy, community):
    occurrence = make_occurrence(cy, community)
    actions.answer(occurrence=occurrence, person=ada, coming="yes")
    assert actions.claim_invitation(event=occurrence.event, person=ada)
    tell(occurrence.event, ada)
    assert mail.outbox == []  # somebody else is at it
    Answer.objects.update(claimed_until=clock.wall() - dt.timedelta(seconds=1))
    tasks.invite_whom_was_left()
    tell(occurrence.event, ada)
    assert len(mail.outbox) == 1


def test_what_changes_while_a_letter_is_written_is_owed_again(ada, cy, community):
    event = make_event(cy, community)
    actions.answer(occurrence=event.occurrences.get(), person=ada, coming="yes")
    owed = actions.claim_invitation(event=event, person=ada)
    actions.change(event=event, by=cy, title="Another name")
    actions.invitation_sent(answers=owed, method=calendars.REQUEST)
    tell(event, ada)
    assert entries(mail.outbox[-1]) == [("CONFIRMED", 1, False)]


def test_whoever_is_removed_gets_a_cancellation_and_no_address(ada, cy, community):
    occurrence = make_occurrence(cy, community, meeting_url=ADDRESS)
    actions.answer(occurrence=occurrence, person=ada, coming="yes")
    tell(occurrence.event, ada)
    remove_member(community, ada)
    actions.change(event=occurrence.event, by=cy, title="Without Ada")
    assert actions.give_up_places(community=community) == 1
    tell(occurrence.event, ada)
    assert str(calendar_in(mail.outbox[-1])["method"]) == calendars.CANCEL
    assert ADDRESS not in mail.outbox[-1].message().as_string()


@pytest.mark.django_db(transaction=True)
def test_activities_set_the_letters_going(ada, bo, cy, community):
    event = make_event(cy, community, capacity=1)
    occurrence = event.occurrences.get()
    for person in (ada, bo):
        actions.answer(occurrence=occurrence, person=person, coming="yes")
    assert sent() == ["ada@example.org For your calendar"]
    actions.change(event=event, by=cy, place="Elsewhere")
    assert sent() == ["ada@example.org Changed"]
    actions.answer(occurrence=occurrence, person=ada, coming="no")
    assert {"ada@example.org Off your calendar", "bo@example.org For your calendar"} <= set(sent())
    actions.cancel(event=event, by=cy, because="Snow")
    assert "bo@example.org Cancelled" in sent()


def sent():
    """Letters with a calendar, since this was last asked."""
    found = [
        f"{each.to[0]} {each.subject.partition(':')[0]}"
        for each in mail.outbox
        if any(part.get_content_type() == "text/calendar" for part in each.message().walk())
    ]
    mail.outbox.clear()
    return found


# Without letters ------------------------------------------------------------------------------------------------------


def stop_link(letter, site):
    stop = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop in letter.body
    return stop.removeprefix(site)


def test_one_click_in_the_letter_ends_the_letters(client_of, ada, bo, cy, community, settings):
    event = make_event(cy, community)
    for person in (ada, bo):
        actions.answer_all(event=event, person=person, coming="yes")
    tell(event, ada, bo)
    stop = stop_link(mail.outbox[0], settings.SITE_URL)
    assert mail.outbox[0].to == ["ada@example.org"]
    mail.outbox.clear()
    client = client_of(None)
    asked = client.get(stop).content.decode()  # a mail program that looks ahead ends nothing
    assert "No more letters for your calendar?" in asked
    assert queries.has_letters(ada)
    assert client.post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not queries.has_letters(ada)
    actions.change(event=event, by=cy, place="Room 7")
    tell(event, ada, bo)
    tasks.invite_guests(event.pk)
    tasks.invite_whom_was_left()
    assert {letter.to[0] for letter in mail.outbox} == {"bo@example.org"}
    mail.outbox.clear()
    client.post(stop, {"again": "yes"})  # and what the calendar has missed is owed
    tell(event, ada)
    assert [letter.subject for letter in mail.outbox] == [f"Changed: {event.title}"]


def test_a_stop_link_that_is_changed_or_old_ends_nothing(client_of, ada):
    token = actions.letters_token(ada)
    client = client_of(None)
    assert client.post(reverse("events:stop_letters", args=[token + "x"])).status_code == 404
    with clock.moved_to(clock.now() + dt.timedelta(days=366)):
        assert client.post(reverse("events:stop_letters", args=[token])).status_code == 410
    assert queries.has_letters(ada)


def test_letters_are_chosen_beside_the_address_and_said_in_the_answer(client_of, ada, cy, community):
    occurrence = make_occurrence(cy, community)
    client = client_of(ada)
    where = reverse("events:calendar")
    assert "No more of these letters" in client.get(where).content.decode()
    assert "Send them again" in client.post(where, {"do": "no_letters"}, follow=True).content.decode()
    assert not queries.has_letters(ada)
    answered = client.post(
        reverse("events:answer", args=[occurrence.pk]), {"coming": "yes"}, follow=True
    ).content.decode()
    assert "You come." in answered
    assert "A letter brings it" not in answered
    client.post(where, {"do": "letters"})
    assert queries.has_letters(ada)
