import threading
from contextvars import copy_context
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from collegium.foundation import clock

NEW_YEAR = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)


def test_the_clock_shows_real_time_in_utc_unless_moved():
    assert clock.moved() is None
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - clock.wall()) < timedelta(seconds=5)


def test_a_moved_clock_stands_still_until_advanced():
    with clock.moved_to(NEW_YEAR):
        assert clock.now() == NEW_YEAR
        assert clock.advance(timedelta(days=2)) == NEW_YEAR + timedelta(days=2)
        assert clock.now() == clock.moved() == NEW_YEAR + timedelta(days=2)
        with clock.moved_to(NEW_YEAR - timedelta(days=365)):
            assert clock.now().year == 2025
        assert clock.now() == NEW_YEAR + timedelta(days=2)
    assert clock.moved() is None


def test_today_is_the_readers_day():
    with clock.moved_to(NEW_YEAR), timezone.override("America/New_York"):
        assert clock.today() == date(2025, 12, 31)
    with clock.moved_to(NEW_YEAR), timezone.override("Pacific/Auckland"):
        assert clock.today() == date(2026, 1, 1)


def test_a_moved_clock_takes_an_aware_moment_and_time_only_passes_forwards():
    with pytest.raises(ValueError, match="aware"), clock.moved_to(datetime(2026, 1, 1)):  # noqa: DTZ001
        pass
    with pytest.raises(RuntimeError):
        clock.advance(timedelta(days=1))
    with clock.moved_to(NEW_YEAR), pytest.raises(ValueError, match="forwards"):
        clock.advance(timedelta(days=-1))


def test_other_threads_keep_their_own_clock_unless_they_run_in_this_context():
    seen: dict[str, datetime | None] = {}
    with clock.moved_to(NEW_YEAR):
        context = copy_context()
        threads = [
            threading.Thread(target=lambda: seen.update(alone=clock.moved())),
            threading.Thread(target=context.run, args=(lambda: seen.update(inside=clock.moved()),)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == {"alone": None, "inside": NEW_YEAR}


def test_no_day_is_lost_when_many_threads_advance_one_clock():
    with clock.moved_to(NEW_YEAR):
        contexts = [copy_context() for _ in range(8)]
        threads = [
            threading.Thread(
                target=context.run, args=(lambda: [clock.advance(timedelta(days=1)) for _ in range(50)],)
            )
            for context in contexts
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert clock.now() == NEW_YEAR + timedelta(days=400)
