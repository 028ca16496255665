"""Enrolling, one's own plan, catching up, surveys, consent, and what is reached."""

from datetime import UTC, date, datetime, timedelta

import pytest

from collegium.activity.models import Activity, Concern
from collegium.communities.models import MapPlace, Membership
from collegium.courses import surveys
from collegium.courses.actions import enrolments as actions
from collegium.courses.models import Consent, Enrolment, Iteration, PlannedWeek, Week
from collegium.courses.queries.iterations import answers_for_research, participation
from collegium.courses.queries.people import guides_for
from collegium.courses.queries.progress import progress
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.erasure import erasers
from collegium.people.export import EXPORTS
from collegium.people.models import Audience, CircleMember
from tests.communities.factories import make_community
from tests.conversations.factories import make_post
from tests.courses.factories import (
    MONDAY,
    make_course,
    make_enrolment,
    make_goal,
    make_iteration,
    make_meeting,
    make_project,
    make_thread,
)
from tests.factories import make_person

pytestmark = pytest.mark.django_db

State = Iteration.State
WEEK_FOUR = datetime(2027, 3, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_week_four():
    with clock.moved_to(WEEK_FOUR):
        yield


def is_in(iteration, person):
    return CircleMember.objects.filter(circle=iteration.circle, person=person).exists()


def test_enrolling_joins_the_circle_and_the_community_and_keeps_what_one_said(cy, ada):
    community = make_community(convener=cy)
    iteration = make_iteration(cy, course=make_course(community=community), weeks=2)
    for _again in range(2):
        enrolment = actions.enrol(
            iteration=iteration,
            person=ada,
            addresses=["https://ada.example.org/blog", "https://orcid.org/0000-0002-1825-0097"],
            hashtag_names=["@ada@social.example"],
            goals=["Write about impact", " "],
        )
        enrolment.goals.exclude(pk=enrolment.goals.first().pk).delete()
    assert is_in(iteration, ada)
    assert Membership.objects.get(community=community, person=ada).way == "course"
    assert sorted(enrolment.addresses.values_list("kind", flat=True)) == ["blog", "profile"]
    assert enrolment.hashtag_names == ["ada@social.example"]
    assert enrolment.goals.get().words == "Write about impact"
    assert Activity.objects.filter(verb="enrolment.made").count() == 1
    with pytest.raises(Refusal, match="not an address"):
        actions.set_addresses(enrolment=enrolment, by=ada, addresses=["javascript:alert(1)"])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": State.DRAFTED}, "taken in"),
        ({"state": State.ENDED}, "over"),
        ({"state": State.CANCELLED}, "does not take place"),
        ({"audience": Audience.CIRCLE}, "taken in"),
        ({"enrol_until": date(2027, 3, 23)}, "closed"),
    ],
)
def test_who_may_not_enrol_is_told_why(cy, ada, fields, words):
    iteration = make_iteration(cy, **fields)
    with pytest.raises(Refusal, match=words):
        actions.enrol(iteration=iteration, person=ada)
    assert not is_in(iteration, ada)


def test_a_closed_iteration_takes_people_in_by_who_facilitates_it(cy, ada, eve):
    iteration = make_iteration(cy, audience=Audience.CIRCLE)
    with pytest.raises(Refusal):
        actions.enrol(iteration=iteration, person=ada, by=eve)
    with pytest.raises(Refusal):
        actions.enrol(iteration=iteration, person=ada, role="mentor")
    actions.enrol(iteration=iteration, person=ada, role="mentor", by=cy)
    assert CircleMember.objects.filter(circle=iteration.facilitators, person=ada).exists()


def test_leaving_takes_one_out_at_once_and_coming_back_finds_ones_plan(cy, ada, eve):
    iteration = make_iteration(cy, weeks=1)
    enrolment = make_enrolment(iteration, ada)
    make_goal(enrolment)
    with pytest.raises(Refusal):
        actions.leave(enrolment=enrolment, by=eve)
    actions.leave(enrolment=enrolment, by=ada)
    assert not is_in(iteration, ada)
    with pytest.raises(Refusal):
        actions.add_goal(enrolment=enrolment, by=ada, words="One more")
    again = actions.enrol(iteration=iteration, person=ada)
    assert again.pk == enrolment.pk
    assert again.left_at is None
    assert again.goals.count() == 1


def test_the_last_facilitator_stays(cy, bo):
    iteration = make_iteration(cy)
    with pytest.raises(Refusal, match="Name another"):
        actions.leave(enrolment=iteration.enrolments.get(person=cy), by=cy)
    actions.enrol(iteration=iteration, person=bo, role="facilitator", by=cy)
    actions.leave(enrolment=iteration.enrolments.get(person=cy), by=cy)
    assert not CircleMember.objects.filter(circle=iteration.facilitators, person=cy).exists()


# One's own plan -------------------------------------------------------------------------------------------------------


def test_catching_up_lays_days_of_ones_own_until_one_meets_the_others(cy, ada):
    enrolment = make_enrolment(make_iteration(cy, weeks=7), ada)
    # Today is Wednesday of week four, 24 March; week five ends on 4 April.
    assert progress(enrolment).may_want_a_plan
    actions.catch_up(enrolment=enrolment, by=ada, days_per_week=2)
    assert dict(enrolment.plan.values_list("week__number", "due_on")) == {
        1: date(2027, 3, 26),
        2: date(2027, 3, 28),
        3: date(2027, 3, 30),
        4: date(2027, 4, 1),
    }
    actions.catch_up(enrolment=enrolment, by=ada, days_per_week=4)
    assert list(enrolment.plan.order_by("week__number").values_list("due_on__day", flat=True)) == [
        28, 1, 5, 9, 13, 17, 21,
    ]  # fmt: skip
    assert not progress(enrolment).may_want_a_plan
    lines = progress(enrolment)
    assert lines.next_up.week.number == 1


def test_a_new_plan_leaves_what_is_done_and_left_out_and_keeps_notes(cy, ada):
    iteration = make_iteration(cy, weeks=7)
    enrolment = make_enrolment(iteration, ada)
    weeks = {week.number: week for week in iteration.weeks.all()}
    actions.plan_week(enrolment=enrolment, week=weeks[1], by=ada, state="done")
    actions.plan_week(enrolment=enrolment, week=weeks[2], by=ada, state="left_out")
    actions.plan_week(enrolment=enrolment, week=weeks[3], by=ada, note="With Bo")
    actions.catch_up(enrolment=enrolment, by=ada, days_per_week=2)
    plan = {each.week.number: each for each in enrolment.plan.select_related("week")}
    assert plan[1].due_on is None
    assert plan[2].due_on is None
    assert plan[3].due_on == date(2027, 3, 26)
    assert plan[3].note == "With Bo"
    assert 4 not in plan  # its last day, the 28th, is time enough
    actions.with_everybody(enrolment=enrolment, by=ada)
    assert not enrolment.plan.filter(due_on__isnull=False).exists()
    with pytest.raises(Refusal):
        actions.catch_up(enrolment=enrolment, by=ada, days_per_week=0)


def test_nobody_plans_for_another(cy, ada, eve):
    iteration = make_iteration(cy, weeks=1)
    enrolment = make_enrolment(iteration, ada)
    goal = make_goal(enrolment)
    week = iteration.weeks.get()
    for act in (
        lambda: actions.plan_week(enrolment=enrolment, week=week, by=cy),
        lambda: actions.catch_up(enrolment=enrolment, by=eve),
        lambda: actions.add_goal(enrolment=enrolment, by=cy, words="Mine"),
        lambda: actions.reach_goal(goal=goal, by=cy),
        lambda: actions.answer_survey(enrolment=enrolment, by=cy, survey="entry", answers={}),
        lambda: actions.consent(enrolment=enrolment, by=cy),
        lambda: actions.withdraw_consent(enrolment=enrolment, by=cy),
    ):
        with pytest.raises(Refusal, match="theirs alone"):
            act()
    other = make_iteration(cy, weeks=1)
    with pytest.raises(Refusal, match="another iteration"):
        actions.plan_week(enrolment=enrolment, week=other.weeks.get(), by=ada)


def test_goals_are_ones_own(cy, ada):
    enrolment = make_enrolment(make_iteration(cy), ada)
    goal = actions.add_goal(enrolment=enrolment, by=ada, words="  Be brave ")
    assert goal.words == "Be brave"
    actions.reach_goal(goal=goal, by=ada)
    assert progress(enrolment).goals_reached == 1
    actions.reach_goal(goal=goal, by=ada, reached=False)
    assert progress(enrolment).goals_reached == 0
    for number in range(11):
        actions.add_goal(enrolment=enrolment, by=ada, words=str(number))
    with pytest.raises(Refusal, match="Twelve"):
        actions.add_goal(enrolment=enrolment, by=ada, words="One more")


# What counts ----------------------------------------------------------------------------------------------------------


def test_a_post_a_project_a_session_or_a_mark_each_count_once_a_week(cy, ada, django_assert_num_queries):
    iteration = make_iteration(cy, weeks=5)
    enrolment = make_enrolment(iteration, ada)
    weeks = list(iteration.weeks.all())
    thread = make_thread(weeks[0])
    make_post(thread, ada)
    make_post(thread, ada)
    make_project(iteration, ada, week=weeks[1])
    meeting = make_meeting(weeks[2])
    meeting.attendances.create(person=ada, way="code")
    actions.plan_week(enrolment=enrolment, week=weeks[3], by=ada, state="done")
    with django_assert_num_queries(2):
        found = progress(enrolment)
    assert [line.is_contributed for line in found.weeks] == [True, True, True, True, False]
    assert found.weeks[0].posts == 2
    assert found.contributed == 4
    assert found.has_taken_part
    assert not found.has_completed


def test_having_taken_part_and_completed_is_recorded_once(cy, ada):
    iteration = make_iteration(cy, weeks=3, weeks_for_participation=2)
    catching_up = iteration.weeks.get(number=2)
    catching_up.kind = Week.Kind.CATCH_UP
    catching_up.save()
    enrolment = make_enrolment(iteration, ada)
    first, _second, third = iteration.weeks.all()
    actions.plan_week(enrolment=enrolment, week=first, by=ada, state="done")
    enrolment.refresh_from_db()
    assert enrolment.took_part_at is None
    actions.plan_week(enrolment=enrolment, week=third, by=ada, state="done")
    for _again in range(2):
        actions.note_progress(Enrolment.objects.select_related("iteration", "person").get(pk=enrolment.pk))
    enrolment.refresh_from_db()
    assert enrolment.took_part_at == WEEK_FOUR
    assert enrolment.completed_at == WEEK_FOUR
    said = list(Activity.objects.filter(about_kind="courses.enrolment").values_list("verb", flat=True))
    assert sorted(said) == ["enrolment.completed", "enrolment.took_part"]
    # The letter of either is that of its badge: here nothing is sent, and only completing it is told of on the page.
    assert [each.activity.verb for each in Concern.objects.filter(person=ada)] == ["enrolment.completed"]
    assert not any(
        told.by_email for verb in (actions.TOOK_PART, actions.COMPLETED) for told in verb.tells.values()
    )


@pytest.mark.django_db(transaction=True)
def test_what_is_contributed_elsewhere_is_noticed(cy, ada):
    from collegium.conversations import actions as conversations
    from collegium.courses.actions.projects import submit_project
    from collegium.events import actions as events

    iteration = make_iteration(cy, weeks=3, weeks_for_participation=3)
    enrolment = make_enrolment(iteration, ada)
    weeks = list(iteration.weeks.all())
    conversations.post(thread=make_thread(weeks[0]), by=ada, html="<p>Here I am.</p>")
    submit_project(iteration=iteration, by=ada, title="A", description="B", week=weeks[1])
    enrolment.refresh_from_db()
    assert enrolment.took_part_at is None
    meeting = make_meeting(weeks[2], host=cy)
    with clock.moved_to(meeting.starts_at + timedelta(minutes=5)):
        events.note_attendance(occurrence=meeting, person=ada, by=cy)
    enrolment.refresh_from_db()
    assert enrolment.took_part_at is not None
    assert enrolment.completed_at is not None


def test_participation_is_counted_in_people_of_those_who_learn(cy, ada, bo, django_assert_num_queries):
    iteration = make_iteration(cy, weeks=2)
    for person in (ada, bo):
        make_enrolment(iteration, person, enrolled_at=datetime(2027, 3, 1, tzinfo=UTC))
    first, second = iteration.weeks.all()
    thread = make_thread(first)
    for person in (ada, ada, bo, cy):
        make_post(thread, person)
    make_project(iteration, ada, week=second)
    make_meeting(second)
    with django_assert_num_queries(6):
        found = participation(iteration)
    assert [(week.wrote, week.made, week.any) for week in found.weeks] == [(2, 0, 2), (0, 1, 1)]
    assert found.enrolled == 2


# Veterans -------------------------------------------------------------------------------------------------------------


def test_who_was_here_before_can_guide(cy, ada, bo):
    course = make_course()
    earlier = make_iteration(cy, course=course, starts_on=MONDAY - timedelta(days=300), state=State.ARCHIVED)
    now = make_iteration(cy, course=course)
    make_enrolment(earlier, ada, took_part_at=clock.now())
    veteran, newcomer = make_enrolment(now, ada), make_enrolment(now, bo)
    with pytest.raises(Refusal, match="earlier iteration"):
        actions.offer_guidance(enrolment=newcomer, by=bo)
    actions.offer_guidance(enrolment=veteran, by=ada)
    assert guides_for(newcomer) == [veteran]
    assert guides_for(veteran) == []
    actions.offer_guidance(enrolment=veteran, by=ada, offers=False)
    assert guides_for(newcomer) == []


# Surveys and research -------------------------------------------------------------------------------------------------


def test_a_survey_keeps_its_questions_as_asked_and_answers_that_fit(cy, ada):
    enrolment = make_enrolment(make_iteration(cy), ada)
    kept = actions.answer_survey(
        enrolment=enrolment,
        by=ada,
        survey="entry",
        answers={
            "open": "4",
            "role": "I teach",
            "years": "a hundred",
            "alone": "9",
            "hope": " Time ",
            "x": "y",
        },
    )
    assert kept.answers == {"open": 4, "role": "I teach", "hope": "Time"}
    assert kept.questions == enrolment.iteration.entry_survey
    actions.answer_survey(enrolment=enrolment, by=ada, survey="entry", answers={"open": "2"})
    assert enrolment.survey_answers.get().answers == {"open": 2}


def test_a_survey_that_cannot_be_read_keeps_no_page_from_opening():
    assert surveys.read([{"key": "a"}, {"kind": "song", "key": "b", "words": "c"}, {}]) == []


def test_answers_are_read_of_those_alone_who_consent_for_as_long_as_they_do(cy, ada, bo):
    iteration = make_iteration(cy, information_sheet="What we look at.")
    mine, theirs = make_enrolment(iteration, ada), make_enrolment(iteration, bo)
    for enrolment, person in ((mine, ada), (theirs, bo)):
        actions.answer_survey(enrolment=enrolment, by=person, survey="exit", answers={"changed": person.name})
    assert answers_for_research(iteration) == []
    actions.consent(enrolment=mine, by=ada)
    actions.consent(enrolment=mine, by=ada)
    assert Consent.objects.get().sheet == "What we look at."
    assert [each.answers for each in answers_for_research(iteration)] == [{"changed": "Ada Candidate"}]
    Iteration.objects.filter(pk=iteration.pk).update(state=State.ARCHIVED)
    actions.leave(enrolment=mine, by=ada)
    actions.withdraw_consent(enrolment=mine, by=ada)  # also after leaving
    assert answers_for_research(iteration) == []
    assert Consent.objects.get().withdrawn_at is not None


def test_without_research_nobody_can_consent(cy, ada):
    enrolment = make_enrolment(make_iteration(cy), ada)
    with pytest.raises(Refusal, match="No research"):
        actions.consent(enrolment=enrolment, by=ada)


# Everything of mine ---------------------------------------------------------------------------------------------------


def test_export_and_erasure(cy):
    ada = make_person(name="Ada Leaves")
    iteration = make_iteration(cy, weeks=1)
    enrolment = make_enrolment(iteration, ada, took_part_at=clock.now())
    make_goal(enrolment, words="Be read")
    PlannedWeek.objects.create(enrolment=enrolment, week=iteration.weeks.get(), note="A secret")
    make_project(iteration, ada, title="My project")
    facts, _files = EXPORTS["courses"].hand_over(ada)
    assert facts["courses"][0]["goals"][0]["words"] == "Be read"
    assert facts["projects"][0]["title"] == "My project"
    assert not MapPlace.objects.exists()
    erase = next(each for each in erasers() if each.__module__ == "collegium.courses.panels")
    erase(ada)
    assert not is_in(iteration, ada)
    assert not enrolment.goals.exists()
    assert not enrolment.plan.exists()
    assert not iteration.projects.exists()
    assert Enrolment.objects.filter(pk=enrolment.pk).exists()
