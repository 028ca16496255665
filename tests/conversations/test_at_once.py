"""Two at the same moment, on connections of their own."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from collegium.activity.models import Activity
from collegium.conversations import actions
from collegium.conversations.models import Post, Thread
from tests.conversations.factories import make_forum, make_thread
from tests.factories import make_person

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*doings):
    def run(do):
        try:
            return do()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(doings)) as pool:
        return [each.result() for each in [pool.submit(run, do) for do in doings]]


def test_one_form_sent_twice_at_once_is_one_thread_and_one_post(ada, bo):
    forum = make_forum(ada, bo)

    def start():
        return actions.start_thread(
            forum=forum, by=ada, title="Once", html="<p>Once.</p>", submission_key="k"
        )

    first, second = at_once(start, start)
    assert first == second
    assert Thread.objects.count() == Post.objects.count() == 1

    def reply():
        return actions.post(thread=first, by=bo, html="<p>Me too.</p>", submission_key="k")

    assert len(set(at_once(reply, reply, reply))) == 1
    first.refresh_from_db()
    assert first.post_count == 2
    assert Activity.objects.count() == 2


def test_many_who_post_at_once_are_all_counted(ada):
    people = [make_person() for _each in range(4)]
    thread = make_thread(make_forum(ada, *people), ada)
    at_once(
        *(
            lambda person=person: actions.post(thread=thread, by=person, html="<p>Here.</p>")
            for person in people
        )
    )
    thread.refresh_from_db()
    assert thread.post_count == 5
    assert thread.last_post_id == Post.objects.order_by("-pk").values_list("pk", flat=True)[0]


def test_two_pins_at_once_are_one(ada, cy, bo):
    thread = make_thread(make_forum(ada, moderators=(cy, bo)), ada)
    at_once(lambda: actions.pin(thread=thread, by=cy), lambda: actions.pin(thread=thread, by=bo))
    thread.refresh_from_db()
    assert thread.pinned_by in {cy, bo}
    assert Activity.objects.filter(verb="thread.pinned").count() == 1
