"""Pages of conversations: who opens them, what they show, what they refuse."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collegium.conversations import actions
from collegium.conversations.actions import moderation
from collegium.conversations.models import Attachment, Draft, Following, Level, Post, Reading, Thread
from collegium.people.models import Audience, CircleMember
from tests.conversations.factories import make_forum, make_many_posts, make_post, make_thread
from tests.conversations.test_actions import PNG

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum(ada, bo, cy):
    return make_forum(ada, bo, cy, moderators=(cy,))


@pytest.fixture
def thread(forum, ada):
    return make_thread(forum, ada, title="Rubrics that help", html="<p>Which rubric do you use?</p>")


def thread_url(thread, **more):
    return reverse("conversations:thread", args=[thread.pk])


def test_a_stranger_finds_nothing_of_a_closed_circle(thread, forum, eve, client_of):
    post = thread.posts.get()
    addresses = [
        thread_url(thread),
        reverse("conversations:forum", args=[forum.pk]),
        reverse("conversations:post", args=[post.pk]),
        reverse("conversations:post_history", args=[post.pk]),
        reverse("conversations:new_posts", args=[thread.pk]),
    ]
    for address in addresses:
        assert client_of(eve).get(address).status_code == 404
        assert client_of(None).get(address).status_code == 404


def test_who_left_finds_nothing_on_the_next_request(thread, forum, bo, client_of):
    client = client_of(bo)
    assert client.get(thread_url(thread)).status_code == 200
    CircleMember.objects.filter(person=bo).delete()
    assert client.get(thread_url(thread)).status_code == 404
    assert client.get(reverse("conversations:new_posts", args=[thread.pk])).status_code == 404
    assert client.post(thread_url(thread), {"html": "<p>Late</p>"}).status_code == 404


def test_a_forum_made_private_closes_at_once(thread, forum, eve, client_of):
    actions.set_forum(forum=forum, audience=Audience.PUBLIC)
    assert client_of(None).get(thread_url(thread)).status_code == 200
    assert client_of(eve).get(thread_url(thread)).status_code == 200
    assert client_of(eve).post(thread_url(thread), {"html": "<p>Hello</p>"}).status_code == 403
    actions.set_forum(forum=forum, audience=Audience.CIRCLE)
    assert client_of(None).get(thread_url(thread)).status_code == 404
    assert client_of(eve).get(thread_url(thread)).status_code == 404


def test_a_reply_without_javascript(thread, bo, client_of):
    client = client_of(bo)
    page = client.get(thread_url(thread)).content.decode()
    key = re.search(r'name="submission_key" value="(\w+)"', page)[1]
    words = {
        "html": "I use two <of> them.\r\nOne is old.\r\n\r\n@Ada Candidate made it.",
        "submission_key": key,
    }
    answer = client.post(thread_url(thread), words)
    post = thread.posts.last()
    assert answer.url == f"{thread_url(thread)}?around={post.pk}#post-{post.pk}"
    assert "<p>I use two &lt;of&gt; them.<br>One is old.</p><p><a" in post.html
    assert client.post(thread_url(thread), words).url == answer.url
    assert thread.posts.count() == 2
    page = client.get(answer.url, follow=True).content.decode()
    assert f'id="post-{post.pk}"' in page


def test_a_reply_to_a_post_quotes_it(thread, bo, client_of):
    post = thread.posts.get()
    client = client_of(bo)
    page = client.get(f"{thread_url(thread)}?around={post.pk}&reply_to={post.pk}").content.decode()
    assert f'name="reply_to" value="{post.pk}"' in page
    client.post(thread_url(thread), {"html": "<p>This one.</p>", "reply_to": post.pk})
    assert thread.posts.last().reply_to == post
    page = client.get(thread_url(thread)).content.decode()
    assert 'class="post__quote"' in page


def test_empty_words_come_back_with_a_sentence(thread, bo, client_of):
    answer = client_of(bo).post(thread_url(thread), {"html": "<p> </p>"})
    assert answer.status_code == 422
    assert "There is nothing written yet." in answer.content.decode()


def test_nothing_active_in_a_page(thread, bo, client_of):
    client_of(bo).post(
        thread_url(thread), {"html": '<p>x</p><script>alert("xss")</script><img src=x onerror=a()>'}
    )
    actions.start_thread(forum=thread.forum, by=bo, title="<script>alert('title')</script>", html="<p>y</p>")
    for address in (thread_url(thread), reverse("conversations:forum", args=[thread.forum_id])):
        page = client_of(bo).get(address).content.decode()
        assert "alert(" not in page.replace("&lt;script&gt;alert(", "")
        assert "onerror" not in page


def test_it_opens_at_the_first_unread_and_notes_what_was_shown(thread, ada, bo, client_of):
    first = thread.posts.get()
    client = client_of(bo)
    page = client.get(thread_url(thread)).content.decode()
    assert "New since you were here" not in page
    assert Reading.objects.get(person=bo).read_through == first.pk
    new = make_post(thread, ada)
    page = client.get(thread_url(thread)).content.decode()
    assert page.index("New since you were here") < page.index(f'id="post-{new.pk}"')
    assert Reading.objects.get(person=bo).read_through == new.pk
    assert "New since you were here" not in client.get(thread_url(thread)).content.decode()


def test_a_look_further_on_does_not_read_what_lies_between(thread, ada, bo, client_of):
    posts = make_many_posts(thread, 200, ada)
    client = client_of(bo)
    client.get(thread_url(thread))
    through = Reading.objects.get(person=bo).read_through
    client.get(f"{thread_url(thread)}?around={posts[150].pk}")
    assert Reading.objects.get(person=bo).read_through == through
    client.get(f"{thread_url(thread)}?after={through}")
    assert Reading.objects.get(person=bo).read_through > through


@pytest.mark.parametrize("number", [1, 3, 5000])
def test_a_thread_page_asks_the_same_for_few_and_for_many(
    thread, ada, bo, client_of, number, django_assert_num_queries
):
    make_many_posts(thread, number, ada, bo)
    client = client_of(bo)
    client.get(f"{thread_url(thread)}?around={Thread.objects.get(pk=thread.pk).last_post_id}")
    Reading.objects.update_or_create(
        person=bo, thread=thread, defaults={"read_through": Thread.objects.get(pk=thread.pk).last_post_id}
    )
    with django_assert_num_queries(THREAD_PAGE):
        client.get(thread_url(thread))


@pytest.mark.parametrize("number", [1, 3])
def test_a_forum_page_asks_the_same_for_few_and_for_many(
    forum, ada, bo, client_of, number, django_assert_num_queries
):
    for _each in range(number):
        make_post(make_thread(forum, ada), bo)
    client = client_of(bo)
    client.get(reverse("conversations:forum", args=[forum.pk]))
    with django_assert_num_queries(FORUM_PAGE):
        client.get(reverse("conversations:forum", args=[forum.pk]))


@pytest.mark.parametrize("number", [1, 3])
def test_a_thread_with_files_links_signs_and_a_draft_asks_one_question_more_for_each_of_the_first_two(
    forum, thread, ada, bo, client_of, number, django_assert_num_queries
):
    for _each in range(number):
        post = make_post(thread, ada, html='<p>See <a href="https://example.org/">it</a>.</p>')
        actions.react(post=post, by=bo, kind="thanks")
        actions.react(post=post, by=ada, kind="idea")
        kept = actions.attach(
            by=ada, forum=forum, thread=thread, upload=SimpleUploadedFile("a.txt", b"words")
        )
        make_post(thread, ada, attachments=[kept])
    actions.save_draft(by=bo, forum=forum, thread=thread, html="<p>Not yet.</p>")
    client = client_of(bo)
    client.get(thread_url(thread))
    with django_assert_num_queries(THREAD_PAGE + 2):
        page = client.get(thread_url(thread)).content.decode()
    assert page.count('class="post__file"') == number
    assert "Not yet." in page


@pytest.mark.parametrize("number", [1, 3])
def test_a_reply_asks_the_same_in_a_short_thread_and_in_a_longer_one(thread, ada, bo, client_of, number):
    make_many_posts(thread, number, ada, bo)
    client = client_of(bo)
    client.get(thread_url(thread))
    client.post(thread_url(thread), {"html": "<p>The first.</p>", "submission_key": "a"})
    assert questions_of_a_reply(client, thread, "b") == REPLY
    actions.save_draft(by=bo, forum=thread.forum, thread=thread, html="<p>Once more.</p>")
    assert questions_of_a_reply(client, thread, "c") == REPLY + 1  # the draft that is posted goes
    assert not Draft.objects.filter(person=bo).exists()


THREAD_PAGE = 7
# Session, account, the thread as it is opened and as it is held; the post, its thread, how far one has read, who hears of
# it; activity and concern (and the job, written after the test). The words with the database about where a transaction begins and ends are no questions.
REPLY = 10


def questions_of_a_reply(client, thread, key):
    with CaptureQueriesContext(connection) as asked:
        answer = client.post(thread_url(thread), {"html": "<p>Another.</p>", "submission_key": key})
    assert answer.status_code == 302
    return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in asked)


FORUM_PAGE = 9


def ask_for_new(client, page):
    """As the open page does: at the address that stands in it."""
    address = re.search(r'id="newer" hx-get="([^"]+)"', page)[1].replace("&amp;", "&")
    return client.get(address, headers={"HX-Request": "true"})


def test_an_open_page_is_brought_what_changed_in_its_posts(thread, ada, bo, cy, client_of):
    client, first = client_of(bo), thread.posts.get()
    second, third = (make_post(thread, ada) for _each in range(2))
    page = client.get(thread_url(thread)).content.decode()
    assert ask_for_new(client, page).status_code == 204
    actions.edit_post(post=first, by=ada, html="<p>Said otherwise.</p>")
    actions.remove_post(post=second, by=ada)
    page = ask_for_new(client, page).content.decode()
    drawn = re.findall(r'id="post-(\d+)" hx-swap-oob="true"', page)
    assert drawn == [str(first.pk), str(second.pk)]
    assert "Said otherwise." in page
    assert "Taken away by its author." in page
    assert "new post" not in page
    assert ask_for_new(client, page).status_code == 204
    moderation.take_measure(kind="hide", post=third, by=cy, reason="It hurts.")
    page = ask_for_new(client, page).content.decode()
    assert "Hidden by a moderator." in page
    moderation.lift(measure=third.measures.get(), by=cy)
    page = ask_for_new(client, page).content.decode()
    assert "Hidden by a moderator" not in page
    actions.mark_answer(thread=thread, by=ada, post=third)
    assert "post--answer" in ask_for_new(client, page).content.decode()


@pytest.mark.parametrize("since", ["9" * 18, "9" * 40, "-1", "x", "\u0661"])
def test_whatever_the_address_says_of_when(thread, ada, bo, client_of, since):
    make_post(thread, ada)
    address = reverse("conversations:new_posts", args=[thread.pk])
    given = {"since": since, "first": since, "after": "0"}
    assert client_of(bo).get(address, given, headers={"HX-Request": "true"}).status_code == 200


def test_what_changed_elsewhere_in_a_long_thread_is_not_brought(thread, ada, bo, client_of):
    posts = make_many_posts(thread, 120, ada)
    client = client_of(bo)
    actions.read(person=bo, thread=Thread.objects.get(pk=thread.pk), through=posts[-1].pk)
    page = client.get(thread_url(thread)).content.decode()
    actions.edit_post(post=posts[3], by=ada, html="<p>Far above.</p>")
    assert "Far above." not in ask_for_new(client, page).content.decode()


def test_a_sign_shows_in_open_pages_and_goes_again(thread, ada, bo, client_of):
    post = make_post(thread, ada)
    client = client_of(bo)
    page = client.get(thread_url(thread)).content.decode()
    assert ask_for_new(client, page).status_code == 204
    actions.react(post=post, by=ada, kind="thanks")
    answer = ask_for_new(client, page)
    assert f'id="post-{post.pk}" hx-swap-oob="true"' in answer.content.decode()
    page = answer.content.decode()
    actions.react(post=post, by=ada, kind="thanks")  # twice is once
    assert ask_for_new(client, page).status_code == 204
    actions.unreact(post=post, by=ada, kind="thanks")
    assert f'id="post-{post.pk}" hx-swap-oob="true"' in ask_for_new(client, page).content.decode()


def test_posts_that_moved_out_leave_open_pages(thread, ada, bo, client_of):
    stays, goes = make_post(thread, ada), make_post(thread, ada)
    client = client_of(bo)
    page = client.get(thread_url(thread)).content.decode()
    CircleMember.objects.create(circle=thread.forum.moderators, person=ada)
    actions.split(thread=thread, by=ada, posts=[goes], title="Elsewhere")
    answer = ask_for_new(client, page).content.decode()
    assert f'id="post-{goes.pk}" hx-swap-oob="delete"' in answer
    assert f'id="post-{stays.pk}" hx-swap-oob="delete"' not in answer
    assert goes.html not in answer


@pytest.mark.parametrize("how", ["left", "deleted", "signed out"])
def test_an_open_page_stops_asking_once_the_thread_is_not_open_any_more(thread, bo, client_of, how):
    client = client_of(bo)
    page = client.get(thread_url(thread)).content.decode()
    if how == "left":
        CircleMember.objects.filter(circle=thread.forum.members, person=bo).delete()
    elif how == "deleted":
        Thread.objects.filter(pk=thread.pk).update(last_post=None)
        thread.delete()
    else:
        client.logout()
    answer = ask_for_new(client, page)
    said = answer.content.decode()
    assert answer.status_code == 200
    assert ("You are signed out" if how == "signed out" else "is not open to you any more") in said
    assert 'id="newer"' in said
    assert "hx-get" not in said
    assert "Rubrics" not in said
    address = reverse("conversations:new_posts", args=[thread.pk or 1])
    assert client.get(address).status_code == 404  # for who asks by hand


def test_a_list_of_threads_says_how_many_posts_are_new(forum, ada, bo, client_of):
    old, few, many = (make_thread(forum, ada, title=title) for title in ("Old", "Few", "Many"))
    make_thread(forum, ada, title="Never opened")
    for each in (old, few, many):
        actions.read(person=bo, thread=each, through=each.posts.get().pk)
    *_stand, gone = make_many_posts(few, 4, ada)
    actions.remove_post(post=gone, by=ada)
    make_many_posts(many, 130, ada)
    page = client_of(bo).get(reverse("conversations:forum", args=[forum.pk])).content.decode()
    said = dict(
        re.findall(
            r"<bdi>([A-Z][a-z ]+)</bdi></a>\s*(?:<span class=\"thread-row__new\">([^<]+)</span>)?", page
        )
    )
    assert said == {"Old": "", "Few": "3 new", "Many": "99+ new", "Never opened": "new"}


def test_asking_for_new_posts_is_cheap_when_there_are_none(
    thread, ada, bo, client_of, django_assert_num_queries
):
    client = client_of(bo)
    address = reverse("conversations:new_posts", args=[thread.pk])
    first = thread.posts.get()
    client.get(thread_url(thread))
    with django_assert_num_queries(3):
        assert client.get(f"{address}?after={first.pk}").status_code == 204
    new = [make_post(thread, ada) for _each in range(3)]
    page = client.get(f"{address}?after={first.pk}", headers={"HX-Request": "true"}).content.decode()
    assert [f'id="post-{each.pk}"' in page for each in (first, *new)] == [False, True, True, True]
    assert "3 new posts" in page
    assert f"after={new[-1].pk}" in page
    assert "<html" not in page


def test_a_new_thread_with_its_draft(forum, ada, client_of):
    client = client_of(ada)
    address = reverse("conversations:new_thread", args=[forum.pk])
    saved = client.post(
        reverse("conversations:forum_draft", args=[forum.pk]), {"title": "Half", "html": "<p>So far</p>"}
    )
    assert saved.json()["saved_at"]
    page = client.get(address).content.decode()
    assert "So far" in page
    assert 'value="Half"' in page
    assert "is_announcement" not in page
    assert client.post(address, {"title": "", "html": "<p>Words</p>"}).status_code == 422
    answer = client.post(address, {"title": "Whole", "html": "<p>Words</p>"})
    assert answer.url == Thread.objects.get().get_absolute_url()
    assert not Draft.objects.exists()


def test_a_moderator_announces(forum, cy, client_of):
    client_of(cy).post(
        reverse("conversations:new_thread", args=[forum.pk]),
        {"title": "Closed on Monday", "html": "<p>The office.</p>", "is_announcement": "on", "pinned": "on"},
    )
    thread = Thread.objects.get()
    assert (thread.wants_answer, thread.pinned_by) == (False, cy)


def test_files_with_and_without_javascript(thread, bo, eve, client_of, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client = client_of(bo)
    attach = reverse("conversations:thread_attach", args=[thread.pk])
    answer = client.post(
        attach, {"upload": SimpleUploadedFile("dot.png", PNG)}, headers={"HX-Request": "true"}
    )
    assert "Say in words what the image shows" in answer.content.decode()
    answer = client.post(
        attach,
        {"upload": SimpleUploadedFile("dot.png", PNG), "alt_text": "A dot", "html": "So far"},
    )
    assert answer.status_code == 302
    assert Draft.objects.get().html == "<p>So far</p>"
    first = Attachment.objects.get()
    page = client.get(thread_url(thread)).content.decode()
    assert f'name="attachments" value="{first.pk}"' in page
    client.post(
        thread_url(thread),
        {
            "html": "<p>Here.</p>",
            "attachments": [first.pk],
            "upload": SimpleUploadedFile("page.html", b"<!doctype html><script>x</script>"),
        },
    )
    post = thread.posts.last()
    assert post.attachments.count() == 2
    page = client.get(thread_url(thread)).content.decode()
    assert 'alt="A dot"' in page
    for each in post.attachments.all():
        address = reverse("conversations:file", args=[each.pk])
        served = client.get(address)
        assert served.status_code == 200
        assert "sandbox" in served["Content-Security-Policy"]
        assert served["X-Content-Type-Options"] == "nosniff"
        assert client_of(eve).get(address).status_code == 404
        assert client_of(None).get(address).status_code == 404
    active = post.attachments.get(file_name="page.html")
    served = client.get(reverse("conversations:file", args=[active.pk]))
    assert served["Content-Disposition"].startswith("attachment")
    assert served["Content-Type"] == "application/octet-stream"
    small = client.get(reverse("conversations:thumbnail", args=[first.pk, 640]))
    assert small["Content-Type"] == "image/webp"
    assert client.get(reverse("conversations:thumbnail", args=[first.pk, 7])).status_code == 404
    actions.remove_post(post=post, by=bo)
    assert client.get(reverse("conversations:file", args=[first.pk])).status_code == 404


def test_a_file_of_a_draft_is_its_owners_alone(thread, ada, bo, client_of, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    attachment = actions.attach(
        by=bo, forum=thread.forum, thread=thread, upload=SimpleUploadedFile("notes.txt", b"Notes.")
    )
    address = reverse("conversations:file", args=[attachment.pk])
    detach = reverse("conversations:detach", args=[attachment.pk])
    assert client_of(bo).get(address).status_code == 200
    assert client_of(ada).get(address).status_code == 404
    assert client_of(ada).post(detach).status_code == 404
    assert client_of(bo).post(detach).status_code == 302
    assert not Attachment.objects.exists()


def test_changing_a_post_and_what_it_said_before(thread, ada, bo, client_of):
    post = thread.posts.get()
    edit = reverse("conversations:edit_post", args=[post.pk])
    assert client_of(bo).get(edit).status_code == 403
    assert client_of(bo).post(edit, {"html": "<p>No</p>"}).status_code == 403
    assert "Which rubric" in client_of(ada).get(edit).content.decode()
    assert client_of(ada).post(edit, {"html": "<p>Which rubric would you choose?</p>"}).status_code == 302
    page = client_of(bo).get(reverse("conversations:post_history", args=[post.pk])).content.decode()
    assert "<ins>" in page
    assert "<del>" in page


def test_taking_a_post_away(thread, ada, bo, cy, client_of):
    post = make_post(thread, bo, html="<p>Never mind.</p>")
    address = reverse("conversations:remove_post", args=[post.pk])
    assert client_of(ada).get(address).status_code == 403
    assert client_of(bo).get(address).status_code == 200
    client_of(bo).post(address)
    page = client_of(ada).get(thread_url(thread)).content.decode()
    assert "Never mind." not in page
    assert "Taken away by its author." in page
    assert client_of(cy).get(reverse("conversations:post_history", args=[post.pk])).status_code == 403


def test_signs_with_and_without_javascript(thread, bo, client_of):
    post = thread.posts.get()
    address = reverse("conversations:react", args=[post.pk])
    client = client_of(bo)
    fragment = client.post(address, {"kind": "thanks"}, headers={"HX-Request": "true"}).content.decode()
    assert 'aria-pressed="true"' in fragment
    assert "<html" not in fragment
    assert client.post(address, {"kind": "thanks"}).status_code == 302
    assert not post.reactions.exists()
    assert client.post(address, {"kind": "shrug"}).status_code == 409


def test_levels_are_said_in_words(thread, forum, bo, client_of):
    client = client_of(bo)
    assert "You hear of every new post." in client.get(thread_url(thread)).content.decode()
    client.post(reverse("conversations:follow_thread", args=[thread.pk]), {"level": "everything"})
    assert Following.objects.get(thread=thread).level == Level.EVERYTHING
    client.post(reverse("conversations:follow_forum", args=[forum.pk]), {"level": "digest"})
    assert Following.objects.get(thread=None).level == Level.DIGEST
    assert (
        client.post(reverse("conversations:follow_forum", args=[forum.pk]), {"level": "loud"}).status_code
        == 409
    )


def test_read_all_and_unread_from_here(thread, forum, ada, bo, client_of):
    client = client_of(bo)
    address = reverse("conversations:forum", args=[forum.pk])
    assert "thread-row--unread" in client.get(address).content.decode()
    client.post(reverse("conversations:read_all", args=[forum.pk]))
    assert "thread-row--unread" not in client.get(address).content.decode()
    assert "All is read" in client.get(f"{address}?show=unread").content.decode()
    client.post(reverse("conversations:unread", args=[thread.posts.get().pk]))
    assert "thread-row--unread" in client.get(f"{address}?show=unread").content.decode()
    client.post(reverse("conversations:mark_read", args=[thread.pk]))
    assert "thread-row--unread" not in client.get(address).content.decode()


def test_what_answered_it(thread, ada, bo, client_of):
    answer = make_post(thread, bo)
    address = reverse("conversations:mark_answer", args=[thread.pk])
    assert client_of(bo).post(address, {"post": answer.pk}).status_code == 403
    assert client_of(ada).post(address, {"post": answer.pk}).status_code == 302
    assert "post--answer" in client_of(bo).get(thread_url(thread)).content.decode()
    client_of(ada).post(address, {"post": ""})
    thread.refresh_from_db()
    assert thread.answer is None


def test_only_moderators_arrange(thread, forum, ada, cy, client_of):
    arrange = reverse("conversations:arrange", args=[thread.pk])
    move, split = (
        reverse("conversations:move", args=[thread.pk]),
        reverse("conversations:split", args=[thread.pk]),
    )
    for address in (arrange, move, split):
        assert client_of(ada).post(address, {"do": "pin"}).status_code == 403
    client = client_of(cy)
    for do in ("pin", "close"):
        assert client.post(arrange, {"do": do}).status_code == 302
    thread.refresh_from_db()
    assert thread.pinned_by == cy
    assert thread.closed_at is not None
    assert "This thread is closed" in client_of(ada).get(thread_url(thread)).content.decode()
    for do in ("unpin", "reopen"):
        client.post(arrange, {"do": do})
    assert client.post(arrange, {"do": "explode"}).status_code == 409
    elsewhere = make_forum(moderators=(cy,))
    assert elsewhere.title in client.get(move).content.decode()
    assert client.post(move, {"forum": make_forum().pk}).status_code == 422
    assert client.post(move, {"forum": elsewhere.pk}).status_code == 302
    thread.refresh_from_db()
    assert thread.forum == elsewhere


def test_splitting_on_a_page(thread, bo, cy, client_of):
    aside = make_post(thread, bo, html="<p>By the way.</p>")
    client = client_of(cy)
    address = reverse("conversations:split", args=[thread.pk])
    assert "By the way." in client.get(f"{address}?from={aside.pk}").content.decode()
    assert client.post(address, {"title": "Aside"}).status_code == 422
    assert client.post(address, {"title": "By the way", "posts": [aside.pk]}).status_code == 302
    aside.refresh_from_db()
    assert aside.thread.title == "By the way"


def test_names_are_suggested_to_members_alone(forum, bo, eve, client_of):
    address = reverse("conversations:names", args=[forum.pk])
    page = client_of(bo).get(f"{address}?q=Ada").content.decode()
    assert "Ada Candidate" in page
    actions.set_forum(forum=forum, audience=Audience.SIGNED_IN)
    assert client_of(eve).get(f"{address}?q=Ada").status_code == 403


def test_three_hundred_posts_are_walked_by_links(thread, ada, bo, client_of):
    posts = make_many_posts(thread, 299, ada, bo)
    client = client_of(bo)
    seen, address = [], thread_url(thread)
    while address:
        page = client.get(address).content.decode()
        seen += [int(number) for number in re.findall(r'<article class="post[^"]*" id="post-(\d+)"', page)]
        later = re.search(r'rel="next" href="([^"]+)"', page)
        address = later[1] if later else None
    assert seen == [posts[0].pk - 1, *(post.pk for post in posts)]


def test_a_muted_member_is_told_and_keeps_the_words(thread, forum, bo, cy, client_of):
    forum_measures = forum.measures
    forum_measures.create(kind="mute", person=bo, reason="Pause", by=cy)
    client = client_of(bo)
    page = client.get(thread_url(thread)).content.decode()
    assert "asked you not to post" in page
    answer = client.post(thread_url(thread), {"html": "<p>But I wanted</p>"})
    assert answer.status_code == 409
    assert Draft.objects.get().html == "<p>But I wanted</p>"
    assert Post.objects.count() == 1


def test_the_machine_and_the_erased_have_no_face(forum, ada, bo, client_of):
    thread = make_thread(forum)
    make_post(thread, ada)
    Post.objects.filter(author=ada).update(author=None)
    page = client_of(bo).get(thread_url(thread)).content.decode()
    assert "Ada Candidate" not in page
