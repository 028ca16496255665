"""The list, reading, choosing, and the link at the foot of a letter."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from collegium.events.queries import has_letters
from collegium.foundation import clock
from collegium.notifications import actions, addresses, queries
from collegium.notifications.models import Notification, Preference, Way
from tests.factories import make_organisation, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(db):
    return make_organisation()


@pytest.fixture
def told(wave, ada, bo, place):
    """Bo is told of three things by Ada."""
    for what in ("one", "two", "three"):
        wave(ada, place, (bo, "friend"), what=what)
    return list(Notification.objects.order_by("pk"))


def test_unread_stands_first_then_the_newest(told, bo, client_of):
    client = client_of(bo)
    client.post(f"/notifications/{told[2].pk}/mark", {"as": "read"})
    assert [line.sentence[-3:] for line in queries.lines(bo)] == ["two", "one", "ree"]
    page = client.get("/notifications/").content.decode()
    assert (
        page.index("with two") < page.index("with one") < page.index("Read before") < page.index("with three")
    )
    assert "2 things are new." in page
    client.post(f"/notifications/{told[2].pk}/mark", {"as": "unread"})
    assert queries.bell(bo).unread == 3


def test_the_count_stands_in_the_bar_until_all_is_read(told, bo, client_of):
    client = client_of(bo)
    assert '<span class="bar__count">3' in client.get("/notifications/").content.decode()
    client.post("/notifications/read")
    assert "bar__count" not in client.get("/notifications/").content.decode()


def test_following_one_reads_it(told, bo, client_of, place):
    answer = client_of(bo).get(f"/notifications/{told[0].pk}")
    assert (answer.status_code, answer["Location"]) == (302, f"/schemes/id/{place.pk}/")
    told[0].refresh_from_db()
    assert told[0].read_at is not None


def test_they_are_nobody_elses(told, ada, eve, client_of):
    for person in (ada, eve):
        client = client_of(person)
        assert client.get(f"/notifications/{told[0].pk}").status_code == 404
        assert client.post(f"/notifications/{told[0].pk}/mark").status_code == 404
        assert "with one" not in client.get("/notifications/").content.decode()
        client.post("/notifications/read")
    assert client_of(None).get("/notifications/").status_code == 302
    assert Notification.objects.unread().count() == 3


def test_an_empty_page_says_what_will_be_here(eve, client_of):
    assert "Nothing yet" in client_of(eve).get("/notifications/").content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_whatever_its_length(
    number, wave, place, client_of, django_assert_num_queries
):
    waving, reading = make_person(), make_person()
    for _each in range(number):
        wave(waving, place, (reading, "friend"))
    client = client_of(reading)
    client.get("/notifications/")
    with django_assert_num_queries(4):
        client.get("/notifications/")


def _as_it_stands(person):
    """What the form posts when nothing is changed."""
    topics = queries.topics(person)
    ways = {choice.kind: str(choice.way) for topic in topics for choice in topic.choices}
    return {
        **ways,
        "digest_hour": "7",
        "digest_weekday": "0",
        "confirms_replies": "on",
        "calendar_letters": "on",
    }


def test_the_way_of_each_kind_is_chosen_on_a_page(waved, bo, client_of):
    client = client_of(bo)
    page = client.get("/notifications/preferences").content.decode()
    assert "Somebody waved at you with …" in page
    client.post("/notifications/preferences", _as_it_stands(bo))
    assert not Preference.objects.exists()  # what was left as it is stays a default
    client.post("/notifications/preferences", {**_as_it_stands(bo), "test.waved": "weekly"})
    assert list(Preference.objects.values_list("person", "kind", "way")) == [(bo.pk, "test.waved", "weekly")]
    client.post("/notifications/preferences", {**_as_it_stands(bo), "test.waved": "nothing"})
    assert Preference.objects.get().way == "nothing"


def test_one_click_is_less_of_everything_and_one_takes_it_back(waved, told, bo, client_of):
    client = client_of(bo)
    standing = {choice.kind: choice.way for topic in queries.topics(bo) for choice in topic.choices}
    where = "/notifications/preferences/all"
    assert "One letter a day" in client.post(where, {"as": "daily"}, follow=True).content.decode()
    ways = {choice.kind: choice.way for topic in queries.topics(bo) for choice in topic.choices}
    assert ways["event.reminder"] == "at_once"  # of no use a day later
    assert [kind for kind, way in ways.items() if way == "at_once"] == ["event.reminder"]
    assert all(ways[kind] == way for kind, way in standing.items() if way == "in_app")
    assert "No more letters" in client.post(where, {"as": "in_app"}, follow=True).content.decode()
    assert {way for topic in queries.topics(bo) for way, _number in topic.counted} == {"in_app"}
    assert "as it did at first" in client.post(where, {"as": "first"}, follow=True).content.decode()
    assert not Preference.objects.exists()
    assert client.get(where).status_code == 405
    assert client_of(None).post(where, {"as": "daily"}).status_code == 302
    assert not Preference.objects.exists()


def test_what_waits_for_a_digest_follows_the_one_click(waved, wave, ada, bo, place):
    actions.choose(person=bo, ways={"test.waved": "weekly"})
    wave(ada, place, (bo, "friend"))
    assert Notification.objects.get().letter_due_at is not None
    actions.fewer_letters(person=bo, way=Way.IN_APP)
    assert Notification.objects.get().letter_due_at is None
    assert queries.way_of_kind(bo, "test.waved") == "in_app"


def test_letters_to_the_calendar_are_chosen_beside_the_others(bo, client_of):
    client = client_of(bo)
    assert (
        "bring what I come to into my calendar" in client.get("/notifications/preferences").content.decode()
    )
    without = {key: value for key, value in _as_it_stands(bo).items() if key != "calendar_letters"}
    client.post("/notifications/preferences", without)
    assert not has_letters(bo)
    client.post("/notifications/preferences", _as_it_stands(bo))
    assert has_letters(bo)


def test_the_page_of_choices_asks_the_same_however_much_was_chosen(bo, client_of, django_assert_num_queries):
    client = client_of(bo)
    client.get("/notifications/preferences")
    for _each in range(2):
        with django_assert_num_queries(PREFERENCES):
            assert client.get("/notifications/preferences").status_code == 200
        actions.fewer_letters(person=bo, way=Way.DAILY)


PREFERENCES = 10


def test_quiet_hours_have_two_ends(bo, client_of):
    client = client_of(bo)
    answer = client.post("/notifications/preferences", {**_as_it_stands(bo), "quiet_from": "22"})
    assert "Quiet hours have a beginning and an end." in answer.content.decode()
    client.post("/notifications/preferences", {**_as_it_stands(bo), "quiet_from": "22", "quiet_until": "6"})
    hours = queries.hours_of(bo)
    assert (hours.quiet_from, hours.quiet_until, hours.confirms_replies) == (22, 6, True)


def test_one_click_in_the_app_is_one_step_less(told, bo, client_of):
    client = client_of(bo)
    less = f"/notifications/{told[0].pk}/less"
    assert "No more letters" in client.post(less, follow=True).content.decode()
    assert Preference.objects.get().way == "in_app"
    assert "You will hear no more" in client.post(less, follow=True).content.decode()
    assert Preference.objects.get().way == "nothing"
    assert client_of(None).post(less).status_code == 302


def test_an_open_page_asks_for_news_in_one_query_and_gets_nothing_when_there_is_none(
    told, bo, client_of, wave, ada, place, django_assert_num_queries
):
    client = client_of(bo)
    page = client.get("/notifications/").content.decode()
    address = page.partition('hx-get="/notifications/bell?state=')[2].partition('"')[0]
    state = f"/notifications/bell?state={address}"
    with django_assert_num_queries(3):  # session and account, and one of our own
        assert client.get(state).status_code == 204
    wave(ada, place, (bo, "friend"))
    answer = client.get(state)
    assert answer.status_code == 200
    assert '<span class="bar__count">4' in answer.content.decode()
    assert answer["HX-Trigger-After-Swap"] == "notifications-changed"
    assert "<html" not in answer.content.decode()


def test_every_verb_that_tells_somebody_can_be_chosen_and_says_something(ada):
    choices = [choice for topic in queries.topics(ada) for choice in topic.choices]
    assert len(choices) > 10
    for choice in choices:
        assert all(sentence and "%(" not in sentence for sentence in choice.sentences), choice


# The link at the foot of a letter --------------------------------------------------------------------------------------


@pytest.fixture
def stop(told):
    return mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://127.0.0.1:8000")


def test_one_click_without_signing_in_stops_letters_of_a_kind(stop, bo):
    stranger = Client(enforce_csrf_checks=True)
    page = stranger.get(stop).content.decode()
    assert "Somebody waved at you with …" in page
    assert not Preference.objects.exists()  # a mail scanner that follows every link changes nothing
    assert "No more letters" in stranger.post(stop, {"List-Unsubscribe": "One-Click"}).content.decode()
    preference = Preference.objects.get()
    assert (preference.person, preference.kind, preference.way) == (bo, "test.waved", "in_app")
    stranger.post(stop, {"again": "yes"})
    assert Preference.objects.get().way == "at_once"


def test_the_letter_says_that_mail_programs_may_press_the_button(told):
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/notifications/stop/")


def test_a_link_that_was_tampered_with_or_ran_out_says_so(stop, client):
    assert client.post(stop + "x").status_code == 404
    assert client.post("/notifications/stop/made-up").status_code == 404
    with clock.moved_to(clock.now() + addresses.STOP_LASTS + timedelta(days=1)):
        answer = client.post(stop)
    assert answer.status_code == 410
    assert "run out" in answer.content.decode()
    assert not Preference.objects.exists()
