"""Writing groups: laid out from every shipped pathway, opened, paired, moved, reported; and who may not."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from django.core import mail

from collegium.activity.models import Activity, Concern
from collegium.courses import groups, moments, prompts, tasks
from collegium.courses.actions import enrolments, iterations
from collegium.courses.actions import groups as actions
from collegium.courses.actions.groups import Line, Times
from collegium.courses.models import (
    Course,
    Enrolment,
    GroupInvitation,
    GroupReport,
    Iteration,
    Pair,
    Saying,
    Week,
)
from collegium.courses.queries import groups as queries
from collegium.courses.queries.iterations import standing
from collegium.events.models import Answer, Attendance, Event, Occurrence
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.foundation.signing import hashed
from collegium.people.actions import erase
from collegium.people.models import CircleMember
from collegium.schemes import actions as schemes
from collegium.schemes.models import Pathway
from collegium.schemes.queries import plan
from tests.courses.factories import make_iteration
from tests.factories import make_person

SCHEMES = sorted(Path(__file__).parents[2].glob("schemes/*.yaml"))
BEFORE = datetime(2027, 2, 1, 9, tzinfo=UTC)
FIRST = date(2027, 3, 3)  # a Wednesday
TIMES = Times(first=FIRST, weekday=2, hour=time(12, 30), minutes=75, every=2)
State = Iteration.State

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_february():
    with clock.moved_to(BEFORE):
        yield


@pytest.fixture
def pathways():
    for path in SCHEMES:
        schemes.load_file(path)
    return Pathway.objects.current().for_display()


@pytest.fixture
def cmalt(pathways):
    return pathways.get(scheme_version__scheme__key="cmalt", key="cmalt")


@pytest.fixture
def group(cy, cmalt):
    return actions.lay_out(by=cy, title="Spring group", pathway=cmalt, times=TIMES, time_zone="Europe/London")


def opened(group, cy, *people):
    actions.open_group(iteration=group, by=cy)
    for person in people:
        enrolments.enrol(iteration=group, person=person, by=cy)
    actions.pair(iteration=group)
    return group


def lines_of(group, **changes):
    return [
        Line(week.pk, changes.get(f"order_{week.number}", week.number), week.title, week.starts_on)
        for week in group.weeks.all()
    ]


# Laying out -----------------------------------------------------------------------------------------------------------


def test_every_shipped_pathway_gives_meetings_or_says_what_is_not_published(pathways):
    laid_out = {}
    for pathway in pathways:
        asked = plan(pathway)
        key = pathway.scheme_version.scheme.key, pathway.key
        if not asked.sections:
            with pytest.raises(Refusal):
                groups.meetings(asked)
            continue
        laid = groups.meetings(asked)
        laid_out[key] = [each.title for each in laid]
        assert [laid[0].kind, laid[-1].kind] == ["kick_off", "showcase"]
        assert {each.kind for each in laid[1:-1]} == {"meeting"}
        assert all(each.prompts and each.agenda and each.title and each.summary for each in laid)
        assert all(each.draft is not None for each in laid[1:-1])
        spoken_of = Counter(node.code for each in laid for node in each.nodes)
        assert set(spoken_of.values()) == {1}, "each section and each dimension has one meeting"
        wanted = {each.code for each in asked.sections if each.kind != "declaration"}
        if asked.dimensions:
            wanted = {node.code for each in laid for node in each.nodes} - {"account"}
            assert {each.code for each in asked.dimensions} <= wanted
        else:
            assert set(spoken_of) == wanted
    assert len(laid_out["cmalt", "cmalt"]) == 7  # kick-off, five core areas, showcase
    assert len(laid_out["cmalt", "senior"]) == 8
    assert laid_out["cmalt", "cmalt"][1] == "1 Operational issues"
    assert len(laid_out["cmalt-australasia", "cmalt"]) == 7
    psf = laid_out["advance-he-fellowship", "fellow"]
    assert psf[1:-1] == ["Professional Values (V1–V5)", "Core Knowledge (K1–K5)", "Areas of Activity (A1–A5)"]


def test_a_section_in_parts_gets_a_meeting_for_each(cmalt):
    laid = groups.meetings(plan(cmalt), in_parts=True)
    assert [each.nodes[0].code for each in laid[1:-1]] == ["1a", "1b", "1c", "2a", "2b", "3a", "3b", "4", "5"]


def test_questions_of_ours_are_not_repeated_and_stand_for_sections_that_exist(pathways):
    lines = prompts.every_line()
    assert len(lines) == len(set(lines))
    known = {}
    for pathway in pathways:
        framework = pathway.scheme_version.framework.read
        known.setdefault(framework.key, set()).update(framework.by_code)
    for key, of_framework in prompts.OF_NODES.items():
        assert set(of_framework) <= known[key]


def test_a_framework_without_questions_of_its_own_gets_the_general_ones():
    asked = prompts.of_sections("unheard-of", ["x"], ["description", "reflection"])
    assert asked == [
        prompts.OF_COMPONENTS["description"][0],
        prompts.OF_COMPONENTS["reflection"][0],
        prompts.OF_COMPONENTS["description"][1],
        prompts.OF_COMPONENTS["reflection"][1],
    ]
    assert prompts.of_sections("unheard-of", ["x"], ["something else"])


def test_days_keep_their_rhythm_and_pass_over_days_without_a_meeting():
    easter = groups.skipped_days("2027-03-29 to 2027-04-09")
    assert groups.days(FIRST, 2, 1, 6, easter) == [
        date(2027, 3, 3),
        date(2027, 3, 10),
        date(2027, 3, 17),
        date(2027, 3, 24),
        date(2027, 4, 14),
        date(2027, 4, 21),
    ]
    assert groups.days(date(2027, 3, 4), 2, 2, 2) == [date(2027, 3, 10), date(2027, 3, 24)]
    assert groups.skipped_days(groups.skipped_in_words([each.isoformat() for each in easter])) == easter
    for wrong in ("soon", "2027-03-29 to 2027-03-01", "2027-02-30"):
        with pytest.raises(Refusal):
            groups.skipped_days(wrong)


def test_a_plan_is_seen_by_nobody_but_its_maker(group, cy, eve):
    assert group.state == State.DRAFTED
    assert group.course.shape == Course.Shape.GROUP
    assert not Iteration.objects.visible_to(eve).filter(pk=group.pk).exists()
    assert Iteration.objects.visible_to(cy).filter(pk=group.pk).exists()
    assert Enrolment.objects.get(iteration=group, person=cy).role == Enrolment.Role.MENTOR
    assert not Event.objects.exists()
    kick_off, first = group.weeks.all()[:2]
    assert (kick_off.kind, kick_off.drafts_due_on, kick_off.draft_node.code) == ("kick_off", None, "context")
    assert (first.starts_on, first.drafts_due_on) == (date(2027, 3, 17), date(2027, 3, 14))
    assert [each.node.code for each in first.mappings.order_by("node__position")] == ["1a", "1b", "1c"]


def test_order_and_days_are_two_things(group, cy):
    titles = [week.title for week in group.weeks.all()]
    days = [week.starts_on for week in group.weeks.all()]
    lines = lines_of(group, order_2=3, order_3=2)
    actions.arrange(iteration=group, by=cy, lines=lines)
    weeks = list(group.weeks.all())
    assert [week.title for week in weeks] == [titles[0], titles[2], titles[1], *titles[3:]]
    assert [week.starts_on for week in weeks] == days
    assert [week.number for week in weeks] == list(range(1, 8))
    assert all((week.starts_on - week.drafts_due_on).days == 3 for week in weeks[1:])


def test_a_meeting_is_left_out_and_two_on_a_day_are_refused(group, cy):
    lines = lines_of(group)
    with pytest.raises(Refusal, match="same day"):
        actions.arrange(
            iteration=group,
            by=cy,
            lines=[lines[0], Line(lines[1].week, 2, "B", lines[0].day), *lines[2:]],
        )
    actions.arrange(
        iteration=group, by=cy, lines=[Line(lines[0].week, 1, "A", lines[0].day, keep=False), *lines[1:]]
    )
    assert group.weeks.count() == 6
    group.refresh_from_db()
    assert group.starts_on == date(2027, 3, 17)


def test_nobody_else_plans_opens_or_moves(group, cy, ada, eve):
    for person in (ada, eve):
        for do in (
            lambda who: actions.arrange(iteration=group, by=who, lines=lines_of(group)),
            lambda who: actions.set_times(iteration=group, by=who, times=TIMES),
            lambda who: actions.open_group(iteration=group, by=who),
            lambda who: actions.invite(iteration=group, by=who, person=who),
            lambda who: actions.set_pair_rule(iteration=group, by=who, rule="fixed"),
            lambda who: actions.edit_meeting(week=group.weeks.first(), by=who, title="Mine"),
            lambda who: actions.close_with_words(iteration=group, by=who, html="<p>Mine</p>"),
            lambda who: actions.add_meeting(
                iteration=group, by=who, title="Mine", day=date(2027, 3, 5), hour=time(9)
            ),
        ):
            with pytest.raises(Refusal):
                do(person)


# Opening --------------------------------------------------------------------------------------------------------------


def test_opening_puts_meetings_into_the_calendar_over_the_change_of_the_clocks(group, cy, ada):
    opened(group, cy, ada)
    meetings = list(Occurrence.objects.order_by("starts_at"))
    assert len(meetings) == 7
    assert meetings[0].starts_at == datetime(2027, 3, 3, 12, 30, tzinfo=UTC)
    assert meetings[2].starts_at == datetime(2027, 3, 31, 11, 30, tzinfo=UTC), "summer time since 28 March"
    assert all(each.ends_at - each.starts_at == timedelta(minutes=75) for each in meetings)
    assert Event.objects.visible_to(ada).count() == 7
    assert [week.meeting_id for week in group.weeks.all()] == [each.pk for each in meetings]


def test_opening_twice_or_with_a_first_meeting_in_the_past_is_refused(group, cy):
    with clock.moved_to(datetime(2027, 3, 4, tzinfo=UTC)), pytest.raises(Refusal, match="past"):
        actions.open_group(iteration=group, by=cy)
    actions.open_group(iteration=group, by=cy)
    with pytest.raises(Refusal):
        actions.open_group(iteration=group, by=cy)
    assert Event.objects.count() == 7


def test_invitations_go_out_with_the_opening_and_are_accepted_once(
    group, cy, ada, bo, eve, django_capture_on_commit_callbacks
):
    to_ada = actions.invite(iteration=group, by=cy, person=ada)
    by_letter = actions.invite(iteration=group, by=cy, email="new@example.net", words="Come and write.")
    to_bo = actions.invite(iteration=group, by=cy, person=bo, role=Enrolment.Role.MENTOR)
    with pytest.raises(Refusal):
        actions.accept_invitation(invitation=to_ada, by=ada)  # it has not gone out
    with django_capture_on_commit_callbacks(execute=True):
        actions.open_group(iteration=group, by=cy)
    letters = [each for each in mail.outbox if each.to == ["new@example.net"]]
    assert len(letters) == 1
    assert "Come and write." in letters[0].body
    assert "Spring group" in letters[0].subject
    assert Concern.objects.filter(activity__verb="group.invited").count() == 2
    with pytest.raises(Refusal, match="somebody else"):
        actions.accept_invitation(invitation=to_ada, by=eve)
    actions.accept_invitation(invitation=to_ada, by=ada)
    actions.accept_invitation(invitation=to_bo, by=bo)
    assert CircleMember.objects.filter(circle=group.facilitators, person=bo).exists()
    assert not CircleMember.objects.filter(circle=group.facilitators, person=ada).exists()
    with pytest.raises(Refusal, match="used"):
        actions.accept_invitation(invitation=to_ada, by=ada)
    token = actions.new_invitation_token(invitation=by_letter)
    found = GroupInvitation.objects.get(token_hash=hashed(token))
    actions.accept_invitation(invitation=found, by=eve)
    assert Enrolment.objects.filter(iteration=group, role=Enrolment.Role.PARTICIPANT).count() == 2


def test_an_invitation_is_taken_back_or_declined(group, cy, ada, bo):
    actions.open_group(iteration=group, by=cy)
    to_ada = actions.invite(iteration=group, by=cy, person=ada)
    to_bo = actions.invite(iteration=group, by=cy, person=bo)
    actions.withdraw_invitation(invitation=to_ada, by=cy)
    actions.decline_invitation(invitation=to_bo, by=bo)
    for invitation, person in ((to_ada, ada), (to_bo, bo)):
        with pytest.raises(Refusal):
            actions.accept_invitation(invitation=invitation, by=person)
    assert not queries.open_invitations(group)


def test_whom_one_names_is_one_person_one_can_see(group, cy, ada):
    assert actions.whom("Ada Candidate\nnew@example.net", by=cy) == [ada, "new@example.net"]
    make_person(name="Ada Candidate")
    with pytest.raises(Refusal, match="several"):
        actions.whom("Ada Candidate", by=cy)
    with pytest.raises(Refusal, match="nobody"):
        actions.whom("Zacharias Nowhere", by=cy)


# Pairs ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def members(db):
    return [make_person(name=f"Member {letter}") for letter in "ABCDEF"]


def reads_of(week):
    return sorted(Pair.objects.filter(week=week).values_list("reader", "writer"))


def test_pairs_are_worked_out_anew_when_somebody_leaves_and_the_past_stays(
    group, cy, members, django_capture_on_commit_callbacks
):
    opened(group, cy, *members)
    weeks = list(group.weeks.exclude(kind="kick_off"))
    assert all(len(reads_of(week)) == 6 for week in weeks)
    assert not Pair.objects.filter(week__kind="kick_off").exists()
    met = Counter(read for week in weeks[:5] for read in reads_of(week))
    assert set(met.values()) == {1}, "five meetings of six people: nobody twice"
    first = reads_of(weeks[0])
    with clock.moved_to(weeks[0].meeting.ends_at + timedelta(hours=1)):
        with django_capture_on_commit_callbacks(execute=True):
            enrolments.leave(
                enrolment=Enrolment.objects.get(iteration=group, person=members[0]), by=members[0]
            )
        assert reads_of(weeks[0]) == first
        for week in weeks[1:]:
            assert len(reads_of(week)) == 5
            assert members[0].pk not in {each for read in reads_of(week) for each in read}
        with django_capture_on_commit_callbacks(execute=True):
            enrolments.enrol(iteration=group, person=make_person(), by=cy)
        assert all(len(reads_of(week)) == 6 for week in weeks[1:])
        assert actions.pair(iteration=group) == 0, "again: nothing changes"


def test_who_cannot_come_is_left_out_this_time_and_answers_the_invitation(group, cy, members, eve):
    opened(group, cy, *members)
    week = group.weeks.get(number=2)
    mine = Enrolment.objects.get(iteration=group, person=members[0])
    actions.set_away(enrolment=mine, week=week, by=members[0], away=True)
    assert members[0].pk not in {each for read in reads_of(week) for each in read}
    assert Answer.objects.get(occurrence=week.meeting, person=members[0]).coming == "no"
    actions.set_away(enrolment=mine, week=week, by=members[0], away=False)
    assert len(reads_of(week)) == 6
    with pytest.raises(Refusal):
        actions.set_away(enrolment=mine, week=week, by=eve, away=True)


def test_another_rule_holds_for_what_is_ahead(group, cy, members):
    opened(group, cy, *members)
    actions.set_pair_rule(iteration=group, by=cy, rule="mentor")
    week = group.weeks.get(number=3)
    assert {reader for reader, _writer in reads_of(week)} == {cy.pk}
    assert len(reads_of(week)) == 6
    actions.set_pair_rule(iteration=group, by=cy, rule="fixed")
    assert reads_of(week) == reads_of(group.weeks.get(number=6))


# Meetings -------------------------------------------------------------------------------------------------------------


def test_the_next_meeting_is_prepared_once_the_one_before_is_over(group, cy, ada):
    opened(group, cy, ada)
    tasks.prepare_meetings()
    assert not Week.objects.filter(thread__isnull=False).exists(), "more than three weeks ahead"
    with clock.moved_to(datetime(2027, 3, 2, tzinfo=UTC)):
        tasks.prepare_meetings()
        tasks.prepare_meetings()
        assert list(Week.objects.filter(thread__isnull=False).values_list("number", flat=True)) == [1]
    with clock.moved_to(datetime(2027, 3, 3, 14, tzinfo=UTC)):
        tasks.prepare_meetings()
        tasks.prepare_meetings()
        week = group.weeks.get(number=2)
        assert week.thread.posts.count() == 1
        assert "tipped the scales" in week.thread.posts.get().html
    assert Activity.objects.filter(verb="meeting.preparing").count() == 2


def test_a_meeting_moves_with_its_day_for_drafts_and_its_calendar_entry(group, cy, ada):
    opened(group, cy, ada)
    week = group.weeks.get(number=2)
    with pytest.raises(Refusal, match="order"):
        actions.move_meeting(week=week, by=cy, day=date(2027, 4, 7), hour=time(9))
    actions.move_meeting(week=week, by=cy, day=date(2027, 3, 29), hour=time(9))
    week.refresh_from_db()
    assert (week.starts_on, week.drafts_due_on) == (date(2027, 3, 29), date(2027, 3, 26))
    assert week.meeting.starts_at == datetime(2027, 3, 29, 8, tzinfo=UTC)
    assert Concern.objects.filter(activity__verb="meeting.moved", person=ada).count() == 1
    with clock.moved_to(datetime(2027, 3, 29, 8, 30, tzinfo=UTC)), pytest.raises(Refusal, match="begun"):
        actions.move_meeting(week=week, by=cy, day=date(2027, 3, 30), hour=time(9))


def test_a_meeting_is_added_between_others(group, cy, members):
    opened(group, cy, *members)
    week = actions.add_meeting(
        iteration=group, by=cy, title="Catching up", day=date(2027, 3, 24), hour=time(17)
    )
    assert week.number == 3
    assert [each.number for each in group.weeks.all()] == list(range(1, 9))
    assert week.meeting.starts_at == datetime(2027, 3, 24, 17, tzinfo=UTC)
    assert len(reads_of(week)) == 6
    with pytest.raises(Refusal, match="already"):
        actions.add_meeting(iteration=group, by=cy, title="Again", day=date(2027, 3, 24), hour=time(9))


def test_who_was_there_is_noted_by_the_mentor_alone(group, cy, ada, bo):
    opened(group, cy, ada, bo)
    week = group.weeks.get(number=1)
    with pytest.raises(Refusal):
        actions.note_who_was_there(week=week, by=cy, people=[ada])
    with clock.moved_to(datetime(2027, 3, 3, 13, tzinfo=UTC)):
        with pytest.raises(Refusal):
            actions.note_who_was_there(week=week, by=ada, people=[ada])
        actions.note_who_was_there(week=week, by=cy, people=[ada, bo])
        actions.note_who_was_there(week=week, by=cy, people=[bo])
        actions.keep_notes(week=week, by=cy, notes="<p>We laid out our boards.</p>")
    assert [each.person for each in Attendance.objects.all()] == [bo]


def test_edited_words_reach_the_calendar(group, cy):
    actions.open_group(iteration=group, by=cy)
    week = group.weeks.get(number=2)
    actions.edit_meeting(week=week, by=cy, title="Choices and their price", prompts=["Why this one?"])
    week.refresh_from_db()
    assert (week.title, week.prompts) == ("Choices and their price", ["Why this one?"])
    assert week.meeting.event.title == "Spring group: Choices and their price"


# The end --------------------------------------------------------------------------------------------------------------


def test_the_report_is_frozen_on_the_end_and_words_stay_their_writers(
    group, cy, ada, bo, django_capture_on_commit_callbacks
):
    opened(group, cy, ada, bo)
    week = group.weeks.get(number=1)
    with clock.moved_to(datetime(2027, 3, 3, 14, tzinfo=UTC)):
        actions.note_who_was_there(week=week, by=cy, people=[ada, bo])
    with clock.moved_to(datetime(2027, 6, 10, tzinfo=UTC)):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.start_and_end()
        group.refresh_from_db()
        assert group.state == State.ENDED
        report = GroupReport.objects.get(iteration=group)
        assert report.facts["held"] == 7
        assert report.facts["meetings"][0]["there"] == 2
        assert ada.name not in str(report.facts), "ids, and no names"
        mine = Enrolment.objects.get(iteration=group, person=ada)
        actions.say(enrolment=mine, by=ada, words="I finished because of you.", by_name=True)
        actions.close_with_words(iteration=group, by=cy, html="<p>Well written.</p>")
        with pytest.raises(Refusal):
            actions.say(enrolment=mine, by=bo, words="Not mine", by_name=True)
        shown = queries.report(group, report.facts, report, cy)
        assert shown.sayings == [("I finished because of you.", "Ada Candidate")]
    with clock.moved_to(datetime(2027, 6, 10, 1, tzinfo=UTC) + actions.WORDS_LAST):
        with pytest.raises(Refusal, match="closed"):
            actions.say(enrolment=mine, by=ada, words="Something else", by_name=True)
        with pytest.raises(Refusal, match="closed"):
            actions.close_with_words(iteration=group, by=cy, html="<p>More.</p>")
        actions.say(enrolment=mine, by=ada, words="I finished because of you.", by_name=False)
        assert queries.report(group, report.facts, report, cy).sayings == [("I finished because of you.", "")]
        actions.say(enrolment=mine, by=ada, words="", by_name=False)
        assert not Saying.objects.exists()
        assert actions.freeze_report(iteration=group).made_at == report.made_at


def test_an_erased_member_is_gone_from_the_report_at_once(group, cy, ada):
    opened(group, cy, ada)
    mine = Enrolment.objects.get(iteration=group, person=ada)
    actions.say(enrolment=mine, by=ada, words="Mine", by_name=True)
    report = actions.freeze_report(iteration=group)
    erase(person=ada, by=ada)
    shown = queries.report(group, report.facts, report, cy)
    assert (shown.sayings, shown.members) == ([], [])


def test_a_cancelled_group_takes_its_meetings_along(group, cy, ada):
    opened(group, cy, ada)
    iterations.cancel(iteration=group, by=cy, because="Not enough of us")
    assert not Occurrence.objects.ahead().exists()
    assert actions.pair(iteration=group) == 0
    assert actions.to_prepare() == []


# Counts ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_the_same_of_the_database_for_one_member_and_for_three(
    group, cy, members, count, django_assert_num_queries
):
    opened(group, cy, *members[:count])
    with clock.moved_to(datetime(2027, 3, 3, 14, tzinfo=UTC)):
        tasks.prepare_meetings()
        me = members[0]
        group = Iteration.objects.select_related("course").get(pk=group.pk)
        found = standing(group, me)
        week = Week.objects.select_related("thread", "meeting__event", "draft_node").get(
            iteration=group, number=2
        )
        week.iteration = group
        with django_assert_num_queries(3):
            queries.group_page(group, found, me)
        with django_assert_num_queries(4):
            queries.meeting_page(week, found, me)
        with django_assert_num_queries(2):
            queries.what_next_in_groups(me)


def test_what_is_next_for_a_member_and_for_somebody_invited(group, cy, ada, bo):
    opened(group, cy, ada)
    with clock.moved_to(datetime(2027, 3, 3, 14, tzinfo=UTC)):
        actions.invite(iteration=group, by=cy, person=bo)
        draft, meeting = queries.what_next_in_groups(ada)
        assert (draft.day, meeting.day) == (date(2027, 3, 14), datetime(2027, 3, 17, 12, 30, tzinfo=UTC))
        assert [card.icon for card in queries.invitations_for(bo)] == ["mail"]
        assert queries.what_next_in_groups(bo) == []
        assert [card.icon for card in queries.what_next_in_groups(cy)] == ["users-round"]


def test_an_open_course_is_no_group(cy, ada):
    iteration = make_iteration(cy)
    assert not queries.is_group(iteration)
    assert moments.is_zone(iteration.time_zone)
    assert actions.to_prepare() == []
