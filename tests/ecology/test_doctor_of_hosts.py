"""The doctor at the common hosts: each answered by a site on loopback, as the host itself does at these addresses."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from collegium.ecology import doctor
from collegium.foundation import http
from tests.ecology.sites import RSS, rss

CHANNEL = "UC" + "x" * 22
ATOM = "application/atom+xml"


@pytest.fixture
def world(site, monkeypatch):
    """``world(url, body)``: what stands at this address of the wide world; asked for on loopback, by the one client."""
    get = http.get

    def asked(url, **options):
        parts = urlsplit(url)
        path = f"/{parts.netloc}{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        return replace(get(f"{site.url}{path}", **options), final_url=url, permanent_url=url)

    monkeypatch.setattr(http, "get", asked)

    def put(url, body, content_type="text/html; charset=utf-8", status=200):
        parts = urlsplit(url)
        path = f"/{parts.netloc}{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        site.pages[path] = (status, {"Content-Type": content_type}, body)

    return put


def page(head="", words=60):
    return (
        f"<!doctype html><html><head><title>A page</title>{head}</head><body>{'Words ' * words}</body></html>"
    )


def atom(title, *entries, tag=""):
    said = "".join(
        f"<entry><title>{each}</title><id>urn:x:{each}</id><link href='https://x.example/{each}'/>"
        f"<updated>2026-10-01T10:00:00Z</updated>{f'<category term={tag!r}/>' if tag else ''}</entry>"
        for each in entries
    )
    return (
        f"<feed xmlns='http://www.w3.org/2005/Atom'><title>{title}</title><id>urn:x</id>"
        f"<updated>2026-10-01T10:00:00Z</updated>{said}</feed>"
    )


def found(url, hashtag=""):
    examination = doctor.examine(url, hashtag=hashtag)
    return [
        (each.feed_url, each.kind, each.is_filtered)
        for each in examination.candidates
        if each.format != "page"
    ]


def test_wordpress_offers_the_feed_of_the_tag_first(world):
    head = '<meta name="generator" content="WordPress 6.8">'
    world("https://ada.example/", page(head))
    world("https://ada.example/feed/", rss(posts=("One", "Two", "Three")), RSS)
    world("https://ada.example/tag/cmaltcmooc/feed/", rss(posts=("Two",)), RSS)
    assert found("https://ada.example/", "CMALTcMOOC") == [
        ("https://ada.example/tag/cmaltcmooc/feed/", "blog", True),
        ("https://ada.example/feed/", "blog", False),
    ]


def test_wordpress_at_the_address_of_a_tag(world):
    world("https://ada.example/tag/oer/", page('<meta name="generator" content="WordPress 6.8">'))
    world("https://ada.example/tag/oer/feed/", rss(posts=("Two",)), RSS)
    assert found("https://ada.example/tag/oer/")[0][0] == "https://ada.example/tag/oer/feed/"


def test_mastodon_has_a_feed_of_an_account_of_its_hashtag_and_of_a_hashtag(world):
    shell = (
        "<!doctype html><html><body><div id='mastodon'></div>"
        + "<script src=/x></script>" * 3
        + "</body></html>"
    )
    notes = rss(posts=("Hello",), title="Ada", home="https://social.example/@ada")
    for path in ("@ada", "tags/cmaltcmooc"):
        world(f"https://social.example/{path}", shell)
    for path in ("@ada.rss", "@ada/tagged/cmaltcmooc.rss", "tags/cmaltcmooc.rss"):
        world(f"https://social.example/{path}", notes, RSS)
    assert found("@ada@social.example", "cmaltcmooc") == [
        ("https://social.example/@ada/tagged/cmaltcmooc.rss", "profile", True),
        ("https://social.example/@ada.rss", "profile", False),
    ]
    assert found("https://social.example/tags/cmaltcmooc")[0] == (
        "https://social.example/tags/cmaltcmooc.rss",
        "profile",
        False,
    )


def test_youtube_has_feeds_of_channels_handles_and_playlists(world):
    feeds = "https://www.youtube.com/feeds/videos.xml"
    world(f"https://www.youtube.com/channel/{CHANNEL}", page())
    world("https://www.youtube.com/@ada", f'<html><script>{{"externalId":"{CHANNEL}"}}</script></html>')
    world("https://www.youtube.com/playlist?list=PL1", page())
    world(f"{feeds}?channel_id={CHANNEL}", atom("Ada films", "one"), ATOM)
    world(f"{feeds}?playlist_id=PL1", atom("A list", "two"), ATOM)
    for address in (f"https://www.youtube.com/channel/{CHANNEL}", "https://www.youtube.com/@ada"):
        assert found(address) == [(f"{feeds}?channel_id={CHANNEL}", "channel", False)]
    assert found("https://www.youtube.com/playlist?list=PL1") == [
        (f"{feeds}?playlist_id=PL1", "channel", False)
    ]


def test_medium_lets_nobody_see_its_pages_but_feeds_are_read(world):
    world("https://medium.com/@ada", "no", status=403)
    world("https://medium.com/feed/@ada", rss(title="Ada on Medium"), RSS)
    assert found("https://medium.com/@ada", "oer")[0] == ("https://medium.com/feed/@ada", "blog", False)
    world("https://medium.com/the-paper", page())
    world("https://medium.com/feed/the-paper", rss(posts=("One", "Two")), RSS)
    world("https://medium.com/feed/the-paper/tagged/oer", rss(posts=("One",)), RSS)
    assert found("https://medium.com/the-paper", "oer")[0] == (
        "https://medium.com/feed/the-paper/tagged/oer",
        "blog",
        True,
    )


def test_substack(world):
    world("https://substack.com/@ada", page())
    world("https://ada.substack.com/p/one", page())
    world("https://ada.substack.com/feed", rss(title="Ada’s letters"), RSS)
    for address in ("https://substack.com/@ada", "https://ada.substack.com/p/one"):
        assert found(address)[0] == ("https://ada.substack.com/feed", "blog", False)


def test_zotero_has_feeds_of_groups_collections_and_tags(world):
    order = "format=atom&v=3&sort=dateAdded&direction=desc"
    group, collection = (
        "https://api.zotero.org/groups/7/items/top",
        "https://api.zotero.org/groups/7/collections/ABCD1234/items/top",
    )
    world("https://www.zotero.org/groups/7/ada", page())
    world("https://www.zotero.org/groups/7/ada/collections/ABCD1234", page())
    world(f"{group}?{order}", atom("Group", "one", "two"), ATOM)
    world(f"{group}?{order}&tag=oer", atom("Group", "one"), ATOM)
    world(f"{collection}?{order}", atom("Collection", "three"), ATOM)
    assert found("https://www.zotero.org/groups/7/ada", "oer") == [
        (f"{group}?{order}&tag=oer", "library", True),
        (f"{group}?{order}", "library", False),
    ]
    assert found("https://www.zotero.org/groups/7/ada/collections/ABCD1234")[0] == (
        f"{collection}?{order}",
        "library",
        False,
    )


def test_a_feed_that_a_page_names_after_the_hashtag_is_the_filtered_one_if_all_in_it_has_the_hashtag(world):
    head = "".join(
        f'<link rel="alternate" type="{ATOM}" title="{title}" href="https://ada.example/{name}.xml">'
        for title, name in (("Ada writes", "all"), ("Ada writes: #OER", "oer.tag"))
    )
    world("https://ada.example/", page(head))
    world("https://ada.example/all.xml", atom("Ada writes", "one", "two"), ATOM)
    world("https://ada.example/oer.tag.xml", atom("Ada writes", "one", tag="OER"), ATOM)
    assert found("https://ada.example/", "oer") == [
        ("https://ada.example/oer.tag.xml", "blog", True),
        ("https://ada.example/all.xml", "blog", False),
    ]
    # A blog that is called after the hashtag and writes of other things too.
    world("https://ada.example/oer.tag.xml", atom("OER and more", "one"), ATOM)
    assert ("https://ada.example/oer.tag.xml", "blog", False) in found("https://ada.example/", "oer")


def test_a_named_feed_that_cannot_be_read_is_explained(world):
    world("https://ada.example/", page(f'<link rel="alternate" type="{ATOM}" href="/feed.xml">'))
    world(
        "https://ada.example/feed.xml",
        "<?xml version='1.0'?>\n<feed xmlns='http://www.w3.org/2005/Atom'><title>Ad",
        ATOM,
    )
    examination = doctor.examine("https://ada.example/")
    assert [(each.key, each.url) for each in examination.findings] == [
        ("malformed", "https://ada.example/feed.xml")
    ]
    assert "line 2" in examination.findings[0].detail
    assert [each.format for each in examination.candidates] == ["page"]


def test_what_was_found_goes_into_the_database_and_comes_back(world):
    world("https://ada.example/", page(f'<link rel="alternate" type="{ATOM}" href="/feed.xml">'))
    world("https://ada.example/feed.xml", atom("Ada writes", "one", tag="oer"), ATOM)
    examination = doctor.examine("https://ada.example/", hashtag="oer")
    again = doctor.Examination.of_json(examination.as_json())
    assert again == examination
    (first, *_rest) = again.candidates
    assert [(entry.title, entry.tags) for entry in first.preview] == [("one", ("oer",))]
