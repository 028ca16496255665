"""Which items a river shows, to whom, in which order; and how many queries it asks."""

import datetime as dt

import pytest

from collegium.conversations import actions as conversations
from collegium.ecology.actions import river as actions
from collegium.ecology.models import Appearance, Claim, Flow, Mark, Tag
from collegium.ecology.queries import river as queries
from collegium.ecology.queries.river import Key, Narrowing, Scope
from collegium.ecology.words import index_items
from collegium.foundation import clock
from collegium.people.models import Audience
from tests.conversations.factories import make_forum
from tests.ecology.factories import make_ecology, make_flow, make_item, make_source

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _autumn():
    with clock.moved_to(NOON):
        yield


def titles(page):
    return [each.item.title for each in page.items]


def scope_of(person, *, own=True):
    return Scope(reader=person, ecologies=tuple(queries.ecologies_of(person)), with_own=own)


def river(person, narrowing=None, **kwargs):
    return queries.river(scope_of(person), narrowing or Narrowing(), **kwargs)


def item(source, title, minutes=0, tags=(), **fields):
    made = make_item(source, title=title, flows_at=NOON - dt.timedelta(minutes=minutes), **fields)
    for name in tags:
        Tag.objects.create(item=made, name=name, said=name, flows_at=made.flows_at)
    return made


def test_newest_first_of_all_that_one_belongs_to(ada, bo):
    mine, other, closed_off = make_ecology(ada), make_ecology(ada, editors=(bo,)), make_ecology(bo)
    item(make_source(mine), "Old", 30)
    item(make_source(other), "New", 10)
    both = make_source(mine, other)
    item(both, "In both, once", 20)
    item(make_source(closed_off), "Not mine", 5)
    assert titles(river(ada)) == ["New", "In both, once", "Old"]
    assert titles(river(bo)) == ["Not mine", "New", "In both, once"]


def test_one_s_own_sources_flow_whether_anybody_follows_them_or_not(ada):
    source = make_source()
    Claim.objects.create(source=source, person=ada, token="t", verified_at=NOON, how="token")
    item(source, "My own", author=ada)
    assert titles(river(ada)) == ["My own"]
    assert river(ada).items[0].is_own
    assert river(ada).items[0].is_read


def test_a_page_goes_on_where_the_last_one_ended(ada):
    source = make_source(make_ecology(ada))
    # Several at one moment: the key tells them apart.
    for number in range(7):
        item(source, f"Item {number}", number // 3)
    first = river(ada, size=3)
    second = river(ada, size=3, after=Key.read(first.after))
    third = river(ada, size=3, after=Key.read(second.after))
    assert titles(first) + titles(second) + titles(third) == [
        "Item 2", "Item 1", "Item 0", "Item 5", "Item 4", "Item 3", "Item 6",
    ]  # fmt: skip
    assert third.after is None


@pytest.mark.parametrize(
    "typed", ["", None, "x", "1-", "-1", "1-x", "9" * 30 + "-1", "999999999999999999-1", "١-١"]
)
def test_what_is_no_key_is_the_beginning(typed):
    assert Key.read(typed) is None


def test_a_key_keeps_its_moment_to_the_microsecond():
    key = Key(dt.datetime(2026, 3, 1, 1, 2, 3, 456789, tzinfo=dt.UTC), 17)
    assert Key.read(str(key)) == key


@pytest.fixture
def many(ada, bo):
    """A course with a week, and one blog of Bo's."""
    course = make_ecology(ada, title="Course", hashtag="cmalt")
    week = make_ecology(ada, title="Week 1", within=course)
    blog = make_source(course, title="Bo's blog", language="en")
    Claim.objects.create(source=blog, person=bo, token="t", verified_at=NOON, how="token")
    channel = make_source(course, title="Channel", language="de")
    posts = {
        "post": item(blog, "Post on assessment", 10, ["cmalt", "assessment"], author=bo, language="en"),
        "video": item(channel, "Ein Film", 20, ["cmalt"], kind="video", language="de"),
        "note": item(blog, "Short", 60 * 24 * 3, kind="note", author=bo, language="en"),
    }
    make_flow(week, posts["video"], source=channel)
    index_items([each.pk for each in posts.values()])
    return {"course": course, "week": week, "blog": blog, "channel": channel, **posts}


@pytest.mark.parametrize(
    ("narrowing", "expected"),
    [
        ({}, ["Post on assessment", "Ein Film", "Short"]),
        ({"kind": "video"}, ["Ein Film"]),
        ({"language": "en"}, ["Post on assessment", "Short"]),
        ({"tag": "cmalt"}, ["Post on assessment", "Ein Film"]),
        ({"tag": "assessment", "kind": "video"}, []),
        ({"since": dt.date(2026, 11, 1)}, ["Post on assessment", "Ein Film"]),
        ({"until": dt.date(2026, 10, 31)}, ["Short"]),
        ({"since": dt.date(2026, 10, 30), "until": dt.date(2026, 10, 30)}, ["Short"]),
        ({"until": dt.date.max}, ["Post on assessment", "Ein Film", "Short"]),
        ({"words": "assess"}, ["Post on assessment"]),
        ({"words": "nowhere"}, []),
        ({"words": "film", "tag": "cmalt", "language": "de"}, ["Ein Film"]),
        ({"ecology": 10**9}, []),
    ],
)
def test_what_is_asked_for_combines(narrowing, expected, many, ada):
    assert titles(river(ada, Narrowing(**narrowing))) == expected


def test_by_week_source_and_person(many, ada, bo):
    assert titles(river(ada, Narrowing(ecology=many["week"].pk))) == ["Ein Film"]
    assert titles(river(ada, Narrowing(source=many["blog"].pk))) == ["Post on assessment", "Short"]
    assert titles(river(ada, Narrowing(person=bo.pk, kind="note"))) == ["Short"]


def test_saved_and_highlighted(many, ada, bo, cy):
    actions.save(person=ada, item=many["note"])
    actions.save(person=cy, item=many["post"])
    assert titles(river(ada, Narrowing(saved=True))) == ["Short"]
    Flow.objects.filter(item=many["video"], ecology=many["course"]).update(
        highlighted_at=NOON, words="See this"
    )
    page = river(ada, Narrowing(highlighted=True))
    assert titles(page) == ["Ein Film"]
    assert page.items[0].highlight.words == "See this"
    assert titles(river(ada, Narrowing(highlighted=True, saved=True))) == []


def test_hidden_items_are_for_editors_alone(many, ada):
    Flow.objects.filter(item=many["post"]).update(hidden_at=NOON)
    assert titles(river(ada)) == ["Ein Film", "Short"]
    assert titles(river(ada, Narrowing(hidden=True))) == []
    assert titles(river(ada, Narrowing(words="assessment"))) == []
    assert titles(river(ada, Narrowing(source=many["blog"].pk))) == ["Short"]


def test_editors_find_what_was_taken_out(ada, bo):
    ecology = make_ecology(ada, editors=(bo,))
    hidden = item(make_source(ecology), "Advertisement")
    Flow.objects.filter(item=hidden).update(hidden_at=NOON)
    assert titles(river(bo)) == []
    assert titles(river(bo, Narrowing(hidden=True))) == ["Advertisement"]


# Reading --------------------------------------------------------------------------------------------------------------


def test_unread_is_what_was_neither_marked_nor_passed(many, ada):
    unread = Narrowing(unread=True)
    assert titles(river(ada, unread)) == ["Post on assessment", "Ein Film", "Short"]
    actions.read_through(person=ada, ecologies=[many["course"]], moment=NOON - dt.timedelta(days=1))
    assert titles(river(ada, unread)) == ["Post on assessment", "Ein Film"]
    actions.mark_read(person=ada, items=[many["post"]])
    assert titles(river(ada, unread)) == ["Ein Film"]
    assert [each.is_read for each in river(ada).items] == [True, False, True]


def test_read_to_here_never_goes_back_nor_beyond_now(many, ada):
    far = NOON + dt.timedelta(days=30)
    actions.read_through(person=ada, ecologies=[many["course"]], moment=far)
    actions.read_through(person=ada, ecologies=[many["course"]], moment=NOON - dt.timedelta(days=9))
    assert queries.ecologies(ada).get(pk=many["course"].pk).read_through == NOON


def test_marking_twice_is_marking_once(many, ada):
    assert actions.mark_read(person=ada, items=[many["post"], many["note"]]) == 2
    assert actions.mark_read(person=ada, items=[many["post"], many["note"]]) == 0
    actions.save(person=ada, item=many["video"])
    assert actions.mark_read(person=ada, items=[many["video"]]) == 1
    assert Mark.objects.filter(person=ada).count() == 3


def test_mutes_keep_back_only_what_came_by_nothing_else(many, ada, bo):
    actions.mute(person=ada, source=many["blog"])
    assert titles(river(ada)) == ["Ein Film"]
    assert titles(river(bo)) == ["Post on assessment", "Short"]
    # The same by another way, which is not muted.
    Appearance.objects.create(item=many["note"], source=many["channel"], guid_key="x", content_sha256="y")
    assert titles(river(ada)) == ["Ein Film", "Short"]
    # Asked for by name it is shown.
    assert titles(river(ada, Narrowing(source=many["blog"].pk))) == ["Post on assessment", "Short"]
    actions.mute(person=ada, tag="#CMALT")
    assert titles(river(ada)) == ["Short"]
    assert titles(river(ada, Narrowing(tag="cmalt"))) == ["Ein Film"]


def test_how_many_came_since(many, ada):
    page = river(ada)
    key = Key.read(page.items[-1].key)
    assert queries.newer_than(scope_of(ada), Narrowing(), key) == 2
    assert queries.newer_than(scope_of(ada), Narrowing(kind="video"), key) == 1
    assert queries.newer_than(scope_of(ada), Narrowing(), Key.read(page.newest)) == 0


# Who sees what --------------------------------------------------------------------------------------------------------


def test_strangers_see_public_rivers_alone(ada, bo):
    public, circle = make_ecology(ada, audience=Audience.PUBLIC), make_ecology(ada)
    item(make_source(public), "For all", tags=["open"], author=bo)
    item(make_source(circle), "For members", tags=["open"], author=bo)
    everywhere = Scope(reader=None)
    assert titles(queries.river(everywhere, Narrowing(tag="open"))) == ["For all"]
    assert titles(queries.river(everywhere, Narrowing(person=bo.pk))) == ["For all"]
    assert titles(queries.river(Scope(reader=ada), Narrowing(tag="open"))) == ["For members", "For all"]
    assert titles(queries.river(everywhere, Narrowing(tag="open", unread=True))) == []
    assert queries.ecology_with_parts(circle.pk, None) is None
    assert queries.ecology_with_parts(public.pk, None)[0] == public


def test_a_flow_in_a_closed_circle_is_not_told(ada, bo):
    public, circle = make_ecology(ada, audience=Audience.PUBLIC), make_ecology(bo, title="Secret")
    source = make_source(public, circle)
    item(source, "Both")
    found = queries.river(Scope(reader=None, ecologies=(public,)), Narrowing()).items[0]
    assert [flow.ecology for flow in found.flows] == [public]


def test_talk_is_counted_where_the_reader_may_read_it(ada, bo, cy):
    forum, other = make_forum(ada, cy), make_forum(bo)
    mine, theirs = make_ecology(ada, cy, forum=forum), make_ecology(bo, forum=other)
    made = item(make_source(mine, theirs), "Talked about")
    conversations.start_thread(forum=forum, by=ada, title="Ours", html="<p>Well?</p>", about=made)
    conversations.start_thread(forum=other, by=bo, title="Theirs", html="<p>Well!</p>", about=made)
    ours = river(ada).items[0].talk
    assert (ours.posts, [thread.title for thread in ours.threads]) == (1, ["Ours"])
    assert [thread.title for thread in river(bo).items[0].talk.threads] == ["Theirs"]


# How much it asks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize("ecologies", [1, 3])
@pytest.mark.parametrize(
    ("narrowing", "number"),
    [
        ({}, 5),
        ({"unread": True, "kind": "post"}, 5),
        ({"tag": "cmalt"}, 5),
        ({"saved": True}, 5),
    ],
)
def test_a_river_asks_the_same(narrowing, number, items, ecologies, ada, django_assert_num_queries):
    places = [make_ecology(ada, forum=make_forum(ada)) for _ in range(ecologies)]
    source = make_source(*places)
    for each in range(items):
        made = item(source, f"Item {each}", each, ["cmalt"])
        actions.save(person=ada, item=made)
        conversations.start_thread(
            forum=places[0].forum, by=ada, title="Talk", html="<p>Talk.</p>", about=made
        )
    with django_assert_num_queries(number):
        page = river(ada, Narrowing(**narrowing))
    assert len(page.items) == items
