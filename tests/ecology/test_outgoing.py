"""Rivers that go out: what each format says, to whom, and when it says that nothing changed."""

import datetime as dt
import json
import re

import pytest
from django.urls import reverse
from lxml import etree

from collegium.ecology.actions import river as actions
from collegium.ecology.models import Enclosure, Flow, Tag
from collegium.foundation import clock
from collegium.people.models import Audience, CircleMember
from tests.ecology.factories import make_ecology, make_item, make_source

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
CC_BY = "https://creativecommons.org/licenses/by/4.0/"
A = "{http://www.w3.org/2005/Atom}"
FORMS = ["atom", "rss", "json"]


@pytest.fixture(autouse=True)
def _autumn():
    with clock.moved_to(NOON):
        yield


@pytest.fixture
def course(ada):
    return make_ecology(ada, audience=Audience.PUBLIC, title="Course & <co>")


@pytest.fixture
def items(course):
    blog = make_source(course, title="Blog", rights="© Ann")
    whole = make_item(
        blog, title="Free", licence_url=CC_BY, html="<p>All &amp; more</p>", author_name="Ann", language="en"
    )
    Tag.objects.create(item=whole, name="cmalt", said="CMALT", flows_at=whole.flows_at)
    Enclosure.objects.create(
        item=whole, url="https://m.example/a.mp3", media_type="audio/mpeg", size=5, seconds=60
    )
    kept = make_item(blog, title="Kept", html="<p>Not to be shown</p>", summary="Only this", edited_at=NOON)
    note = make_item(
        blog, title="", summary="A note \x0b with a sign that XML cannot say", kind="note", url=""
    )
    return whole, kept, note


def feed(client, course, form, query=""):
    return client.get(reverse("ecology:feed", args=[course.pk, form]) + query)


def test_atom_says_all_of_it(course, items, client_of):
    response = feed(client_of(None), course, "atom")
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = etree.fromstring(response.content)
    assert root.findtext(f"{A}title") == "Course & <co>"
    links = {(link.get("rel"), link.get("type")): link.get("href") for link in root.findall(f"{A}link")}
    assert links["self", "application/atom+xml"].endswith(f"/ecologies/{course.pk}/river.atom")
    assert links["alternate", "text/html"].endswith(f"/ecologies/{course.pk}/river/")
    assert links["alternate", "application/rss+xml"].endswith("river.rss")
    free, kept, note = root.findall(f"{A}entry")
    assert free.findtext(f"{A}content") == "<p>All &amp; more</p>"
    assert free.findtext(f"{A}author/{A}name") == "Ann"
    assert free.findtext(f"{A}source/{A}title") == "Blog"
    assert free.findtext(f"{A}rights") == "Creative Commons Attribution 4.0, by Ann"
    assert [link.get("href") for link in free.findall(f"{A}link") if link.get("rel") == "license"] == [CC_BY]
    assert kept.find(f"{A}content") is None
    assert kept.findtext(f"{A}summary") == "Only this"
    assert note.findtext(f"{A}title").startswith("A note ")
    assert len({entry.findtext(f"{A}id") for entry in (free, kept, note)}) == 3
    assert b"Not to be shown" not in response.content


def test_rss_and_json_say_the_same(course, items, client_of):
    rss = etree.fromstring(feed(client_of(None), course, "rss").content)
    entries = rss.findall("channel/item")
    assert [each.findtext("title") for each in entries][:2] == ["Free", "Kept"]
    assert entries[0].find("enclosure").attrib == {
        "url": "https://m.example/a.mp3", "length": "5", "type": "audio/mpeg",
    }  # fmt: skip
    assert entries[0].find("source").get("url").startswith("https://blog-")
    said = json.loads(feed(client_of(None), course, "json").content)
    assert said["version"] == "https://jsonfeed.org/version/1.1"
    assert [each.get("title") for each in said["items"]] == ["Free", "Kept", None]
    assert said["items"][0]["_collegium"]["licence"] == CC_BY
    assert "content_html" not in said["items"][1]
    assert said["items"][0]["attachments"][0]["duration_in_seconds"] == 60


@pytest.mark.parametrize("form", FORMS)
def test_what_is_filtered_goes_out_filtered(form, course, items, client_of):
    content = feed(client_of(None), course, form, "?tag=cmalt&unread=1&saved=1").content.decode()
    assert "Free" in content
    assert "Kept" not in content
    assert f"river.{form}?tag=cmalt" in content
    assert "unread" not in content


@pytest.mark.parametrize("form", FORMS)
def test_nothing_changed_is_said_in_few_words(form, course, items, client_of):
    client = client_of(None)
    first = feed(client, course, form)
    where = reverse("ecology:feed", args=[course.pk, form])
    again = client.get(where, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Flow.objects.filter(item=items[0]).update(hidden_at=NOON)
    assert client.get(where, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
    assert first.headers["Last-Modified"] == "Mon, 02 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize("form", ["xml", "svg", "html"])
def test_there_are_no_other_formats(form, course, client_of):
    assert feed(client_of(None), course, form).status_code == 404


def test_what_is_not_public_needs_the_private_address(ada, eve, client_of):
    closed = make_ecology(ada, title="Closed")
    make_item(make_source(closed), title="Within")
    assert feed(client_of(ada), closed, "atom").status_code == 404  # never by the session
    token = actions.feed_token(person=ada)
    where = reverse("ecology:private_feed", args=[token, "atom"])
    stranger = client_of(None)
    response = stranger.get(f"{where}?ecology={closed.pk}")
    assert b"Within" in response.content
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert b"Within" in stranger.get(where).content
    # It dies with the membership,
    CircleMember.objects.filter(circle=closed.members).delete()
    assert stranger.get(f"{where}?ecology={closed.pk}").status_code == 404
    assert b"Within" not in stranger.get(where).content
    # with another address,
    newer = actions.feed_token(person=ada)
    assert stranger.get(where).status_code == 404
    # and when it is switched off.
    actions.end_feed(person=ada)
    assert stranger.get(reverse("ecology:private_feed", args=[newer, "atom"])).status_code == 404


def test_a_private_address_dies_with_the_account(ada, client_of):
    where = reverse("ecology:private_feed", args=[actions.feed_token(person=ada), "rss"])
    assert client_of(None).get(where).status_code == 200
    ada.account.is_active = False
    ada.account.save()
    assert client_of(None).get(where).status_code == 404


def test_the_address_is_shown_once(ada, client_of):
    client = client_of(ada)
    page = client.post(reverse("ecology:feeds") + "?tag=cmalt", {"do": "make"}).content.decode()
    where = re.search(r"(/feeds/[^/]+/river\.atom\?tag=cmalt)", page)[1]
    assert client_of(None).get(where).status_code == 200
    assert "/river.atom" not in client.get(reverse("ecology:feeds")).content.decode()
    client.post(reverse("ecology:feeds"), {"do": "end"})
    assert client_of(None).get(where).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_a_feed_asks_the_same(number, course, client_of, django_assert_num_queries):
    for each in range(number):
        item = make_item(make_source(course), title=f"Item {each}")
        Tag.objects.create(item=item, name="x", said="x", flows_at=item.flows_at)
    with django_assert_num_queries(3):
        feed(client_of(None), course, "atom")


def test_tags_and_people_have_feeds_of_what_is_public(ada, bo, course, items, client_of):
    assert b"Free" in client_of(None).get(reverse("ecology:tag_feed", args=["cmalt", "atom"])).content
    bo.name_audience = Audience.PUBLIC
    bo.save()
    items[1].author = bo
    items[1].save()
    assert b"Kept" in client_of(None).get(reverse("ecology:person_feed", args=[bo.pk, "json"])).content
    assert client_of(None).get(reverse("ecology:person_feed", args=[ada.pk, "json"])).status_code == 404
