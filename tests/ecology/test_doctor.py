"""Any address, examined: what is found behind it, what would come, and what is wrong in words."""

import pytest

from collegium.ecology import doctor
from collegium.ecology.doctor import findings
from tests.ecology.sites import RSS, rss


def feeds_of(examination):
    return [(each.feed_url, each.how) for each in examination.candidates if each.format != "page"]


def keys(examination):
    return {each.key for each in examination.findings}


def test_a_feed_that_is_given_itself(site):
    url = site.feed(title="Ada writes")
    (found,) = doctor.examine(url).candidates
    assert (found.feed_url, found.title, found.kind, found.how) == (url, "Ada writes", "blog", "given")
    assert found.page_url == f"{site.url}/"
    assert sorted(entry.title for entry in found.preview) == ["One", "Two"]
    assert found.entry_count == 2


def test_the_front_page_of_a_blog_names_its_feed(site):
    site.feed("/feed.xml")
    site.feed("/comments.xml", title="Comments on a blog", posts=("Re: One",))
    head = (
        '<link rel="alternate" type="application/rss+xml" href="/comments.xml" title="Comments">'
        '<link rel="alternate" type="application/rss+xml" href="feed.xml">'
    )
    examination = doctor.examine(site.page(body="Words " * 60, head=head))
    assert feeds_of(examination) == [(f"{site.url}/feed.xml", "link"), (f"{site.url}/comments.xml", "link")]
    assert examination.candidates[-1].format == "page"
    assert keys(examination) == set()


def test_the_server_names_it_in_a_header(site):
    site.feed("/hidden")
    page = site.page(body="Words " * 60, Link='</hidden>; rel="alternate"; type="application/rss+xml"')
    assert feeds_of(doctor.examine(page)) == [(f"{site.url}/hidden", "header")]


def test_the_same_posts_in_two_formats_are_offered_once(site):
    site.feed("/feed.xml")
    site.feed("/other.xml")
    head = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="/{name}.xml">' for name in ("feed", "other")
    )
    assert len(feeds_of(doctor.examine(site.page(head=head)))) == 1


def test_a_feed_that_nothing_names_is_found_at_a_usual_place(site):
    site.feed("/blog/index.xml")
    page = site.page("/blog/", body="Words " * 60)
    assert feeds_of(doctor.examine(page)) == [(f"{site.url}/blog/index.xml", "usual")]


def test_a_feed_that_is_only_linked(site):
    site.feed("/my/rss.xml")
    page = site.page(body='<a href="/my/rss.xml">Subscribe</a>' + "Words " * 60)
    assert feeds_of(doctor.examine(page)) == [(f"{site.url}/my/rss.xml", "anchor")]


def test_the_feed_of_the_hashtag_alone_is_offered_first(site):
    site.feed("/feed/", generator="https://wordpress.org/?v=6.5")
    site.feed("/tag/cmaltcmooc/feed/", posts=("One",))
    head = '<meta name="generator" content="WordPress 6.5"><link rel="alternate" type="application/rss+xml" href="/feed/">'
    page = site.page(head=head, body="Words " * 60)
    for address in (page, f"{site.url}/feed/"):
        first, second, *_rest = doctor.examine(address, hashtag="#CMALTcMOOC").candidates
        assert (first.feed_url, first.is_filtered) == (f"{site.url}/tag/cmaltcmooc/feed/", True)
        assert (second.feed_url, second.is_filtered) == (f"{site.url}/feed/", False)


def test_a_hashtag_that_nobody_has_used_yet_is_offered_but_not_first(site):
    site.feed("/feed/")
    site.pages["/tag/oer/feed/"] = (200, {"Content-Type": RSS}, rss(posts=(), home=site.url))
    head = '<meta name="generator" content="WordPress"><link rel="alternate" type="application/rss+xml" href="/feed/">'
    first, second, *_rest = doctor.examine(site.page(head=head), hashtag="oer").candidates
    assert not first.is_filtered
    assert second.is_filtered
    assert [each.key for each in second.findings] == ["tag_unused"]


def test_where_the_host_has_no_feed_of_a_hashtag_that_is_said(site):
    site.feed()
    head = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    assert "no_tag_feed" in keys(doctor.examine(site.page(head=head), hashtag="oer"))


def test_a_profile_on_mastodon(site):
    notes = (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Ada</title><link>https://s.example/@ada</link>'
        "<item><guid>https://s.example/@ada/1</guid><link>https://s.example/@ada/1</link>"
        "<description>Hello #oer</description><pubDate>Sat, 01 Aug 2026 10:00:00 GMT</pubDate></item></channel></rss>"
    )
    site.pages["/@ada.rss"] = (200, {"Content-Type": RSS}, notes)
    site.page("/@ada", body="<div id='mastodon'></div>" + "<script></script>" * 3)
    (found,) = [each for each in doctor.examine(f"{site.url}/@ada").candidates if each.format != "page"]
    assert (found.feed_url, found.kind, found.how) == (f"{site.url}/@ada.rss", "profile", "host")


def test_a_calendar(site):
    site.pages["/events.ics"] = (
        200,
        {"Content-Type": "text/calendar"},
        (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nX-WR-CALNAME:Webinars\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260801T100000Z\r\n"
            "DTSTART:20260901T100000Z\r\nDTEND:20260901T110000Z\r\nSUMMARY:Week 1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        ),
    )
    (found,) = doctor.examine(f"{site.url}/events.ics").candidates
    assert (found.kind, found.format, found.preview[0].title) == ("calendar", "calendar", "Week 1")


def test_an_address_that_has_moved_for_good_is_kept_as_the_new_one(site):
    new = site.feed("/new.xml")
    site.pages["/old.xml"] = (301, {"Location": "/new.xml"}, b"")
    site.pages["/temporary.xml"] = (302, {"Location": "/new.xml"}, b"")
    assert doctor.examine(f"{site.url}/old.xml").candidates[0].feed_url == new
    assert doctor.examine(f"{site.url}/temporary.xml").candidates[0].feed_url == f"{site.url}/temporary.xml"


def test_a_list_of_sources_is_known_as_one(site):
    site.pages["/list.opml"] = (
        200,
        {"Content-Type": "text/xml"},
        '<?xml version="1.0"?><opml version="2.0"><body/></opml>',
    )
    examination = doctor.examine(f"{site.url}/list.opml")
    assert examination.outlines
    assert keys(examination) == {"outlines"}


def _circle(site):
    site.pages["/x"] = (301, {"Location": "/y"}, b"")
    site.pages["/y"] = (301, {"Location": "/x"}, b"")


def _status(status, body=b"no"):
    def put(site):
        site.pages["/x"] = (status, {"Content-Type": "text/html"}, body)

    return put


def _plain_page(site):
    site.page("/x", body="Words and words. " * 60)


def _scripts(site):
    site.page("/x", body="<div id=app></div>" + "<script src=/a.js></script>" * 5)


def _private(site):
    site.pages["/x"] = (302, {"Location": "http://169.254.169.254/latest"}, b"")


def _large(site):
    site.pages["/x"] = (200, {"Content-Type": RSS}, b"<rss>" + b" " * 9_000_000)


def _picture(site):
    site.pages["/x"] = (200, {"Content-Type": "image/png"}, b"\x89PNG\r\n\x1a\n" + b"\0" * 100)


def _nothing(site):
    site.pages["/x"] = (200, {"Content-Type": RSS}, b"")


@pytest.mark.parametrize(
    ("put", "key"),
    [
        (_circle, "redirects"),
        (_private, "private"),
        (_large, "large"),
        (_status(401), "login"),
        (_status(403), "forbidden"),
        (_status(403, b"<html><title>Just a moment...</title><script>_cf_chl_opt</script></html>"), "wall"),
        (_status(404), "not_found"),
        (_status(410), "gone"),
        (_status(429), "too_often"),
        (_status(500), "fault"),
        (_status(418), "status"),
        (_plain_page, "no_feed"),
        (_scripts, "no_script"),
    ],
)
def test_what_is_wrong_is_said(site, put, key):
    put(site)
    examination = doctor.examine(f"{site.url}/x")
    assert key in keys(examination)
    assert [each for each in examination.candidates if each.format != "page"] == []


@pytest.mark.parametrize("put", [_picture, _nothing])
def test_what_is_neither_page_nor_feed_offers_nothing(site, put):
    put(site)
    examination = doctor.examine(f"{site.url}/x")
    assert examination.candidates == ()
    assert examination.findings


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("nonsense", "address"),
        ("ftp://example.org/", "address"),
        ("http://127.0.0.1/", "private"),
        ("http://no-such-name.invalid/", "name"),
        ("http://[", "address"),
    ],
)
def test_addresses_that_lead_nowhere(settings, typed, key):
    settings.COLLEGIUM_HTTP_TEST_HOSTS = []
    assert keys(doctor.examine(typed)) == {key}


def test_a_single_post_without_a_feed_can_be_followed_itself(site):
    page = site.page(
        "/post", body="<article><h1>On feedback</h1><p>" + "Words and words. " * 60 + "</p></article>"
    )
    (found,) = doctor.examine(page).candidates
    assert (found.format, found.kind, found.how) == ("page", "post", "page")


def test_how_a_feed_is_is_said_of_it(site):
    url = site.feed(posts=())
    assert "empty" in {each.key for each in doctor.examine(url).candidates[0].findings}
    url = site.feed(dated=False)
    assert "no_dates" in {each.key for each in doctor.examine(url).candidates[0].findings}
    url = site.feed(headers={"Content-Type": "text/html"})
    assert "wrong_type" in {each.key for each in doctor.examine(url).candidates[0].findings}


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("@ada@social.example", "https://social.example/@ada"),
        ("webcal://cal.example/a.ics", "https://cal.example/a.ics"),
        ("feed:https://x.example/f", "https://x.example/f"),
        ("feed://x.example/f", "https://x.example/f"),
        (" blog.example/about ", "https://blog.example/about"),
        ("http://blog.example/", "http://blog.example/"),
        ("two words", "two words"),
    ],
)
def test_what_people_type_for_an_address(typed, address):
    from collegium.ecology.doctor.examining import _as_address

    assert _as_address(typed) == address


def test_what_was_found_comes_back_from_a_form_as_it_was_or_not_at_all():
    found = doctor.Candidate(
        feed_url="https://x.example/f", page_url="https://x.example/", title="X", kind="blog"
    )
    assert doctor.unsealed(found.sealed()) == found
    assert doctor.unsealed(found.sealed()[:-2] + "xx") is None
    assert doctor.unsealed("nonsense") is None


def test_every_finding_says_what_is_wrong_and_how_to_mend_it():
    for key, words in findings.FINDINGS.items():
        assert str(words.wrong).endswith((".", "?")), key
        assert len(str(words.mend)) > 20, key
    assert findings.words("never heard of") is findings.UNKNOWN
