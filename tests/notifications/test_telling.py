"""Whom an activity concerns is told: in the app, and by a letter that goes once."""

import logging
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from collegium.foundation import clock
from collegium.notifications import actions, addresses, handlers, letters, queries
from collegium.notifications.models import Notification, Preference
from collegium.people import actions as people_actions
from tests.factories import make_organisation, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(db):
    return make_organisation(name="Calderbeck")


def test_whom_it_concerns_is_told_in_the_app_and_by_letter(wave, ada, bo, eve, place):
    activity = wave(ada, place, (bo, "friend"))
    notification = Notification.objects.get()
    assert (notification.person, notification.activity, notification.role) == (bo, activity, "friend")
    assert queries.line(notification).sentence == "Ada Candidate waved at you with a <b>flag</b>"
    assert queries.line(notification).address == f"/schemes/id/{place.pk}/"
    letter = mail.outbox[0]
    assert len(mail.outbox) == 1
    assert (letter.to, letter.subject) == (
        ["bo@example.org"],
        "Ada Candidate waved at you with a <b>flag</b>",
    )
    assert "a <b>flag</b>" in letter.body
    assert "&lt;b&gt;flag" in letter.alternatives[0].content
    assert f"/notifications/{notification.pk}" in letter.body
    notification.refresh_from_db()
    assert notification.letter_sent_at is not None
    assert notification.letter_attempts == 1


def test_nobody_is_told_of_what_they_did_themselves(wave, ada, place):
    wave(ada, place, (ada, "friend"))
    assert not Notification.objects.exists()


def test_a_verb_may_be_told_in_the_app_only(wave, ada, bo, place):
    wave(ada, place, (bo, "watcher"))
    assert Notification.objects.get().letter_due_at is None
    assert mail.outbox == []
    assert queries.line(Notification.objects.get()).address == "/notifications/"  # its page is no more


def test_a_person_chooses_what_comes_by_letter(wave, ada, bo, place):
    actions.choose(person=bo, ways={"test.waved": "in_app"})
    wave(ada, place, (bo, "friend"))
    assert mail.outbox == []
    actions.choose(person=bo, ways={"test.waved": "at_once"})
    wave(ada, place, (bo, "watcher"))
    assert len(mail.outbox) == 1
    assert Preference.objects.count() == 1


def test_the_letter_comes_in_its_readers_language(wave, ada, place):
    reader = make_person(email="leser@example.org", language="de")
    wave(ada, place, (reader, "friend"))
    assert '<html lang="de"' in mail.outbox[0].alternatives[0].content


def test_handing_over_twice_tells_once(wave, ada, bo, place, django_capture_on_commit_callbacks):
    activity = wave(ada, place, (bo, "friend"))
    with django_capture_on_commit_callbacks(execute=True):
        handlers.tell(activity)
    letters.send(Notification.objects.get().pk)
    assert Notification.objects.count() == 1
    assert len(mail.outbox) == 1


def test_a_subject_cannot_smuggle_a_header_in(wave, ada, bo, place):
    wave(ada, place, (bo, "friend"), what="x\nBcc: everybody@example.org\r\n\r\nbody")
    message = mail.outbox[0].message()
    assert message["Bcc"] is None
    assert "\n" not in mail.outbox[0].subject


def test_who_left_meanwhile_gets_no_letter(wave, ada, bo, place):
    wave(ada, place, (bo, "friend"))
    notification = Notification.objects.get()
    Notification.objects.update(letter_sent_at=None)
    bo.account.is_active = False
    bo.account.save()
    letters.send(notification.pk)
    notification.refresh_from_db()
    assert len(mail.outbox) == 1
    assert notification.letter_due_at is None


def test_an_erased_person_is_told_nothing(wave, ada, bo, place):
    wave(ada, place, (bo, "friend"))
    people_actions.erase(person=bo, by=bo)
    assert not Notification.objects.exists()
    wave(ada, place, (bo, "friend"))
    assert not Notification.objects.exists()
    assert len(mail.outbox) == 1


# Mail servers fail, workers die ---------------------------------------------------------------------------------------


class PowerCut(BaseException):
    """The process dies here: nothing that catches errors catches this."""


class Failing(BaseEmailBackend):
    """A mail server that does, one after the other, what ``plan`` says; then it works."""

    plan: list[BaseException] = []

    def send_messages(self, messages):
        if self.plan:
            raise self.plan.pop(0)
        mail.outbox.extend(messages)
        return len(messages)


@pytest.fixture
def failing(settings):
    settings.EMAIL_BACKEND = f"{Failing.__module__}.Failing"
    mail.outbox = []
    yield Failing.plan
    Failing.plan.clear()


@pytest.fixture
def due(wave, ada, bo, place, failing):
    failing.append(OSError("the mail server does not answer"))
    logging.disable(logging.CRITICAL)
    with pytest.raises(OSError, match="does not answer"):
        wave(ada, place, (bo, "friend"))
    logging.disable(logging.NOTSET)
    return Notification.objects.get()


def test_a_letter_that_could_not_be_sent_is_sent_at_the_next_attempt(due):
    assert (due.letter_sent_at, due.letter_claimed_until, due.letter_attempts) == (None, None, 1)
    letters.send(due.pk)
    letters.send(due.pk)
    due.refresh_from_db()
    assert len(mail.outbox) == 1
    assert due.letter_sent_at is not None
    assert due.letter_attempts == 2


def test_a_crash_between_claim_and_sending_delays_the_letter_and_does_not_lose_or_double_it(
    due, failing, django_capture_on_commit_callbacks
):
    failing.append(PowerCut())
    with pytest.raises(PowerCut):
        letters.send(due.pk)
    due.refresh_from_db()
    assert due.letter_sent_at is None
    assert due.letter_claimed_until > clock.wall()  # held by somebody who is no more

    letters.send(due.pk)  # another worker, at once: it cannot know that the first is dead
    assert mail.outbox == []

    Notification.objects.update(
        letter_claimed_until=clock.wall() - timedelta(seconds=1),
        letter_due_at=clock.now() - timedelta(hours=1),
    )
    with django_capture_on_commit_callbacks(execute=True):
        letters.send_what_was_left()
    with django_capture_on_commit_callbacks(execute=True):
        letters.send_what_was_left()
    assert len(mail.outbox) == 1
    due.refresh_from_db()
    assert due.letter_sent_at is not None


def test_the_same_letter_has_the_same_name_however_often_it_goes(due):
    """Between sending and noting it, a crash sends twice; mail readers then show one."""
    letters.send(due.pk)
    Notification.objects.update(letter_sent_at=None)
    letters.send(due.pk)
    names = {letter.message()["Message-ID"] for letter in mail.outbox}
    assert len(mail.outbox) == 2
    assert names == {f"<notification-{due.pk}@127.0.0.1>"}


def test_what_cannot_be_sent_for_days_is_given_up(due, django_capture_on_commit_callbacks):
    Notification.objects.update(
        letter_attempts=letters.GIVE_UP_AFTER, letter_due_at=clock.now() - timedelta(days=3)
    )
    with django_capture_on_commit_callbacks(execute=True):
        letters.send_what_was_left()
    assert mail.outbox == []


# Many at once ---------------------------------------------------------------------------------------------------------


class Counting(BaseEmailBackend):
    """A mail server that notes how often it is called up, and hangs up at what ``plan`` says."""

    calls: list[str] = []
    is_open = False

    def open(self):
        if not self.is_open:
            self.is_open = True
            Counting.calls.append("open")
            return True
        return False

    def close(self):
        if self.is_open:
            self.is_open = False
            Counting.calls.append("close")

    def send_messages(self, messages):
        if Failing.plan and messages[0].to == [Failing.plan[0]]:
            Failing.plan.pop()
            raise OSError("hung up")
        mail.outbox.extend(messages)
        return len(messages)


@pytest.fixture
def many(wave, ada, place, settings, failing):
    settings.EMAIL_BACKEND = f"{Counting.__module__}.Counting"
    Counting.calls.clear()
    readers = [make_person(name=f"Reader <{number}>", email=f"r{number}@example.org") for number in range(5)]
    wave(ada, place, *[(reader, "friend") for reader in readers])
    return readers


def test_many_letters_go_over_one_connection_and_each_has_its_own_links(many):
    assert Counting.calls == ["open", "close"]
    assert sorted(letter.to[0] for letter in mail.outbox) == [f"r{number}@example.org" for number in range(5)]
    stops = set()
    for letter in mail.outbox:
        reader = next(each for each in many if each.account.email == letter.to[0])
        html = letter.alternatives[0].content
        assert f"Dear {reader.name}," in letter.body
        assert f"Dear Reader &lt;{reader.name[-2]}&gt;," in html
        stop = letter.extra_headers["List-Unsubscribe"].strip("<>")
        assert stop in letter.body
        assert stop in html
        token = stop.rpartition("/")[2]
        assert addresses.read_stop_token(token) == (reader.pk, "test.waved")
        stops.add(stop)
        assert "\ue000" not in letter.body + html
    assert len(stops) == 5


def test_where_the_mail_server_hangs_up_the_others_go_over_a_new_connection(
    many, failing, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(letters, "A_CLAIM", 2)
    Notification.objects.update(letter_sent_at=None)
    mail.outbox.clear()
    Counting.calls.clear()
    failing.append("r2@example.org")
    with django_capture_on_commit_callbacks(execute=True):
        letters.send_many([each.pk for each in Notification.objects.order_by("pk")])
    assert len(mail.outbox) == len({letter.to[0] for letter in mail.outbox}) == 5
    assert not Notification.objects.filter(letter_sent_at=None).exists()
    assert Counting.calls[:3] == ["open", "close", "open"]


BATCH, EACH = 6, 3


def test_a_batch_asks_the_same_few_things_for_two_and_for_five(many, django_assert_num_queries):
    for number in (2, 5):
        Notification.objects.update(letter_sent_at=None)
        ids = list(Notification.objects.order_by("pk").values_list("pk", flat=True)[:number])
        # Held, looked at and written together; each noted by itself, once it is on its way.
        with django_assert_num_queries(BATCH + EACH * number):
            letters.send_many(ids)
