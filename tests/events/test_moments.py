"""Local times over changes of the clocks, and months of four and of five weeks."""

import datetime as dt
import zoneinfo

import pytest

from collegium.events import moments

LONDON = zoneinfo.ZoneInfo("Europe/London")


def walls(series, zone="Europe/London"):
    return [f"{moments.on_the_wall(each.at, zone):%m-%d %H:%M}" for each in series]


def test_the_time_on_the_wall_stays_when_the_clocks_change():
    first = dt.datetime(2026, 10, 20, 14, tzinfo=LONDON)
    series = moments.series(first, "Europe/London", "weekly", 3)
    assert walls(series) == ["10-20 14:00", "10-27 14:00", "11-03 14:00"]
    assert [each.at.hour for each in series] == [13, 14, 14]


def test_every_second_week():
    first = dt.datetime(2026, 3, 20, 9, 30, tzinfo=LONDON)
    assert walls(moments.series(first, "Europe/London", "fortnightly", 3)) == [
        "03-20 09:30",
        "04-03 09:30",
        "04-17 09:30",
    ]


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ((2026, 1, 13), ["01-13", "02-10", "03-10", "04-14"]),  # second Tuesdays
        ((2026, 1, 27), ["01-27", "02-24", "03-24", "04-28"]),  # fourth, not last
        ((2026, 6, 30), ["06-30", "07-28", "08-25", "09-29"]),  # a fifth Tuesday is the last of each month
        ((2026, 10, 31), ["10-31", "11-28", "12-26", "01-30"]),  # over the turn of a year
    ],
)
def test_every_month_on_the_same_weekday(first, expected):
    series = moments.series(dt.datetime(*first, 14, tzinfo=LONDON), "Europe/London", "monthly", 4)
    assert [each.split()[0] for each in walls(series)] == expected


def test_a_local_time_that_does_not_exist_is_later_by_what_is_left_out():
    # In London the clocks go from 01:00 to 02:00 on 29 March 2026.
    series = moments.series(dt.datetime(2026, 3, 22, 1, 30, tzinfo=LONDON), "Europe/London", "weekly", 3)
    assert walls(series) == ["03-22 01:30", "03-29 02:30", "04-05 01:30"]
    assert f"{series[1].wall:%H:%M}" == "01:30"


def test_a_local_time_that_exists_twice_is_the_first():
    # In London the clocks go from 02:00 back to 01:00 on 25 October 2026.
    series = moments.series(dt.datetime(2026, 10, 18, 1, 30, tzinfo=LONDON), "Europe/London", "weekly", 3)
    assert [f"{each.at:%m-%d %H:%M}" for each in series] == ["10-18 00:30", "10-25 00:30", "11-01 01:30"]
    second = dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)
    assert moments.settled(second, "Europe/London") == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)


def test_zones_without_change_of_clocks_and_with_half_hours():
    first = dt.datetime(2026, 10, 20, 14, tzinfo=zoneinfo.ZoneInfo("Asia/Kolkata"))
    assert [each.at.hour for each in moments.series(first, "Asia/Kolkata", "weekly", 3)] == [8, 8, 8]


def test_a_zone_that_nobody_knows():
    assert not moments.is_zone("Europe/Atlantis")
    assert not moments.is_zone("../../etc/passwd")
    assert moments.is_zone("Pacific/Chatham")
    assert str(moments.zone("Europe/Atlantis")) == "UTC"
