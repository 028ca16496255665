"""Asking sources what is new, against a site on loopback that answers well or badly."""

import os
import signal
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections

from collegium.activity.models import Activity, Concern
from collegium.ecology import actions, fetching, tasks
from collegium.ecology.doctor import Candidate
from collegium.ecology.identity import address_key
from collegium.ecology.models import Appearance, Fetch, Flow, Following, Item, ItemKey, Move, Source
from collegium.foundation import clock
from tests.ecology.factories import make_ecology
from tests.ecology.sites import RSS, rss
from tests.factories import make_person

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture
def now():
    with clock.moved_to(NOW):
        yield


@pytest.fixture
def ecology(db, ada):
    return make_ecology(ada)


def follow(ecology, url, by=None, **facts):
    by = by or ecology.members.members.first()
    following = actions.follow(ecology=ecology, by=by, candidate=Candidate(feed_url=url, **facts))
    return following.source


def again(source):
    """Its next look is due, and its host has rested."""
    Source.objects.filter(pk=source.pk).update(next_at=clock.now(), taken_until=None)
    outcome = fetching.fetch(source.pk)
    source.refresh_from_db()
    return outcome


def test_what_is_new_flows_in_and_is_written_down(site, ecology, now):
    source = follow(ecology, site.feed(title="Ada writes"))
    outcome = again(source)
    assert (outcome.what, outcome.new, outcome.status) == ("new", 2, 200)
    assert set(Item.objects.values_list("title", flat=True)) == {"One", "Two"}
    assert Flow.objects.filter(ecology=ecology).count() == 2
    assert (source.title, source.page_url, source.state) == ("Ada writes", f"{site.url}/", "followed")
    assert source.next_at > NOW
    fetch = Fetch.objects.get()
    assert (fetch.status, fetch.new, fetch.finding) == (200, 2, "")
    assert fetch.size > 0


def test_nothing_is_fetched_before_it_is_due(site, ecology, now):
    source = follow(ecology, site.feed())
    again(source)
    Source.objects.update(taken_until=None)
    assert fetching.fetch(source.pk).what == "passed"
    assert len(site.asked) == 1


def test_the_server_is_asked_only_for_what_has_changed(site, ecology, now):
    said = {"ETag": '"v1"', "Last-Modified": "Tue, 01 Sep 2026 10:00:00 GMT"}

    def page(headers):
        if headers.get("if-none-match") == '"v1"':
            return (304, {"ETag": '"v1"'}, b"")
        return (200, {"Content-Type": RSS, **said}, rss(home=site.url))

    site.pages["/feed.xml"] = page
    source = follow(ecology, f"{site.url}/feed.xml")
    assert again(source).what == "new"
    outcome = again(source)
    assert (outcome.what, outcome.status) == ("not_modified", 304)
    assert site.asked[1][1]["if-modified-since"] == said["Last-Modified"]
    assert Item.objects.count() == 2


def test_the_same_bytes_are_not_read_again(site, ecology, now):
    source = follow(ecology, site.feed())
    again(source)
    assert again(source).what == "unchanged"
    site.feed(posts=("One", "Two", "Three"))
    assert (again(source).new, Item.objects.count()) == (1, 3)


def test_a_new_follower_gets_what_is_there_already(site, ecology, now, bo):
    source = follow(ecology, site.feed(headers={"ETag": '"v1"'}))
    again(source)
    clock.advance(timedelta(minutes=1))
    other = make_ecology(bo)
    follow(other, source.feed_url)
    again(source)
    assert "if-none-match" not in site.asked[-1][1]
    assert Flow.objects.filter(ecology=other).count() == 2
    assert Item.objects.count() == 2


def test_a_source_with_news_is_asked_sooner_and_a_silent_one_later(site, ecology, now):
    source = follow(ecology, site.feed(posts=("P0",)))
    again(source)
    first = source.interval
    for number in range(1, 4):
        clock.advance(timedelta(minutes=40))
        site.feed(posts=tuple(f"P{each}" for each in range(number + 1)))
        again(source)
    assert source.interval < first
    busy = source.interval
    for _ in range(6):
        clock.advance(timedelta(days=1))
        again(source)
    assert source.interval > busy
    assert source.next_at - clock.now() > timedelta(hours=2)


@pytest.mark.parametrize(
    ("value", "seconds"), [("7200", 7200), ("Tue, 01 Sep 2026 15:00:00 GMT", 10800), ("nonsense", 0), ("", 0)]
)
def test_retry_after_is_waited_for(site, ecology, now, value, seconds):
    site.pages["/feed.xml"] = (503, {"Retry-After": value}, b"busy")
    source = follow(ecology, f"{site.url}/feed.xml")
    outcome = again(source)
    assert (outcome.what, outcome.finding) == ("failed", "fault")
    assert source.next_at - NOW >= timedelta(seconds=seconds) * 0.95
    assert source.state == Source.State.FAILING


def test_its_people_are_told_once_and_again_only_after_it_went_well(site, ecology, now, ada):
    source = follow(ecology, site.feed())
    owner = make_person()
    following = Following.objects.get()
    actions.claim(source=source, by=ada)
    again(source)
    site.pages["/feed.xml"] = (404, {}, b"")
    for _ in range(6):
        clock.advance(timedelta(days=1))
        again(source)
    assert source.failures == 6
    assert source.finding == "not_found"
    told = Activity.objects.get(verb="source.failing")
    assert [each.person for each in told.concerns.all()] == [ada]
    assert told.data["wrong"]
    site.feed()
    again(source)
    assert (source.state, source.failures, source.finding) == ("followed", 0, "")
    site.pages["/feed.xml"] = (404, {}, b"")
    for _ in range(3):
        again(source)
    assert Activity.objects.filter(verb="source.failing").count() == 2
    assert not Concern.objects.filter(person=owner).exists()
    assert following.added_by == ada


def test_what_may_pass_by_itself_is_told_late(site, ecology, now):
    site.pages["/feed.xml"] = (500, {}, b"")
    source = follow(ecology, f"{site.url}/feed.xml")
    for _ in range(4):
        again(source)
    assert not Activity.objects.filter(verb="source.failing").exists()
    again(source)
    assert Activity.objects.filter(verb="source.failing").count() == 1


def test_410_ends_it(site, ecology, now):
    site.pages["/feed.xml"] = (410, {}, b"")
    source = follow(ecology, f"{site.url}/feed.xml")
    assert again(source).what == "gone"
    assert source.state == Source.State.GONE
    assert fetching.fetch(source.pk).what == "passed"
    assert Activity.objects.filter(verb="source.gone").count() == 1


@pytest.mark.parametrize("status", [301, 308])
def test_a_move_for_good_is_believed_once_it_has_been_said_for_a_day(site, ecology, now, status):
    new = site.feed("/new.xml")
    site.pages["/old.xml"] = (status, {"Location": "/new.xml"}, b"")
    source = follow(ecology, f"{site.url}/old.xml")
    for _ in range(4):
        again(source)
        assert source.feed_url.endswith("/old.xml")
    assert source.moving_to == new
    clock.advance(timedelta(days=1))
    again(source)
    assert source.feed_url == new
    assert Move.objects.get().from_key == address_key(f"{site.url}/old.xml")
    again(source)
    assert Item.objects.count() == 2
    assert Appearance.objects.count() == 2


def test_a_move_that_is_taken_back_is_forgotten(site, ecology, now):
    site.feed("/new.xml")
    site.pages["/old.xml"] = (301, {"Location": "/new.xml"}, b"")
    source = follow(ecology, f"{site.url}/old.xml")
    again(source)
    site.feed("/old.xml", posts=("Other",))
    again(source)
    assert (source.moving_to, source.moving_seen) == ("", 0)
    site.pages["/old.xml"] = (302, {"Location": "/new.xml"}, b"")
    again(source)
    assert source.moving_to == ""


def test_guids_without_addresses_survive_a_move(site, ecology, now):
    bare = "<item><guid isPermaLink='false'>g1</guid><title>Bare</title><description>Words of it</description></item>"
    site.pages["/old.xml"] = (200, {"Content-Type": RSS}, rss(posts=(), home=site.url, extra=bare))
    source = follow(ecology, f"{site.url}/old.xml")
    again(source)
    site.pages["/new.xml"] = site.pages["/old.xml"]
    actions.move_source(source=source, to_url=f"{site.url}/new.xml")
    Source.objects.update(body_sha256="", etag="")
    again(source)
    assert Item.objects.count() == 1


@pytest.mark.parametrize(
    ("answer", "finding"),
    [
        ((200, {"Content-Type": "text/html"}, "<!doctype html><html><body>Hello " + "words " * 50), "html"),
        (
            (200, {"Content-Type": "text/html"}, "<html><title>Just a moment...</title>_cf_chl_opt</html>"),
            "wall",
        ),
        ((200, {"Content-Type": RSS}, ""), "nothing"),
        ((401, {}, ""), "login"),
        ((403, {}, ""), "forbidden"),
        ((429, {"Retry-After": "60"}, ""), "too_often"),
        ((200, {"Content-Type": RSS}, b"<rss>" + b" " * 9_000_000), "large"),
        ((302, {"Location": "http://10.0.0.1/"}, ""), "private"),
        ((302, {"Location": "/feed.xml"}, ""), "redirects"),
    ],
)
def test_what_goes_wrong_has_a_finding(site, ecology, now, answer, finding):
    site.pages["/feed.xml"] = answer
    source = follow(ecology, f"{site.url}/feed.xml")
    assert again(source).finding == finding
    assert source.finding == finding
    assert not Item.objects.exists()


def test_the_last_fifty_looks_are_kept(site, ecology, now):
    source = follow(ecology, site.feed())
    for _ in range(3):
        again(source)
    Fetch.objects.bulk_create([Fetch(source=source) for _ in range(60)])
    again(source)
    assert Fetch.objects.filter(source=source).count() == 50


def test_a_single_page_is_read_as_one_item(site, ecology, now):
    url = site.page(
        "/post", body="<article><h1>On feedback</h1><p>" + "Words and words. " * 60 + "</p></article>"
    )
    source = follow(ecology, url, format="page", kind="post", title="On feedback")
    assert again(source).new == 1
    assert source.title == "On feedback"


# One worker at a time, one host at a time ---------------------------------------------------------------------------------


def test_what_a_worker_has_in_hand_no_other_one_takes(site, ecology, now):
    source = follow(ecology, site.feed())
    until = clock.wall() + timedelta(minutes=1)
    assert actions.take(source_id=source.pk, worker="one", until=until)
    assert not actions.take(source_id=source.pk, worker="two", until=until)
    assert fetching.fetch(source.pk).what == "passed"
    assert site.asked == []


def test_a_lease_that_ran_out_is_taken_up_and_the_late_one_writes_nothing(site, ecology, now):
    source = follow(ecology, site.feed())

    def slow(_headers):
        # While the first one waits for the answer, its lease runs out and somebody else does the whole thing.
        site.pages["/feed.xml"] = site_answer
        Source.objects.filter(pk=source.pk).update(taken_until=clock.wall() - timedelta(seconds=1))
        return site_answer

    site_answer = site.pages["/feed.xml"]
    until = clock.wall() + timedelta(minutes=1)
    assert actions.take(source_id=source.pk, worker="late", until=until)
    Source.objects.filter(pk=source.pk).update(taken_until=clock.wall() - timedelta(seconds=1))
    assert fetching.fetch(source.pk).what == "new"
    assert actions.settle_fetch(source_id=source.pk, worker="late", looked=actions.Looked()) is None
    assert not actions.hold(source_id=source.pk, worker="late", until=until)
    assert Fetch.objects.count() == 1
    assert slow is not None


def test_a_host_is_asked_by_one_worker_at_a_time_and_then_rests(site, ecology, now):
    one, two = (follow(ecology, site.feed(f"/{name}.xml", posts=(name,))) for name in ("a", "b"))
    Source.objects.update(next_at=NOW)
    taken = fetching.take_next("first")
    assert taken in {one.pk, two.pk}
    assert fetching.take_next("second") is None
    fetching._fetch_taken(taken, "first")
    assert fetching.take_next("second") is None  # it rests
    Source.objects.filter(pk=taken).update(taken_until=clock.wall() - timedelta(seconds=1))
    assert {taken, fetching.take_next("second")} == {one.pk, two.pk}


def test_a_round_fetches_what_is_due_and_ends(site, ecology):
    for name in ("a", "b"):
        follow(ecology, site.feed(f"/{name}.xml", posts=(name,)))
    follow(ecology, f"{site.url}/none.xml")
    summary = fetching.fetch_round(workers=1)
    assert (summary.looked, summary.new_items) == (3, 2)
    assert summary.ended == {"new": 2, "failed": 1}
    assert summary.findings == {"not_found": 1}
    assert fetching.fetch_round(workers=1).looked == 0


def test_the_periodic_task_brings_what_is_new(site, db, ada):
    follow(make_ecology(ada), site.feed())
    tasks.fetch_one(Source.objects.get().pk)
    assert Item.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_many_workers_fetch_each_source_once(site, ada):
    ecology = make_ecology(ada)
    for number in range(12):
        source = follow(ecology, site.feed(f"/{number}.xml", posts=(f"P{number}",)))
        Source.objects.filter(pk=source.pk).update(host=f"h{number}.example")  # as if of many hosts
    summaries = []

    def one_round():
        try:
            summaries.append(fetching.fetch_round(workers=1))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one_round) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(summary.looked for summary in summaries) == 12
    assert sorted(path for path, _headers in site.asked) == sorted(f"/{number}.xml" for number in range(12))
    assert (Item.objects.count(), Fetch.objects.count()) == (12, 12)


# A worker that is killed ---------------------------------------------------------------------------------------------------


def _fetch_and_die(source_id: int, at_statement: int) -> bool:
    """In a process of its own, which is killed before that statement; whether it lived to the end."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        statements = 0

        def count(execute, sql, params, many, context):
            nonlocal statements
            statements += 1
            if statements == at_statement:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(sql, params, many, context)

        status = 1
        try:
            with connection.execute_wrapper(count):
                fetching.fetch(source_id)
            status = 0
        finally:
            os._exit(status)
    _pid, ended = os.waitpid(child, 0)
    assert ended in {0, signal.SIGKILL}, ended
    return ended == 0


def _state(source):
    return {
        "items": sorted(Item.objects.values_list("title", "summary")),
        "keys": ItemKey.objects.count(),
        "appearances": Appearance.objects.count(),
        "flows": Flow.objects.count(),
        "state": source.state,
        "body": source.body_sha256,
    }


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_at_any_statement_loses_nothing_and_doubles_nothing(site, ada):
    ecology = make_ecology(ada)
    source = follow(ecology, site.feed(posts=("One", "Two", "Three"), headers={"ETag": '"v1"'}))
    again(source)
    whole, at, lived = _state(source), 0, False
    assert len(whole["items"]) == 3
    while not lived:
        at += 1
        Item.objects.all().delete()
        Fetch.objects.all().delete()
        Source.objects.update(
            next_at=clock.now(),
            taken_until=None,
            taken_by="",
            body_sha256="",
            etag="",
            changed_at=None,
            interval=3600,
        )
        lived = _fetch_and_die(source.pk, at)
        if not lived:
            source.refresh_from_db()
            again(source)
        source.refresh_from_db()
        assert _state(source) == whole, at
    assert at > 10  # it really was killed at many points
