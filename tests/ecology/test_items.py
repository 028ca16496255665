"""One thing is one item, wherever and however often it is seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collegium.activity.models import Activity
from collegium.ecology import actions, likeness, words
from collegium.ecology.models import (
    Appearance,
    Claim,
    Flow,
    Following,
    FormerItem,
    Item,
    ItemKey,
    Mark,
    NearCopy,
    Tag,
    Version,
)
from collegium.ecology.queries import copies
from collegium.ecology.reading import ReadEnclosure, ReadEntry, ReadFeed
from collegium.foundation import fulltext
from collegium.foundation.refusal import Refusal
from tests.ecology.factories import make_ecology, make_item, make_source
from tests.factories import make_person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LONG = (
    "When we moved our seminar online we thought that the talk would be lost and it was not so because people who had"
    " never said a word in the room wrote pages between two meetings and read each other with a care that surprised us all"
)


def entry(number=1, **fields):
    return ReadEntry(
        **{
            "guid": f"guid-{number}",
            "url": f"https://ann.example/posts/{number}",
            "title": f"Post number {number}",
            "html": f"<p>What number {number} says.</p>",
            "summary": f"What number {number} says.",
            "published_at": AT - timedelta(days=1, minutes=number),
            **fields,
        }
    )


def feed(*entries, **fields):
    return ReadFeed(**{"format": "rss2.0", "page_url": "https://ann.example/", "entries": entries, **fields})


def ann(*ecologies, **fields):
    return make_source(
        *ecologies,
        **{"feed_url": "https://ann.example/feed", "page_url": "https://ann.example/", **fields},
    )


def take(source, *entries, at=AT, **fields):
    return actions.take_in(source=source, feed=feed(*entries, **fields), at=at)


def test_what_is_new_comes_with_all_that_belongs_to_it():
    ecology = make_ecology()
    source = ann(ecology, language="en", licence_url="https://creativecommons.org/licenses/by/4.0/")
    taken = take(
        source,
        entry(
            tags=("#CMALTcMOOC", "cmalt cmooc", "Teaching"),
            enclosures=(ReadEnclosure("https://ann.example/a.mp3", "audio/mpeg", 12, 30),),
            also_at=("https://short.example/x",),
        ),
    )
    assert taken == actions.Taken(new=1)
    item = Item.objects.get()
    assert (item.title, item.language, item.flows_at) == ("Post number 1", "en", item.published_at)
    assert item.licence_url == source.licence_url
    assert {tag.name for tag in item.tags.all()} == {"cmaltcmooc", "teaching"}
    assert item.enclosures.get().seconds == 30
    assert ItemKey.objects.count() == 2
    assert Flow.objects.get().ecology == ecology
    assert Activity.objects.get(verb="source.brought").data == {"new": 1, "changed": 0}


def test_the_same_again_brings_nothing():
    source = ann(make_ecology())
    take(source, entry(), entry(2))
    assert take(source, entry(), entry(2), at=AT + timedelta(hours=1)) == actions.Taken()
    assert take(source, entry(), entry(2), at=AT + timedelta(hours=10)) == actions.Taken()
    assert Item.objects.count() == 2
    assert Appearance.objects.earliest("pk").last_seen_at == AT + timedelta(hours=10)
    assert Activity.objects.filter(verb="source.brought").count() == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://ann.example/posts/1",
        "https://www.ann.example/posts/1/",
        "https://ann.example/posts/1?utm_source=feed&utm_medium=rss",
        "https://ann.example/posts/1#comments",
        "https://ANN.example:443/posts/1/index.html",
    ],
)
def test_another_address_of_the_same_is_the_same(url):
    first, second = ann(make_ecology()), make_source(make_ecology())
    take(first, entry())
    assert take(second, entry(guid="other", url=url), page_url="https://planet.example/") == actions.Taken(
        copies=1
    )
    item = Item.objects.get()
    assert {each.source for each in item.appearances.all()} == {first, second}
    assert Flow.objects.count() == 2


def test_a_cross_post_that_names_where_it_first_stood_is_the_same():
    take(ann(), entry())
    other = make_source()
    taken = take(
        other,
        entry(url="https://medium.example/p/1", guid="m", also_at=("https://ann.example/posts/1/",)),
        page_url="https://medium.example/",
    )
    assert taken == actions.Taken(copies=1)
    assert take(make_source(), entry(url="https://medium.example/p/1"), page_url="").copies == 1
    assert Item.objects.get().url == "https://ann.example/posts/1"


def test_whoever_says_falsely_that_their_words_stand_elsewhere_takes_nothing_over():
    take(ann(), entry())
    taken = take(
        make_source(),
        entry(
            url="https://evil.example/1",
            title="Buy this",
            html=f"<p>{LONG}</p>",
            also_at=("https://ann.example/posts/1",),
        ),
        page_url="https://evil.example/",
    )
    assert taken.new == 1
    assert Item.objects.get(url="https://ann.example/posts/1").title == "Post number 1"
    assert NearCopy.objects.count() == 1  # people may look at it


def test_a_commented_link_does_not_replace_the_words_of_the_page():
    blog = make_source()
    take(
        blog,
        entry(title="Look at this", html="<p>Ann has written something.</p>", guid="b"),
        page_url="https://links.example/",
    )
    assert Item.objects.get().title == "Look at this"
    assert take(ann(), entry()) == actions.Taken(copies=1, changed=1)  # the site itself knows better
    item = Item.objects.get()
    assert (item.title, item.versions.get().title) == ("Post number 1", "Look at this")
    again = entry(title="Look at this, all", html="<p>Ann has written it.</p>", guid="b")
    assert take(blog, again, page_url="https://links.example/") == actions.Taken()
    assert Item.objects.get().title == "Post number 1"


def test_an_edited_item_keeps_its_history():
    ecology = make_ecology()
    source = ann(ecology)
    take(source, entry(tags=("one", "two")))
    edited = entry(html="<p>What number 1 says now.</p>", tags=("two", "three"))
    assert take(source, edited, at=AT + timedelta(days=1)) == actions.Taken(changed=1)
    item = Item.objects.get()
    assert "now" in item.html
    version = Version.objects.get()
    assert ("now" not in version.html, version.until) == (True, AT + timedelta(days=1))
    assert {tag.name for tag in item.tags.all()} == {"two", "three"}
    assert Flow.objects.count() == 1


def test_a_feed_that_says_something_else_each_time_does_not_fill_the_disk():
    source = ann()
    for number in range(60):
        take(source, entry(html=f"<p>{number} minutes ago.</p>"))
    assert Version.objects.count() == 50
    assert "59" in Item.objects.get().html


def test_a_guid_that_changes_each_time_doubles_nothing():
    source = ann()
    for number in range(3):
        take(source, entry(guid=f"session-{number}"))
        take(source, ReadEntry(guid=f"s-{number}", title="No address", summary="But words", published_at=AT))
    assert Item.objects.count() == 2
    assert Appearance.objects.count() == 2


def test_a_guid_that_is_used_again_for_another_thing_is_another_item():
    source = ann()
    take(source, entry(guid="1"))
    other = entry(2, guid="1", title="Quite other words", html=f"<p>{LONG}</p>")
    assert take(source, other) == actions.Taken(new=1)
    assert take(source, other) == actions.Taken()
    assert take(source, entry(guid="1"), other) == actions.Taken()
    assert Item.objects.count() == 2
    assert Version.objects.count() == 0


def test_one_guid_for_everything_in_a_feed_says_nothing():
    source = ann()
    entries = [entry(number, guid="https://ann.example/") for number in range(1, 4)]
    assert take(source, *entries) == actions.Taken(new=3)
    assert take(source, entry(4, guid="https://ann.example/"), *entries).new == 1
    assert Item.objects.count() == 4


def test_a_blog_that_moves_to_another_host_keeps_its_items():
    source = ann()
    take(source, entry(html=f"<p>{LONG}</p>"))
    moved = entry(url="https://new.example/posts/1", html=f"<p>{LONG}</p>")
    assert take(source, moved, page_url="https://new.example/") == actions.Taken()
    assert Item.objects.count() == 1
    assert ItemKey.objects.count() == 2


def test_a_corrected_address_with_the_same_guid_is_the_same_item():
    source = ann()
    take(source, entry(url="https://ann.example/posts/wiht-a-slip"))
    assert take(source, entry(url="https://ann.example/posts/with-a-slip")) == actions.Taken()
    assert Item.objects.count() == 1


def test_parts_of_one_page_are_items_of_their_own():
    source = ann()
    entries = [
        ReadEntry(
            guid=f"n{n}", url=f"https://ann.example/2026/03.html#n{n}", title=f"Note {n}", html=f"<p>{n}</p>"
        )
        for n in range(3)
    ]
    assert take(source, *entries).new == 3
    assert take(source, *entries).new == 0


def test_entries_that_all_lead_to_the_front_page_are_items_of_their_own():
    source = ann()
    first, second = (
        ReadEntry(guid=f"g{n}", url="https://ann.example", title=f"News {n}", html=f"<p>{n}</p>")
        for n in (1, 2)
    )
    take(source, first)
    assert take(source, second).new == 1
    assert Item.objects.count() == 2


def test_another_thing_at_an_address_where_things_come_and_go():
    source = ann()
    at = {"url": "https://ann.example/today", "published_at": AT}
    take(source, entry(1, **at, title="Rain", html="<p>Take an umbrella with you.</p>"))
    assert take(source, entry(2, **at, title="Sunshine", html="<p>Nobody stays at home.</p>")).new == 1


def test_a_date_ahead_and_none_flow_when_they_come():
    source = ann()
    take(source, entry(1, published_at=AT + timedelta(days=400)), entry(2, published_at=None), entry(3))
    ahead, undated, dated = Item.objects.order_by("title")
    assert ahead.published_at == AT + timedelta(days=400)
    assert AT - timedelta(seconds=1) < undated.flows_at < ahead.flows_at <= AT
    assert dated.flows_at == dated.published_at


def test_only_what_has_the_hashtag_flows_in():
    ecology = make_ecology()
    source = ann()
    Following.objects.create(ecology=ecology, source=source, only_tags=["cmaltcmooc"])
    take(source, entry(1, tags=("CMALTcMOOC",)), entry(2, tags=("knitting",)))
    assert Flow.objects.get().item.title == "Post number 1"
    take(source, entry(2, tags=("knitting", "cmalt cMOOC"), html="<p>Changed.</p>"))
    assert Flow.objects.count() == 2


def test_what_flows_in_a_week_flows_in_its_course_too_and_only_in_its_time():
    course = make_ecology()
    week = make_ecology(within=course, begins_at=AT - timedelta(days=7), ends_at=AT)
    next_week = make_ecology(within=course, begins_at=AT, ends_at=AT + timedelta(days=7))
    source = ann(week)
    take(source, entry(1), entry(2, published_at=AT - timedelta(days=30)))
    assert {flow.ecology for flow in Flow.objects.all()} == {course, week}
    assert Flow.objects.count() == 2
    of_course = make_source(course)
    take(of_course, entry(3, url="https://b.example/3"), page_url="https://b.example/")
    assert Flow.objects.filter(item__title="Post number 3").count() == 2
    assert not next_week.flows.exists()


def test_a_closed_ecology_takes_nothing_in():
    take(ann(make_ecology(closed_at=AT)), entry())
    assert not Flow.objects.exists()


def test_what_an_editor_hid_stays_hidden():
    source = ann(make_ecology())
    take(source, entry())
    Flow.objects.update(hidden_at=AT)
    take(source, entry(html="<p>Changed.</p>"))
    assert Flow.objects.get().hidden_at == AT


def test_items_of_a_verified_source_are_their_authors():
    source = ann()
    person = make_person()
    Claim.objects.create(source=source, person=person, token="t", verified_at=AT, how=Claim.How.TOKEN)
    take(source, entry())
    assert Item.objects.get().author == person


def test_what_follows_later_gets_what_is_there():
    source = ann()
    take(source, entry(), entry(2))
    following = Following.objects.create(ecology=make_ecology(), source=source)
    assert actions.pour(following=following) == 2
    assert actions.pour(following=following) == 2
    assert Flow.objects.count() == 2
    other = Following.objects.create(ecology=make_ecology(), source=source, added_at=AT + timedelta(hours=1))
    take(source, entry(), entry(2), at=AT + timedelta(hours=2))  # the next look brings them as well
    assert other.ecology.flows.count() == 2


def test_near_copies_are_offered_and_not_merged():
    take(ann(), entry(html=f"<p>{LONG}</p>"))
    copied = entry(
        9,
        url="https://b.example/9",
        title="An online seminar",
        html=f"<p>{LONG.replace('surprised', 'touched')}</p>",
    )
    assert take(make_source(), copied, page_url="https://b.example/").new == 1
    near = NearCopy.objects.get()
    assert near.item.title == "An online seminar"
    assert likeness.NEAR <= near.likeness < 100


def test_what_is_only_on_the_same_subject_is_not_offered():
    take(ann(), entry(html=f"<p>{LONG}</p>"))
    other = " ".join(reversed(LONG.split()))
    take(
        make_source(),
        entry(9, url="https://b.example/9", html=f"<p>{other}</p>"),
        page_url="https://b.example/",
    )
    assert not NearCopy.objects.exists()


def test_joined_items_are_one_with_all_that_belonged_to_both():
    ecology, other_ecology = make_ecology(), make_ecology()
    source, other_source = make_source(ecology), make_source(ecology, other_ecology)
    item, other = make_item(source), make_item(other_source)
    reader, editor = make_person(), make_person()
    Mark.objects.create(person=reader, item=other, saved_at=AT)
    Mark.objects.create(person=editor, item=other, read_at=AT)
    Mark.objects.create(person=editor, item=item)
    Flow.objects.filter(item=other, ecology=ecology).update(highlighted_at=AT, words="Read this")
    Tag.objects.create(item=other, name="x", said="X", flows_at=AT)
    NearCopy.objects.create(item=item, other=other, likeness=90)
    actions.join_items(item=item, other=other, by=editor)
    assert Item.objects.get() == item
    assert item.appearances.count() == 2
    assert {flow.ecology: flow.words for flow in item.flows.all()} == {
        ecology: "Read this",
        other_ecology: "",
    }
    assert item.marks.filter(saved_at=AT).count() == 1
    assert item.marks.filter(read_at=AT).count() == 1
    assert item.versions.get().title == other.title
    assert FormerItem.objects.get().number == other.pk or FormerItem.objects.get().item == item
    assert Activity.objects.filter(verb="item.joined", actor=editor).count() == 1
    with pytest.raises(Refusal):
        actions.join_items(item=item, other=item, by=editor)


def test_what_was_kept_apart_is_not_offered_again():
    item, other, editor = make_item(), make_item(), make_person()
    near = NearCopy.objects.create(item=item, other=other, likeness=90)
    near = actions.keep_apart(near_copy=near, by=editor)
    assert near.settled_by == editor
    with pytest.raises(Refusal):
        actions.keep_apart(near_copy=near, by=editor)


def queries_of(source, *entries, **fields):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        take(source, *entries, **fields)
    return len(asked)


def many(first, last, **fields):
    return [
        entry(number, html=f"<p>{LONG} {number}</p>", tags=(f"t{number}", "x"), **fields)
        for number in range(first, last)
    ]


def test_as_many_queries_for_one_entry_as_for_forty():
    source = ann(make_ecology())
    Following.objects.update(added_at=AT - timedelta(days=9))
    one, forty = queries_of(source, *many(1, 2)), queries_of(source, *many(10, 50))
    assert forty <= one + 2  # near copies are found among them
    assert queries_of(source, *many(10, 50)) == queries_of(source, *many(10, 11)) == 3  # nothing new
    changed = [replace(each, html=each.html + "<p>More of it.</p>") for each in many(10, 50)]
    some = [replace(each, html=each.html + "<p>Still more of it.</p>") for each in many(10, 11)]
    assert queries_of(source, *changed) <= queries_of(source, *some) + 1


def test_three_new_entries_and_thirty_ask_the_same():
    source = ann(make_ecology())

    def unlike(first, last):
        return [
            entry(number, html=" ".join(f"w{number}x{place}" for place in range(40)), tags=(f"t{number}",))
            for number in range(first, last)
        ]

    assert queries_of(source, *unlike(1, 4)) == 19
    assert queries_of(source, *unlike(10, 40)) == 19


def test_words_are_indexed_afterwards_and_of_what_changes_meanwhile_again():
    source = ann(make_ecology())
    take(source, entry(1, title="Umbrella"), entry(2))
    query = fulltext.Query.read("umbrella", language="en")
    assert words.ITEMS.find(query, Item.objects.all()) == []
    assert words.index_due() == 2
    assert words.index_due() == 0
    item = Item.objects.get(title="Umbrella")
    assert [hit.key for hit in words.ITEMS.find(query, Item.objects.all(), limit=9)] == [item.pk]
    take(source, entry(1, title="Sunshade"), at=AT + timedelta(hours=1))
    take(source, entry(1, title="Parasol"), at=AT + timedelta(hours=2))
    assert words.index_due() == 2  # once for each time
    assert words.ITEMS.find(query, Item.objects.all(), limit=9) == []
    take(source, entry(3))
    Item.objects.filter(title="Post number 3").delete()
    assert words.index_due() == 1  # it is gone already


def test_near_copies_are_offered_where_both_flow():
    ecology, elsewhere = make_ecology(), make_ecology()
    source = make_source(ecology)
    item, other, third = make_item(source), make_item(source), make_item(make_source(elsewhere))
    near = NearCopy.objects.create(item=other, other=item, likeness=90)
    NearCopy.objects.create(item=third, other=item, likeness=95)
    assert list(copies.offered(ecology)) == [near]
    assert [each.likeness for each in copies.of_item(item)] == [95, 90]
    number = other.pk
    actions.join_items(item=item, other=other, by=make_person())
    assert copies.joined_into(number) == item
    assert copies.joined_into(third.pk) is None
