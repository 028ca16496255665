import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from babel import dates
from django.utils import timezone, translation

from collegium.design import filters
from collegium.foundation import clock

NOON = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _noon():
    with clock.moved_to(NOON):
        yield


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (NOON, "just now"),
        (NOON - dt.timedelta(minutes=20), "20 minutes ago"),
        (NOON + dt.timedelta(hours=3), "in 3 hours"),
        (NOON - dt.timedelta(days=1), "yesterday"),
        (NOON + dt.timedelta(days=1, hours=3), "tomorrow"),
        (NOON + dt.timedelta(days=3), "in 3 days"),
        (NOON - dt.timedelta(days=9), "9 days ago"),
        (NOON + dt.timedelta(days=40), "19 April 2026"),
        (dt.date(2026, 3, 10), "today"),
        (dt.date(2026, 3, 9), "yesterday"),
    ],
    ids=str,
)
def test_relative_says_what_people_say(value, words):
    assert f">{words}</time>" in filters.relative(value)


@pytest.mark.parametrize(
    "seconds",
    [60, 89, 90, 91, 150, 630.5, 3029, 3030, 3059, 3060, 5399, 5400, 5401, 9000, 73_439, 73_440, 86_399],
)
@pytest.mark.parametrize("language", ["en-gb", "de"])
def test_what_is_near_is_said_as_babel_says_it(seconds, language):
    with translation.override(language):
        for signed in (seconds, -seconds):
            said = filters._near_in_words(filters._rounded(signed), language)
            assert said == dates.format_timedelta(
                dt.timedelta(seconds=signed), add_direction=True, locale=filters.locale()
            )


def test_a_date_is_that_of_the_readers_clock_and_language():
    late = dt.datetime(2026, 3, 10, 23, 30, tzinfo=dt.UTC)
    assert filters.date(late) == '<time datetime="2026-03-10T23:30:00+00:00">10 March 2026</time>'
    with timezone.override(ZoneInfo("Asia/Hong_Kong")), translation.override("de"):
        assert ">11. März 2026<" in filters.date(late)
        assert ">11. März 2026, 07:30<" in filters.moment(late)
        assert ">07:30<" in filters.time(late)


def test_what_is_not_there_gives_nothing():
    assert [f(None) for f in (filters.date, filters.moment, filters.relative, filters.time)] == [""] * 4
    assert filters.number(None) == ""
    assert filters.richtext(None) == ""


def test_numbers_read_as_the_language_writes_them():
    assert (filters.number(1234.5), filters.words(1), filters.words(4310)) == (
        "1,234.5",
        "1 word",
        "4,310 words",
    )
    with translation.override("de"):
        assert filters.number(1234.5) == "1.234,5"


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1500, "1.5 kB"),
        (23_000, "23 kB"),
        (100_000_000, "100 MB"),
        (7 * 10**12, "7000 GB"),
    ],
)
def test_sizes(count, words):
    assert filters.size(count).replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada Okafor", "A\u200cO"),
        ("plato", "P"),
        ("Jean-Luc  van der Berg", "J\u200cB"),
        ("ليلى الحداد", "ل\u200cا"),
        ("42", "·"),
        ("", "·"),
    ],
)
def test_initials(name, letters):
    assert filters.initials(name) == letters


@pytest.mark.parametrize(
    ("share", "step"), [(0, 0), (-3, 0), (0.4, 5), (33, 35), (99.9, 95), (100, 100), (140, 100)]
)
def test_begun_is_never_shown_as_nothing_nor_unfinished_as_all(share, step):
    assert filters.twentieth(share) == step
