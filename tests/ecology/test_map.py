"""The map as a page: who sees what of it, over what time, in which form; and how much it asks of the database."""

import csv
import io
import struct
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.urls import reverse

from collegium.ecology import flows
from collegium.ecology.actions.volumes import count_months, large_rivers
from collegium.ecology.flows import Look, Period
from collegium.ecology.models import FlowOfMonth, Following, Tag, Tally
from collegium.ecology.queries import ecologies_map, volumes
from collegium.evidence.models import Evidence
from collegium.foundation import clock
from collegium.people.models import Audience
from tests.conversations.factories import make_forum, make_post, make_thread
from tests.courses.factories import make_iteration, make_project
from tests.ecology.factories import make_ecology, make_flow, make_item, make_source
from tests.ecology.mapped import figure_one
from tests.factories import make_evidence, make_person

pytestmark = pytest.mark.django_db
SVG = "{http://www.w3.org/2000/svg}"


def address(ecology, name="map", **query):
    form = {"form": query.pop("form")} if "form" in query else {}
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    return reverse(f"ecology:{name}", kwargs={"ecology_id": ecology.pk, **form}) + (
        f"?{asked}" if asked else ""
    )


@pytest.fixture
def sign_in_as(client):
    return lambda person: client.force_login(person.account)


def told(ecology, reader=None, *, days=30, **standing):
    found = ecologies_map.ecology_to_draw(ecology.pk, reader)
    assert found is not None
    period = Period(clock.now() - timedelta(days=days) if days else None, clock.now())
    return ecologies_map.chart(Look(found[0], reader, period, tuple(found[1]), **standing))


def numbers(chart):
    return {each.key: each.volume.number for each in chart.told.places}


def streams(chart):
    titles = {each.key: each.title for each in chart.told.places}
    return {
        (titles[each.start], titles[each.end]): each.volume.number
        for each in chart.told.streams
        if each.volume.number
    }


@pytest.fixture
def community(ada, bo, cy):
    return figure_one(cy, ada, bo, make_person(name="Di"), make_person(name="Mo Quiet"))


# What it tells ----------------------------------------------------------------------------------------------------------


def test_figure_one_is_drawn_from_data(community):
    chart = told(community.ecology)
    assert streams(chart) == {
        ("Notes from a learning technologist", "#cmaltcmooc"): 20,
        ("Notes from a learning technologist", "The river"): 14,
        ("قناة التعليم المفتوح", "#cmaltcmooc"): 3,
        ("قناة التعليم المفتوح", "The river"): 9,
        ("Zotero group: CMALT readings", "The river"): 9,
        ("Bo’s teaching diary", "#cmaltcmooc"): 8,
        ("SoTEL research cluster: project updates", "#cmaltcmooc"): 5,
        ("SoTEL research cluster: project updates", "The river"): 1,
        ("3 more blogs and sites", "#cmaltcmooc"): 1,
        ("Talking heads, a podcast on assessment", "The river"): 4,
        ("Webinars and meetings", "The river"): 3,
        ("#cmaltcmooc", "The river"): 37,
        ("Members, writing here", "Conversations"): 28,
        ("The river", "Conversations"): 7,
        ("The river", "Library"): 3,
        ("The river", "Evidence"): 5,
    }
    assert [each.title for each in chart.busy] == [
        "#cmaltcmooc",
        "Conversations",
        "Notes from a learning technologist",
    ]
    assert [each.title for each in chart.silent] == ["Repertoire"]


def test_the_time_counts(community):
    chart = told(community.ecology, days=1)
    assert numbers(chart)["river"] == 22  # three of each that brought as many, and one of one post
    old = make_item(make_source(community.ecology), flows_at=clock.now() - timedelta(days=90))
    assert numbers(told(community.ecology))["river"] == 77
    assert numbers(told(community.ecology, days=0))["river"] == 78
    assert old.pk


def test_what_is_taken_out_does_not_flow(community):
    community.ecology.flows.update(hidden_at=clock.now())
    chart = told(community.ecology)
    assert numbers(chart)["river"] == 0
    assert "river" in {each.key for each in chart.silent}


def test_sources_of_former_times_and_what_was_put_in_by_hand(community):
    make_flow(community.ecology, make_item())
    Following.objects.filter(source__title="Bo’s teaching diary").update(ended_at=clock.now())
    chart = told(community.ecology)
    assert numbers(chart)["by-hand"] == 1
    assert numbers(chart)["former"] == 8
    assert "Bo’s teaching diary" not in {each.title for each in chart.told.places}


def test_an_empty_ecology_is_drawn_too(client, ada, sign_in_as):
    ecology = make_ecology(ada, audience=Audience.PUBLIC)
    assert told(ecology).is_empty
    response = client.get(address(ecology))
    assert response.status_code == 200
    assert "Nothing has flowed in this time" in response.text


def test_a_course_and_its_week(cy, ada, sign_in_as):
    iteration = make_iteration(cy, weeks=1, audience=Audience.PUBLIC)
    iteration.ecology.audience = Audience.PUBLIC
    iteration.ecology.save()
    week = iteration.weeks.get()
    week.ecology = make_ecology(ada, audience=Audience.PUBLIC, within=iteration.ecology)
    week.save()
    make_project(iteration, ada, week=week)
    source = make_source(iteration.ecology, title="Of the course")
    item = make_item(source)
    make_flow(week.ecology, item, source=source)
    for ecology in (iteration.ecology, week.ecology):
        chart = told(ecology, ada)
        assert streams(chart)["Of the course", "The river"] == 1
    assert numbers(told(iteration.ecology, ada))["projects"] == 1


# Who sees what ----------------------------------------------------------------------------------------------------------


def test_strangers_may_not_see_the_map_of_what_is_closed(client, ada, eve, sign_in_as):
    ecology = make_ecology(ada)
    for name, form in [
        ("map", {}),
        ("map_print", {}),
        *(("map_file", {"form": each}) for each in ("svg", "png", "csv")),
    ]:
        assert client.get(address(ecology, name, **form)).status_code == 404
    sign_in_as(eve)
    assert client.get(address(ecology)).status_code == 404
    sign_in_as(ada)
    assert client.get(address(ecology)).status_code == 200
    assert client.post(address(ecology)).status_code == 405


def test_only_those_who_look_after_it_see_names_of_who_is_not_heard(client, community, ada, cy, sign_in_as):
    for reader in (None, ada):
        if reader is not None:
            sign_in_as(reader)
        page = client.get(address(community.ecology)).text
        assert "Mo Quiet" not in page
        assert "One member has not published or said anything yet" in page
        assert "2 sources have never brought anything" in page
        assert "Who else struggles" not in page
    sign_in_as(cy)
    page = client.get(address(community.ecology)).text
    assert "Mo Quiet" in page
    assert "Another that never spoke" in page
    assert "Who else struggles" in page


def test_writing_to_whom_nobody_hears_is_one_click(client, community, cy, sign_in_as):
    sign_in_as(cy)
    quiet = community.circle.memberships.get(person__name="Mo Quiet").person
    where = reverse("conversations:new_thread", kwargs={"forum_id": community.forum_id}) + f"?to={quiet.pk}"
    assert where in client.get(address(community.ecology)).text
    assert "@Mo Quiet" in client.get(where).text
    stranger = make_person(name="Not Here")
    assert "@Not Here" not in client.get(where.replace(f"to={quiet.pk}", f"to={stranger.pk}")).text


def test_evidence_is_told_of_many_people_only(community):
    assert numbers(told(community.ecology))["evidence"] == 5  # of seven: in whole fives
    Evidence.objects.filter(owner__name__in=["Keeper 1", "Keeper 2", "Keeper 3"]).delete()
    chart = told(community.ecology)
    place = chart.told.by_key["evidence"]
    assert (place.volume.number, place.words, place.is_silent) == (0, "fewer than 5 people", False)
    # One person who kept much is still one person.
    keeper = make_person(name="Keeps all")
    for item in community.ecology.flows.order_by("pk").values_list("item", flat=True)[20:40]:
        make_evidence(keeper, source_kind="item", source_id=item, frozen_at=clock.now())
    assert told(community.ecology).told.by_key["evidence"].volume.number == 5
    assert told(community.ecology).told.by_key["evidence"].words == "at least 5 people"


def test_a_closed_forum_is_not_told_of_to_those_outside(ada, bo):
    forum = make_forum(ada)
    make_post(make_thread(forum, by=ada), by=ada)
    ecology = make_ecology(ada, audience=Audience.PUBLIC, forum=forum)
    assert "conversation" not in numbers(told(ecology))
    assert "conversation" not in numbers(told(ecology, bo))
    assert numbers(told(ecology, ada, is_member=True))["conversation"] == 2


def test_only_communities_that_one_may_see_are_named(community, ada):
    chart = told(community.ecology)
    assert "Mobile learning in Aotearoa" in {each.title for each in chart.told.places}
    target = community.links_out.get().target
    target.audience = Audience.CIRCLE
    target.save()
    assert "Mobile learning in Aotearoa" not in {each.title for each in told(community.ecology).told.places}
    assert "Mobile learning in Aotearoa" in {each.title for each in told(community.ecology, ada).told.places}


# Forms ------------------------------------------------------------------------------------------------------------------


HOSTILE = '</text><script>alert(1)</script>"\x07&amp; ]]> \x00=cmd'.replace("\x00", "")


def test_hostile_titles_are_words_and_nothing_else(client, ada):
    ecology = make_ecology(ada, audience=Audience.PUBLIC, title=HOSTILE)
    make_item(make_source(ecology, title=HOSTILE))
    page = client.get(address(ecology)).text
    assert "<script>alert" not in page
    drawing = client.get(address(ecology, "map_file", form="svg"))
    root = ET.fromstring(drawing.content)
    assert [each for each in root.iter() if "script" in each.tag] == []
    assert any("</text>" in (each.text or "") for each in root.iter(f"{SVG}text"))


def test_the_picture_stands_alone(client, community):
    response = client.get(address(community.ecology, "map_file", form="svg", time="all"))
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Content-Disposition"] == 'attachment; filename="map-cmalt-cmooc.svg"'
    assert "var(" not in response.text
    assert "<script" not in response.text
    root = ET.fromstring(response.content)
    assert root.find(f"{SVG}title").text == "Map of the ecology of CMALT cMOOC"
    assert "77 items in the river" in root.find(f"{SVG}desc").text
    assert {each.attrib["href"] for each in root.iter(f"{SVG}a")} >= {
        f"http://testserver/ecologies/{community.ecology_id}/river/".replace("http://testserver", _site())
    }


def _site():
    from django.conf import settings

    return settings.SITE_URL


def test_the_picture_as_png(client, community):
    response = client.get(address(community.ecology, "map_file", form="png"))
    assert response["Content-Type"] == "image/png"
    assert response.content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", response.content[16:24])
    assert width > 2000
    assert height > 1000
    assert client.get(address(community.ecology, "map_file", form="gif")).status_code == 404


def test_the_table_for_programs(client, ada, community):
    make_item(make_source(community.ecology, title="=HYPERLINK(1)"))
    rows = list(
        csv.reader(
            io.StringIO(client.get(address(community.ecology, "map_file", form="csv")).text.lstrip("\ufeff"))
        )
    )
    assert rows[0] == ["What", "From", "To", "Number", "In words", "Address"]
    assert ["Flow", "#cmaltcmooc", "The river", "37", "37 items", ""] in rows
    assert not [cell for row in rows for cell in row if cell.startswith("=")]


def test_on_paper(client, community):
    page = client.get(address(community.ecology, "map_print")).text
    assert "ecology/map_print.css" in page
    assert "<svg" in page
    assert "the last 30 days" in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "the last 30 days"),
        ("time=7", "the last 7 days"),
        ("time=all", "the whole time"),
        ("time=nonsense", "the last 30 days"),
        ("since=2026-01-02&until=2026-01-09", "2 January 2026 to 9 January 2026"),
        ("since=2026-01-09&until=2026-01-02", "2 January 2026 to 9 January 2026"),
        ("since=2026-01-02", "from 2 January 2026"),
        ("until=9999-12-31", "the last 30 days"),
        ("until=soon", "the last 30 days"),
    ],
)
def test_over_what_time(client, community, asked, said):
    assert f">{said}<" in client.get(f"{address(community.ecology)}?{asked}").text


def test_tables_are_sorted_by_links(client, community):
    page = client.get(address(community.ecology, time="all", streams="from", places="much")).text
    assert page.index("#cmaltcmooc</th>") < page.index("Members, writing here</th>")
    assert f'href="/ecologies/{community.ecology_id}/map/?time=all&amp;streams=to#map-table"' in page


# How much is asked ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [0, 12])
def test_the_page_asks_the_same_of_few_and_of_many(
    client, community, cy, sign_in_as, django_assert_num_queries, more
):
    for each in range(more):
        make_item(make_source(community.ecology, title=f"One more {each}"))
        make_thread(community.forum, by=make_member(community, each))
    client.get(address(community.ecology))
    with django_assert_num_queries(7):
        client.get(address(community.ecology))
    sign_in_as(cy)
    client.get(address(community.ecology))
    with django_assert_num_queries(12):
        client.get(address(community.ecology))


def make_member(community, number):
    from tests.communities.factories import make_membership

    return make_membership(community, make_person(name=f"Member {number}")).person


def test_numbers_stop_somewhere(community, monkeypatch):
    monkeypatch.setattr(flows, "MOST", 10)
    place = told(community.ecology).told.by_key["conversation"]
    assert (place.volume.number, place.volume.is_more, place.words) == (10, True, "more than 10 posts")
    assert flows.short(place.volume) == "10+"


# Large rivers -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def large(ada):
    """Two years of it, of three sources and by hand; every second item is marked, every fifth taken out."""
    ecology = make_ecology(ada, audience=Audience.PUBLIC, hashtag="cmalt")
    sources = [make_source(ecology) for _ in range(3)]
    for each in range(40):
        item = make_item(flows_at=clock.now() - timedelta(days=each * 18, hours=each))
        make_flow(
            ecology,
            item,
            source=sources[each % 4] if each % 4 < 3 else None,
            hidden_at=clock.now() if each % 5 == 0 else None,
        )
        if each % 2:
            Tag.objects.create(item=item, name="cmalt", said="CMALT", flows_at=item.flows_at)
    return ecology


def brought(ecology, period):
    return volumes.by_source(ecologies_map.ecology_to_draw(ecology.pk, None)[0], period)


def periods():
    now = clock.now()
    yield Period(None, now)
    yield Period(now - timedelta(days=7), now)
    yield Period(now - timedelta(days=400), now - timedelta(days=100))
    yield Period(now - timedelta(days=400), now)
    yield Period(now - timedelta(days=3000), now - timedelta(days=500))
    yield Period(now - timedelta(days=45), now - timedelta(days=40))


def test_months_that_were_counted_say_what_counting_says(large):
    live = [brought(large, period) for period in periods()]
    tally = count_months(ecology=large, at=clock.now())
    assert tally is not None
    assert FlowOfMonth.objects.filter(ecology=large).exists()
    assert [brought(large, period) for period in periods()] == live


def test_what_comes_later_into_a_month_that_was_counted_is_not_lost(large):
    count_months(ecology=large, at=clock.now())
    item = make_item(flows_at=clock.now() - timedelta(days=200))
    make_flow(large, item)
    Tag.objects.create(item=item, name="cmalt", said="CMALT", flows_at=item.flows_at)
    counted = [brought(large, period) for period in periods()]
    Tally.objects.all().delete()
    FlowOfMonth.objects.all().delete()
    assert counted == [brought(large, period) for period in periods()]


def test_another_hashtag_is_counted_anew(large):
    count_months(ecology=large, at=clock.now())
    large.hashtag = "other"
    large.save()
    assert sum(each.marked for each in brought(large, Period(None, clock.now())).values()) == 0


def test_counting_twice_is_counting_once_and_an_empty_river_has_no_months(large, ada):
    count_months(ecology=large, at=clock.now())
    before = FlowOfMonth.objects.count()
    count_months(ecology=large, at=clock.now())
    assert FlowOfMonth.objects.count() == before
    assert count_months(ecology=make_ecology(ada), at=clock.now()) is None


def test_which_rivers_are_large(large, monkeypatch):
    assert large_rivers() == []
    monkeypatch.setattr(volumes, "LARGE", 40)
    assert large_rivers() == [large]
