"""Nudges: set by oneself alone, sent once in the morning where whoever is told lives, by a buddy only after their yes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from collegium.activity.models import Concern
from collegium.courses import tasks
from collegium.courses.actions import enrolments, iterations
from collegium.courses.actions import nudges as actions
from collegium.courses.models import Enrolment, Nudge
from collegium.courses.queries.nudges import nudges_of, possible_buddies
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from tests.courses.factories import make_enrolment, make_iteration

pytestmark = pytest.mark.django_db

NOON = datetime(2027, 3, 15, 12, tzinfo=UTC)  # a Monday


@pytest.fixture(autouse=True)
def _noon():
    with clock.moved_to(NOON):
        yield


@pytest.fixture
def iteration(cy, ada, bo):
    iteration = make_iteration(cy)
    for person in (ada, bo):
        make_enrolment(iteration, person)
    return iteration


def sent():
    return [
        (concern.person.name, concern.role, concern.activity.data["words"])
        for concern in Concern.objects.filter(activity__verb="nudge.due").order_by("pk")
    ]


def weekly(person, weekday=0, **fields):
    return actions.set_nudge(by=person, kind="weekly", words="Half an hour", weekday=weekday, **fields)


def test_on_a_day_once_in_the_morning_where_one_lives(ada):
    ada.time_zone = "Pacific/Auckland"
    ada.save()
    nudge = actions.set_nudge(by=ada, kind="date", words="Send the draft", on=date(2027, 3, 18))
    morning = datetime(2027, 3, 17, 19, tzinfo=UTC)  # eight in Auckland on the 18th, in their summer
    with clock.moved_to(morning - timedelta(minutes=1)):
        tasks.send_nudges()
        assert sent() == []
    with clock.moved_to(morning):
        tasks.send_nudges()
        tasks.send_nudges()
        assert not actions.send(nudge=nudge)
    assert sent() == [("Ada Candidate", "self", "Send the draft")]
    nudge.refresh_from_db()
    assert (nudge.next_on, nudge.ended_at is not None) == (None, True)


def test_every_week_at_the_same_hour_by_the_clocks_there(ada):
    ada.time_zone = "Europe/London"
    ada.save()
    nudge = weekly(ada)
    assert nudge.next_on == date(2027, 3, 22), "this Monday's morning is past"
    with clock.moved_to(datetime(2027, 3, 22, 8, tzinfo=UTC)):
        tasks.send_nudges()
        nudge.refresh_from_db()
        assert nudge.next_on == date(2027, 3, 29)
    with clock.moved_to(datetime(2027, 3, 29, 6, 59, tzinfo=UTC)):
        tasks.send_nudges()
        assert len(sent()) == 1
    with clock.moved_to(datetime(2027, 3, 29, 7, tzinfo=UTC)):  # summer time since yesterday
        tasks.send_nudges()
        assert len(sent()) == 2


def test_what_was_missed_while_nothing_ran_goes_out_once(ada):
    nudge = weekly(ada)
    with clock.moved_to(datetime(2027, 4, 21, 12, tzinfo=UTC)):
        tasks.send_nudges()
        tasks.send_nudges()
        assert len(sent()) == 1
        nudge.refresh_from_db()
        assert nudge.next_on == date(2027, 4, 26)


def test_a_buddy_agrees_first(ada, bo, iteration):
    nudge = actions.set_nudge(
        by=ada, kind="buddy", words="Is 3a written?", on=date(2027, 3, 20), buddy=bo, iteration=iteration
    )
    assert Concern.objects.get(activity__verb="nudge.asked").person == bo
    with clock.moved_to(datetime(2027, 3, 20, 9, tzinfo=UTC)):
        tasks.send_nudges()
        assert sent() == []
        actions.answer_as_buddy(nudge=nudge, by=bo, agrees=True)
        tasks.send_nudges()
        tasks.send_nudges()
    assert sent() == [("Bo Assessor", "buddy", "Is 3a written?")]


def test_a_buddy_says_no_or_takes_the_yes_back(ada, bo, iteration):
    nudge = actions.set_nudge(by=ada, kind="buddy", words="Well?", on=date(2027, 3, 20), buddy=bo)
    actions.answer_as_buddy(nudge=nudge, by=bo, agrees=True)
    actions.answer_as_buddy(nudge=nudge, by=bo, agrees=False)
    with clock.moved_to(datetime(2027, 3, 20, 9, tzinfo=UTC)):
        tasks.send_nudges()
    assert sent() == []
    with pytest.raises(Refusal, match="taken back"):
        actions.answer_as_buddy(nudge=nudge, by=bo, agrees=True)


def test_nothing_is_told_to_a_buddy_who_has_gone(ada, bo, iteration):
    nudge = actions.set_nudge(by=ada, kind="buddy", words="Well?", on=date(2027, 3, 20), buddy=bo)
    actions.answer_as_buddy(nudge=nudge, by=bo, agrees=True)
    enrolments.leave(enrolment=Enrolment.objects.get(iteration=iteration, person=bo), by=bo)
    with clock.moved_to(datetime(2027, 3, 20, 9, tzinfo=UTC)):
        tasks.send_nudges()
    assert sent() == []


def test_only_somebody_who_takes_part_too_can_be_a_buddy(ada, bo, eve, iteration):
    for buddy in (eve, ada, None):
        with pytest.raises(Refusal):
            actions.set_nudge(by=ada, kind="buddy", words="Well?", on=date(2027, 3, 20), buddy=buddy)
    assert {each.name for each in possible_buddies(ada)} == {"Bo Assessor", "Cy Convener"}
    with pytest.raises(Refusal):
        weekly(eve, iteration=iteration)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "date", "on": date(2027, 3, 15)},  # its morning is past
        {"kind": "date", "on": date(2027, 3, 1)},
        {"kind": "date"},
        {"kind": "weekly"},
        {"kind": "weekly", "weekday": 9},
        {"kind": "hourly"},
        {"kind": "date", "on": date(2027, 4, 1), "words": "  "},
    ],
)
def test_what_makes_no_sense_is_refused_in_words(ada, wrong):
    with pytest.raises(Refusal):
        actions.set_nudge(by=ada, **{"words": "Write", **wrong})
    assert not Nudge.objects.exists()


def test_nobody_else_ends_or_answers_it(ada, bo, cy, iteration):
    nudge = actions.set_nudge(by=ada, kind="buddy", words="Well?", on=date(2027, 3, 20), buddy=bo)
    for person in (bo, cy):
        with pytest.raises(Refusal):
            actions.end_nudge(nudge=nudge, by=person)
    with pytest.raises(Refusal):
        actions.answer_as_buddy(nudge=nudge, by=cy, agrees=True)
    actions.end_nudge(nudge=nudge, by=ada)
    actions.end_nudge(nudge=nudge, by=ada)
    assert nudges_of(ada).mine == []
    assert nudges_of(bo).asked == []


def test_nudges_of_a_cancelled_iteration_end(ada, cy, iteration):
    weekly(ada, iteration=iteration)
    iterations.cancel(iteration=iteration, by=cy, because="Too few")
    with clock.moved_to(datetime(2027, 3, 22, 12, tzinfo=UTC)):
        tasks.send_nudges()
    assert sent() == []


def test_the_page_sets_ends_and_answers(ada, bo, eve, iteration, client_of):
    client = client_of(ada)
    where = reverse("courses:nudges")
    said = {
        "words": "Ask for evidence",
        "kind": "buddy",
        "on": "2027-03-20",
        "weekday": "0",
        "buddy": str(bo.pk),
    }
    assert client.post(where, said).status_code == 302
    nudge = Nudge.objects.get()
    assert b"who has not answered yet" in client.get(where).content
    assert b"Ask for evidence" in client_of(bo).get(where).content
    assert client_of(eve).get(reverse("courses:nudge", args=[nudge.pk])).status_code == 404
    assert client_of(eve).post(reverse("courses:answer_nudge", args=[nudge.pk])).status_code == 404
    assert client_of(bo).post(reverse("courses:end_nudge", args=[nudge.pk])).status_code == 404
    client_of(bo).post(reverse("courses:answer_nudge", args=[nudge.pk]), {"answer": "yes"})
    nudge.refresh_from_db()
    assert nudge.buddy_agreed_at is not None
    client.post(reverse("courses:end_nudge", args=[nudge.pk]))
    nudge.refresh_from_db()
    assert nudge.ended_at is not None
    answer = client.post(where, {"words": "Too late", "kind": "date", "on": "2027-03-01"})
    assert answer.status_code == 422
    assert b"Too late" in answer.content, "what was typed is still there"


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_the_same_for_one_nudge_and_for_three(ada, count, django_assert_num_queries):
    for _each in range(count):
        weekly(ada)
    with django_assert_num_queries(2):
        nudges_of(ada)
    with clock.moved_to(datetime(2027, 3, 22, 12, tzinfo=UTC)), django_assert_num_queries(1):
        assert len(actions.due()) == count
