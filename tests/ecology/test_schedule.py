"""How often a source is asked."""

from datetime import UTC, datetime, timedelta

from collegium.ecology import schedule

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NONE = timedelta(0)


def test_a_source_with_news_is_asked_more_often_down_to_a_quarter_of_an_hour():
    interval = schedule.after_news(8 * HOUR, now=NOW, changed_at=None, floor=NONE)
    assert interval == 4 * HOUR
    often = schedule.after_news(8 * HOUR, now=NOW, changed_at=NOW - HOUR, floor=NONE)
    assert often == HOUR / 2
    assert schedule.after_news(HOUR / 4, now=NOW, changed_at=NOW - HOUR / 4, floor=NONE) == schedule.SOONEST


def test_a_silent_source_is_asked_ever_more_seldom_as_long_as_it_is_silent():
    interval, at, waits = HOUR, NOW, []
    for _ in range(60):
        at += interval
        interval = schedule.after_silence(interval, now=at, changed_at=NOW, floor=NONE)
        waits.append(interval)
    assert waits == sorted(waits)
    assert waits[-1] == schedule.LATEST
    two_days_later = schedule.after_silence(10 * HOUR, now=NOW, changed_at=NOW - 48 * HOUR, floor=NONE)
    assert two_days_later == 6 * HOUR  # an eighth of the silence, so that what comes is not late by much


def test_what_the_feed_asks_for_is_kept_where_it_is_sane():
    assert schedule.floor_of(3600, None) == HOUR
    assert schedule.floor_of(60, 7200) == 2 * HOUR
    assert schedule.floor_of(10**9, None) == timedelta(days=1)
    assert schedule.floor_of(-5, None) == NONE
    assert schedule.after_news(HOUR, now=NOW, changed_at=NOW - HOUR, floor=3 * HOUR) == 3 * HOUR


def test_each_failure_in_a_row_doubles_the_pause_up_to_a_day_and_then_a_week():
    pauses = [schedule.after_failure(HOUR / 4, failures=number, retry_after=None) for number in range(1, 16)]
    assert pauses[:4] == [HOUR / 2, HOUR, 2 * HOUR, 4 * HOUR]
    assert max(pauses[:13]) == timedelta(days=1)
    assert pauses[-1] == schedule.LATEST


def test_retry_after_is_waited_for_but_not_for_ever():
    assert schedule.after_failure(HOUR, failures=1, retry_after=5 * HOUR) == 5 * HOUR
    assert schedule.after_failure(HOUR, failures=1, retry_after=timedelta(days=400)) == schedule.LATEST


def test_sources_are_spread_a_little_and_always_in_the_same_way():
    spread = {schedule.spread(HOUR, number) for number in range(100)}
    assert len(spread) > 50
    assert all(0.95 * HOUR <= each <= 1.05 * HOUR for each in spread)
    assert schedule.spread(HOUR, 7) == schedule.spread(HOUR, 7)
