import datetime as dt

import pytest
from django.urls import reverse

from collegium.activity.models import Activity, Concern
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.erasure import erasers
from collegium.portfolios import actions, anchors, queries, rules
from collegium.portfolios.models import Comment, Part
from tests.factories import make_circle, make_person

WORDS = "<p>I recorded audio for each of them. It took eight minutes.</p><p>They listened twice.</p>"


@pytest.fixture
def draft(section_of, write):
    section = section_of("1a")
    write(section, "description", WORDS)
    return section


@pytest.fixture
def friend(ada, bo, draft):
    actions.share_with_person(portfolio=draft.portfolio, section=draft, person=bo, by=ada)
    return bo


@pytest.fixture
def said(draft, friend):
    return on(draft, "It took eight minutes", friend)


def on(section, passage, by, words="How do you know?", component="description"):
    text = anchors.read(section.parts.get(component=component).html)
    start = text.words.index(passage)
    return actions.comment(
        section=section,
        component=component,
        anchor=text.anchor(start, start + len(passage)),
        words=words,
        by=by,
    )


def laid(section):
    return queries.comments_on(section, list(section.parts.all()))


def address(section, name="comments"):
    return reverse(f"portfolios:{name}", args=[section.portfolio_id, section.pk])


# Made -----------------------------------------------------------------------------------------------------------------


def test_a_comment_stands_at_its_passage_and_its_writer_is_told_without_a_word_of_the_draft(ada, said, draft):
    [note] = laid(draft).open
    assert (note.comment.exact, note.component) == ("It took eight minutes", "description")
    activity = Activity.objects.get(verb="comment.made")
    assert [(each.person, each.role) for each in Concern.objects.filter(activity=activity)] == [
        (ada, "writer")
    ]
    assert "minutes" not in str(activity.data)
    assert "How do you know" not in str(activity.data)


def test_it_follows_the_words_as_they_are_edited_and_says_what_they_were(draft, said, write):
    write(
        draft,
        "description",
        f"<p>A new beginning.</p>{WORDS.replace('eight minutes', 'eight or nine minutes')}",
    )
    [note] = laid(draft).open
    assert note.comment.exact == "It took eight or nine minutes"
    assert note.comment.passage == "It took eight minutes"
    assert note.was_changed
    assert '<mark class="passage"' in laid(draft).marked(
        "description", draft.parts.get(component="description").html
    )


def test_a_lost_passage_is_shown_as_it_was_and_found_when_it_comes_back(draft, said, write):
    write(draft, "description", "<p>Something wholly different, of which nothing was said.</p>")
    [note] = laid(draft).open
    assert note.at is None
    assert note.comment.is_lost
    assert note.comment.passage == "It took eight minutes"
    write(draft, "description", WORDS)
    [note] = laid(draft).open
    assert note.at is not None
    assert not note.comment.is_lost


def test_a_comment_on_words_that_are_gone_meanwhile_is_refused_and_its_text_is_kept(
    draft, friend, write, client_of
):
    write(draft, "description", "<p>Wholly other words.</p>")
    data = {"component": "description", "exact": "It took eight minutes", "words": "How do you know?"}
    answer = client_of(friend).post(address(draft), data)
    assert answer.status_code == 422
    assert "Choose it again" in answer.content.decode()
    assert "How do you know?" in answer.content.decode()


@pytest.mark.parametrize("words", ["", "   ", "x" * 5001])
def test_empty_and_endless_comments_are_refused(draft, friend, words):
    with pytest.raises(Refusal):
        on(draft, "They listened", friend, words=words)


# Changed after it was sent --------------------------------------------------------------------------------------------


def test_a_comment_is_changed_and_what_it_said_stays_readable_and_nobody_is_told_again(
    ada, draft, said, friend, client_of
):
    told = Concern.objects.count()
    answer = client_of(friend).post(
        reverse("portfolios:change_comment", args=[said.pk]),
        {"words": "How do you know? I would count them."},
    )
    assert answer.status_code == 302
    said.refresh_from_db()
    assert said.words == "How do you know? I would count them."
    assert said.edited_at is not None
    assert [version.words for version in said.versions.all()] == ["How do you know?"]
    assert Concern.objects.count() == told
    assert "count" not in str(Activity.objects.get(verb="comment.changed").data)
    page = client_of(ada).get(reverse("portfolios:comment_history", args=[said.pk])).content.decode()
    assert page.index("I would count them.") < page.index("How do you know?</bdi>")
    assert (
        reverse("portfolios:comment_history", args=[said.pk])
        in client_of(ada).get(draft.get_absolute_url()).content.decode()
    )


def test_the_same_words_are_no_change(said, friend):
    actions.change_comment(comment=said, words=" How do you know? ", by=friend)
    said.refresh_from_db()
    assert said.edited_at is None
    assert not said.versions.exists()


@pytest.mark.parametrize("words", ["", "   ", "x" * 5001])
def test_a_comment_is_not_changed_to_nothing_or_to_a_book(said, friend, words, client_of):
    with pytest.raises(Refusal):
        actions.change_comment(comment=said, words=words, by=friend)
    answer = client_of(friend).post(
        reverse("portfolios:change_comment", args=[said.pk]), {"words": words}, headers={"HX-Request": "true"}
    )
    assert answer["HX-Reswap"] == "none"  # the words stay in their field
    assert "toast" in answer["HX-Trigger"]
    said.refresh_from_db()
    assert said.words == "How do you know?"


def test_only_whoever_made_it_changes_it_and_only_readers_see_what_it_said(ada, cy, said, friend, client_of):
    change, history = (
        reverse(f"portfolios:{name}", args=[said.pk]) for name in ("change_comment", "comment_history")
    )
    assert client_of(ada).post(change, {"words": "Not mine."}).status_code == 403
    assert client_of(cy).post(change, {"words": "Not mine."}).status_code == 404
    assert client_of(cy).get(history).status_code == 404
    assert client_of(ada).get(history).status_code == 200


def test_what_is_taken_back_or_erased_is_gone_with_all_that_it_said(ada, said, friend):
    actions.change_comment(comment=said, words="Other words.", by=friend)
    actions.reply(comment=said, words="From my calendar.", by=ada)
    actions.take_back(comment=said, by=friend)
    assert not said.versions.exists()
    with pytest.raises(Refusal, match="taken back"):
        actions.change_comment(comment=said, words="Once more.", by=friend)


# Answered -------------------------------------------------------------------------------------------------------------


def test_replies_tell_all_who_spoke_and_settling_and_opening_again(ada, draft, said, friend):
    actions.reply(comment=said, words="From my calendar.", by=ada)
    reply = actions.reply(comment=said, words="Say so!", by=friend)
    assert reply.reply_to == said
    roles = set(Concern.objects.filter(activity__about_id=reply.pk).values_list("person__name", "role"))
    assert roles == {(ada.name, "replied_to")}
    actions.settle_comment(comment=said, by=ada)
    assert [len(laid(draft).open), len(laid(draft).settled)] == [0, 1]
    actions.reopen_comment(comment=said, by=ada)
    assert len(laid(draft).open[0].replies) == 2


def test_a_reply_to_a_reply_stands_under_the_first(ada, said):
    first = actions.reply(comment=said, words="One", by=ada)
    assert actions.reply(comment=first, words="Two", by=ada).reply_to == said


def test_what_is_taken_back_leaves_the_replies_of_others(ada, draft, said, friend):
    actions.reply(comment=said, words="From my calendar.", by=ada)
    actions.take_back(comment=said, by=friend)
    [note] = laid(draft).open
    assert note.comment.words == ""
    assert [each.words for each in note.replies] == ["From my calendar."]


def test_erasure_takes_the_words_of_a_reader_and_leaves_the_answers(ada, draft, said, friend):
    actions.reply(comment=said, words="From my calendar.", by=ada)
    on(draft, "They listened", friend)
    for erase in erasers():
        erase(friend)
    assert list(Comment.objects.values_list("words", flat=True).order_by("pk")) == ["", "From my calendar."]


# Who may --------------------------------------------------------------------------------------------------------------


def test_readers_by_share_circle_and_mentoring_comment_and_nobody_else(ada, bo, cy, eve, draft):
    assert not any(rules.may_comment(person, draft) for person in (bo, cy, eve))
    actions.share_with_circle(portfolio=draft.portfolio, section=draft, circle=make_circle(ada, bo), by=ada)
    actions.set_mentor(portfolio=draft.portfolio, mentor=cy, by=ada)
    draft.portfolio.refresh_from_db()
    assert rules.may_comment(bo, draft)
    assert rules.may_comment(cy, draft)
    assert not rules.may_comment(eve, draft)


def test_whoever_reads_with_everybody_sees_no_comments_and_makes_none(ada, eve, draft, said, client_of):
    actions.set_audience(portfolio=draft.portfolio, audience="signed_in", by=ada)
    page = client_of(eve).get(draft.get_absolute_url())
    assert page.status_code == 200
    assert "How do you know?" not in page.content.decode()
    assert client_of(eve).post(address(draft), {"words": "Hm", "exact": "It took"}).status_code == 403
    assert client_of(eve).get(reverse("portfolios:comment", args=[said.pk])).status_code == 404


def test_when_the_share_ends_the_reader_is_out_at_once_and_the_comment_stays_with_the_writer(
    ada, draft, said, friend, client_of
):
    actions.end_share(share=draft.portfolio.shares.get(), by=ada)
    client = client_of(friend)
    for name in ("reply", "settle_comment", "take_back"):
        assert client.post(reverse(f"portfolios:{name}", args=[said.pk]), {"words": "x"}).status_code == 404
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert "How do you know?" in client_of(ada).get(draft.get_absolute_url()).content.decode()


def test_a_share_that_is_over_lets_nobody_in(ada, bo, draft):
    end = clock.now() + dt.timedelta(hours=1)
    actions.share_with_person(portfolio=draft.portfolio, section=draft, person=bo, by=ada, expires_at=end)
    assert rules.may_comment(bo, draft)
    with clock.moved_to(end + dt.timedelta(minutes=1)):
        assert not rules.may_comment(bo, draft)


def test_another_reader_settles_neither_nor_takes_back_what_is_not_theirs(ada, cy, draft, said, client_of):
    actions.share_with_person(portfolio=draft.portfolio, person=cy, by=ada)
    client = client_of(cy)
    assert client.post(reverse("portfolios:settle_comment", args=[said.pk])).status_code == 403
    assert client.post(reverse("portfolios:take_back", args=[said.pk])).status_code == 403
    assert client.post(reverse("portfolios:reply", args=[said.pk]), {"words": "I agree."}).status_code == 302


def test_the_section_shared_is_the_only_one_that_opens(friend, draft, section_of):
    assert not rules.may_comment(friend, section_of("2a"))


# Pages ----------------------------------------------------------------------------------------------------------------


def test_without_a_script_a_paragraph_is_chosen(friend, draft, client_of):
    client = client_of(friend)
    page = client.get(draft.get_absolute_url()).content.decode()
    assert '<option value="description:1">They listened twice.</option>' in page
    answer = client.post(address(draft), {"paragraph": "description:1", "words": "Both times to the end?"})
    made = Comment.objects.get()
    assert answer["Location"].endswith(f"#comment-{made.pk}")
    assert made.exact == "They listened twice."
    assert f'data-comment="{made.pk}"' in client.get(draft.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "data",
    [
        {"words": "x"},
        {"words": "", "exact": "It took"},
        {"words": "x", "paragraph": "description:99"},
        {"words": "x", "exact": "It took", "component": "nonsense"},
        {"words": "x", "exact": "It took", "component": "description", "start": "-4"},
    ],
)
def test_wrong_input_is_an_answer_and_no_fault(friend, draft, client_of, data):
    assert client_of(friend).post(address(draft), data).status_code == 422
    assert not Comment.objects.exists()


def test_hostile_words_are_shown_as_words(ada, draft, friend, client_of):
    on(draft, "They listened", friend, words="<script>alert(1)</script>")
    for person in (ada, friend):
        page = client_of(person).get(draft.get_absolute_url()).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_the_desk_answers_htmx_with_the_comments_alone(ada, draft, said, client_of):
    address = reverse("portfolios:reply", args=[said.pk])
    page = client_of(ada).post(address, {"words": "From my calendar."}, headers={"HX-Request": "true"})
    assert "From my calendar." in page.content.decode()
    assert "<html" not in page.content.decode()


def test_a_notification_leads_to_the_comment(ada, draft, said, client_of):
    answer = client_of(ada).get(reverse("portfolios:comment", args=[said.pk]))
    assert answer["Location"] == f"{draft.get_absolute_url()}#comment-{said.pk}"


COUNTS = {"desk": 11, "reading": 12}


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("page", COUNTS)
def test_comments_cost_the_same_for_one_and_for_three(
    ada, draft, friend, client_of, django_assert_num_queries, page, number
):
    for each in range(number):
        by = make_person(name=f"Reader {each}")
        actions.share_with_person(portfolio=draft.portfolio, person=by, by=ada)
        made = on(draft, "It took eight minutes", by)
        actions.reply(comment=made, words="Thank you", by=ada)
    client = client_of(ada if page == "desk" else friend)
    client.get(draft.get_absolute_url())
    with django_assert_num_queries(COUNTS[page]):
        assert client.get(draft.get_absolute_url()).status_code == 200


def test_a_save_without_comments_asks_only_once_whether_there_are_any(draft, ada, django_assert_num_queries):
    part = Part.objects.get(section=draft, component="reflection")
    assert not Comment.objects.exists()
    with django_assert_num_queries(1):
        actions.commenting.follow_passages(part)
