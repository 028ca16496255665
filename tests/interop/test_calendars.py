"""Our calendars are read by a parser that is not ours, ical.js, and it finds the times that our pages show."""

import datetime as dt
import json
import subprocess
import zoneinfo
from pathlib import Path

import pytest
from django.core import mail
from django.urls import reverse

from collegium.events import actions, calendars, tasks
from collegium.events.models import Occurrence
from collegium.foundation import clock
from collegium.people.models import Audience
from tests.communities.factories import make_community
from tests.events.factories import make_event

pytestmark = [pytest.mark.interop, pytest.mark.django_db]
HERE = Path(__file__).parent


@pytest.fixture
def read(libraries, tmp_path):
    def found(content: bytes):
        file = tmp_path / "calendar.ics"
        file.write_bytes(content)
        command = ["node", HERE / "expand.mjs", "--libraries", libraries, "--calendar", file]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    return found


@pytest.fixture
def community(ada, cy):
    return make_community(ada, convener=cy, audience=Audience.PUBLIC)


@pytest.fixture(autouse=True)
def _autumn():
    with clock.moved_to(dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)):
        yield


def times(result):
    return sorted((each["start"], each["end"]) for each in result["found"] if each["status"] != "CANCELLED")


def ours():
    return sorted(
        (f"{each.starts_at:%Y-%m-%dT%H:%M:%S.000Z}", f"{each.ends_at:%Y-%m-%dT%H:%M:%S.000Z}")
        for each in Occurrence.objects.select_related("event")
        if not each.is_cancelled
    )


def feed(client_of, person):
    token = actions.feed_token(person=person)
    response = client_of(None).get(reverse("events:feed", kwargs={"token": token}))
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return response.content


def starts(zone, *when):
    return {"starts_at": dt.datetime(*when, tzinfo=zoneinfo.ZoneInfo(zone)), "time_zone": zone}


@pytest.mark.parametrize(
    ("planned", "repeats", "times_"),
    [
        (starts("Europe/London", 2026, 10, 13, 14), "weekly", 5),  # over the end of summer time
        (starts("America/New_York", 2026, 10, 22, 9, 30), "fortnightly", 12),  # over both, on other days
        (starts("Australia/Lord_Howe", 2026, 9, 25, 18), "weekly", 4),  # by half an hour, the other way round
        (starts("Asia/Kolkata", 2026, 10, 13, 14), "weekly", 5),
        (starts("UTC", 2026, 10, 13, 14), "weekly", 5),
        (starts("Europe/Berlin", 2026, 9, 29, 16), "monthly", 12),  # a fifth Tuesday: the last of each month
        (starts("Europe/Berlin", 2026, 10, 13, 16), "monthly", 12),  # second Tuesdays
        (starts("Europe/London", 2027, 3, 14, 1, 30), "weekly", 4),  # a time that the change leaves out
        (starts("Europe/London", 2026, 10, 11, 1, 30), "weekly", 4),  # a time that the change has twice
        (starts("Europe/London", 2026, 10, 24, 23), "never", 1),  # over the change while it lasts
    ],
)
def test_series_over_changes_of_the_clocks(planned, repeats, times_, read, client_of, ada, cy, community):
    make_event(cy, community, repeats=repeats, times=times_, minutes=90 if times_ > 1 else 240, **planned)
    result = read(feed(client_of, ada))
    assert times(result) == ours()
    assert result["zones"] == ([] if planned["time_zone"] == "UTC" else [planned["time_zone"]])


def test_moved_cancelled_refused_and_other_events_together(read, client_of, ada, cy, community):
    event = make_event(
        cy,
        community,
        repeats="weekly",
        times=6,
        title="Umlaute; Kommas, „Zitate“\\n",
        **starts("Europe/London", 2026, 10, 13, 14),
    )
    make_event(cy, community, **starts("Pacific/Auckland", 2026, 10, 1, 8))
    _first, second, third, fourth, *_rest = event.occurrences.order_by("number")
    actions.move_occurrence(
        occurrence=second, by=cy, starts_at=second.starts_at + dt.timedelta(days=1, hours=2), minutes=30
    )
    actions.cancel_occurrence(occurrence=third, by=cy, because="Half-term")
    actions.answer(occurrence=fourth, person=ada, coming="no")
    result = read(feed(client_of, ada))
    refused = f"{fourth.starts_at:%Y-%m-%dT%H:%M:%S.000Z}"
    assert times(result) == [each for each in ours() if each[0] != refused]
    assert [each["start"] for each in result["found"] if each["status"] == "CANCELLED"] == [
        f"{third.starts_at:%Y-%m-%dT%H:%M:%S.000Z}"
    ]
    assert {each["title"] for each in result["found"]} >= {"Umlaute; Kommas, „Zitate“\\n"}


def test_a_series_changed_half_way_keeps_what_was(read, client_of, ada, cy, community):
    event = make_event(cy, community, repeats="weekly", times=6, **starts("Europe/London", 2026, 10, 13, 14))
    with clock.moved_to(dt.datetime(2026, 10, 22, tzinfo=dt.UTC)):
        actions.change(event=event, by=cy, **starts("Europe/London", 2026, 10, 14, 16))
        assert times(read(feed(client_of, ada))) == ours()
        actions.cancel(event=event, by=cy, because="The end")
        result = read(feed(client_of, ada))
        assert times(result) == ours()
        assert len(times(result)) == 2  # what had taken place


def test_the_public_feed_of_a_community(read, client_of, cy, community):
    make_event(
        cy,
        community,
        audience=Audience.PUBLIC,
        repeats="weekly",
        times=3,
        **starts("Europe/London", 2026, 10, 20, 14),
    )
    content = client_of(None).get(reverse("events:community_feed", kwargs={"slug": community.slug})).content
    assert times(read(content)) == ours()


def test_invitations_by_letter(read, ada, cy, community):
    event = make_event(cy, community, repeats="weekly", times=3, **starts("Europe/London", 2026, 10, 20, 14))
    actions.answer_all(event=event, person=ada, coming="maybe")
    tasks.invite(event.pk, ada.pk)
    tasks.invite(event.pk, ada.pk)
    (letter,) = mail.outbox
    result = read(calendar_in(letter))
    assert result["method"] == calendars.REQUEST
    assert times(result) == ours()
    assert result["attendees"] == [
        {"address": "mailto:ada@example.org", "partstat": "TENTATIVE", "recurrence": False}
    ]


def calendar_in(letter) -> bytes:
    (part,) = [each for each in letter.message().walk() if each.get_content_type() == "text/calendar"]
    return part.get_payload(decode=True)
