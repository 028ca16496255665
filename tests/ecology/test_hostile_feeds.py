"""Feeds that are broken or mean, one of each kind, as a worker meets them: what comes of each, in words (docs/feeds.md)."""

import gzip
import itertools
from datetime import UTC, datetime, timedelta

import pytest

from collegium.ecology import doctor, fetching
from collegium.ecology.models import Item, Source
from collegium.ecology.reading import patience
from collegium.foundation import clock
from tests.ecology.factories import make_ecology, make_source
from tests.ecology.sites import RSS, rss

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
SAID = {"Content-Type": RSS}


@pytest.fixture(autouse=True)
def now():
    with clock.moved_to(NOW):
        yield


def fetched(site, *, times=1):
    """The source at /feed.xml after so many looks."""
    source = Source.objects.first() or make_source(make_ecology(), feed_url=f"{site.url}/feed.xml")
    for _ in range(times):
        Source.objects.update(next_at=clock.now(), taken_until=None)
        fetching.fetch(source.pk)
    source.refresh_from_db()
    return source


def drip(site):
    yield b"<rss><channel>"
    while not site.stopping.wait(0.05):
        yield b" "


WELL = ("<item>" + "<a>" * 100_000 + "</a>" * 100_000 + "</item>").join(
    ("<rss><channel>", "</channel></rss>")
)
REFUSED = {
    "malformed, with nothing to be read": (
        lambda _site: (200, SAID, "<rss version='2.0'><chan"),
        "malformed",
    ),
    "huge": (lambda _site: (200, SAID, rss() + " " * 9_000_000), "large"),
    "endless": (
        lambda _site: (200, SAID, itertools.repeat(b"<item><title>x</title></item>" * 2000)),
        "large",
    ),
    "a compressed bomb": (
        lambda _site: (200, SAID | {"Content-Encoding": "gzip"}, gzip.compress(b" " * 50_000_000)),
        "large",
    ),
    "a bomb in a bomb": (
        lambda _site: (
            200,
            SAID | {"Content-Encoding": "gzip"},
            gzip.compress(gzip.compress(b" " * 50_000_000)),
        ),
        "not_a_feed",
    ),
    "slow as a drip": (lambda site: (200, SAID, drip(site)), "slow"),
    "redirecting in a circle": (lambda _site: (301, {"Location": "/feed.xml"}, ""), "redirects"),
    "redirecting to a private address": (
        lambda _site: (302, {"Location": "http://10.0.0.1/"}, ""),
        "private",
    ),
    "redirecting to the machine itself": (
        lambda _site: (302, {"Location": "http://127.0.0.1/"}, ""),
        "private",
    ),
    "redirecting to a file": (lambda _site: (302, {"Location": "file:///etc/passwd"}, ""), "address"),
    "deep as a well": (lambda _site: (200, SAID, WELL), "deep"),
    "no feed at all": (lambda _site: (200, SAID, b"\x89PNG\r\n\x1a\n...."), "not_a_feed"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_read_is_refused_and_its_owner_finds_why(site, monkeypatch, kind):
    page, finding = REFUSED[kind]
    monkeypatch.setattr(fetching, "TIMEOUT", 2.0 if finding == "slow" else 60.0)
    site.pages["/feed.xml"] = lambda _headers: page(site)
    source = fetched(site)
    assert (source.finding, source.state) == (finding, Source.State.FAILING)
    said = doctor.words(finding)
    assert str(said.wrong).endswith(".")
    assert str(said.mend).endswith(".")
    assert source.next_at > NOW
    assert not Item.objects.exists()


def test_malformed_and_half_of_it_there_is_read_as_far_as_it_goes(site):
    whole = rss(posts=("One", "Two", "Three"), home=site.url)
    site.pages["/feed.xml"] = (200, SAID, whole[: whole.index("Three")])
    assert fetched(site).state == Source.State.FOLLOWED
    assert set(Item.objects.values_list("title", flat=True)) >= {"One", "Two"}


def test_entities_that_multiply_are_not_multiplied(site):
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(12))
    site.pages["/feed.xml"] = (
        200,
        SAID,
        f"<!DOCTYPE rss [{laughs}]>" + rss(posts=("x&l11;y",)).partition("?>")[2],
    )
    assert fetched(site).state == Source.State.FOLLOWED
    assert Item.objects.get().title == "x&l11;y"


def test_what_takes_too_long_to_read_is_left_out(site, monkeypatch):
    monkeypatch.setattr(patience, "SECONDS", -1.0)
    site.feed()
    assert fetched(site).state == Source.State.FOLLOWED
    assert not Item.objects.exists()
    assert doctor.words("laborious").wrong


def test_guids_and_words_that_change_each_time_double_nothing(site):
    number = itertools.count()

    def page(_headers):
        body = rss(home=site.url).replace("isPermaLink='false'>", f"isPermaLink='false'>{next(number)}-")
        return (200, SAID, body.replace("says.", f"says at {next(number)}."))

    site.pages["/feed.xml"] = page
    fetched(site, times=5)
    assert Item.objects.count() == 2


def test_what_is_dated_ahead_flows_when_it_came(site):
    site.pages["/feed.xml"] = (200, SAID, rss(home=site.url).replace("2026", "2030"))
    fetched(site)
    assert all(NOW - timedelta(seconds=1) < item.flows_at <= NOW for item in Item.objects.all())
    assert {item.published_at.year for item in Item.objects.all()} == {2030}


def test_a_wrong_character_set_is_seen_through(site):
    body = rss(posts=("Müßig – “naïve”",), home=site.url)
    site.pages["/feed.xml"] = (200, {"Content-Type": "text/xml; charset=utf-8"}, body.encode("cp1252"))
    fetched(site)
    assert Item.objects.get().title == "Müßig – “naïve”"


def test_scripts_are_taken_out(site):
    bad = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&lt;a href='javascript:alert(1)'&gt;it&lt;/a&gt;"
    site.pages["/feed.xml"] = (200, SAID, rss(home=site.url, posts=("One",)).replace("What", bad))
    assert fetched(site).state == Source.State.FOLLOWED
    item = Item.objects.get()
    assert "it" in item.html
    for word in ("script", "alert", "onerror", "<img"):
        assert word not in item.html + item.summary + item.title
