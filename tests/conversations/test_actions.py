"""What conversations do, and what they refuse."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from collegium.activity.models import Activity, Concern
from collegium.conversations import actions
from collegium.conversations.models import (
    Attachment,
    Draft,
    Following,
    Level,
    LinkCard,
    Measure,
    Mention,
    Post,
    Reaction,
    Reading,
    Thread,
)
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience, CircleMember
from tests.conversations.factories import make_forum, make_post, make_thread
from tests.factories import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum(ada, bo, cy):
    """Ada and Bo are members, Cy moderates."""
    return make_forum(ada, bo, cy, moderators=(cy,))


def test_a_thread_begins_with_its_first_post(forum, ada):
    thread = actions.start_thread(
        forum=forum, by=ada, title="  Rubrics   that help ", html="<p>Which do you use?</p>"
    )
    post = thread.posts.get()
    assert (thread.title, thread.post_count, thread.last_post) == ("Rubrics that help", 1, post)
    assert thread.is_newcomers
    assert thread.first_answer_at is None
    activity = Activity.objects.get(verb="thread.started")
    assert activity.data == {
        "title": "Rubrics that help",
        "forum": forum.title,
        "excerpt": "Which do you use?",
        "thread": thread.pk,
        "forum_id": forum.pk,
        "post": post.pk,
    }
    assert not make_thread(forum, ada).is_newcomers


def test_the_machine_begins_one_too(forum):
    thread = actions.start_thread(
        forum=forum,
        by=None,
        title="Week 1",
        html="<p>Begin.</p>",
        wants_answer=False,
        pinned=True,
        about=forum,
    )
    assert thread.posts.get().via == Post.Via.MACHINE
    assert thread.pinned_at is not None
    assert (thread.about_kind, thread.about_id) == ("conversations.forum", str(forum.pk))


def test_the_first_post_by_another_answers_it(forum, ada, bo):
    thread = make_thread(forum, ada)
    make_post(thread, ada)
    thread.refresh_from_db()
    assert thread.first_answer_at is None
    answer = make_post(thread, bo)
    thread.refresh_from_db()
    assert thread.first_answer_at == answer.posted_at
    assert thread.post_count == 3
    assert thread.last_post == answer


def test_who_is_replied_to_and_who_is_mentioned_is_concerned(forum, ada, bo, cy):
    thread = make_thread(forum, ada)
    reply = actions.post(thread=thread, by=bo, html="<p>Ask @Cy Convener, or @cy.</p>")
    concerned = Concern.objects.filter(activity__verb="post.made", activity__about_id=str(reply.pk))
    assert set(concerned.values_list("person", "role")) == {(ada.pk, "replied_to"), (cy.pk, "mentioned")}
    assert reply.html.count(f'href="/people/{cy.pk}/"') == 2
    further = actions.post(thread=thread, by=ada, html="<p>Thank you.</p>", reply_to=reply)
    concerned = Concern.objects.filter(activity__verb="post.made", activity__about_id=str(further.pk))
    assert set(concerned.values_list("person", "role")) == {(bo.pk, "replied_to")}


def test_a_name_that_fits_two_mentions_nobody_and_a_link_settles_it(forum, ada):
    one, two = make_person(name="Sam Lee"), make_person(name="Sam Lee")
    for person in (one, two):
        CircleMember.objects.create(circle=forum.members, person=person)
    thread = make_thread(forum, ada, html="<p>@Sam Lee, are you there?</p>")
    assert not Mention.objects.exists()
    post = make_post(thread, ada, html=f'<p><a href="/people/{two.pk}/">@Sam Lee</a>, I mean.</p>')
    assert Mention.objects.get().person == two
    assert post.mentions.get().person == two


def test_no_mention_of_who_is_not_a_member_nor_in_code_nor_in_an_address(forum, ada, eve):
    make_thread(forum, ada, html="<p>@Eve Stranger <code>@Bo Assessor</code> mail@bo.example x@Bo</p>")
    assert not Mention.objects.exists()
    make_thread(forum, ada, html=f'<p><a href="/people/{eve.pk}/">@Eve</a></p>')
    assert not Mention.objects.exists()


def test_nobody_is_told_who_follows_at_nothing_or_reads_no_more(forum, ada, bo, cy):
    thread = make_thread(forum, ada)
    actions.follow(person=ada, level=Level.NOTHING, thread=thread)
    CircleMember.objects.filter(person=bo).delete()
    actions.post(thread=thread, by=cy, html="<p>@Bo Assessor and Ada</p>")
    assert not Concern.objects.exists()


def test_a_typed_address_is_a_link_with_a_card(forum, ada):
    thread = make_thread(forum, ada, html="<p>See https://example.org/a_(b). And (https://example.org/c)</p>")
    post = thread.posts.get()
    assert 'href="https://example.org/a_(b)"' in post.html
    assert [link.card.url for link in post.links.select_related("card")] == [
        "https://example.org/a_(b)",
        "https://example.org/c",
    ]
    make_post(thread, ada, html="<p>https://example.org/c</p>")
    assert LinkCard.objects.count() == 2


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<p onclick="alert(1)">Hello</p><img src=x onerror=alert(1)>',
        '<a href="javascript:alert(1)">Press</a>',
        '<p>https://example.org/"onmouseover="alert(1)</p>',
        "<p>@Bo Assessor<svg onload=alert(1)></p>",
    ],
)
def test_nothing_active_is_kept(forum, ada, html):
    thread = make_thread(forum, ada, html=f"<p>Words</p>{html}")
    kept = thread.posts.get().html
    assert "<script" not in kept
    assert "<svg" not in kept
    assert "javascript:" not in kept
    assert " onclick" not in kept
    assert " onerror" not in kept
    assert '" onmouseover=' not in kept


def test_empty_words_and_too_long_words_are_refused(forum, ada):
    for html in ("", "<p> </p>", "<p>" + "x" * 100_001 + "</p>", "\0<p>\0</p>"):
        with pytest.raises(Refusal):
            make_thread(forum, ada, html=html)
    with pytest.raises(Refusal) as caught:
        make_thread(forum, ada, title="  ")
    assert caught.value.code == "title"
    assert not Thread.objects.exists()


def test_the_same_form_twice_is_one_post(forum, ada, bo):
    thread = make_thread(forum, ada, submission_key="k1")
    assert make_thread(forum, ada, submission_key="k1") == thread
    assert make_post(thread, bo, submission_key="k1") == make_post(thread, bo, submission_key="k1")
    assert make_post(thread, bo, message_id="<a@b>") == make_post(thread, bo, message_id="<a@b>")
    thread.refresh_from_db()
    assert thread.post_count == 3
    assert Activity.objects.count() == 3


def test_strangers_muted_members_and_closed_threads_do_not_post(forum, ada, bo, cy, eve):
    thread = make_thread(forum, ada)
    with pytest.raises(Refusal):
        make_post(thread, eve)
    Measure.objects.create(forum=forum, kind=Measure.Kind.MUTE, person=bo, reason="Enough", by=cy)
    with pytest.raises(Refusal) as caught:
        make_post(thread, bo)
    assert caught.value.code == "silence"
    actions.close(thread=thread, by=cy)
    with pytest.raises(Refusal):
        make_post(thread, ada)
    assert make_post(thread, cy).author == cy
    actions.close_forum(forum=forum)
    with pytest.raises(Refusal):
        make_post(thread, cy)


def test_an_edit_keeps_what_was_said_and_tells_only_the_newly_mentioned(forum, ada, bo, cy):
    thread = make_thread(forum, ada, html="<p>@Bo Assessor</p>")
    post = thread.posts.get()
    Concern.objects.all().delete()
    before = post.html
    actions.edit_post(post=post, by=ada, html=f"{before}<p>@Cy Convener</p>")
    post.refresh_from_db()
    assert post.edited_at is not None
    assert [version.html for version in post.versions.all()] == [before]
    assert list(Concern.objects.values_list("person", "role")) == [(cy.pk, "mentioned")]
    actions.edit_post(post=post, by=ada, html=post.html)
    assert post.versions.count() == 1
    with pytest.raises(Refusal):
        actions.edit_post(post=post, by=cy, html="<p>Mine</p>")


def test_a_removed_post_keeps_its_place_and_loses_its_words(forum, ada, bo):
    thread = make_thread(forum, ada)
    answer = make_post(thread, bo)
    actions.edit_post(post=answer, by=bo, html="<p>Other words https://example.org</p>")
    actions.react(post=answer, by=ada, kind=Reaction.Kind.THANKS)
    actions.mark_answer(thread=thread, by=ada, post=answer)
    actions.remove_post(post=answer, by=bo)
    actions.remove_post(post=answer, by=bo)
    answer.refresh_from_db()
    thread.refresh_from_db()
    assert (answer.html, answer.versions.count(), answer.links.count(), answer.reactions.count()) == (
        "",
        0,
        0,
        0,
    )
    assert (thread.post_count, thread.first_answer_at, thread.answer) == (1, None, None)
    assert thread.posts.count() == 2
    assert Activity.objects.filter(verb="post.removed").count() == 1
    with pytest.raises(Refusal):
        actions.edit_post(post=answer, by=bo, html="<p>Back</p>")


def test_a_moderator_removes_and_its_author_is_told(forum, ada, bo, cy):
    post = make_thread(forum, ada).posts.get()
    with pytest.raises(Refusal):
        actions.remove_post(post=post, by=bo)
    actions.remove_post(post=post, by=cy)
    assert Concern.objects.get().person == ada


def test_the_machine_unpins_what_it_pinned_and_twice_is_once(forum):
    thread = make_thread(forum, pinned=True)
    actions.unpin(thread=thread, by=None)
    actions.unpin(thread=thread)
    thread.refresh_from_db()
    assert (thread.pinned_at, thread.pinned_by) == (None, None)
    assert Activity.objects.get(verb="thread.unpinned").actor is None


def test_two_who_pin_at_once(forum, ada, cy):
    other = make_person(name="Other Moderator")
    CircleMember.objects.create(circle=forum.moderators, person=other)
    thread = make_thread(forum, ada)
    stale = Thread.objects.get(pk=thread.pk)
    actions.pin(thread=thread, by=cy)
    actions.pin(thread=stale, by=other)
    thread.refresh_from_db()
    assert thread.pinned_by == cy
    assert Activity.objects.filter(verb="thread.pinned").count() == 1
    actions.unpin(thread=thread, by=other)
    thread.refresh_from_db()
    assert thread.pinned_at is None
    with pytest.raises(Refusal):
        actions.pin(thread=thread, by=ada)


def test_what_answered_it(forum, ada, bo, cy):
    thread = make_thread(forum, ada)
    answer = make_post(thread, bo)
    Concern.objects.all().delete()
    with pytest.raises(Refusal):
        actions.mark_answer(thread=thread, by=bo, post=answer)
    actions.mark_answer(thread=thread, by=ada, post=answer)
    actions.mark_answer(thread=thread, by=ada, post=answer)
    assert list(Concern.objects.values_list("person", "role")) == [(bo.pk, "author")]
    actions.mark_answer(thread=thread, by=cy, post=None)
    thread.refresh_from_db()
    assert thread.answer is None
    with pytest.raises(Refusal):
        actions.mark_answer(thread=make_thread(forum, ada), by=ada, post=answer)


def test_a_thread_moves_between_forums_of_one_moderator(forum, ada, bo, cy):
    thread = make_thread(forum, ada)
    actions.follow(person=bo, level=Level.EVERYTHING, thread=thread)
    elsewhere = make_forum(ada)
    with pytest.raises(Refusal):
        actions.move(thread=thread, by=cy, forum=elsewhere)
    CircleMember.objects.create(circle=elsewhere.moderators, person=cy)
    actions.move(thread=thread, by=cy, forum=elsewhere)
    thread.refresh_from_db()
    assert thread.forum == elsewhere
    assert Following.objects.get(thread=thread).forum == elsewhere
    assert not Thread.objects.visible_to(bo).exists()
    assert Concern.objects.filter(role="starter").get().person == ada


def test_a_thread_is_split_and_what_was_read_stays_read(
    forum, ada, bo, cy, django_capture_on_commit_callbacks
):
    thread = make_thread(forum, ada)
    aside = make_post(thread, bo)
    answer = make_post(thread, ada, reply_to=aside)
    stays = make_post(thread, bo, reply_to=aside)
    actions.read(person=cy, thread=Thread.objects.get(pk=thread.pk), through=stays.pk)
    with django_capture_on_commit_callbacks(execute=True):
        made = actions.split(thread=thread, by=cy, posts=[aside, answer], title="An aside")
    thread.refresh_from_db()
    made.refresh_from_db()
    stays.refresh_from_db()
    answer.refresh_from_db()
    assert (made.post_count, thread.post_count, made.started_by) == (2, 2, bo)
    assert (stays.reply_to, answer.reply_to) == (None, aside)
    assert made.first_answer_at == answer.posted_at
    assert made.split_from == thread
    assert Reading.objects.filter(person=cy, thread=made, read_through__gte=answer.pk).exists()
    with pytest.raises(Refusal):
        actions.split(thread=made, by=cy, posts=made.posts.all(), title="All of it")
    with pytest.raises(Refusal):
        actions.split(thread=made, by=cy, posts=[stays], title="Not from here")
    with pytest.raises(Refusal):
        actions.split(thread=made, by=ada, posts=[aside], title="Mine")


def test_reading_goes_forward_and_back_only_when_asked(forum, ada, bo):
    thread = make_thread(forum, ada)
    posts = [make_post(thread, ada) for _each in range(3)]
    thread.refresh_from_db()
    actions.read(person=bo, thread=thread, through=posts[1].pk)
    actions.read(person=bo, thread=thread, through=posts[0].pk)
    assert Reading.objects.get(person=bo).read_through == posts[1].pk
    actions.read(person=bo, thread=thread, through=10**12)
    assert Reading.objects.get(person=bo).read_through == posts[2].pk
    actions.unread_from(person=bo, post=posts[1])
    assert Reading.objects.get(person=bo).read_through == posts[1].pk - 1
    actions.read_all(person=bo, forum=forum)
    assert not Reading.objects.filter(person=bo).exists()
    assert Following.objects.get(person=bo).read_through == posts[2].pk


def test_who_posts_has_read_their_own_words_if_they_had_read_all(forum, ada, bo):
    thread = make_thread(forum, ada)
    make_post(thread, ada)
    last = make_post(thread, bo)
    assert not Reading.objects.filter(person=bo).exists()
    assert Reading.objects.get(person=ada).read_through < last.pk


def test_following_has_levels_and_a_beginning(forum, ada, bo):
    make_thread(forum, ada)
    following = actions.follow(person=bo, level=Level.EVERYTHING, forum=forum)
    assert following.read_through == Post.objects.get().pk
    again = actions.follow(person=bo, level=Level.DIGEST, forum=forum)
    assert (again.pk, again.level) == (following.pk, Level.DIGEST)
    with pytest.raises(Refusal):
        actions.follow(person=bo, level="shouting", forum=forum)


def test_nobody_follows_what_they_may_not_read(forum, ada, eve):
    with pytest.raises(Refusal):
        actions.follow(person=eve, level=Level.EVERYTHING, thread=make_thread(forum, ada))


def test_signs_are_small_and_once(forum, ada, bo, eve):
    post = make_thread(forum, ada).posts.get()
    actions.react(post=post, by=bo, kind="thanks")
    actions.react(post=post, by=bo, kind="thanks")
    actions.react(post=post, by=bo, kind="idea")
    assert post.reactions.count() == 2
    actions.unreact(post=post, by=bo, kind="thanks")
    assert post.reactions.get().kind == "idea"
    for person, kind in ((eve, "thanks"), (bo, "shrug")):
        with pytest.raises(Refusal):
            actions.react(post=post, by=person, kind=kind)


# Drafts and files -----------------------------------------------------------------------------------------------------

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


def test_a_draft_is_kept_cleaned_and_gone_when_posted(forum, ada, bo):
    thread = make_thread(forum, ada)
    actions.save_draft(by=bo, forum=forum, thread=thread, html="<p>Half a <script>x</script>thought</p>")
    draft = actions.save_draft(by=bo, forum=forum, thread=thread, html="<p>Half a thought, more</p>")
    assert Draft.objects.get() == draft
    assert not Activity.objects.filter(actor=bo).exists()
    make_post(thread, bo)
    assert not Draft.objects.exists()
    actions.save_draft(by=bo, forum=forum, title="A title", html="")
    assert Draft.objects.get().title == "A title"
    actions.save_draft(by=bo, forum=forum, html="")
    assert not Draft.objects.exists()


def test_a_draft_that_comes_after_its_post_is_none(forum, ada, bo):
    thread = make_thread(forum, ada)
    late = {"by": bo, "forum": forum, "thread": thread, "html": "<p>Half a thought</p>"}
    actions.save_draft(**late, submission_key="once")
    assert Draft.objects.exists()
    make_post(thread, bo, submission_key="once")
    assert actions.save_draft(**late, submission_key="once") is None
    assert not Draft.objects.exists()
    assert actions.save_draft(**late, submission_key="the next") is not None


def test_a_letter_leaves_the_draft_alone(forum, ada, bo):
    thread = make_thread(forum, ada)
    actions.save_draft(by=bo, forum=forum, thread=thread, html="<p>Half a thought</p>")
    make_post(thread, bo, via=Post.Via.MAIL, message_id="<x@y>")
    assert Draft.objects.exists()


def test_files_go_with_the_post(forum, ada, bo, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    thread = make_thread(forum, ada)
    notes = actions.attach(
        by=bo, forum=forum, thread=thread, upload=SimpleUploadedFile("notes.txt", b"Notes.")
    )
    with pytest.raises(Refusal) as caught:
        actions.attach(by=bo, forum=forum, thread=thread, upload=SimpleUploadedFile("dot.png", PNG))
    assert caught.value.code == "alt_text"
    picture = actions.attach(
        by=bo, forum=forum, thread=thread, upload=SimpleUploadedFile("dot.png", PNG), alt_text="A dot"
    )
    mine = actions.attach(by=ada, forum=forum, thread=thread, upload=SimpleUploadedFile("a.txt", b"Ada's."))
    dropped = actions.attach(
        by=bo, forum=forum, thread=thread, upload=SimpleUploadedFile("b.txt", b"Dropped.")
    )
    actions.detach(attachment=dropped, by=bo)
    post = make_post(thread, bo, attachments=[notes, picture, mine])
    assert {each.file_name for each in post.attachments.all()} == {"notes.txt", "dot.png"}
    assert not Draft.objects.filter(person=bo).exists()
    assert Attachment.objects.filter(owner=ada, post__isnull=True).exists()
    with pytest.raises(Refusal):
        actions.detach(attachment=notes, by=bo)


def test_a_forum_is_set_by_its_own_room(forum, ada, eve):
    thread = make_thread(forum, ada)
    assert not Thread.objects.visible_to(eve).exists()
    actions.set_forum(forum=forum, audience=Audience.SIGNED_IN, title="Renamed")
    assert Thread.objects.visible_to(eve).get() == thread
    assert not Thread.objects.visible_to(None).exists()
    with pytest.raises(TypeError):
        actions.set_forum(forum=forum, members=None)
    with pytest.raises(TypeError):
        actions.set_forum(forum=forum, audience=Audience.PRIVATE)


# Leaving --------------------------------------------------------------------------------------------------------------


def test_who_is_forgotten_leaves_posts_without_a_name(forum, ada, bo):
    thread = make_thread(forum, ada)
    post = make_post(thread, bo, html="<p>As @Ada Candidate said</p>")
    actions.edit_post(post=thread.posts.first(), by=ada, html="<p>Said otherwise</p>")
    actions.save_draft(by=ada, forum=forum, thread=thread, html="<p>Half</p>")
    actions.forget(person=ada)
    post.refresh_from_db()
    assert post.html == "<p>As @somebody who has left said</p>"
    assert not Mention.objects.exists()
    assert not Draft.objects.exists()
    assert thread.posts.first().html == "<p>Said otherwise</p>"
    assert not thread.posts.first().versions.exists()


def test_all_posts_are_taken_away(forum, ada, bo):
    thread, other = make_thread(forum, ada), make_thread(forum, bo)
    mine = make_post(other, ada)
    actions.mark_answer(thread=other, by=bo, post=mine)
    assert actions.remove_all_posts(by=ada) == 2
    assert actions.remove_all_posts(by=ada) == 0
    other.refresh_from_db()
    thread.refresh_from_db()
    assert (other.post_count, other.answer, other.first_answer_at, thread.post_count) == (1, None, None, 0)
    assert Activity.objects.filter(verb="posts.all_removed").count() == 1
