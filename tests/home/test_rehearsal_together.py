"""The course and the writing group of a rehearsal: that they hold, and that what is broken is said in a sentence."""

from email import message_from_bytes, policy
from pathlib import Path

import icalendar
import pytest
from django.core import mail

from collegium.activity.models import Activity
from collegium.conversations import actions as conversations
from collegium.courses.actions import enrolments, iterations, nudges, triggers
from collegium.courses.models import Enrolment, Iteration, Week
from collegium.foundation import clock
from collegium.home.rehearsal import cast, hours, letters, running, walking
from collegium.home.rehearsal.stage import Stage
from collegium.home.rehearsal.telling import Telling, written
from collegium.people.models import CircleMember
from collegium.portfolios.actions import writing
from collegium.schemes import actions as schemes
from tests.schemes.samples import FRAMEWORK, SCHEME

ROOT = Path(__file__).resolve().parent.parent.parent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _letters_can_be_replied_to(settings):
    settings.REPLY_DOMAIN = "reply.rehearsal.example"  # as the command has it


def walked(file: Path, out: Path, *, course: bool = True, group: bool = True) -> Telling:
    """Without the candidates, for whom there are tests of their own."""
    mail.outbox.clear()
    out.mkdir(exist_ok=True)
    scheme = schemes.checked_file(file).scheme
    told = Telling(lambda *_how_far: None)
    with clock.moved_to(walking.beginning(scheme)):
        version = schemes.load_file(file)
        country = scheme.partners[0].country or "GB"
        people = cast.assemble(told, version.scheme, country=country)
        keys, _others = walking.completable(version)
        stage = Stage(told, version, people, web="")
        running.run(stage, keys[0], out, country=country, course=course, group=group)
        letters.leave(told, out)
    return told


def lantern(folder: Path) -> Path:
    """A scheme that nobody has, with few sections: quick to walk."""
    (folder / "frameworks").mkdir()
    (folder / "frameworks" / "lantern-1.yaml").write_text(FRAMEWORK)
    file = folder / "lantern.yaml"
    file.write_text(SCHEME if isinstance(SCHEME, str) else SCHEME.decode())
    return file


# What holds -------------------------------------------------------------------------------------------------------------


def test_a_course_and_a_group_are_walked_on_one_scheme_to_the_end(tmp_path):
    told = walked(ROOT / "schemes" / "cmalt.yaml", tmp_path / "out")
    assert told.failures == []
    report = written(told, "CMALT", "1")
    for line in (
        "At its moment the triggering event went out, once",
        "once, over ",
        "Post number 11 within the hour: refused.",
        "The measure is taken back, and Jonas Adeyemi may post again",
        "From the next moment on they are in no circle of it",
        "Nobody is told that they are late",
        "Kept twice, it is one piece",
        "Its log begins with what was changed and why",
        "It stands in the thread once, without what was quoted below it",
        "Every answer is kept with its question; answered twice, it is one",
        "With another name for it: “Do not rely on this",
        "5 comments still stand at their passage",
        "to which nobody agreed, did not go out",
        "It is a PDF, with the names of all and what they said",
        "What was shared for a meeting is read by nobody any more",
    ):
        assert line in report, line
    # The facts themselves, beside what the walk says of them.
    course = Iteration.objects.get(copied_from=None, course__shape="open")
    group = Iteration.objects.get(course__shape="group")
    assert (course.state, group.state) == ("archived", "ended")
    assert course.copies.get().decisions.count() == 2
    assert not course.weeks.filter(triggered_at=None).exists()
    assert Enrolment.objects.filter(iteration=course, completed_at__isnull=False).exists()
    assert Enrolment.objects.filter(iteration=course, completed_at__isnull=True, left_at=None).exists()
    triggered = Activity.objects.filter(verb="week.triggered").values_list("about_id", flat=True)
    assert sorted(triggered) == sorted({str(week.pk) for week in course.weeks.all()})


def test_it_leaves_calendars_a_report_and_the_letters(tmp_path):
    out = tmp_path / "out"
    told = walked(lantern(tmp_path), out)
    assert told.failures == []
    for name in ("calendar.ics", "group-calendar.ics"):
        assert icalendar.Calendar.from_ical((out / name).read_bytes()).walk("VEVENT")
    assert (out / "group-report.pdf").read_bytes().startswith(b"%PDF-")
    sent = sorted((out / "letters").iterdir())
    assert len(sent) == len(told.sent) > 50
    one = message_from_bytes(sent[0].read_bytes(), policy=policy.default)
    assert one["To"].addresses[0].addr_spec.endswith(".example")
    # Dated by the clock of the rehearsal, not by the one on the wall.
    assert one["Date"].datetime.date() == told.sent[0][0].date()


@pytest.mark.parametrize("name", ["cmalt-australasia", "advance-he-fellowship"])
def test_a_course_is_laid_out_and_run_on_every_scheme_that_is_shipped(name, tmp_path):
    told = walked(ROOT / "schemes" / f"{name}.yaml", tmp_path / "out", group=False)
    assert told.failures == []
    assert told.checks > 90


def test_a_group_is_laid_out_by_the_dimensions_of_a_framework_that_has_them(tmp_path):
    told = walked(ROOT / "schemes" / "advance-he-fellowship.yaml", tmp_path / "out", course=False)
    assert told.failures == []


# What is broken is said ---------------------------------------------------------------------------------------------------


def test_what_is_broken_in_a_course_is_said(tmp_path, monkeypatch):
    """The house is broken on purpose in four places, since a check that cannot fail says nothing."""

    def trigger_again(*, week: Week) -> bool:
        Week.objects.filter(pk=week.pk, trigger_at__lte=clock.now()).update(triggered_at=None)
        return bool(trigger(week=week))

    def leave_in_name_only(*, enrolment: Enrolment, by: object) -> Enrolment:
        found = leave(enrolment=enrolment, by=by)
        CircleMember.objects.create(circle_id=enrolment.iteration.circle_id, person=enrolment.person)
        return found

    def without_decision(**_facts: object) -> None:
        return None

    trigger, leave = triggers.trigger, enrolments.leave
    monkeypatch.setattr(triggers, "trigger", trigger_again)
    monkeypatch.setattr(enrolments, "leave", leave_in_name_only)
    monkeypatch.setattr(enrolments, "note_progress", lambda enrolment: enrolment)
    monkeypatch.setattr("collegium.courses.handlers.note_progress", lambda enrolment: enrolment)
    monkeypatch.setattr(conversations, "mark_answer", without_decision)
    monkeypatch.setattr(iterations, "decide", without_decision)
    told = walked(lantern(tmp_path), tmp_path / "out", group=False)
    said = "\n".join(told.failures)
    for sentence in (
        "At its moment the triggering event went out, once",
        "From the next moment on they are in no circle of it",
        "Writing in it, having left: this should have been refused.",
        "and it is noted of exactly these",
        "It is marked that Benedikt Osei answered it",
        "Its log begins with what was changed and why",
    ):
        assert sentence in said, sentence
    assert "checks did not come out as they should" in written(told, "Lantern", "1")


def test_what_is_broken_in_a_group_is_said(tmp_path, monkeypatch):
    def at_another_hour(told: Telling) -> None:
        """A worker that knows no nudges."""
        monkeypatch.setattr(nudges, "due", list)
        look(told)

    look = hours.look
    monkeypatch.setattr(hours, "look", at_another_hour)
    monkeypatch.setattr("collegium.courses.actions.groups.pairs.reads", lambda *_what, **_how: _nobody(_what))
    told = walked(lantern(tmp_path), tmp_path / "out", course=False)
    said = "\n".join(told.failures)
    for sentence in (
        "For meeting 2 each of 5 reads somebody else and is read",
        "went to the buddy on",
        "goes out each Monday, once",
        "drafts: each is read by its critical friend, and by nobody outside",
    ):
        assert sentence in said, sentence


def _nobody(what: tuple) -> list[list[tuple[int, int]]]:
    _rule, meetings = what
    return [[] for _meeting in meetings]


def test_comments_that_lose_their_passage_are_said(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "follow_passages", lambda part: part.comments.update(is_lost=True))
    told = walked(lantern(tmp_path), tmp_path / "out", course=False)
    assert any("still stand at their passage" in failure for failure in told.failures)
