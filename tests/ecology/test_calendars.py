"""Events that come again and again: one item for each time that is near, and an end to every rule."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from collegium.ecology import fetching, reading
from collegium.ecology.models import Item, Source
from collegium.foundation import clock
from tests.ecology.factories import make_ecology, make_source

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now():
    with clock.moved_to(NOW):
        yield


def calendar(*events):
    said = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{said}END:VCALENDAR\r\n".encode()


def times(*events):
    feed = reading.read(calendar(*events), content_type="text/calendar", url="https://c.example/c.ics")
    return sorted(each.begins_at for each in feed.entries)


def event(rule, begins="DTSTART;TZID=Europe/London:20260105T100000", more=""):
    return f"UID:u\r\nSUMMARY:Drop-in\r\n{begins}\r\nDURATION:PT1H\r\n{rule}{more}"


def test_the_next_times_of_a_weekly_event():
    found = times(event("RRULE:FREQ=WEEKLY;BYDAY=MO"))
    assert found[0] == datetime(2026, 9, 7, 9, tzinfo=UTC)  # ten o'clock in London, in summer
    assert found[-1] == datetime(2026, 10, 26, 10, tzinfo=UTC)  # and in winter
    assert len(found) == 8


@pytest.mark.parametrize(
    ("rule", "first", "number"),
    [
        ("FREQ=DAILY", datetime(2026, 9, 1, 9, tzinfo=UTC), 12),
        ("FREQ=MONTHLY;BYDAY=-1FR", datetime(2026, 9, 25, 9, tzinfo=UTC), 2),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", datetime(2026, 9, 30, 9, tzinfo=UTC), 2),
        ("FREQ=YEARLY", datetime(2027, 1, 5, 10, tzinfo=UTC), 1),  # the next one, though far
        ("FREQ=WEEKLY;UNTIL=20260910T000000Z", datetime(2026, 9, 7, 9, tzinfo=UTC), 1),
    ],
)
def test_rules_of_many_kinds(rule, first, number):
    found = times(event(f"RRULE:{rule}"))
    assert (found[0], len(found)) == (first, number)


def test_what_is_over_has_no_times():
    assert times(event("RRULE:FREQ=WEEKLY;COUNT=3")) == []


def test_days_that_are_left_out_added_or_told_on_their_own():
    weekly = event(
        "RRULE:FREQ=WEEKLY;COUNT=37",
        more="\r\nEXDATE;TZID=Europe/London:20260907T100000\r\nRDATE;TZID=Europe/London:20260908T100000",
    )
    moved = (
        "UID:u\r\nSUMMARY:Later\r\nRECURRENCE-ID;TZID=Europe/London:20260914T100000\r\n"
        "DTSTART;TZID=Europe/London:20260914T150000"
    )
    assert times(weekly, moved) == [
        datetime(2026, 9, day, hour, tzinfo=UTC) for day, hour in ((8, 9), (14, 14))
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=1",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYYEARDAY=400",
        "FREQ=DAILY;BYSETPOS=300",
        "FREQ=NONSENSE",
        "nonsense",
    ],
)
def test_a_rule_without_end_or_sense_leaves_the_event_itself(rule):
    assert times(event(f"RRULE:{rule}")) in ([datetime(2026, 1, 5, 10, tzinfo=UTC)], [])


def test_many_heavy_rules_are_bounded_together():
    rule = "RRULE:FREQ=DAILY;INTERVAL=7;BYDAY=TU"  # which never comes true
    begun = time.thread_time()
    times(*[event(rule).replace("UID:u", f"UID:{number}") for number in range(200)])
    assert time.thread_time() - begun < 60  # of the processor; without a bound it is many minutes


def test_a_calendar_that_stays_as_it_is_brings_the_next_times(site, db):
    body = calendar(event("RRULE:FREQ=WEEKLY;BYDAY=MO"))

    def page(headers):
        return (304, {}, b"") if "if-none-match" in headers else (200, {"ETag": '"1"'}, body)

    site.pages["/c.ics"] = page
    source = make_source(make_ecology(), feed_url=f"{site.url}/c.ics", format="calendar", kind="calendar")
    what = []
    for days in (0, 0, 7):
        clock.advance(timedelta(days=days))
        Source.objects.update(next_at=clock.now(), taken_until=None)
        what.append(fetching.fetch(source.pk).what)
    assert what == ["new", "not_modified", "new"]
    assert Item.objects.count() == 9
    assert Item.objects.filter(kind="event", begins_at=datetime(2026, 11, 2, 10, tzinfo=UTC)).count() == 1
