"""Pages of posts and threads, and who follows: the same whatever the length."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collegium.conversations import actions, queries
from collegium.conversations.models import Level, Reading, Thread
from collegium.foundation import clock
from collegium.people.models import Audience, CircleMember
from tests.conversations.factories import make_forum, make_many_posts, make_post, make_thread
from tests.factories import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum(ada, bo, cy):
    return make_forum(ada, bo, cy, moderators=(cy,))


@pytest.fixture
def long_thread(forum, ada, bo):
    """Three hundred posts, the first by Ada's question."""
    thread = make_thread(forum, ada)
    make_many_posts(thread, 299, ada, bo)
    return Thread.objects.select_related("forum").get(pk=thread.pk)


def ids(page):
    return [each.pk for each in page.posts]


def test_three_hundred_posts_are_walked_by_key_each_once(long_thread, cy):
    every = list(long_thread.posts.order_by("pk").values_list("pk", flat=True))
    page = queries.posts_page(long_thread, cy)
    walked = ids(page)
    assert page.earlier is None
    while page.later is not None:
        page = queries.posts_page(long_thread, cy, after=page.later)
        walked += ids(page)
    assert walked == every
    back = ids(page)
    while page.earlier is not None:
        page = queries.posts_page(long_thread, cy, before=page.earlier)
        back = ids(page) + back
    assert back == every


def test_it_opens_at_the_first_unread_with_a_little_before_it(long_thread, cy):
    every = list(long_thread.posts.order_by("pk").values_list("pk", flat=True))
    actions.read(person=cy, thread=long_thread, through=every[199])
    page = queries.posts_page(long_thread, cy)
    assert page.first_unread == every[200]
    assert ids(page) == every[197:247]
    assert [each.is_unread for each in page.posts[:5]] == [False, False, False, True, True]
    actions.read(person=cy, thread=long_thread, through=every[-1])
    page = queries.posts_page(long_thread, cy)
    assert (page.first_unread, page.later, page.earlier) == (None, None, every[-50])
    assert ids(page) == every[-50:]


def test_it_opens_where_a_post_is_asked_for_and_at_the_beginning_for_strangers(long_thread, cy):
    every = list(long_thread.posts.order_by("pk").values_list("pk", flat=True))
    page = queries.posts_page(long_thread, cy, around=every[150])
    assert every[150] in ids(page)
    assert (page.earlier, page.later) == (every[140], every[189])
    assert ids(queries.posts_page(long_thread, None)) == every[:50]


def test_own_posts_are_not_new_and_neither_is_anything_to_who_was_never_here(forum, ada, bo):
    thread = make_thread(forum, ada)
    mine = make_post(thread, bo)
    thread.refresh_from_db()
    page = queries.posts_page(thread, bo)
    assert page.first_unread is None
    actions.read(person=bo, thread=thread, through=mine.pk)
    other = make_post(thread, bo)
    answer = make_post(thread, ada)
    thread.refresh_from_db()
    Reading.objects.filter(person=bo).update(read_through=mine.pk)
    page = queries.posts_page(thread, bo)
    assert page.first_unread == answer.pk
    assert [each.pk for each in page.posts if each.is_unread] == [answer.pk]
    assert other.pk in ids(page)


@pytest.mark.parametrize("number", [1, 3, 300])
def test_a_page_of_posts_asks_the_same_for_few_and_for_many(forum, ada, bo, cy, number):
    thread = make_thread(forum, ada)
    make_many_posts(thread, number, ada, bo)
    actions.react(post=thread.posts.order_by("pk")[1], by=bo, kind="thanks")
    actions.read(person=cy, thread=thread, through=thread.posts.order_by("pk")[1].pk - 1)
    thread = Thread.objects.select_related("forum").get(pk=thread.pk)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        queries.posts_page(thread, cy)
    assert len(asked) == 4


@pytest.mark.parametrize("number", [1, 3])
def test_a_list_of_threads_asks_the_same_for_few_and_for_many(
    forum, ada, bo, cy, number, django_assert_num_queries
):
    for _each in range(number):
        make_post(make_thread(forum, ada), bo)
        actions.pin(thread=make_thread(forum, bo), by=cy)
    with django_assert_num_queries(4):
        queries.threads_page(forum, cy)


def test_threads_are_listed_by_key_and_the_pinned_stand_above(forum, ada, cy):
    with clock.moved_to(clock.now()):
        threads = [make_thread(forum, ada) for _each in range(7)]  # all at one moment
    actions.pin(thread=threads[2], by=cy)
    page = queries.threads_page(forum, cy, size=2)
    assert [row.thread for row in page.pinned] == [threads[2]]
    found = [row.thread for row in page.rows]
    while page.after is not None:
        page = queries.threads_page(forum, cy, after=page.after, size=2)
        assert page.pinned == []
        found += [row.thread for row in page.rows]
    assert found == [thread for thread in reversed(threads) if thread != threads[2]]
    assert queries.threads_page(forum, cy, after="nonsense").rows


def test_what_is_unread(forum, ada, bo):
    actions.follow(person=bo, level=Level.REPLIES, forum=forum)
    old = make_thread(forum, ada)
    actions.read_all(person=bo, forum=forum)
    new = make_thread(forum, ada)
    assert queries.unread_threads(bo, [forum]) == 1
    rows = {row.thread: row for row in queries.threads_page(forum, bo).rows}
    assert (rows[new].is_unread, rows[old].is_unread) == (True, False)
    make_post(old, ada)
    assert queries.unread_threads(bo, [forum]) == 2
    assert [row.thread for row in queries.threads_page(forum, bo, unread_only=True).rows] == [old, new]
    actions.follow(person=bo, level=Level.NOTHING, thread=old)
    assert queries.unread_threads(bo, [forum]) == 1
    new.refresh_from_db()
    actions.read(person=bo, thread=new, through=new.last_post_id)
    assert queries.unread_threads(bo, [forum]) == 0
    actions.unread_from(person=bo, post=new.posts.get())
    assert queries.unread_threads(bo, [forum]) == 1
    actions.follow(person=bo, level=Level.NOTHING, forum=forum)
    assert queries.unread_threads(bo, [forum]) == 0
    assert queries.unread_threads(bo, []) == 0


def test_who_joins_has_nothing_to_catch_up_with(forum, ada, eve):
    make_thread(forum, ada)
    CircleMember.objects.create(circle=forum.members, person=eve)
    actions.follow(person=eve, level=Level.REPLIES, forum=forum)
    assert queries.unread_threads(eve, [forum]) == 0


def test_levels(forum, ada, bo):
    thread = make_thread(forum, ada)
    assert queries.level_of(bo, thread) == Level.REPLIES
    actions.follow(person=bo, level=Level.DIGEST, forum=forum)
    assert queries.level_of(bo, thread) == Level.DIGEST
    actions.follow(person=bo, level=Level.EVERYTHING, thread=thread)
    assert queries.level_of(bo, thread) == Level.EVERYTHING


def test_followers_come_once_and_only_if_they_may_read(forum, ada, bo, cy, eve):
    thread = make_thread(forum, ada)
    post = make_post(thread, ada)
    fee = make_person(name="Fee Follower")
    CircleMember.objects.create(circle=forum.members, person=fee)
    for person in (ada, bo, cy, fee):
        actions.follow(person=person, level=Level.EVERYTHING, forum=forum)
    actions.follow(person=bo, level=Level.DIGEST, thread=thread)
    actions.follow(person=cy, level=Level.NOTHING, thread=thread)
    found = [pair for batch in queries.followers(thread, post=post) for pair in batch]
    assert sorted(found) == sorted([(fee.pk, Level.EVERYTHING), (bo.pk, Level.DIGEST)])
    CircleMember.objects.filter(person=fee).delete()
    found = [pair for batch in queries.followers(thread, post=post) for pair in batch]
    assert found == [(bo.pk, Level.DIGEST)]


def test_what_waits_for_an_answer(forum, ada, bo):
    now = clock.now()
    with clock.moved_to(now - timedelta(hours=50)):
        waits = make_thread(forum, ada)
        answered = make_thread(forum, ada)
        make_thread(forum, ada, wants_answer=False)
    make_thread(forum, ada)
    make_post(answered, bo)
    assert list(queries.unanswered(forum, older_than=timedelta(hours=48))) == [waits]
    assert list(queries.unanswered(forum, older_than=now - timedelta(hours=51))) == []


def test_names_are_suggested_to_members_and_only_of_members(forum, ada, bo, eve):
    assert [person.name for person in queries.named_like(forum, ada, "bo")] == ["Bo Assessor"]
    assert [person.name for person in queries.named_like(forum, ada, "asse")] == ["Bo Assessor"]
    assert queries.named_like(forum, ada, "eve") == []


def test_a_stranger_is_told_only_names_that_are_public(ada, bo):
    forum = make_forum(ada, bo, audience=Audience.PUBLIC)
    thread = make_thread(forum, ada)
    bo.name_audience = Audience.PUBLIC
    bo.save()
    make_post(thread, bo)
    names = [each.author.name for each in queries.posts_page(Thread.objects.get(pk=thread.pk), None).posts]
    assert names == ["A member", "Bo Assessor"]


def test_removed_and_hidden_words_are_not_shown(forum, ada, bo, cy):
    thread = make_thread(forum, ada)
    hidden, removed = make_post(thread, bo), make_post(thread, bo)
    actions.remove_post(post=removed, by=bo)
    hidden.hidden_at = clock.now()
    hidden.save()
    thread = Thread.objects.select_related("forum").get(pk=thread.pk)

    def readable(person):
        return [each.is_readable for each in queries.posts_page(thread, person).posts]

    assert readable(ada) == [True, False, False]
    assert readable(bo) == [True, True, False]
    assert readable(cy) == [True, True, False]
    assert queries.posts_page(thread, ada).posts[1].html == ""
