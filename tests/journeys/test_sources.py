"""A blog is registered by its front page and flows in the river; a list of sources goes out as OPML and comes in elsewhere."""

import socket
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from collegium.communities import actions as communities
from collegium.courses.actions import enrolments
from collegium.ecology import actions as ecologies
from collegium.ecology import opml
from collegium.ecology.models import Claim, Following, Source
from collegium.foundation import clock
from collegium.home.blogs.serving import Blogs, Server
from tests.factories import make_person
from tests.journeys.steps import press

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BOTH = {"widths": (1280, 390), "themes": ("light", "dark")}
NESTED = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Mine</title><ownerName>Ama</ownerName></head><body>
  <outline text="Teaching" isOpen="true"><outline text="Music">
    <outline text="Chidi’s notebook" type="rss" xmlUrl="{caverounds}" custom="kept"/></outline>
    <outline text="Beams" type="rss" xmlUrl="{statics}"/></outline>
  <outline text="A link" type="link" url="https://link.example/"/>
</body></opml>"""


@pytest.fixture
def blogs(site, settings):
    """Those of the demo, in the fourth week of its course."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    made = Blogs(port, clock.today() - timedelta(days=23), hub=site)
    settings.COLLEGIUM_HTTP_TEST_HOSTS = [*settings.COLLEGIUM_HTTP_TEST_HOSTS, *made.hosts]
    with Server(made) as server:
        assert server.is_up
        yield made


@pytest.fixture
def ecology(course):
    return ecologies.set_ecology(ecology=course.ecology, hashtag="cmaltcmooc")


@pytest.fixture
def chidi(community, course, blogs):
    person = make_person(name="Chidi Nwachukwu", email="chidi@example.org")
    communities.join(community=community, person=person)
    enrolments.enrol(iteration=course, person=person)
    blogs.people["chidi"] = person.get_absolute_url()
    return person


def test_a_blog_is_registered_by_its_front_page_and_flows(visit, look, blogs, ecology, chidi):
    page = visit(chidi)
    page.goto(f"/ecologies/{ecology.pk}/sources/")
    look(page, **BOTH)
    press(page.get_by_role("link", name="Add a source"))
    address = page.get_by_role("textbox", name="Address")
    expect(address).to_be_visible()
    look(page, **BOTH)
    address.focus()
    page.keyboard.type(blogs.address("caverounds"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="One of these can be followed")).to_be_visible()
    first = page.get_by_role("article").first
    expect(first.get_by_text("only what has #cmaltcmooc")).to_be_visible()
    expect(first.get_by_text("Composed for the delay")).to_be_visible()
    expect(first.get_by_text("The reel that failed")).to_have_count(0)
    look(page, **BOTH)
    press(first.get_by_role("checkbox", name="This is mine"), "Space")
    press(first.get_by_role("button", name="Follow it"))
    expect(page.get_by_role("heading", name="Cave rounds", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Composed for the delay")).to_be_visible()
    expect(page.get_by_text("verified", exact=True)).to_be_visible()  # the blog points at its author here
    look(page, **BOTH)
    assert Claim.objects.get().how == Claim.How.REL_ME
    page.goto(f"/ecologies/{ecology.pk}/river/")
    expect(page.get_by_role("link", name="Composed for the delay").first).to_be_visible()
    expect(page.get_by_text("The reel that failed")).to_have_count(0)


def test_a_broken_feed_is_explained_where_it_is_registered(visit, look, blogs, ecology, chidi):
    page = visit(chidi)
    page.goto(f"/ecologies/{ecology.pk}/sources/add/")
    page.get_by_role("textbox", name="Address").fill(blogs.address("ezeanya"))
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("The feed is not written as it should be.").first).to_be_visible()
    expect(page.get_by_text("line 2").first).to_be_visible()
    look(page, **BOTH)


def test_a_list_of_sources_goes_out_and_comes_in_elsewhere(
    visit, look, blogs, ecology, community, cy, tmp_path
):
    names = ("caverounds", "statics")
    addresses = {name: blogs.address(name, "/feeds/all.atom.xml") for name in names}
    brought = tmp_path / "mine.opml"
    brought.write_text(NESTED.format(**addresses), encoding="utf-8")
    page = visit(cy)
    page.goto(f"/ecologies/{ecology.pk}/sources/")
    bring(page, look, brought, new="2 sources are new here.")
    expect(page.get_by_role("heading", name="Teaching/Music")).to_be_visible()
    look(page, **BOTH)
    with page.expect_download() as coming:
        press(page.get_by_role("link", name="Download the list"))
    taken = tmp_path / "taken.opml"
    coming.value.save_as(taken)
    assert opml.read(taken.read_bytes()).outlines == opml.read(brought.read_bytes()).outlines
    community.refresh_from_db()
    page.goto(f"/ecologies/{community.ecology_id}/sources/")
    bring(page, look, taken, new="2 sources are new here.")
    there = Following.objects.filter(ecology=community.ecology_id)
    assert {(each.source.feed_url, each.folder) for each in there.select_related("source")} == {
        (addresses["caverounds"], "Teaching/Music"),
        (addresses["statics"], "Teaching"),
    }
    assert Source.objects.count() == len(names)  # each is asked once, however many follow it


def bring(page, look, file, *, new):
    press(page.get_by_role("link", name="Bring a list").first)
    field = page.get_by_label("OPML file")
    expect(field).to_be_attached()
    look(page, **BOTH)
    field.set_input_files(file)
    press(page.get_by_role("button", name="Bring it"))
    expect(page.get_by_text(new)).to_be_visible()
    look(page, **BOTH)
    press(page.get_by_role("link", name="See the sources"))
    expect(page.get_by_role("heading", name="Sources", level=1)).to_be_visible()
