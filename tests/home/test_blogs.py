"""The blogs that the demo serves itself: on the days of its course, at the port that they have, and read by the one client."""

import socket
from datetime import UTC, date, datetime, timedelta

import pytest

from collegium.ecology import doctor, reading
from collegium.foundation import http
from collegium.home.blogs import serving
from collegium.home.blogs.serving import FIRST_DAY, WRITERS, Blogs, Server

BEGAN = date(2026, 9, 14)


@pytest.fixture
def blogs():
    made = Blogs(4711, BEGAN, hub="http://127.0.0.1:8000", people={"chidi": "/people/chidi/"})
    made.moment = at(24)
    return made


def at(days):
    return datetime(BEGAN.year, BEGAN.month, BEGAN.day, 12, tzinfo=UTC) + timedelta(days=days)


def asked(blogs, name, path="/"):
    return blogs.answer(f"{name}.localhost:{blogs.port}", path)


def feed(blogs, name, path="/feeds/all.atom.xml"):
    answer = asked(blogs, name, path)
    return reading.read(
        answer.body, content_type=answer.headers["Content-Type"], url=blogs.address(name, path)
    )


@pytest.mark.parametrize("name", ["caverounds", "statics", "tagebuch", "vozenalto", "learningtech"])
def test_each_blog_is_dated_by_the_course_and_holds_only_what_has_been_written(blogs, name):
    whole = feed(blogs, name)
    assert whole.findings == ()
    assert whole.language == {"tagebuch": "de", "vozenalto": "es"}.get(name, "en")
    assert whole.page_url == blogs.address(name)
    assert all(entry.url.startswith(blogs.address(name)) for entry in whole.entries)
    dates = [entry.published_at for entry in whole.entries]
    assert dates == sorted(dates, reverse=True)
    assert max(dates) <= blogs.moment
    blogs.moment = at(200)
    later = feed(blogs, name)
    assert len(later.entries) >= len(whole.entries) > 2
    blogs.moment = at(-300)
    assert feed(blogs, name).entries == ()
    first = min(entry.published_at for entry in later.entries).date()
    assert first - min(entry.published_at for entry in _as_made(name).entries).date() == BEGAN - FIRST_DAY


def _as_made(name):
    made = Blogs(4711, FIRST_DAY)
    made.moment = datetime(2030, 1, 1, tzinfo=UTC)
    return feed(made, name)


@pytest.mark.parametrize("name", list(WRITERS))
def test_no_address_of_nowhere_is_left_and_all_lead_to_the_port_of_the_blogs(blogs, name):
    for file in (serving.SITES / name).rglob("*"):
        if file.suffix not in {".html", ".xml", ".opml", ".ics"}:
            continue
        blogs.moment = at(19)
        path = "/" + str(file.relative_to(serving.SITES / name))
        answer = asked(blogs, name, path)
        said = answer.body.decode().replace(f"tag:{name}.demo.invalid", "")
        assert ".invalid" not in said
        assert ".localhost:" not in said.replace(".localhost:4711", "")


def test_a_post_is_not_there_before_it_was_written(blogs):
    blogs.moment = at(21)
    assert asked(blogs, "caverounds", "/whose-voice/").status == 404
    assert "Whose voice" not in asked(blogs, "caverounds").body.decode()
    blogs.moment = at(23)
    page = asked(blogs, "caverounds", "/whose-voice/")
    assert page.status == 200
    assert "6 October 2026" in page.body.decode()
    assert "Whose voice" in asked(blogs, "caverounds").body.decode()


def test_whoever_writes_points_at_their_page_here(blogs):
    assert (
        '<a rel="me" href="http://127.0.0.1:8000/people/chidi/">' in asked(blogs, "caverounds").body.decode()
    )


def test_one_moves_for_good_and_its_posts_stay_the_same(blogs):
    blogs.moment = at(8)
    before = feed(blogs, "rhodri")
    assert before.page_url == "http://rhodri.localhost:4711/"
    blogs.moment = at(10)
    moved = asked(blogs, "rhodri", "/feeds/all.atom.xml")
    assert (moved.status, moved.headers["Location"]) == (
        301,
        "http://learningtech.localhost:4711/feeds/all.atom.xml",
    )
    after = feed(blogs, "learningtech")
    assert {entry.guid for entry in before.entries} < {entry.guid for entry in after.entries}


def test_one_breaks_and_the_doctor_explains_it(blogs, settings, free_port):
    blogs.port = free_port
    settings.COLLEGIUM_HTTP_TEST_HOSTS = blogs.hosts
    with Server(blogs):
        blogs.moment = at(18)
        whole = doctor.examine(blogs.address("ezeanya"), hashtag="cmaltcmooc")
        assert (whole.candidates[0].is_filtered, whole.findings) == (True, ())
        blogs.moment = at(22)
        broken = doctor.examine(blogs.address("ezeanya"), hashtag="cmaltcmooc")
    assert [each.format for each in broken.candidates] == ["page"]
    assert broken.findings[0].key == "malformed"
    assert "line 2" in broken.findings[0].detail


@pytest.fixture
def free_port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def test_served_on_loopback_under_names_that_no_resolver_is_asked_for(blogs, settings, free_port):
    blogs.port = free_port
    with Server(blogs) as server:
        assert server.is_up
        with pytest.raises(http.Unreachable):  # not named in the settings
            http.get(blogs.address("statics"))
        settings.COLLEGIUM_HTTP_TEST_HOSTS = blogs.hosts
        first = http.get(blogs.address("statics", "/feeds/all.atom.xml"))
        assert first.headers["content-type"] == "application/atom+xml"
        again = http.get(
            blogs.address("statics", "/feeds/all.atom.xml"), headers={"if-none-match": first.headers["etag"]}
        )
        assert again.status == 304
        with Server(blogs) as second:  # the port is taken: said, and nothing falls over
            assert not second.is_up
    for path in ("/../serving.py", "/%2e%2e/serving.py", "//etc/passwd", "/nothing"):
        assert asked(blogs, "statics", path).status == 404
    assert b"Beams by post" in blogs.answer(f"127.0.0.1:{free_port}", "/statics/").body
    assert b"tagebuch" in blogs.answer(f"127.0.0.1:{free_port}", "/").body


def test_the_podcast_the_calendar_and_the_list_are_what_they_say(blogs, settings, free_port):
    blogs.port = free_port
    settings.COLLEGIUM_HTTP_TEST_HOSTS = blogs.hosts
    with Server(blogs):
        podcast = doctor.examine(blogs.address("laboratorio")).candidates[0]
        assert podcast.kind == "podcast"
        (enclosure,) = feed(blogs, "laboratorio", "/podcast.xml").entries[0].enclosures
        heard = http.get(enclosure.url)
        assert (len(heard.body), heard.headers["content-type"]) == (enclosure.size, "audio/x-wav")
        assert doctor.examine(blogs.address("openhours")).candidates[0].kind == "calendar"
        assert doctor.examine(blogs.address("biblioteca", "/fontes.opml")).outlines


def test_the_facts_of_a_demo_are_kept_with_it(tmp_path):
    made = Blogs.of(tmp_path, near=21000)
    made.first_day, made.people = BEGAN, {"chidi": "/people/chidi/"}
    made.keep(tmp_path)
    again = Blogs.of(tmp_path, near=22000)  # another port of the demo: the blogs stay where they are
    assert (again.port, again.first_day, again.people) == (made.port, BEGAN, made.people)
