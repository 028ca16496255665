"""When letters come: in the reader's own zone, once a day also when the clocks change, and not in quiet hours."""

import pytest
from django.core import mail
from django.utils.dateparse import parse_datetime

from collegium.foundation import clock
from collegium.notifications import actions, digests, letters, moments
from collegium.notifications.models import Digest, Hours, Notification
from tests.factories import make_organisation, make_person


def at(text):
    return parse_datetime(text)


@pytest.mark.parametrize(
    ("now", "hour", "zone", "due"),
    [
        ("2026-11-04T06:59Z", 7, "UTC", "2026-11-04T07:00Z"),
        ("2026-11-04T07:00Z", 7, "UTC", "2026-11-05T07:00Z"),
        ("2026-11-04T00:00Z", 7, "Pacific/Auckland", "2026-11-04T18:00Z"),
        ("2026-11-04T00:00Z", 7, "no/such", "2026-11-04T07:00Z"),
        # Clocks go forward at 01:00 UTC: 02:30 is no time that day, 03:00 comes right after 01:59.
        ("2026-03-29T00:30Z", 2, "Europe/Berlin", "2026-03-29T01:00Z"),
        ("2026-03-29T01:00Z", 2, "Europe/Berlin", "2026-03-30T00:00Z"),
        # Clocks go back: 02:00 comes twice, the digest once.
        ("2026-10-24T23:00Z", 2, "Europe/Berlin", "2026-10-25T00:00Z"),
        ("2026-10-25T00:30Z", 2, "Europe/Berlin", "2026-10-26T01:00Z"),
    ],
)
def test_the_next_daily_digest(now, hour, zone, due):
    assert moments.due_at("daily", Hours(digest_hour=hour), zone, at(now)) == at(due)


def test_every_day_of_a_year_has_one_digest():
    hours = Hours(digest_hour=2)
    moment, days = at("2026-01-01T00:00Z"), []
    while (moment := moments.due_at("daily", hours, "America/New_York", moment)) < at("2027-01-01T08:00Z"):
        days.append(moment.astimezone(moments.zone("America/New_York")).date())
    assert (
        len(days) == len(set(days)) == 366
    )  # with the last day of the year before, and the first of the next


def test_the_weekly_digest_has_its_day():
    hours = Hours(digest_hour=9, digest_weekday=4)
    assert moments.due_at("weekly", hours, "Europe/London", at("2026-06-01T00:00Z")) == at(
        "2026-06-05T08:00Z"
    )
    assert moments.due_at("weekly", hours, "Europe/London", at("2026-06-05T08:00Z")) == at(
        "2026-06-12T08:00Z"
    )


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-04T20:59Z", "2026-11-04T20:59Z"),
        ("2026-11-04T21:00Z", "2026-11-05T05:00Z"),  # 22:00 in Berlin
        ("2026-11-05T03:00Z", "2026-11-05T05:00Z"),
        ("2026-11-05T05:00Z", "2026-11-05T05:00Z"),
        ("2026-10-24T23:30Z", "2026-10-25T05:00Z"),  # the night when the clocks go back
    ],
)
def test_quiet_hours_over_midnight(now, due):
    hours = Hours(quiet_from=22, quiet_until=6)
    assert moments.due_at("at_once", hours, "Europe/Berlin", at(now)) == at(due)


def test_in_the_app_only_has_no_letter():
    assert moments.due_at("in_app", None, "UTC", at("2026-11-04T20:59Z")) is None


# In life --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def place(db):
    return make_organisation()


@pytest.fixture
def reader(db):
    return make_person(email="reader@example.org", time_zone="Europe/Berlin", name="Rhea Reader")


def test_a_letter_waits_until_quiet_hours_end(wave, ada, reader, place, django_capture_on_commit_callbacks):
    actions.set_hours(person=reader, quiet_from=22, quiet_until=6)
    with clock.moved_to(at("2026-11-04T23:00Z")):
        wave(ada, place, (reader, "friend"))
        assert mail.outbox == []
    for moment, number in (("2026-11-05T04:59Z", 0), ("2026-11-05T05:01Z", 1), ("2026-11-05T05:03Z", 1)):
        with clock.moved_to(at(moment)), django_capture_on_commit_callbacks(execute=True):
            letters.send_what_waited()
        assert len(mail.outbox) == number


def test_a_digest_comes_once_on_its_hour_however_often_it_is_gathered(
    wave, ada, reader, place, django_capture_on_commit_callbacks
):
    actions.choose(person=reader, ways={"test.waved": "daily"})
    with clock.moved_to(at("2026-11-04T12:00Z")):
        wave(ada, place, (reader, "friend"), what="one")
        wave(ada, place, (reader, "friend"), what="two")
    assert Notification.objects.unread().count() == 2  # they ring in the app all the same
    assert mail.outbox == []
    for moment in ("2026-11-05T05:59Z", "2026-11-05T06:00Z", "2026-11-05T06:01Z", "2026-11-06T06:00Z"):
        with clock.moved_to(at(moment)), django_capture_on_commit_callbacks(execute=True):
            digests.gather()
    (letter,) = mail.outbox
    assert letter.to == ["reader@example.org"]
    assert "with one" in letter.body
    assert "with two" in letter.body
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_what_was_read_in_the_app_meanwhile_is_not_told_again(
    wave, ada, reader, place, django_capture_on_commit_callbacks
):
    actions.choose(person=reader, ways={"test.waved": "daily"})
    with clock.moved_to(at("2026-11-04T12:00Z")):
        wave(ada, place, (reader, "friend"))
    with clock.moved_to(at("2026-11-04T13:00Z")):
        actions.read(person=reader)
    with clock.moved_to(at("2026-11-05T06:00Z")), django_capture_on_commit_callbacks(execute=True):
        digests.gather()
    assert mail.outbox == []


def test_a_new_choice_and_new_hours_hold_for_what_waits(
    wave, ada, reader, place, django_capture_on_commit_callbacks
):
    actions.choose(person=reader, ways={"test.waved": "daily"})
    with clock.moved_to(at("2026-11-04T12:00Z")):
        wave(ada, place, (reader, "friend"))
        actions.set_hours(person=reader, digest_hour=20)
        assert Notification.objects.get().letter_due_at == at("2026-11-04T19:00Z")
        actions.choose(person=reader, ways={"test.waved": "weekly"})
        assert Notification.objects.get().letter_due_at == at("2026-11-09T19:00Z")
        actions.choose(person=reader, ways={"test.waved": "in_app"})
        assert Notification.objects.get().letter_due_at is None


class PowerCut(BaseException):
    pass


def test_a_crash_while_a_digest_is_sent_neither_loses_nor_changes_it(
    wave, ada, reader, place, monkeypatch, django_capture_on_commit_callbacks
):
    actions.choose(person=reader, ways={"test.waved": "daily"})
    with clock.moved_to(at("2026-11-04T12:00Z")):
        wave(ada, place, (reader, "friend"), what="one")
    sent = digests.actions.digest_sent

    def dying(**_digest):
        raise PowerCut

    monkeypatch.setattr(digests.actions, "digest_sent", dying)
    with (
        clock.moved_to(at("2026-11-05T06:00Z")),
        pytest.raises(PowerCut),
        django_capture_on_commit_callbacks(execute=True),
    ):
        digests.gather()
    monkeypatch.setattr(digests.actions, "digest_sent", sent)
    with clock.moved_to(at("2026-11-05T06:05Z")):
        wave(ada, place, (reader, "friend"), what="two")
        Digest.objects.update(claimed_until=None)
        with django_capture_on_commit_callbacks(execute=True):
            digests.send_what_was_left()
            digests.gather()
    first, again = mail.outbox
    assert first.extra_headers["Message-ID"] == again.extra_headers["Message-ID"]
    assert "with one" in again.body
    assert "with two" not in again.body  # the same letter, which mail readers show once
