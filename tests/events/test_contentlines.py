"""What is written is what another parser reads, whatever the words are."""

import datetime as dt
import zoneinfo

import icalendar
import pytest

from collegium.events.contentlines import duration, folded, line, moment, offset, text


@pytest.mark.parametrize(
    "words",
    [
        "plain",
        "one, two; three: four",
        "a \\n that is none, and\na line, C:\\new",
        '“Quotes” and "others"',
        "é" * 200,
        "日本語" * 60,
        "👩‍🏫 " * 40,
        "x" * 500,
        " begins and ends with a space ",
        "مرحبا، كيف الحال؟",
    ],
)
def test_words_come_back_as_they_were(words):
    written = f"BEGIN:VEVENT\r\n{line('SUMMARY', text(words))}\r\nEND:VEVENT\r\n"
    assert all(len(each.encode()) <= 75 for each in written.split("\r\n"))
    assert str(icalendar.Event.from_ical(written)["summary"]) == words


def test_no_words_are_lines_of_their_own():
    assert text("a\r\nATTACH:b\rc\x00\x1b\x85") == "a\\nATTACH:b\\nc\x85"
    assert line("ATTENDEE", "mailto:a@example.org", CN='Ada "the"\r\nX:1; B') == (
        "ATTENDEE;CN=\"Ada 'the'  X:1; B\":mailto:a@example.org"
    )
    assert line("TZID", "x", CN="Plain") == "TZID;CN=Plain:x"


@pytest.mark.parametrize("length", [74, 75, 76, 149, 150, 151])
def test_a_long_line_is_folded_at_its_width(length):
    whole = "x" * length
    lines = folded(whole).split("\r\n ")
    assert "".join(lines) == whole
    assert len(lines[0]) <= 75
    assert all(len(each) <= 74 for each in lines[1:])


def test_moments_and_lengths():
    when = dt.datetime(2026, 10, 13, 14, 5, tzinfo=zoneinfo.ZoneInfo("Europe/London"))
    assert moment("DTSTART", when) == "DTSTART;TZID=Europe/London:20261013T140500"
    assert moment("DTSTART", when.astimezone(dt.UTC)) == "DTSTART:20261013T130500Z"
    assert moment("DTSTART", when.replace(tzinfo=zoneinfo.ZoneInfo("UTC"))) == "DTSTART:20261013T140500Z"
    lengths = {1: "PT1M", 60: "PT1H", 90: "PT1H30M", 1439: "PT23H59M", 1440: "P1D"}
    assert {minutes: duration(dt.timedelta(minutes=minutes)) for minutes in lengths} == lengths
    assert offset(dt.timedelta(hours=-3, minutes=-30)) == "-0330"
    assert offset(dt.timedelta(hours=5, minutes=45)) == "+0545"
    assert offset(dt.timedelta(seconds=-75)) == "-000115"
