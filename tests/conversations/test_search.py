"""What is found, by whom; and that nothing is found that may not be read at this moment."""

import pytest
from django.db import connection
from django.urls import reverse

from collegium.conversations import actions
from collegium.conversations.actions import moderation
from collegium.conversations.models import Measure
from collegium.conversations.queries.search import POSTS, by_forum, search
from collegium.foundation import fulltext
from collegium.people.models import Audience, CircleMember
from tests.conversations.factories import make_forum, make_post, make_thread


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def forum(ada, bo):
    return make_forum(ada, moderators=(bo,), title="Assessors’ corner")


def ids(words, person, **options):
    return [hit.post.pk for hit in search(words, person, **options)]


def test_a_post_is_found_once_it_stands_and_by_what_it_says_now(forum, ada, committed):
    with committed():
        thread = make_thread(forum, ada, title="Reading week", html="<p>Which badges do you give?</p>")
        reply = make_post(thread, ada, html="<p>We give <strong>open badges</strong>.</p>")
    first = thread.posts.order_by("pk")[0]
    assert ids("badges", ada) == [reply.pk, first.pk]
    assert ids("reading week", ada) == [first.pk]  # a thread's title is found with its first post
    with committed():
        actions.edit_post(post=reply, by=ada, html="<p>We give certificates.</p>")
    assert ids("badges", ada) == [first.pk]
    assert ids("certificate", ada) == [reply.pk]


def test_hits_are_marked_and_stand_by_forum(forum, ada, bo, committed):
    other = make_forum(ada)
    with committed():
        make_thread(forum, ada, title="On badges", html="<p>Open badges & <em>more</em></p>")
        make_thread(other, ada, title="Elsewhere", html="<p>No badges</p>")
    hits = search("badge", ada)
    assert hits[0].title_html == "On <mark>badges</mark>"
    assert hits[0].excerpt_html == "Open <mark>badges</mark> &amp; more"
    assert [(each, len(found)) for each, found in by_forum(hits)] == [(forum, 1), (other, 1)]
    assert len(search("badge", ada, forums=[other])) == 1


def test_who_may_not_read_finds_nothing(forum, ada, bo, eve, committed):
    with committed():
        make_thread(forum, ada, html="<p>a secret zebra</p>")
    assert len(search("zebra", ada)) == 1
    assert len(search("zebra", bo)) == 1
    assert search("zebra", eve) == []
    assert search("zebra", None) == []


def test_a_forum_made_private_and_a_member_gone_count_at_the_next_search(forum, ada, eve, committed):
    with committed():
        make_thread(forum, ada, html="<p>zebra</p>")
    actions.set_forum(forum=forum, audience=Audience.PUBLIC)
    assert len(search("zebra", None)) == 1
    actions.set_forum(forum=forum, audience=Audience.SIGNED_IN)
    assert search("zebra", None) == []
    assert len(search("zebra", eve)) == 1
    actions.set_forum(forum=forum, audience=Audience.CIRCLE)
    assert search("zebra", eve) == []
    CircleMember.objects.filter(circle=forum.members, person=ada).delete()
    assert search("zebra", ada) == []


def test_removed_and_hidden_posts_are_not_found_even_before_the_index_knows(forum, ada, bo, committed):
    with committed():
        thread = make_thread(forum, ada, title="Stripes", html="<p>first</p>")
        reply = make_post(thread, ada, html="<p>zebra</p>")
    measure = moderation.take_measure(kind=Measure.Kind.HIDE, post=reply, by=bo, reason="Not here.")
    assert search("zebra", ada) == []
    assert search("zebra", bo) == []
    moderation.lift(measure=measure, by=bo)
    assert ids("zebra", ada) == [reply.pk]
    actions.remove_post(post=reply, by=ada)
    assert search("zebra", ada) == []


def test_the_index_forgets_what_was_hidden_and_learns_it_again(forum, ada, bo, committed):
    with committed():
        thread = make_thread(forum, ada, title="Stripes", html="<p>zebra</p>")
    first = thread.posts.get()
    with committed():
        measure = moderation.take_measure(kind=Measure.Kind.HIDE, post=first, by=bo, reason="Not here.")
    thread.refresh_from_db()
    assert thread.hidden_at is not None  # there was nothing else in it
    assert POSTS.find(fulltext.Query.read("zebra"), type(first).objects.all()) == []
    with committed():
        moderation.lift(measure=measure, by=bo)
    assert ids("stripes", ada) == [first.pk]


def test_a_title_is_found_with_the_first_post_that_stands(forum, ada, committed):
    with committed():
        thread = make_thread(forum, ada, title="Stripes", html="<p>zebra</p>")
        reply = make_post(thread, ada, html="<p>okapi</p>")
    with committed():
        actions.remove_post(post=thread.posts.order_by("pk")[0], by=ada)
    assert ids("stripes", ada) == [reply.pk]


def test_a_moved_thread_and_a_split_one_are_found_where_they_are(forum, ada, bo, committed):
    other = make_forum(bo, moderators=(bo,))
    with committed():
        thread = make_thread(forum, ada, html="<p>zebra</p>")
        reply = make_post(thread, ada, html="<p>okapi</p>")
    with committed():
        actions.split(thread=thread, by=bo, posts=[reply], title="Giraffes")
    assert ids("giraffes", ada) == [reply.pk]
    with committed():
        actions.move(thread=thread, by=bo, forum=other)
    assert search("zebra", ada) == []
    assert len(search("zebra", bo, forums=[other])) == 1


def test_writing_the_index_anew_finds_what_it_found(forum, ada, committed):
    with committed():
        thread = make_thread(forum, ada, title="Stripes", html="<p>zebra</p>")
        make_post(thread, ada, html="<p>okapi</p>")
    POSTS.remove(thread.posts.values_list("pk", flat=True))
    assert search("zebra", ada) == []
    assert list(POSTS.rebuild()) == [2]
    assert len(search("zebra", ada)) == 1
    assert len(search("stripes", ada)) == 1


@pytest.mark.parametrize("number", [1, 3])
def test_a_search_asks_the_same_for_one_and_for_three(
    number, forum, ada, committed, django_assert_num_queries
):
    with committed():
        for _ in range(number):
            make_thread(forum, ada, html="<p>zebra</p>")
    # PostgreSQL looks among the newest first, and then everywhere.
    asks = 2 if connection.vendor == "postgresql" else 1
    with django_assert_num_queries(2 + asks):
        assert len(search("zebra ", ada)) == number
    with django_assert_num_queries(2 + 2):  # a word so long might be a beginning too: SQLite asks once more
        assert len(search("zebra", ada)) == number


# The page -------------------------------------------------------------------------------------------------------------


def test_the_page_shows_what_was_found(forum, ada, client_of, committed):
    with committed():
        make_thread(forum, ada, title="Stripes", html="<p>A zebra &lt;script&gt;</p>")
    page = client_of(ada).get(reverse("conversations:search"), {"q": "zeb"})
    assert "A <mark>zebra</mark> &lt;script&gt;" in page.content.decode()
    assert "Assessors’ corner" in page.content.decode()
    part = client_of(ada).get(reverse("conversations:search"), {"q": "zeb"}, headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div id="found"')


def test_the_page_finds_nothing_for_strangers_that_is_not_public(forum, ada, eve, client_of, committed):
    with committed():
        make_thread(forum, ada, title="Stripes", html="<p>A zebra</p>")
    for person in (None, eve):
        page = client_of(person).get(reverse("conversations:search"), {"q": "zebra", "forum": forum.pk})
        assert page.status_code == 200
        assert "A <mark>zebra" not in page.content.decode()
        assert "Assessors" not in page.content.decode()


@pytest.mark.parametrize("forum_id", ["x", "-1", "9" * 30, "99999"])
def test_a_forum_that_is_not_there_is_no_error(forum_id, client_of, db):
    page = client_of(None).get(reverse("conversations:search"), {"q": 'a "b -', "forum": forum_id})
    assert page.status_code == 200


def test_the_search_of_the_house_shows_posts_too(forum, ada, client_of, committed):
    with committed():
        make_thread(forum, ada, title="Stripes", html="<p>A zebra</p>")
    page = client_of(ada).get(reverse("home:search"), {"q": "zebra"})
    assert "A <mark>zebra</mark>" in page.content.decode()
