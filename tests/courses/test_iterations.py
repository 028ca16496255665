"""Planning, opening, moving, copying forward, cancelling."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from collegium.activity.models import Activity
from collegium.conversations.models import Thread
from collegium.courses import moments, tasks
from collegium.courses.actions import iterations as actions
from collegium.courses.actions import triggers
from collegium.courses.models import Iteration, Mapping, Nudge, PlannedWeek, Week
from collegium.events import actions as events
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience
from tests.courses.factories import (
    MONDAY,
    make_course,
    make_enrolment,
    make_iteration,
    make_meeting,
    make_week,
)
from tests.credentials.factories import make_pathway

pytestmark = pytest.mark.django_db

State = Iteration.State
BEFORE = datetime(2027, 2, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_february():
    with clock.moved_to(BEFORE):
        yield


def verbs():
    return list(Activity.objects.order_by("pk").values_list("verb", flat=True))


def draft(cy, **fields):
    course = actions.create_course(by=cy, title="Towards CMALT", summary="Seven weeks.")
    return actions.draft_iteration(
        course=course,
        by=cy,
        title="Spring 2027",
        starts_on=MONDAY,
        time_zone="Europe/London",
        audience=Audience.PUBLIC,
        **fields,
    )


def test_a_draft_is_seen_by_those_who_run_it_alone_and_opens_with_weeks(cy, eve):
    iteration = draft(cy)
    assert list(Iteration.objects.visible_to(cy)) == [iteration]
    assert not Iteration.objects.visible_to(eve).exists()
    assert not Iteration.objects.visible_to(None).exists()
    assert iteration.forum.audience == Audience.CIRCLE
    with pytest.raises(Refusal, match="at least one week"):
        actions.open_iteration(iteration=iteration, by=cy)
    actions.set_week(iteration=iteration, by=cy, number=1, title="Arriving")
    with pytest.raises(Refusal):
        actions.open_iteration(iteration=iteration, by=eve)
    actions.open_iteration(iteration=iteration, by=cy)
    iteration.refresh_from_db()
    assert iteration.state == State.OPEN
    iteration.forum.refresh_from_db()
    assert iteration.forum.audience == Audience.PUBLIC
    assert Iteration.objects.visible_to(None).exists()


def test_weeks_follow_each_other_by_seven_days_and_keep_their_order(cy):
    iteration = draft(cy)
    first = actions.set_week(iteration=iteration, by=cy, number=1, title="One", trigger_title="Why?")
    second = actions.set_week(iteration=iteration, by=cy, number=2, title="Two")
    assert first.trigger_at == datetime(2027, 3, 1, 9, tzinfo=UTC)
    assert second.starts_on == MONDAY + timedelta(days=7)
    with pytest.raises(Refusal, match="order"):
        actions.set_week(iteration=iteration, by=cy, number=2, starts_on=MONDAY)
    with pytest.raises(Refusal, match="before the iteration"):
        actions.set_week(iteration=iteration, by=cy, number=1, starts_on=MONDAY - timedelta(days=1))


def test_an_hour_stays_what_the_clocks_show_when_they_change(cy):
    iteration = draft(cy)
    for number in range(1, 6):
        actions.set_week(
            iteration=iteration,
            by=cy,
            number=number,
            title=str(number),
            trigger_title="Now",
            trigger_time=time(9),
        )
    # British clocks go forward on 28 March 2027.
    assert [week.trigger_at.hour for week in iteration.weeks.all()] == [9, 9, 9, 9, 8]
    assert moments.at(date(2027, 3, 28), time(1, 30), "Europe/London") == datetime(
        2027, 3, 28, 1, 30, tzinfo=UTC
    )  # an hour that is skipped is the one after: half past two there
    assert moments.at(date(2027, 10, 31), time(1, 30), "Europe/London") == datetime(
        2027, 10, 31, 0, 30, tzinfo=UTC
    )  # of one that comes twice, the first


def test_another_time_zone_keeps_the_hours_as_clocks_show_them(cy):
    iteration = draft(cy)
    week = actions.set_week(iteration=iteration, by=cy, number=1, title="One", trigger_title="Now")
    actions.edit_iteration(iteration=iteration, by=cy, time_zone="Pacific/Auckland")
    week.refresh_from_db()
    assert week.trigger_at.astimezone(ZoneInfo("Pacific/Auckland")).hour == 9
    with pytest.raises(Refusal, match="time zone"):
        actions.edit_iteration(iteration=iteration, by=cy, time_zone="Middle-earth/Shire")


def test_another_first_day_moves_a_plan_but_not_what_people_planned_with(cy):
    iteration = draft(cy)
    week = actions.set_week(iteration=iteration, by=cy, number=1, title="One", trigger_title="Now")
    actions.edit_iteration(iteration=iteration, by=cy, starts_on=MONDAY + timedelta(days=35))
    week.refresh_from_db()
    assert week.starts_on == MONDAY + timedelta(days=35)
    assert week.trigger_at == datetime(2027, 4, 5, 8, tzinfo=UTC)
    actions.open_iteration(iteration=iteration, by=cy)
    with pytest.raises(Refusal, match="Move the weeks"):
        actions.edit_iteration(iteration=iteration, by=cy, starts_on=MONDAY)
    with pytest.raises(Refusal, match="Move the week"):
        actions.set_week(iteration=iteration, by=cy, number=1, starts_on=MONDAY)


def test_it_begins_and_ends_by_its_days_where_it_is(cy):
    iteration = make_iteration(cy, state=State.OPEN, time_zone="Pacific/Auckland", weeks=2)
    with clock.moved_to(datetime(2027, 2, 28, 10, tzinfo=UTC)):
        tasks.start_and_end()
        iteration.refresh_from_db()
        assert iteration.state == State.OPEN
    with clock.moved_to(datetime(2027, 2, 28, 12, tzinfo=UTC)):  # Monday has begun in Auckland
        tasks.start_and_end()
        tasks.start_and_end()
        iteration.refresh_from_db()
        assert iteration.state == State.RUNNING
    with clock.moved_to(datetime(2027, 3, 14, 10, tzinfo=UTC)):
        tasks.start_and_end()
        iteration.refresh_from_db()
        assert iteration.state == State.RUNNING
    with clock.moved_to(datetime(2027, 3, 14, 12, tzinfo=UTC)):
        tasks.start_and_end()
        iteration.refresh_from_db()
        assert iteration.state == State.ENDED
    assert verbs() == ["iteration.started", "iteration.ended"]


def test_states_follow_each_other(cy):
    iteration = make_iteration(cy, state=State.RUNNING, weeks=1)
    with pytest.raises(Refusal, match="can’t be done now"):
        actions.archive(iteration=iteration, by=cy)
    with pytest.raises(Refusal):
        actions.open_iteration(iteration=iteration, by=cy)
    actions.end(iteration=iteration, by=cy)
    actions.archive(iteration=iteration, by=cy)
    iteration.forum.refresh_from_db()
    assert iteration.forum.closed_at is not None
    with pytest.raises(Refusal):
        actions.cancel(iteration=iteration, by=cy, because="Too late")
    with pytest.raises(Refusal, match="It is over"):
        actions.set_week(iteration=iteration, by=cy, number=1, title="Other")


# Moving a week --------------------------------------------------------------------------------------------------------


def test_a_week_moves_with_its_trigger_its_drafts_and_its_meeting_over_a_change_of_clocks(cy, ada):
    iteration = make_iteration(cy, state=State.OPEN, weeks=4)
    make_enrolment(iteration, ada)
    week = iteration.weeks.get(number=4)
    Week.objects.filter(pk=week.pk).update(
        trigger_title="Now",
        trigger_at=moments.at(week.starts_on, time(9), "Europe/London"),
        drafts_due_on=week.starts_on + timedelta(days=5),
        announced_at=clock.now(),
    )
    week.refresh_from_db()
    meeting = make_meeting(week, host=cy)
    own = PlannedWeek.objects.create(
        enrolment=iteration.enrolments.get(person=ada), week=week, due_on=date(2027, 3, 20)
    )
    actions.move_week(week=week, by=cy, starts_on=week.starts_on + timedelta(days=7))
    week.refresh_from_db()
    meeting.refresh_from_db()
    own.refresh_from_db()
    assert week.starts_on == date(2027, 3, 29)
    assert week.trigger_at == datetime(2027, 3, 29, 8, tzinfo=UTC)  # nine by the clocks there
    assert week.drafts_due_on == date(2027, 4, 3)
    assert week.announced_at is None  # announced anew
    assert meeting.starts_at == datetime(2027, 3, 31, 11, tzinfo=UTC)
    assert own.due_on == date(2027, 3, 20)
    moved = Activity.objects.get(verb="week.moved")
    assert moved.data["day"] == "2027-03-29"


def test_a_week_keeps_its_place_among_the_others_unless_they_follow(cy):
    iteration = make_iteration(cy, state=State.OPEN, weeks=3)
    second = iteration.weeks.get(number=2)
    with pytest.raises(Refusal, match="order"):
        actions.move_week(week=second, by=cy, starts_on=MONDAY + timedelta(days=14))
    actions.move_week(week=second, by=cy, starts_on=MONDAY + timedelta(days=14), and_following=True)
    assert [week.starts_on.day for week in iteration.weeks.all()] == [1, 15, 22]
    with pytest.raises(Refusal, match="order"):
        actions.move_week(week=iteration.weeks.get(number=2), by=cy, starts_on=MONDAY, and_following=True)


def test_a_week_that_has_begun_does_not_move(cy, eve):
    iteration = make_iteration(cy, state=State.OPEN)
    week = make_week(iteration, trigger_title="Now", triggered_at=clock.now())
    with pytest.raises(Refusal, match="has begun"):
        actions.move_week(week=week, by=cy, starts_on=MONDAY + timedelta(days=1))
    with pytest.raises(Refusal, match="gone out"):
        actions.set_week(iteration=iteration, by=cy, number=1, trigger_title="Something else")
    with pytest.raises(Refusal, match="Only those who facilitate"):
        actions.move_week(week=week, by=eve, starts_on=MONDAY + timedelta(days=1))


def test_a_shared_meeting_stays_where_it_is(cy):
    one, other = make_iteration(cy, weeks=1, state=State.OPEN), make_iteration(cy, weeks=1, state=State.OPEN)
    week = one.weeks.get()
    meeting = make_meeting(week, host=cy)
    actions.share_meeting(week=other.weeks.get(), by=cy, occurrence=meeting)
    before = meeting.starts_at
    actions.move_week(week=week, by=cy, starts_on=MONDAY + timedelta(days=2))
    meeting.refresh_from_db()
    assert meeting.starts_at == before


# Copying forward ------------------------------------------------------------------------------------------------------


def test_copying_forward_takes_the_plan_along_and_leaves_the_people(cy, ada):
    pathway = make_pathway()
    node = pathway.scheme_version.framework.nodes.get(code="1a")
    iteration = make_iteration(
        cy, pathway=pathway, state=State.RUNNING, rubric=[{"key": "a", "question": "Why?"}]
    )
    make_enrolment(iteration, ada)
    week = make_week(
        iteration,
        trigger_title="Now",
        trigger_at=datetime(2027, 3, 1, 9, tzinfo=UTC),
        triggered_at=clock.now(),
        prompts=["What surprised you?"],
        draft_node=node,
        drafts_due_on=MONDAY + timedelta(days=4),
    )
    Mapping.objects.create(week=week, node=node, strength=Mapping.Strength.DIRECTLY)
    make_meeting(week)
    copied = actions.copy_forward(
        iteration=iteration,
        by=cy,
        title="Autumn 2027",
        starts_on=date(2027, 4, 12),
        what="Start with the easiest section",
        why="Half stopped at the contextual statement",
    )
    again = copied.weeks.get()
    assert copied.state == State.DRAFTED
    assert copied.copied_from == iteration
    assert again.starts_on == date(2027, 4, 12)
    assert again.trigger_at == datetime(2027, 4, 12, 8, tzinfo=UTC)
    assert (again.triggered_at, again.thread, again.meeting) == (None, None, None)
    assert again.drafts_due_on == date(2027, 4, 16)
    assert again.prompts == ["What surprised you?"]
    assert again.mappings.get().strength == Mapping.Strength.DIRECTLY
    assert copied.rubric == iteration.rubric
    assert copied.circle_id != iteration.circle_id
    assert list(copied.circle.members.all()) == [cy]
    assert copied.decisions.get().why == "Half stopped at the contextual statement"
    with pytest.raises(Refusal, match="Say why"):
        actions.copy_forward(
            iteration=iteration, by=cy, title="X", starts_on=MONDAY, what="Something", why=" "
        )
    assert Iteration.objects.filter(title="X").count() == 0


# Cancelling -----------------------------------------------------------------------------------------------------------


def test_cancelling_ends_what_is_ahead_and_tells_why(cy, ada):
    iteration = make_iteration(cy, state=State.OPEN)
    other = make_iteration(cy, state=State.OPEN, weeks=1)
    make_enrolment(iteration, ada)
    week = make_week(iteration, trigger_title="Now")
    own_meeting = make_meeting(week, host=cy)
    second = make_week(iteration)
    shared = make_meeting(second, host=cy)
    actions.share_meeting(week=other.weeks.get(), by=cy, occurrence=shared)
    nudge = Nudge.objects.create(
        person=ada, iteration=iteration, kind=Nudge.Kind.DATE, words="Write", next_on=MONDAY
    )
    with pytest.raises(Refusal, match="Say why"):
        actions.cancel(iteration=iteration, by=cy, because="  ")
    actions.cancel(iteration=iteration, by=cy, because="The host is ill")
    own_meeting.refresh_from_db()
    own_meeting.event.refresh_from_db()
    shared.event.refresh_from_db()
    nudge.refresh_from_db()
    assert own_meeting.event.cancelled_because == "The host is ill"
    assert shared.event.cancelled_at is None
    assert nudge.ended_at is not None
    assert nudge.next_on is None
    with clock.moved_to(datetime(2027, 3, 2, 12, tzinfo=UTC)):
        tasks.trigger_what_is_due()
        assert not triggers.trigger(week=week)
    assert not Thread.objects.filter(forum=iteration.forum).exists()
    assert Activity.objects.get(verb="iteration.cancelled").data["because"] == "The host is ill"
    assert Iteration.objects.visible_to(ada).filter(pk=iteration.pk).exists()


def test_a_session_is_planned_by_the_clocks_of_the_course_for_those_in_it(cy, ada, eve):
    iteration = make_iteration(cy, state=State.OPEN, weeks=1)
    make_enrolment(iteration, ada)
    week = iteration.weeks.get()
    occurrence = actions.plan_meeting(
        week=week, by=cy, day=date(2027, 3, 29), hour=time(12), meeting_url="https://meet.example.org/x"
    )
    assert occurrence.starts_at == datetime(2027, 3, 29, 11, tzinfo=UTC)
    week.refresh_from_db()
    assert week.meeting == occurrence
    event = occurrence.event
    assert type(event).objects.visible_to(ada).exists()
    assert not type(event).objects.visible_to(eve).exists()
    events.cancel(event=event, by=cy, because="Moved")


def test_who_facilitates_hosts_the_sessions_of_their_course(cy, bo, eve):
    from collegium.events.rules import may_change

    iteration = make_iteration(cy, bo, state=State.OPEN, weeks=1)
    occurrence = make_meeting(iteration.weeks.get(), host=cy)
    assert may_change(bo, occurrence)
    assert not may_change(eve, occurrence)


def test_courses_stand_in_communities_that_one_looks_after(cy, eve):
    from tests.communities.factories import make_community

    community = make_community(convener=cy)
    with pytest.raises(Refusal, match="look after"):
        actions.create_course(by=eve, title="X", summary="Y", community=community)


def test_a_course_is_run_by_those_who_run_any_of_its_iterations(cy, bo, eve):
    course = make_course(made_by=None)
    make_iteration(bo, course=course)
    assert actions.draft_iteration(course=course, by=bo, title="Next", starts_on=MONDAY)
    with pytest.raises(Refusal):
        actions.draft_iteration(course=course, by=eve, title="Next", starts_on=MONDAY)
