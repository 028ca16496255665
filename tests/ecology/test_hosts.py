"""Where the doctor looks on hosts that it knows."""

import pytest

from collegium.ecology.doctor import hosts, pages

CHANNEL = "UC" + "x" * 22


@pytest.mark.parametrize(
    ("url", "hashtag", "generator", "wanted"),
    [
        (
            "https://www.youtube.com/channel/" + CHANNEL,
            "",
            "",
            [f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"],
        ),
        (
            "https://www.youtube.com/playlist?list=PLabc",
            "",
            "",
            ["https://www.youtube.com/feeds/videos.xml?playlist_id=PLabc"],
        ),
        ("https://www.youtube.com/user/ada", "", "", ["https://www.youtube.com/feeds/videos.xml?user=ada"]),
        ("https://medium.com/@ada", "cmalt", "", ["https://medium.com/feed/@ada"]),
        (
            "https://medium.com/the-paper/a-post-1",
            "cmalt",
            "",
            ["https://medium.com/feed/the-paper/tagged/cmalt", "https://medium.com/feed/the-paper"],
        ),
        ("https://medium.com/tag/education", "", "", ["https://medium.com/feed/tag/education"]),
        ("https://medium.com/the-paper/tagged/oer", "", "", ["https://medium.com/feed/the-paper/tagged/oer"]),
        ("https://ada.medium.com/", "", "", ["https://ada.medium.com/feed"]),
        ("https://ada.substack.com/p/one", "", "", ["https://ada.substack.com/feed"]),
        ("https://substack.com/@ada", "", "", ["https://ada.substack.com/feed"]),
        (
            "https://ada.blogspot.com/2026/01/one.html",
            "oer",
            "",
            [
                "https://ada.blogspot.com/feeds/posts/default/-/oer",
                "https://ada.blogspot.com/feeds/posts/default",
            ],
        ),
        (
            "https://ada.blogspot.com/search/label/oer",
            "",
            "",
            [
                "https://ada.blogspot.com/feeds/posts/default/-/oer",
                "https://ada.blogspot.com/feeds/posts/default",
            ],
        ),
        (
            "https://ada.tumblr.com/",
            "oer",
            "",
            ["https://ada.tumblr.com/tagged/oer/rss", "https://ada.tumblr.com/rss"],
        ),
        ("https://www.tumblr.com/ada", "", "", ["https://ada.tumblr.com/rss"]),
        (
            "https://ada.micro.blog/",
            "oer",
            "",
            ["https://ada.micro.blog/categories/oer/feed.xml", "https://ada.micro.blog/feed.xml"],
        ),
        (
            "https://www.zotero.org/groups/123/a_group",
            "",
            "",
            ["https://api.zotero.org/groups/123/items/top?format=atom&v=3&sort=dateAdded&direction=desc"],
        ),
        (
            "https://www.zotero.org/groups/123/g/collections/ABCD1234/items",
            "oer",
            "",
            [
                "https://api.zotero.org/groups/123/collections/ABCD1234/items/top?format=atom&v=3&sort=dateAdded&direction=desc&tag=oer",
                "https://api.zotero.org/groups/123/collections/ABCD1234/items/top?format=atom&v=3&sort=dateAdded&direction=desc",
            ],
        ),
        (
            "https://ada.wordpress.com/2026/01/one/",
            "OER",
            "",
            ["https://ada.wordpress.com/tag/oer/feed/", "https://ada.wordpress.com/feed/"],
        ),
        (
            "https://blog.example/tag/oer/",
            "cmalt",
            "WordPress 6.5",
            ["https://blog.example/tag/oer/feed/", "https://blog.example/feed/"],
        ),
        (
            "https://blog.example/author/ada",
            "",
            "WordPress",
            ["https://blog.example/author/ada/feed/", "https://blog.example/feed/"],
        ),
        (
            "https://blog.example/sub/category/x/",
            "",
            "WordPress",
            ["https://blog.example/sub/category/x/feed/", "https://blog.example/sub/feed/"],
        ),
        (
            "https://blog.example/",
            "oer",
            "Ghost 5.2",
            ["https://blog.example/tag/oer/rss/", "https://blog.example/rss/"],
        ),
        (
            "https://social.example/@ada",
            "oer",
            "",
            ["https://social.example/@ada/tagged/oer.rss", "https://social.example/@ada.rss"],
        ),
        ("https://social.example/@ada/112233", "", "Mastodon", ["https://social.example/@ada.rss"]),
        ("https://social.example/tags/cmalt", "", "Mastodon", ["https://social.example/tags/cmalt.rss"]),
        ("https://blog.example/about", "oer", "Hugo 0.1", []),
        ("not an address", "oer", "", []),
        ("https://[broken", "oer", "", []),
    ],
)
def test_where_feeds_are_kept(url, hashtag, generator, wanted):
    assert [guess.feed_url for guess in hosts.guesses(url, hashtag, generator)] == wanted


def test_what_is_filtered_to_the_hashtag_says_so():
    guesses = hosts.guesses("https://blog.example/", "oer", "WordPress")
    assert [(guess.feed_url, guess.is_filtered) for guess in guesses] == [
        ("https://blog.example/tag/oer/feed/", True),
        ("https://blog.example/feed/", False),
    ]


def test_a_handle_on_youtube_is_known_by_the_channel_that_its_page_names():
    body = b'<html><script>{"externalId":"' + CHANNEL.encode() + b'"}</script></html>'
    page = pages.read(body, url="https://www.youtube.com/@ada", headers={})
    assert page.channel_id == CHANNEL
    guesses = hosts.guesses("https://www.youtube.com/@ada", "", "", page.channel_id)
    assert guesses[0].feed_url == f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"
    elsewhere = pages.read(body, url="https://blog.example/", headers={})
    assert elsewhere.channel_id == ""


def test_what_a_page_names_in_its_head_its_links_and_its_headers():
    html = b"""<html><head><base href="/en/"><title>A blog</title>
      <meta name="generator" content="WordPress 6.5">
      <link rel="alternate" type="application/rss+xml" title="Posts" href="feed/">
      <link rel="alternate" type="application/rss+xml" title="Comments" href="comments/feed/">
      <link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">
      <link rel="alternate" type="text/html" hreflang="de" href="/de/">
      <link rel="hub" href="https://hub.example/">
      <link rel="me" href="https://social.example/@ada">
      </head><body><a rel="me nofollow" href="https://collegium.example/people/1/">me</a>
      <a href="/podcast/rss.xml">Subscribe</a> <a href="javascript:alert(1)">x</a></body></html>"""
    headers = {
        "link": '</h.atom>; rel="alternate"; type="application/atom+xml"; title="All", <https://x.example/>; rel=next'
    }
    page = pages.read(html, url="https://blog.example/start", headers=headers)
    assert [(feed.url, feed.how) for feed in page.feeds] == [
        ("https://blog.example/h.atom", "header"),
        ("https://blog.example/en/feed/", "link"),
        ("https://blog.example/en/comments/feed/", "link"),
        ("https://blog.example/podcast/rss.xml", "anchor"),
    ]
    assert page.title == "A blog"
    assert page.generator.startswith("WordPress")
    assert page.hub_urls == ("https://hub.example/",)
    assert page.me_urls == ("https://social.example/@ada", "https://collegium.example/people/1/")


@pytest.mark.parametrize("body", [b"", b"\x00\x00", b"<", b"<html>" * 3000, b"\xff\xfe<\x00h\x00"])
def test_whatever_is_no_page_names_nothing(body):
    assert pages.read(body, url="https://blog.example/", headers={}).feeds == ()


def test_networks_that_show_nothing_to_strangers_are_known():
    assert hosts.is_closed("https://www.linkedin.com/in/ada")
    assert hosts.is_closed("https://de-de.facebook.com/ada")
    assert not hosts.is_closed("https://notfacebook.com/")
    assert not hosts.is_closed("not an address")
