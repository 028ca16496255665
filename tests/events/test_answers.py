"""Answers, the waiting list, attendance, records, and reminders."""

import datetime as dt
import threading

import pytest
from django.core import mail
from django.db import connection

from collegium.activity.models import Activity, Concern
from collegium.events import actions, queries, tasks
from collegium.events.models import Attendance, Reminder
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience
from tests.communities.factories import make_community
from tests.events.factories import make_event, make_occurrence, remove_member
from tests.factories import make_person

pytestmark = pytest.mark.django_db


def said(occurrence):
    return {
        each.person.name.split()[0]: each.coming
        for each in occurrence.answers.select_related("person").order_by("pk")
    }


@pytest.fixture
def community(ada, bo, cy):
    return make_community(ada, bo, convener=cy)


@pytest.fixture
def small(cy, community):
    """Tomorrow, with one place."""
    return make_occurrence(cy, community, capacity=1)


def test_who_comes_after_the_last_place_waits_and_is_given_the_next(small, ada, bo, cy):
    for each in (ada, bo, cy):
        actions.answer(occurrence=small, person=each, coming="yes")
    assert said(small) == {"Ada": "yes", "Bo": "waiting", "Cy": "waiting"}
    actions.answer(occurrence=small, person=bo, coming="yes")  # asking again does not lose the turn
    assert queries.shown(small.pk, cy).in_line == 1
    actions.answer(occurrence=small, person=ada, coming="maybe")
    assert said(small) == {"Ada": "maybe", "Bo": "yes", "Cy": "waiting"}
    told = Activity.objects.get(verb="event.place_free").concerns.get()
    assert (told.person, told.role) == (bo, "guest")
    actions.answer(occurrence=small, person=cy, coming="no")
    actions.answer(occurrence=small, person=bo, coming="no")
    assert Activity.objects.filter(verb="event.place_free").count() == 1


def test_more_room_is_for_those_who_wait_first(small, ada, bo, cy):
    for each in (ada, bo, cy):
        actions.answer(occurrence=small, person=each, coming="yes")
    actions.change(event=small.event, by=cy, capacity=2)
    assert said(small) == {"Ada": "yes", "Bo": "yes", "Cy": "waiting"}
    actions.change(event=small.event, by=cy, capacity=None)
    assert said(small)["Cy"] == "yes"


def test_a_place_never_goes_to_somebody_who_may_come_no_more(small, community, ada, bo, cy):
    for each in (ada, bo, cy):
        actions.answer(occurrence=small, person=each, coming="yes")
    remove_member(community, bo)
    actions.answer(occurrence=small, person=ada, coming="no")
    assert said(small) == {"Ada": "no", "Bo": "waiting", "Cy": "yes"}


def test_whoever_is_removed_gives_up_their_place(small, community, ada, bo):
    for each in (ada, bo):
        actions.answer(occurrence=small, person=each, coming="yes")
    assert actions.give_up_places(community=community) == 0
    remove_member(community, ada)
    assert actions.give_up_places(community=community) == 1
    assert said(small) == {"Ada": "no", "Bo": "yes"}


@pytest.mark.parametrize("kind", ["open", "circle"])
def test_what_was_missed_is_settled_later(kind, cy, ada, eve):
    community = make_community(ada, convener=cy, audience=Audience.SIGNED_IN)
    occurrence = make_occurrence(cy, community, audience=Audience.SIGNED_IN)
    actions.answer(occurrence=occurrence, person=eve, coming="yes")
    actions.answer(occurrence=occurrence, person=ada, coming="yes")
    if kind == "circle":
        community.audience = Audience.CIRCLE
        community.save()
    tasks.give_up_places()
    assert said(occurrence) == {"Eve": "no" if kind == "circle" else "yes", "Ada": "yes"}


def test_the_same_answer_to_all_that_is_ahead(cy, ada, community):
    event = make_event(cy, community, repeats="weekly", times=3)
    assert len(actions.answer_all(event=event, person=ada, coming="yes")) == 3


@pytest.mark.django_db(transaction=True)
def test_two_at_once_for_the_last_place(cy, ada, bo, community):
    occurrence = make_occurrence(cy, community, capacity=1)
    start = threading.Barrier(2)
    troubles = []

    def come(person):
        try:
            start.wait(timeout=10)
            actions.answer(occurrence=occurrence, person=person, coming="yes")
        except Exception as trouble:  # noqa: BLE001  # is looked at below
            troubles.append(trouble)
        finally:
            connection.close()

    threads = [threading.Thread(target=come, args=(each,)) for each in (ada, bo)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert troubles == []
    assert sorted(said(occurrence).values()) == ["waiting", "yes"]


# Attendance -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "refused"),
    [(-16, "too early"), (-14, None), (0, None), (59, None), (61, "too late")],
)
def test_the_code_is_taken_around_the_start(minutes, refused, cy, ada, community):
    occurrence = make_occurrence(cy, community)
    with clock.moved_to(occurrence.starts_at + dt.timedelta(minutes=minutes)):
        if refused:
            with pytest.raises(Refusal, match=refused):
                actions.check_in(occurrence=occurrence, person=ada, code=occurrence.code)
            assert not Attendance.objects.exists()
        else:
            typed = f" {occurrence.code[:4].lower()}-{occurrence.code[4:]} "
            actions.check_in(occurrence=occurrence, person=ada, code=typed)
            actions.check_in(occurrence=occurrence, person=ada, code=occurrence.code)
            assert Attendance.objects.get().way == Attendance.Way.CODE
            assert Activity.objects.filter(verb="event.attended").count() == 1


def test_a_wrong_code_and_a_stranger(cy, ada, eve, community):
    occurrence = make_occurrence(cy, community)
    with clock.moved_to(occurrence.starts_at):
        with pytest.raises(Refusal, match="not the code"):
            actions.check_in(occurrence=occurrence, person=ada, code="ÄÄÄÄÄÄÄÄ")
        with pytest.raises(Refusal, match="not open to you"):
            actions.check_in(occurrence=occurrence, person=eve, code=occurrence.code)


def test_a_host_keeps_the_code_open_shuts_it_and_makes_another(cy, ada, community):
    occurrence = make_occurrence(cy, community)
    old = occurrence.code
    with clock.moved_to(occurrence.starts_at + dt.timedelta(hours=3)):
        occurrence = actions.keep_code_open(occurrence=occurrence, by=cy, minutes=10)
        assert actions.renew_code(occurrence=occurrence, by=cy).code != old
        with pytest.raises(Refusal, match="not the code"):
            actions.check_in(occurrence=occurrence, person=ada, code=old)
        actions.check_in(occurrence=occurrence, person=ada, code=occurrence.code)
    with pytest.raises(Refusal, match="Only a host"):
        actions.keep_code_open(occurrence=occurrence, by=ada, minutes=10)


def test_the_list_of_the_host(cy, ada, bo, eve, community):
    occurrence = make_occurrence(cy, community)
    actions.answer(occurrence=occurrence, person=ada, coming="yes")
    with pytest.raises(Refusal, match="not begun"):
        actions.note_attendance(occurrence=occurrence, person=bo, by=cy)
    with clock.moved_to(occurrence.ends_at):
        noted = actions.note_attendance(occurrence=occurrence, person=bo, by=cy)
        with pytest.raises(Refusal, match="does not belong"):
            actions.note_attendance(occurrence=occurrence, person=eve, by=cy)
        with pytest.raises(Refusal, match="Only a host"):
            actions.note_attendance(occurrence=occurrence, person=ada, by=ada)
    lines = queries.attendance_list(occurrence, named="cy con")
    assert [(each.person, bool(each.answer), bool(each.attendance)) for each in lines] == [
        (ada, True, False),
        (bo, False, True),
        (cy, False, False),
    ]
    actions.take_off_list(attendance=noted, by=cy)
    assert not Attendance.objects.exists()


def test_who_checked_in_is_not_taken_off(cy, ada, community):
    occurrence = make_occurrence(cy, community)
    with clock.moved_to(occurrence.starts_at):
        attendance = actions.check_in(occurrence=occurrence, person=ada, code=occurrence.code)
    with pytest.raises(Refusal, match="checked in"):
        actions.take_off_list(attendance=attendance, by=cy)


def test_recording_and_notes(cy, ada, bo, community):
    occurrence = make_occurrence(cy, community)
    actions.answer(occurrence=occurrence, person=ada, coming="yes")
    with pytest.raises(Refusal, match="not begun"):
        actions.keep_record(occurrence=occurrence, by=cy, notes="<p>Before</p>")
    with clock.moved_to(occurrence.ends_at + dt.timedelta(hours=1)):
        actions.note_attendance(occurrence=occurrence, person=bo, by=cy)
        with pytest.raises(Refusal, match="begins with https"):
            actions.keep_record(occurrence=occurrence, by=cy, recording_url="ftp://example.org/film")
        for notes in ("<p>We <b>spoke</b>.</p>", "<p>Again.</p>"):
            actions.keep_record(
                occurrence=occurrence, by=cy, recording_url="https://example.org/film", notes=notes
            )
    assert Activity.objects.get(verb="event.recorded").about_id == str(occurrence.pk)  # told once: see crowds


# Reminders ------------------------------------------------------------------------------------------------------------


def test_reminders_go_once_each_to_those_who_come(cy, ada, bo, community, django_capture_on_commit_callbacks):
    occurrence = make_occurrence(cy, community, starts_at=clock.now() + dt.timedelta(days=3))
    eager = make_person(name="Di Eager")
    for person, coming in ((ada, "yes"), (bo, "maybe"), (cy, "no")):
        actions.answer(occurrence=occurrence, person=person, coming=coming)
    tasks.remind()
    assert not Reminder.objects.exists()
    for before, kind, role in (
        (dt.timedelta(hours=23), "day", "guest"),
        (dt.timedelta(minutes=14), "soon", "guest_soon"),
    ):
        with clock.moved_to(occurrence.starts_at - before):
            tasks.remind()
            tasks.remind()
        assert Reminder.objects.filter(kind=kind).count() == 2
        concerned = Concern.objects.filter(activity__verb="event.reminder", role=role)
        assert {each.person for each in concerned} == {ada, bo}
    assert not Reminder.objects.filter(person=eager).exists()


def test_no_reminder_of_what_does_not_take_place_or_to_whom_it_is_no_business(cy, ada, bo, community):
    event = make_event(
        cy, community, starts_at=clock.now() + dt.timedelta(hours=23, minutes=50), repeats="weekly", times=2
    )
    with clock.moved_to(clock.now() - dt.timedelta(days=2)):
        for person in (ada, bo):
            actions.answer_all(event=event, person=person, coming="yes")
    remove_member(community, bo)
    first = event.occurrences.get(number=1)
    tasks.remind()
    assert [each.person for each in Reminder.objects.all()] == [ada]
    # Moved by a day: what was said of the old time is said again of the new one.
    actions.move_occurrence(occurrence=first, by=cy, starts_at=first.starts_at + dt.timedelta(days=1))
    assert not Reminder.objects.exists()
    actions.cancel(event=event, by=cy, because="Snow")
    with clock.moved_to(first.starts_at + dt.timedelta(minutes=30)):
        tasks.remind()
    assert not Reminder.objects.exists()


def test_who_answers_in_the_last_day_is_reminded_only_shortly_before(cy, ada, community):
    occurrence = make_occurrence(cy, community, starts_at=clock.now() + dt.timedelta(hours=23))
    actions.answer(occurrence=occurrence, person=ada, coming="yes")
    tasks.remind()
    assert not Reminder.objects.exists()
    assert mail.outbox == []
