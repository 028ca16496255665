"""Several workers at once, and workers that die: no item is lost, none is doubled."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections

from collegium.ecology import actions
from collegium.ecology.actions import items as taking
from collegium.ecology.models import Appearance, Flow, Item, ItemKey
from collegium.ecology.reading import ReadEntry, ReadFeed
from tests.ecology.factories import make_ecology, make_source

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def entries(numbers, tag=""):
    return tuple(
        ReadEntry(
            guid=f"{tag}{number}",
            url=f"https://shared.example/{number}",
            title=f"Post {number}",
            html=f"<p>The words of number {number}.</p>",
            published_at=AT - timedelta(minutes=number),
        )
        for number in numbers
    )


def feed(*said):
    return ReadFeed(format="rss2.0", entries=said)


@pytest.mark.django_db(transaction=True)
def test_workers_that_bring_the_same_at_once_meet():
    ecology = make_ecology()
    sources = [make_source(ecology) for _ in range(4)]
    begin, faults = threading.Barrier(len(sources)), []

    def work(number, source):
        try:
            numbers = list(range(60))
            if number % 2:
                numbers.reverse()
            begin.wait()
            for start in range(0, 60, 12):
                actions.take_in(
                    source=source, feed=feed(*entries(numbers[start : start + 12], tag=f"w{number}-")), at=AT
                )
        except Exception as fault:  # noqa: BLE001 -- told below, in the thread that counts
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(sources)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert Item.objects.count() == ItemKey.objects.count() == Flow.objects.count() == 60
    assert Appearance.objects.count() == 240


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_at_any_point_loses_nothing_and_doubles_nothing(monkeypatch):
    monkeypatch.setattr(taking, "BATCH", 5)
    source = make_source(make_ecology())
    whole = feed(*entries(range(20)))
    died = 0

    class Died(BaseException):
        pass

    for step in range(1, 200):
        asked = 0

        def dies(execute, sql, params, many, context, step=step):
            nonlocal asked
            asked += 1
            if asked == step:
                raise Died
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(dies):
                actions.take_in(source=source, feed=whole, at=AT)
        except Died:
            died += 1
            assert Item.objects.count() % 5 == 0
            assert Item.objects.count() == Appearance.objects.count() == ItemKey.objects.count()
        else:
            break
    assert died > 20
    assert Item.objects.count() == Appearance.objects.count() == Flow.objects.count() == 20
