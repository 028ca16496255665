"""Feeds of every format, as they are written and as they are broken."""

import dataclasses
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collegium.ecology import licences, reading
from collegium.ecology.doctor import findings
from collegium.ecology.models import Item
from collegium.ecology.reading import ReadEnclosure, Unreadable, dates, markup
from collegium.foundation import clock

FEEDS = Path(__file__).parent / "feeds"
URL = "https://feed.example/feeds/all.xml"


def read(name, content_type="application/xml", url=URL):
    return reading.read((FEEDS / name).read_bytes(), content_type=content_type, url=url)


def text(body, content_type="", url=URL):
    body = body if isinstance(body, bytes) else body.encode()
    return reading.read(body, content_type=content_type, url=url)


def rss(inner, head="", version="2.0"):
    return (
        f'{head}<rss version="{version}" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>T</title><link>https://t.example/</link>{inner}</channel></rss>"
    )


def item(**parts):
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in parts.items()) + "</item>"


def unreadable(body, content_type=""):
    with pytest.raises(Unreadable) as refused:
        text(body, content_type)
    return refused.value.finding


# Formats --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "format_", "title", "first"),
    [
        ("rss090.xml", "rss0.90", "The first format", "The first item"),
        ("rss091.xml", "rss0.91", "Old news", "Café & more"),
        ("rss10.xml", "rss1.0", "In triples", "Ein Beitrag"),
        ("rss20.xml", "rss2.0", "Ann & others write", "Post & riposte"),
        ("podcast.xml", "rss2.0", "Heard", "Episode 1"),
        ("atom03.xml", "atom0.3", "Before the standard", "An entry"),
        ("atom10.xml", "atom1.0", "Less < more", "A slanted title"),
        ("atom_prefixed.xml", "atom1.0", "Prefixed", "One"),
        ("youtube.xml", "atom1.0", "A channel", "A film"),
        ("mastodon.xml", "rss2.0", "Cay", ""),
        ("feed.json", "json1.1", "In JSON <1>", "A <b> title"),
        ("feed10.json", "json1.0", "Of 2017", "One"),
        ("calendar.ics", "icalendar", "Meetings", "✗ Picnic"),
        ("malformed.xml", "rss2.0", "Q & A", "One & two"),
    ],
)
def test_each_format_is_told_by_what_it_holds(name, format_, title, first):
    feed = read(name, content_type="text/plain")
    assert (feed.format, feed.title, feed.entries[0].title) == (format_, title, first)


def test_rss_with_its_modules():
    feed = read("rss20.xml", url="https://ann.example/feed/")
    assert feed.page_url == "https://ann.example/"
    assert feed.language == "en-GB"
    assert feed.author_name == "Ann Arbor"
    assert feed.self_url == "https://ann.example/feed/"
    assert feed.hub_urls == ("https://hub.example/",)
    assert feed.refresh_seconds == 5400
    assert feed.picture_url == "https://ann.example/logo.png"
    assert feed.licence_url == "https://creativecommons.org/licenses/by-sa/4.0/"
    post, note = feed.entries
    assert post.url == "https://ann.example/2026/post/?utm_source=rss"
    assert post.also_at == ("https://ann.example/?p=12",)
    assert post.published_at == datetime(2026, 2, 3, 15, tzinfo=UTC)
    assert post.tags == ("CMALTcMOOC",)
    assert post.summary == "In short."
    assert post.author_name == "Ann"
    assert post.licence_url == "https://creativecommons.org/licenses/by/4.0/"
    assert post.picture_url == "https://ann.example/t.png"
    assert post.comments_url == "https://ann.example/2026/post/#comments"
    assert ReadEnclosure("https://www.youtube.com/watch?v=abcdefghijk", "text/html") in post.enclosures
    assert "<h2>In full</h2>" in post.html
    assert 'href="https://ann.example/other"' in post.html
    assert "A class</a>" in post.html
    for bad in ("steal", "style", "onclick", "<img", "iframe", "b.gif"):
        assert bad not in post.html
    assert (note.kind, note.title, note.tags) == ("note", "", ("feedback",))
    assert note.summary == "Just a thought on #feedback and marks"
    assert "script" in feed.findings


def test_atom_with_its_bases_and_languages():
    feed = read("atom10.xml")
    entry = feed.entries[0]
    assert feed.page_url == "https://atom.example/blog/"
    assert feed.licence_url == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert entry.url == "https://atom.example/blog/2026/one"
    assert 'href="https://atom.example/blog/2026/two"' in entry.html
    assert entry.language == "fr"
    assert entry.tags == ("Teaching",)
    assert (entry.published_at, entry.edited_at) == (
        datetime(2026, 2, 1, 8, tzinfo=UTC),
        datetime(2026, 2, 2, 8, tzinfo=UTC),
    )
    assert entry.comments_url == "https://atom.example/blog/2026/one/comments"
    assert entry.also_at == ()  # what it answers is another thing


def test_rdf():
    feed = read("rss10.xml")
    entry = feed.entries[0]
    assert (feed.language, feed.refresh_seconds) == ("de", 21600)
    assert feed.licence_url == "http://creativecommons.org/licenses/by-nc/2.0/"
    assert (entry.author_name, entry.tags, entry.summary) == ("Änne", ("Lernen",), "Kurz gesagt.")
    assert entry.html == "<p>Länger gesagt.</p>"
    assert entry.published_at == datetime(2026, 2, 3, 3, 5, 6, tzinfo=UTC)


def test_a_podcast():
    feed = read("podcast.xml")
    assert feed.moved_to == "https://new.example/feed"
    assert feed.picture_url == "https://pod.example/cover.jpg"
    episode = feed.entries[0]
    assert (episode.kind, episode.guid, episode.url) == ("audio", "e1", "")
    assert episode.enclosures == (ReadEnclosure("https://pod.example/1.mp3", "audio/mpeg", 1234567, 3723),)


def test_a_channel_of_films_and_a_profile():
    film = read("youtube.xml").entries[0]
    assert (film.kind, film.summary) == ("video", "What it is about.")
    assert film.picture_url == "https://i1.ytimg.com/vi/abcdefghijk/hqdefault.jpg"
    note = read("mastodon.xml").entries[0]
    assert (note.kind, note.tags) == ("image", ("cMOOC",))
    assert note.summary == "Reading with #cMOOC today"


def test_json():
    feed = read("feed.json")
    assert (feed.language, feed.author_name, feed.hub_urls) == ("de-AT", "Dee", ("https://hub.example/",))
    first, note = feed.entries
    assert (first.guid, first.url, first.kind) == ("7", "https://json.example/7", "audio")
    assert first.html == '<p>Hi <a href="https://json.example/x" rel="noopener noreferrer nofollow">x</a></p>'
    assert first.tags == ("One", "2")
    assert first.enclosures == (ReadEnclosure("https://json.example/a.mp3", "audio/mpeg", 12, 61),)
    assert first.edited_at == datetime(2026, 2, 4, 5, 5, 6, tzinfo=UTC)
    assert note.html == "<p>A note #two</p><p>&lt;b&gt;plain&lt;/b&gt;</p>"
    assert (note.kind, note.tags, note.url) == ("note", ("two",), "https://json.example/8")


def test_a_calendar():
    feed = read("calendar.ics")
    assert feed.refresh_seconds == 21600
    picnic, hour = feed.entries
    assert (hour.title, hour.place, hour.author_name) == ("Open hour, online", "Room 1", "Fay")
    assert hour.begins_at == datetime(2026, 7, 1, 9, tzinfo=UTC)
    assert hour.ends_at == datetime(2026, 7, 1, 10, 30, tzinfo=UTC)
    assert hour.html == "<p>Bring a question.</p><p>All are welcome.</p>"
    assert hour.tags == ("CMALT", "cMOOC")
    assert (picnic.kind, picnic.ends_at) == ("event", None)


def test_a_single_page():
    body = (FEEDS / "page.html").read_bytes()
    feed = reading.read_page(body, content_type="text/html", url="https://page.example/a-page/?utm_source=x")
    page = feed.entries[0]
    assert (feed.format, feed.title, page.title, page.author_name) == ("page", "Site", "A page", "Gil")
    assert page.url == page.guid == "https://page.example/a-page/"
    assert "https://page.example/?p=3" in page.also_at
    assert "https://social.example/@gil/1" in page.also_at
    assert page.html.startswith("<p>The <a href=")
    assert page.picture_url == "https://page.example/og.png"
    assert page.licence_url == "https://creativecommons.org/licenses/by/4.0/"
    assert page.language == "en-GB"
    assert set(page.tags) == {"Teaching", "One", "Two"}
    assert page.published_at == datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        (b"", "nothing"),
        (b" \n\t", "nothing"),
        (b"<!doctype html><html><body>x</body></html>", "html"),
        (b'<opml version="2.0"><body/></opml>', "outlines"),
        (b"%PDF-1.7 ...", "not_a_feed"),
        (b"\x89PNG\r\n\x1a\n....", "not_a_feed"),
        (b"just words", "not_a_feed"),
        (b'{"a": 1}', "not_a_feed"),
        (b'{"items": [', "malformed"),
        (b"[" * 100_000, "malformed"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nnonsense", "malformed"),
        (b"<note><to>x</to></note>", "not_a_feed"),
    ],
)
def test_what_is_no_feed_says_what_it_is(body, finding):
    assert unreadable(body) == finding


# Character sets -------------------------------------------------------------------------------------------------------

WORDS = "Müßig – “naïve”"


@pytest.mark.parametrize(
    ("body", "content_type", "wrong"),
    [
        (rss(item(title=WORDS)).encode("utf-8-sig"), "text/xml; charset=iso-8859-1", False),
        (rss(item(title=WORDS)).encode("utf-16"), "text/xml", False),
        (rss(item(title=WORDS)).encode("utf-16-be"), "text/xml", False),
        (rss(item(title=WORDS)).encode("utf-32"), "text/xml", False),
        (rss(item(title=WORDS)).encode("cp1252"), "text/xml; charset=windows-1252", False),
        (rss(item(title=WORDS)).encode("cp1252"), "text/xml; charset=iso-8859-1", False),
        (
            rss(item(title=WORDS), '<?xml version="1.0" encoding="latin1"?>').encode("cp1252"),
            "text/xml",
            False,
        ),
        (
            rss(item(title=WORDS), '<?xml version="1.0" encoding="utf-8"?>').encode(),
            "text/xml; charset=us-ascii",
            True,
        ),
        (rss(item(title=WORDS), '<?xml version="1.0" encoding="utf-8"?>').encode("cp1252"), "text/xml", True),
        (rss(item(title=WORDS), '<?xml version="1.0" encoding="utf-16"?>').encode(), "text/xml", False),
        (rss(item(title=WORDS), '<?xml version="1.0" encoding="klingon"?>').encode(), "", False),
        (rss(item(title=WORDS.replace("–", "&#150;"))).encode(), "", False),
    ],
)
def test_character_sets_are_read_as_browsers_read_them(body, content_type, wrong):
    feed = text(body, content_type)
    if "us-ascii" not in content_type:
        assert feed.entries[0].title == WORDS
        assert ("charset" in feed.findings) is wrong


def test_a_character_set_that_does_not_hold_is_said():
    body = rss(item(title=WORDS), '<?xml version="1.0" encoding="utf-8"?>').encode()
    feed = text(body, "text/xml; charset=iso-2022-jp")
    assert feed.entries[0].title == WORDS
    assert "charset" in feed.findings


def test_null_bytes_and_other_controls_are_dropped():
    feed = text(rss(item(title="a\0b\x0bc", description="x\x1b[0m")).encode())
    assert feed.entries[0].title == "abc"
    assert "nulls" in feed.findings


# Hostile --------------------------------------------------------------------------------------------------------------


def test_nothing_outside_is_read_and_nothing_is_multiplied():
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(12))
    feed = text(rss(item(title="x&l11;y"), f"<!DOCTYPE rss [{laughs}]>"))
    assert feed.entries[0].title == "x&l11;y"
    assert "entities" in feed.findings
    feed = text(rss(item(title="x&f;y"), '<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd">]>'))
    assert "root:" not in feed.entries[0].title
    feed = text(rss(item(title="&co;"), '<!DOCTYPE rss [<!ENTITY co "A &#38; B Ltd"><!ENTITY ok "Fine">]>'))
    assert text(rss(item(title="&ok;"), '<!DOCTYPE rss [<!ENTITY ok "Fine">]>')).entries[0].title == "Fine"


def test_a_well_without_a_floor_is_refused():
    assert unreadable(rss("<item>" + "<a>" * 100_000 + "</a>" * 100_000 + "</item>")) == "deep"


def test_deep_html_is_cut_off_and_quick():
    body = rss(f"<item><title>x</title><description><![CDATA[{'<div>' * 50_000}words]]></description></item>")
    assert len(text(body).entries[0].html) < 10_000


@pytest.mark.parametrize(
    "nasty",
    [
        '<a href="' * 40_000,
        "<b a" * 80_000,
        "<!--" * 60_000,
        "&" * 300_000,
        "<table><p>" * 20_000,
        "<a " + "b=c " * 50_000 + ">",
        "<img src='data:image/png;base64," + "A" * 300_000 + "'>",
        "]]&gt;" * 40_000,
    ],
)
def test_what_is_made_to_be_slow_is_not(nasty):
    # processor time of this process: no other load counts; without the bounds these take minutes
    begun = time.process_time()
    markup.safe(nasty, URL)
    markup.line(nasty, is_html=True, most=500)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    "nasty",
    [
        "<script>x</script>",
        "<scr<script>ipt>x</script>",
        '<a href="javascript:x">a</a>',
        '<a href="java\nscript:x">a</a>',
        '<a href=" &#106;avascript:x">a</a>',
        '<a href="data:text/html,x">a</a>',
        '<a href="vbscript:x">a</a>',
        "<img src=x onerror=x>",
        "<svg/onload=x>",
        "<svg><script>x</script></svg>",
        "<math><mtext><style><img src=x onerror=x></style></mtext></math>",
        '<iframe srcdoc="<script>x</script>"></iframe>',
        '<object data="x.swf"></object><embed src="x.swf">',
        '<form action="https://evil.example"><input name="password"><button>x</button></form>',
        '<meta http-equiv="refresh" content="0;url=https://evil.example">',
        '<base href="https://evil.example/">',
        '<link rel="stylesheet" href="https://evil.example/x.css">',
        "<style>@import 'https://evil.example/x.css'</style>",
        '<p style="background:url(https://evil.example/x)">x</p>',
        '<p style="display:none">hidden</p>',
        "<noscript><img src=x></noscript>",
        "<template><img src=x onerror=x></template>",
        "<textarea><img src=x onerror=x></textarea>",
        "<title><img src=x onerror=x></title>",
        "<!--[if IE]><script>x</script><![endif]-->",
        '<video poster="https://evil.example/x.png" src="https://a.example/v.mp4" autoplay></video>',
        '<a href="//evil.example" target="_top" ping="https://evil.example">x</a>',
        "<b\x0conclick=x>x</b>",
    ],
)
def test_nothing_that_runs_or_loads_comes_through(nasty):
    html = markup.safe(f"<p>before</p>{nasty}<p>after</p>", "https://a.example/").html.lower()
    assert "before" in html
    assert "after" in html
    for bad in (
        "script",
        "onerror",
        "onload",
        "onclick",
        "<img",
        "<svg",
        "<style",
        "style=",
        "<iframe",
        "<form",
        "<input",
    ):
        assert bad not in html
    for bad in (
        "<meta",
        "<base",
        "<link",
        "<object",
        "<embed",
        "<video",
        "poster",
        "ping",
        "target",
        "data:",
        "hidden",
    ):
        assert bad not in html


def test_titles_are_plain_whatever_they_hold():
    feed = text(rss(item(title="&lt;script&gt;x()&lt;/script&gt;1 &lt; 2 &amp;amp; so")))
    assert feed.entries[0].title == "1 < 2 & so"


def test_addresses_are_of_the_web_or_empty():
    feed = text(rss(item(title="x", link="javascript:alert(1)") + item(title="y", link="file:///etc/passwd")))
    assert [entry.url for entry in feed.entries] == ["", ""]
    assert markup.address("http://a.example:99999/") == ""
    assert markup.address("http://[bad/") == ""
    assert markup.address("  /a b ", "https://x.example/") == "https://x.example/a%20b"


def test_a_feed_that_names_an_address_is_not_fetched():
    assert unreadable("http://127.0.0.1:1/feed.xml") == "not_a_feed"


def test_of_fifty_thousand_entries_the_newest_are_taken():
    day = datetime(2026, 1, 1, tzinfo=UTC)
    entries = "".join(
        item(title=f"n{n}", guid=f"g{n}", pubDate=(day + timedelta(minutes=n)).isoformat())
        for n in range(50_000)
    )
    feed = text(rss(entries))
    assert len(feed.entries) == 2000
    assert {"n49999", "n48000"} <= {entry.title for entry in feed.entries}
    assert "many" in feed.findings


def test_what_is_too_large_is_refused():
    assert unreadable(b"<rss>" + b" " * reading.MOST_BYTES) == "large"


def test_half_a_feed_is_read_as_far_as_it_goes():
    feed = read("malformed.xml")
    assert feed.entries[0].title == "One & two"
    assert feed.entries[0].url == "https://mal.example/?a=1&b=2"
    assert len(feed.entries) == 2
    assert "malformed" in feed.findings


def test_no_entries_and_no_dates_are_said():
    assert text(rss("")).findings == ("empty",)
    assert "no_dates" in text(rss(item(title="x"))).findings


def test_a_date_ahead_is_said_and_kept():
    with clock.moved_to(datetime(2026, 1, 1, tzinfo=UTC)):
        feed = text(rss(item(title="x", pubDate="Mon, 01 Jan 2035 00:00:00 GMT")))
    assert feed.entries[0].published_at == datetime(2035, 1, 1, tzinfo=UTC)
    assert "future" in feed.findings


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Mon, 02 Jan 2023 10:00:00 +0100", "2023-01-02T09:00:00"),
        ("2 Jan 23 10:00 EST", "2023-01-02T15:00:00"),
        ("2023-01-02", "2023-01-02T00:00:00"),
        ("2023-01-02 10:00:00", "2023-01-02T10:00:00"),
        ("2023-01-02T10:00:00.123456789+05:30", "2023-01-02T04:30:00.123456"),
        ("20230102T101112Z", "2023-01-02T10:11:12"),
        ("1672653600", "2023-01-02T10:00:00"),
        ("1672653600000", "2023-01-02T10:00:00"),
        ("Thu Jan  5 09:10:11 2023", "2023-01-05T09:10:11"),
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", None),
        ("2023-13-45", None),
        ("tomorrow", None),
        ("9" * 5000, None),
    ],
)
def test_dates_of_every_kind(said, meant):
    found = dates.moment(said)
    assert (found.isoformat().removesuffix("+00:00") if found else None) == meant


@pytest.mark.parametrize(
    ("url", "spdx"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("http://creativecommons.org/licenses/nc-by-sa/2.0/uk/", "CC-BY-NC-SA-2.0-UK"),
        ("https://creativecommons.org/licenses/by-nd/4.0/deed.de", "CC-BY-ND-4.0"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", "OGL-UK-3.0"),
        ("https://ann.example/licence", None),
        ("https://creativecommons.org/licenses/xx/4.0/", None),
        ("", None),
    ],
)
def test_licences_by_their_addresses(url, spdx):
    found = licences.known(url)
    assert (found.spdx if found else None) == spdx
    assert licences.allows_whole(Item(licence_url=url)) is (spdx is not None)
    assert bool(licences.name(url)) is (spdx is not None)


@pytest.mark.parametrize(
    ("words", "url"),
    [
        ("© Ann, CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
        ("licensed under CC-BY", "https://creativecommons.org/licenses/by/4.0/"),
        ("CC0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        (
            "see creativecommons.org/licenses/by-nc/3.0/ for it",
            "https://creativecommons.org/licenses/by-nc/3.0/",
        ),
        ("All rights reserved", ""),
        ("Copyright cc: by Ann", ""),
    ],
)
def test_licences_in_words(words, url):
    assert licences.found_in(words) == url


def test_whatever_is_read_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        read("rss20.xml").entries[0].title = "x"


def test_all_that_reading_finds_has_words():
    said = {
        *(
            [
                "charset",
                "nulls",
                "entities",
                "deep",
                "many",
                "script",
                "malformed",
                "empty",
                "no_dates",
                "future",
            ]
        ),
        *(["nothing", "large", "not_a_feed", "html", "outlines", "no_script"]),
    }
    assert said <= set(findings.FINDINGS)
