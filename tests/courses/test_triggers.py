"""A triggering event goes out on its moment: once, whatever happens."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import transaction

from collegium.activity.models import Activity
from collegium.conversations import actions as conversations
from collegium.conversations.models import Post, Thread
from collegium.courses import moments, tasks
from collegium.courses.actions import triggers
from collegium.courses.models import Iteration
from collegium.foundation import clock
from tests.courses.factories import MONDAY, make_iteration, make_week

pytestmark = pytest.mark.django_db

NINE = datetime(2027, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def week(cy):
    iteration = make_iteration(cy, title="Spring")
    return make_week(
        iteration,
        title="Arriving",
        trigger_title="What would you show a stranger?",
        trigger_html="<p>One picture of your work.</p>",
    )


def look(moment):
    with clock.moved_to(moment):
        tasks.trigger_what_is_due()


def verbs():
    return list(
        Activity.objects.filter(verb__startswith="week.").order_by("pk").values_list("verb", flat=True)
    )


def test_it_is_announced_two_days_ahead_once(week):
    look(NINE - timedelta(days=2, minutes=1))
    assert verbs() == []
    look(NINE - timedelta(days=2))
    look(NINE - timedelta(days=1))
    assert verbs() == ["week.announced"]
    week.refresh_from_db()
    assert week.announced_at == NINE - timedelta(days=2)
    assert week.thread is None


def test_on_its_moment_it_is_posted_pinned_and_told_once(week):
    look(NINE - timedelta(seconds=1))
    assert not Thread.objects.exists()
    for minutes in (0, 1, 2):
        look(NINE + timedelta(minutes=minutes))
    week.refresh_from_db()
    thread = Thread.objects.get()
    post = Post.objects.get()
    assert week.thread == thread
    assert week.trigger_post == post
    assert week.triggered_at == NINE
    assert thread.title == "What would you show a stranger?"
    assert thread.pinned_at == NINE
    assert not thread.wants_answer
    assert "One picture of your work." in post.html
    assert week.get_absolute_url() in post.html
    assert verbs() == ["week.triggered"]


def test_a_crash_between_posting_and_noting_leaves_nothing_and_it_is_done_again(week):
    with clock.moved_to(NINE):
        with transaction.atomic():
            assert triggers.trigger(week=week)
            assert Post.objects.count() == 1
            transaction.set_rollback(True)  # the power goes before anything is committed
        assert Post.objects.count() == 0
        week.refresh_from_db()
        assert week.triggered_at is None
    look(NINE + timedelta(minutes=5))
    assert Post.objects.count() == 1
    assert verbs() == ["week.triggered"]


def test_of_two_workers_that_found_it_due_one_posts(week):
    with clock.moved_to(NINE):
        found_by_one = triggers.due()[1]
        found_by_other = triggers.due()[1]
        assert [triggers.trigger(week=each) for each in found_by_one] == [True]
        assert [triggers.trigger(week=each) for each in found_by_other] == [False]
    assert Post.objects.count() == 1


def test_what_was_due_while_no_worker_ran_goes_out_late(week):
    second = make_week(week.iteration, trigger_title="And then?")
    look(second.trigger_at + timedelta(days=1))
    assert list(Thread.objects.order_by("pk").values_list("title", flat=True)) == [
        "What would you show a stranger?",
        "And then?",
    ]


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/London", datetime(2027, 3, 29, 8, tzinfo=UTC)),  # British Summer Time since the day before
        ("America/New_York", datetime(2027, 3, 29, 13, tzinfo=UTC)),  # there since the 14th
        ("Pacific/Auckland", datetime(2027, 3, 28, 20, tzinfo=UTC)),  # still summer time, until April
    ],
)
def test_nine_in_the_morning_is_nine_there_after_the_clocks_have_changed(cy, zone, expected):
    iteration = make_iteration(cy, time_zone=zone)
    week = make_week(
        iteration,
        starts_on=MONDAY + timedelta(days=28),
        trigger_title="Summer",
        trigger_at=moments.at(MONDAY + timedelta(days=28), time(9), zone),
    )
    assert week.trigger_at == expected
    look(expected - timedelta(minutes=1))
    assert not Thread.objects.exists()
    look(expected)
    assert Thread.objects.get().title == "Summer"


def test_a_week_without_a_trigger_opens_its_thread_on_its_first_day_there(cy):
    iteration = make_iteration(cy, time_zone="Pacific/Auckland")
    week = make_week(iteration, title="Quiet", summary="Time to read.")
    look(datetime(2027, 2, 28, 10, 59, tzinfo=UTC))
    assert not Thread.objects.exists()
    look(datetime(2027, 2, 28, 11, 0, tzinfo=UTC))
    look(datetime(2027, 2, 28, 11, 5, tzinfo=UTC))
    thread = Thread.objects.get()
    assert thread.title == "Quiet"
    week.refresh_from_db()
    assert week.thread == thread
    assert week.triggered_at is None


@pytest.mark.parametrize("state", [Iteration.State.DRAFTED, Iteration.State.ENDED, Iteration.State.CANCELLED])
def test_nothing_goes_out_unless_it_is_under_way(week, state):
    Iteration.objects.filter(pk=week.iteration_id).update(state=state)
    look(NINE - timedelta(days=1))
    look(NINE)
    assert not Thread.objects.exists()
    assert verbs() == []


def test_the_next_week_is_pinned_in_place_of_the_last_and_what_a_person_pinned_stays(cy):
    iteration = make_iteration(cy)
    first, second, third = (make_week(iteration, trigger_title=f"Event {number}") for number in (1, 2, 3))
    look(first.trigger_at)
    kept = conversations.start_thread(forum=iteration.forum, by=cy, title="Read me", html="<p>First.</p>")
    conversations.pin(thread=kept, by=cy)
    look(second.trigger_at)
    pinned = Thread.objects.filter(pinned_at__isnull=False)
    assert {each.title for each in pinned} == {"Event 2", "Read me"}
    second.refresh_from_db()
    conversations.unpin(thread=second.thread, by=cy)
    conversations.pin(thread=second.thread, by=cy)
    look(third.trigger_at)
    assert {each.title for each in pinned.all()} == {"Event 2", "Event 3", "Read me"}
