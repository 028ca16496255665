"""Reports, measures and appeals; what new accounts may not do yet; and who may not open these pages."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from collegium.activity.models import Activity, Concern
from collegium.conversations import actions, newcomers, rules
from collegium.conversations.actions import moderation
from collegium.conversations.models import Measure, Post, Report
from collegium.conversations.panels import my_reports_and_measures
from collegium.conversations.queries import moderation as queries
from collegium.design.places import panels
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience, CircleMember
from tests.conversations.factories import make_forum, make_post, make_thread
from tests.factories import make_person


@pytest.fixture
def dee(db):
    """Another moderator."""
    return make_person(name="Dee Moderator")


@pytest.fixture
def forum(ada, bo, cy, dee):
    """Ada and Cy are members; Bo and Dee moderate."""
    return make_forum(ada, cy, moderators=(bo, dee), title="Assessors’ corner")


@pytest.fixture
def post(forum, ada, cy):
    """Ada’s, in a thread of Cy’s."""
    return make_post(make_thread(forum, cy, title="Reading week"), ada, html="<p>Buy my book</p>")


def told(verb):
    """Whom the newest activity of this verb concerns, and as what."""
    activity = Activity.objects.filter(verb=verb).first()
    concerns = Concern.objects.filter(activity=activity).select_related("person")
    return {(concern.person.name.split()[0], concern.role) for concern in concerns}


# Reports --------------------------------------------------------------------------------------------------------------


def test_a_report_reaches_the_moderators(post, cy):
    report = moderation.report(post=post, by=cy, reason="spam", words=" Third time. ")
    assert report.words == "Third time."
    assert told("post.reported") == {("Bo", "moderator"), ("Dee", "moderator")}


def test_a_moderator_is_not_told_of_a_report_against_them(forum, bo, cy):
    theirs = make_post(make_thread(forum, cy), bo)
    moderation.report(post=theirs, by=cy, reason="hurts")
    assert told("post.reported") == {("Dee", "moderator")}


def test_a_second_report_says_it_anew_and_tells_nobody_twice(post, cy):
    moderation.report(post=post, by=cy, reason="spam")
    moderation.report(post=post, by=cy, reason="hurts", words="It does.")
    assert Report.objects.get().reason == "hurts"
    assert Activity.objects.filter(verb="post.reported").count() == 1


@pytest.mark.parametrize(("reason", "words"), [("nonsense", ""), ("other", " "), ("", "x")])
def test_a_report_needs_a_reason(post, cy, reason, words):
    with pytest.raises(Refusal):
        moderation.report(post=post, by=cy, reason=reason, words=words)


def test_who_may_not_read_may_not_report_and_nobody_their_own(post, ada, eve):
    for person in (ada, eve):
        with pytest.raises(Refusal):
            moderation.report(post=post, by=person, reason="spam")


def test_letting_it_stand_settles_all_reports_and_tells_who_made_them(post, cy, bo, dee):
    moderation.report(post=post, by=cy, reason="spam")
    moderation.report(post=post, by=dee, reason="spam")
    assert moderation.let_stand(post=post, by=bo) == 2
    assert moderation.let_stand(post=post, by=bo) == 0
    assert told("post.report_settled") == {("Cy", "reporter"), ("Dee", "reporter")}
    assert queries.queue(post.thread.forum).reported == []
    with pytest.raises(Refusal, match="before"):
        moderation.report(post=post, by=cy, reason="spam")


# Measures -------------------------------------------------------------------------------------------------------------


def test_a_hidden_post_is_gone_for_members_and_shown_again(post, ada, bo, cy):
    moderation.report(post=post, by=cy, reason="spam")
    measure = moderation.take_measure(kind="hide", post=post, by=bo, reason="Advertising.")
    post.refresh_from_db()
    post.thread.refresh_from_db()
    assert post.hidden_at is not None
    assert post.thread.post_count == 1
    assert post.thread.first_answer_at is None
    assert Report.objects.get().measure == measure
    assert told("measure.taken") == {("Ada", "concerned")}
    assert told("post.report_acted_on") == {("Cy", "reporter")}
    assert queries.of_post(post) == measure
    moderation.lift(measure=measure, by=bo)
    moderation.lift(measure=measure, by=bo)
    post.refresh_from_db()
    post.thread.refresh_from_db()
    assert post.hidden_at is None
    assert post.thread.post_count == 2
    assert Activity.objects.filter(verb="measure.lifted").count() == 1


def test_what_answered_a_thread_no_longer_does_once_it_is_hidden(post, bo, cy):
    actions.mark_answer(thread=post.thread, by=cy, post=post)
    moderation.take_measure(kind="hide", post=post, by=bo, reason="Advertising.")
    post.thread.refresh_from_db()
    assert post.thread.answer is None


def test_a_thread_with_nothing_else_is_hidden_with_its_title(forum, ada, bo, cy):
    thread = make_thread(forum, ada, title="BUY")
    measure = moderation.take_measure(kind="hide", post=thread.posts.get(), by=bo, reason="Advertising.")
    assert not rules.may_read(cy, thread)
    assert rules.may_read(bo, thread)
    moderation.lift(measure=measure, by=bo)
    assert rules.may_read(cy, thread)


def test_who_is_muted_reads_and_does_not_post_until_then(post, ada, bo):
    until = clock.now() + timedelta(days=3)
    moderation.take_measure(kind="mute", post=post, by=bo, reason="Cool down.", until=until)
    assert rules.may_read(ada, post.thread)
    with pytest.raises(Refusal, match="not to post here for a time"):
        make_post(post.thread, ada)
    with clock.moved_to(until + timedelta(minutes=1)):
        make_post(post.thread, ada)


@pytest.mark.parametrize("days", [None, -1, 0, 400])
def test_a_mute_has_an_end_within_a_year(post, bo, days):
    until = None if days is None else clock.now() + timedelta(days=days)
    with pytest.raises(Refusal, match="until when"):
        moderation.take_measure(kind="mute", post=post, by=bo, reason="Cool down.", until=until)


def test_who_is_removed_is_out_at_once(post, ada, bo):
    measure = moderation.take_measure(kind="remove", post=post, by=bo, reason="Enough.")
    assert not rules.may_read(ada, post.thread)
    assert rules.may_see_measure(ada, measure)
    with pytest.raises(Refusal):
        make_post(post.thread, ada)
    with pytest.raises(Refusal, match="not a member any more"):
        moderation.take_measure(kind="remove", post=post, by=bo, reason="Enough.")


def test_the_room_that_keeps_the_members_removes_them_itself(post, ada, bo, monkeypatch):
    asked = []
    monkeypatch.setattr(rules, "REMOVERS", [lambda *each: asked.append(each) or True])
    moderation.take_measure(kind="remove", post=post, by=bo, reason="Enough.")
    assert asked == [(post.thread.forum, ada, bo, "Enough.")]
    assert CircleMember.objects.filter(circle=post.thread.forum.members, person=ada).exists()


def test_a_warning_changes_nothing_else(post, ada, bo):
    moderation.take_measure(kind="warn", post=post, by=bo, reason="Please don’t.")
    make_post(post.thread, ada)
    assert told("measure.taken") == {("Ada", "concerned")}


@pytest.mark.parametrize("kind", ["mute", "remove"])
def test_moderators_do_not_silence_each_other(forum, bo, dee, kind):
    theirs = make_post(make_thread(forum, dee), dee)
    with pytest.raises(Refusal, match="moderates here too"):
        moderation.take_measure(
            kind=kind, post=theirs, by=bo, reason="Enough.", until=clock.now() + timedelta(days=1)
        )


def test_a_measure_needs_a_moderator_a_reason_and_a_kind(post, ada, bo, cy, eve):
    for person in (ada, cy, eve):
        with pytest.raises(Refusal):
            moderation.take_measure(kind="hide", post=post, by=person, reason="Advertising.")
    with pytest.raises(Refusal, match="why"):
        moderation.take_measure(kind="hide", post=post, by=bo, reason=" \0 ")
    with pytest.raises(Refusal, match="Choose"):
        moderation.take_measure(kind="shout", post=post, by=bo, reason="Advertising.")
    assert not Measure.objects.exists()


def test_nobody_decides_about_what_they_wrote_and_nothing_is_hidden_twice(forum, post, bo):
    own = make_post(post.thread, bo)
    with pytest.raises(Refusal):
        moderation.take_measure(kind="hide", post=own, by=bo, reason="Mine.")
    with pytest.raises(Refusal):
        moderation.let_stand(post=own, by=bo)
    moderation.take_measure(kind="hide", post=post, by=bo, reason="Advertising.")
    with pytest.raises(Refusal, match="already"):
        moderation.take_measure(kind="hide", post=post, by=bo, reason="Advertising.")


# Appeals --------------------------------------------------------------------------------------------------------------


def test_an_appeal_is_answered_by_another_moderator(post, ada, bo, dee):
    measure = moderation.take_measure(kind="hide", post=post, by=bo, reason="Advertising.")
    moderation.appeal(measure=measure, by=ada, words="It is about our topic.")
    assert told("measure.appealed") == {("Dee", "moderator")}
    with pytest.raises(Refusal, match="Another moderator"):
        moderation.answer_appeal(measure=measure, by=bo, answer="No.", lifts=False)
    measure = moderation.answer_appeal(measure=measure, by=dee, answer="You are right.", lifts=True)
    post.refresh_from_db()
    assert post.hidden_at is None
    assert measure.answered_by == dee
    assert told("measure.answered") == {("Ada", "concerned")}
    with pytest.raises(Refusal, match="already"):
        moderation.answer_appeal(measure=measure, by=dee, answer="Again.", lifts=False)


def test_where_there_is_no_other_the_one_who_decided_answers(ada, bo, cy):
    alone = make_forum(ada, cy, moderators=(bo,))
    measure = moderation.take_measure(
        kind="warn", post=make_post(make_thread(alone, cy), ada), by=bo, reason="Please don’t."
    )
    moderation.appeal(measure=measure, by=ada, words="I see it otherwise.")
    assert told("measure.appealed") == {("Bo", "moderator")}
    measure = moderation.answer_appeal(measure=measure, by=bo, answer="It stays.", lifts=False)
    assert measure.lifted_at is None


def test_an_appeal_is_ones_own_once_and_in_words(post, ada, bo, cy):
    measure = moderation.take_measure(kind="warn", post=post, by=bo, reason="Please don’t.")
    with pytest.raises(Refusal, match="somebody else"):
        moderation.appeal(measure=measure, by=cy, words="For Ada.")
    with pytest.raises(Refusal, match="own words"):
        moderation.appeal(measure=measure, by=ada, words=" ")
    moderation.appeal(measure=measure, by=ada, words="Why?")
    with pytest.raises(Refusal, match="already"):
        moderation.appeal(measure=measure, by=ada, words="Why??")


def test_against_what_was_taken_back_there_is_no_appeal(post, ada, bo):
    measure = moderation.take_measure(kind="warn", post=post, by=bo, reason="Please don’t.")
    moderation.lift(measure=measure, by=bo)
    with pytest.raises(Refusal):
        moderation.appeal(measure=measure, by=ada, words="Why?")


# The queue ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3])
def test_the_queue_asks_the_same_for_one_and_for_three(
    number, forum, ada, bo, cy, dee, django_assert_num_queries
):
    thread = make_thread(forum, cy)
    for _ in range(number):
        each = make_post(thread, ada)
        moderation.report(post=each, by=cy, reason="spam")
        moderation.report(post=each, by=dee, reason="spam")
        done = moderation.take_measure(kind="warn", post=make_post(thread, ada), by=bo, reason="Don’t.")
        moderation.appeal(measure=done, by=ada, words="Why?")
        moderation.take_measure(kind="hide", post=make_post(thread, ada), by=bo, reason="Don’t.")
    with django_assert_num_queries(3):
        queue = queries.queue(forum)
    assert [len(each.reports) for each in queue.reported] == [2] * number
    assert (len(queue.appeals), len(queue.in_force), len(queue.past)) == (number, number, 0)
    with django_assert_num_queries(3):
        assert queries.waiting_for(bo) == [(forum, 2 * number)]
    with django_assert_num_queries(1):
        assert queries.waiting_for(ada) == []


# New accounts ---------------------------------------------------------------------------------------------------------


def test_a_new_account_posts_so_often_an_hour(forum, ada, cy):
    thread = make_thread(forum, cy)
    for _ in range(newcomers.POSTS_AN_HOUR):
        make_post(thread, ada)
    with pytest.raises(Refusal, match="New accounts can post 10 times an hour"):
        make_post(thread, ada)
    with clock.moved_to(clock.now() + timedelta(minutes=61)):
        make_post(thread, ada)


def test_links_and_files_of_a_new_account_are_few(forum, ada, cy):
    thread = make_thread(forum, cy)
    links = "<p>https://a.example https://b.example https://c.example</p>"
    with pytest.raises(Refusal, match="2 links"):
        make_post(thread, ada, html=links)
    mine = make_post(thread, ada, html="<p>https://a.example https://b.example</p>")
    with pytest.raises(Refusal, match="2 links"):
        actions.edit_post(post=mine, by=ada, html=links)
    assert newcomers.too_much(ada, forum, attached=newcomers.ATTACHED_A_POST) == ""
    assert "5 MB" in newcomers.too_much(ada, forum, attached=newcomers.ATTACHED_A_POST + 1)


def test_moderators_and_whoever_has_stood_a_while_have_no_limits(forum, ada, bo, cy):
    thread = make_thread(forum, cy)
    assert not newcomers.is_new(bo, forum)
    for _ in range(newcomers.POSTS_TO_OUTGROW):
        make_post(thread, ada)
    assert newcomers.is_new(ada, forum)
    with clock.moved_to(clock.now() + timedelta(days=4)):
        assert not newcomers.is_new(ada, forum)
        for _ in range(newcomers.POSTS_AN_HOUR + 2):
            make_post(thread, ada)
        Post.objects.filter(author=ada).update(hidden_at=clock.now())
        assert newcomers.is_new(ada, forum)


# Pages ----------------------------------------------------------------------------------------------------------------


def pages_of(post, measure):
    return {
        "report": reverse("conversations:report", args=[post.pk]),
        "moderate": reverse("conversations:moderate", args=[post.pk]),
        "queue": reverse("conversations:moderation", args=[post.thread.forum_id]),
        "measure": reverse("conversations:measure", args=[measure.pk]),
        "mine": reverse("conversations:my_measures"),
    }


def test_who_opens_which_page(post, ada, bo, cy, eve, client_of):
    measure = moderation.take_measure(kind="warn", post=post, by=bo, reason="Please don’t.")
    pages = pages_of(post, measure)
    answers = {
        person.name.split()[0]: {
            name: client_of(person).get(page).status_code for name, page in pages.items()
        }
        for person in (ada, bo, cy, eve)
    }
    assert answers == {
        "Ada": {"report": 403, "moderate": 403, "queue": 403, "measure": 200, "mine": 200},
        "Bo": {"report": 200, "moderate": 200, "queue": 200, "measure": 200, "mine": 200},
        "Cy": {"report": 200, "moderate": 403, "queue": 403, "measure": 404, "mine": 200},
        "Eve": {"report": 404, "moderate": 404, "queue": 404, "measure": 404, "mine": 200},
    }
    assert {client_of(None).get(page).status_code for page in pages.values()} == {302}


def test_reporting_by_the_form(post, cy, client_of):
    page = reverse("conversations:report", args=[post.pk])
    client = client_of(cy)
    assert client.post(page, {"reason": ""}).status_code == 422
    kept = client.post(page, {"reason": "other", "words": ""})
    assert kept.status_code == 422
    assert "Say in a sentence" in kept.content.decode()
    assert client.post(page, {"reason": "spam", "words": "Third <b>time</b>"}).status_code == 302
    assert Report.objects.get().by == cy


def test_from_a_report_to_the_answer_of_an_appeal_by_the_pages(post, ada, bo, cy, dee, client_of):
    moderation.report(post=post, by=cy, reason="spam", words="Third <b>time</b>")
    moderates = reverse("conversations:moderate", args=[post.pk])
    queue = client_of(bo).get(reverse("conversations:moderation", args=[post.thread.forum_id]))
    assert "Reading week" in queue.content.decode()
    shown = client_of(bo).get(moderates).content.decode()
    assert "Third &lt;b&gt;time&lt;/b&gt;" in shown
    empty = client_of(bo).post(moderates, {"do": "measure", "kind": "hide", "reason": ""})
    assert empty.status_code == 422
    refused = client_of(bo).post(moderates, {"do": "measure", "kind": "mute", "reason": "Cool down."})
    assert refused.status_code == 409
    assert "Cool down." in refused.content.decode()
    done = client_of(bo).post(moderates, {"do": "measure", "kind": "hide", "reason": "It <i>sells</i>."})
    measure = Measure.objects.get()
    page = reverse("conversations:measure", args=[measure.pk])
    assert done.url == page
    mine = client_of(ada).get(page).content.decode()
    assert "It &lt;i&gt;sells&lt;/i&gt;." in mine
    assert "Bo Assessor" not in mine
    assert "Cy Convener" not in mine
    assert page in client_of(ada).get(reverse("conversations:my_measures")).content.decode()
    assert client_of(ada).post(page, {"do": "appeal", "words": ""}).status_code == 422
    assert client_of(ada).post(page, {"do": "appeal", "words": "It is on topic."}).status_code == 302
    assert client_of(ada).post(page, {"do": "appeal", "words": "And again."}).status_code == 409
    assert client_of(bo).post(page, {"do": "answer", "decision": "lift", "answer": "No"}).status_code == 409
    assert "Answer the appeal" in client_of(dee).get(page).content.decode()
    answered = client_of(dee).post(page, {"do": "answer", "decision": "lift", "answer": "True."})
    assert answered.status_code == 302
    assert "True." in client_of(ada).get(page).content.decode()
    reported = client_of(cy).get(reverse("conversations:report", args=[post.pk])).content.decode()
    assert "A moderator has acted on it." in reported


def test_letting_it_stand_and_lifting_by_the_pages(post, ada, bo, cy, client_of):
    moderation.report(post=post, by=cy, reason="spam")
    answer = client_of(bo).post(reverse("conversations:moderate", args=[post.pk]), {"do": "stands"})
    assert answer.status_code == 302
    assert (
        "let it stand" in client_of(cy).get(reverse("conversations:report", args=[post.pk])).content.decode()
    )
    measure = moderation.take_measure(kind="hide", post=post, by=bo, reason="Advertising.")
    page = reverse("conversations:measure", args=[measure.pk])
    assert client_of(ada).post(page, {"do": "lift"}).status_code == 409
    assert client_of(bo).post(page, {"do": "lift"}).status_code == 302
    post.refresh_from_db()
    assert post.hidden_at is None


def test_a_member_who_was_removed_still_reads_why_and_appeals(post, ada, bo, client_of):
    measure = moderation.take_measure(kind="remove", post=post, by=bo, reason="Enough.")
    page = reverse("conversations:measure", args=[measure.pk])
    assert "Enough." in client_of(ada).get(page).content.decode()
    assert client_of(ada).post(page, {"do": "appeal", "words": "Please."}).status_code == 302


def test_home_tells_moderators_that_something_waits(post, bo, cy, client_of):
    link = reverse("conversations:moderation", args=[post.thread.forum_id])
    assert link not in client_of(bo).get("/").content.decode()
    moderation.report(post=post, by=cy, reason="spam")
    assert link in client_of(bo).get("/").content.decode()
    assert link not in client_of(cy).get("/").content.decode()


def test_whoever_can_read_a_public_forum_can_report_in_it(post, eve):
    actions.set_forum(forum=post.thread.forum, audience=Audience.PUBLIC)
    moderation.report(post=Post.objects.get(pk=post.pk), by=eve, reason="spam")
    assert Report.objects.filter(by=eve).exists()


def test_each_post_offers_what_its_reader_can_do_with_it(post, ada, bo, cy, rf):
    def offered(person, **hidden):
        request = rf.get("/")
        request.person = person
        Post.objects.filter(pk=post.pk).update(**hidden)
        request.forum_reader = SimpleNamespace(standing=rules.standing(person, post))  # as the views note it
        shown = [
            str(panel)
            for panel in panels("post.actions", request, post=Post.objects.get(pk=post.pk))
            if "/conversations/" in panel
        ]
        return re.findall(r'href="([^"]*)"', "".join(shown))

    pages = pages_of(post, SimpleNamespace(pk=1))
    assert offered(cy) == [pages["report"]]
    assert offered(bo) == [pages["moderate"]]
    assert offered(ada) == []
    assert offered(None) == []
    assert offered(ada, hidden_at=clock.now()) == [pages["mine"]]
    assert offered(cy) == []


def test_what_was_reported_and_decided_can_be_taken_along_and_goes_with_the_account(post, ada, bo, cy):
    moderation.report(post=post, by=cy, reason="spam", words="Third time.")
    measure = moderation.take_measure(kind="warn", post=post, by=bo, reason="Please don’t.")
    moderation.appeal(measure=measure, by=ada, words="Why?")
    mine, _files = my_reports_and_measures(ada)
    assert [(each["reason"], each["appeal"]) for each in mine["measures"]] == [("Please don’t.", "Why?")]
    assert "Bo" not in str(mine)
    theirs, _files = my_reports_and_measures(cy)
    assert [each["words"] for each in theirs["reports"]] == ["Third time."]
    for person in (ada, cy):
        moderation.forget_words(person=person)
    assert "Why?" not in str(my_reports_and_measures(ada))
    assert "Third time." not in str(my_reports_and_measures(cy))


# Without a post -------------------------------------------------------------------------------------------------------


def member_page(forum, person=None):
    address = reverse("conversations:moderate_member", args=[forum.pk])
    return f"{address}?person={person.pk}" if person is not None else address


def test_a_moderator_asks_a_member_to_pause_without_a_post(forum, ada, bo, client_of):
    client = client_of(bo)
    assert (
        member_page(forum)
        in client.get(reverse("conversations:moderation", args=[forum.pk])).content.decode()
    )
    page = client.get(member_page(forum), {"q": ada.name[:3]}).content.decode()
    assert member_page(forum, ada) in page
    answer = client.post(
        member_page(forum, ada),
        {"kind": "mute", "days": "3", "reason": "Writes to everybody about courses for sale."},
    )
    measure = Measure.objects.get()
    assert answer.url == reverse("conversations:measure", args=[measure.pk])
    assert (measure.person, measure.post, measure.kind, measure.by) == (ada, None, "mute", bo)
    assert "asked you not to post" in rules.why_not_post(ada, forum)
    activity = Activity.objects.get(verb="measure.taken")
    assert [(each.person, each.role) for each in activity.concerns.all()] == [(ada, "concerned")]
    shown = client_of(ada).get(reverse("conversations:measure", args=[measure.pk])).content.decode()
    assert "courses for sale" in shown
    moderation.appeal(measure=measure, by=ada, words="It was one letter.")
    moderation.lift(measure=measure, by=bo)
    assert rules.why_not_post(ada, forum) == ""


def test_a_member_is_removed_without_a_post_and_no_longer_reads(forum, ada, bo):
    measure = moderation.act_on_member(
        kind="remove", forum=forum, person=ada, by=bo, reason="Threatens others."
    )
    assert not rules.may_read(ada, forum)
    assert rules.may_see_measure(ada, measure)


@pytest.mark.parametrize(
    ("kind", "reason", "sentence"),
    [
        ("hide", "Why.", "Hiding is for a post"),
        ("warn", " \0 ", "Say why"),
        ("mute", "Why.", "Say until when"),
        ("shout", "Why.", "Choose what is to be done"),
    ],
)
def test_what_cannot_be_done_to_a_member_is_refused_in_a_sentence(forum, ada, bo, kind, reason, sentence):
    with pytest.raises(Refusal, match=sentence):
        moderation.act_on_member(kind=kind, forum=forum, person=ada, by=bo, reason=reason)
    assert not Measure.objects.exists()


def test_who_may_not_decide_about_a_member(forum, ada, bo, eve, client_of):
    assert client_of(eve).get(member_page(forum)).status_code == 404
    assert client_of(ada).get(member_page(forum)).status_code == 403
    assert client_of(bo).get(member_page(forum, eve)).status_code == 404
    assert client_of(bo).get(f"{member_page(forum)}?person={'9' * 30}").status_code == 200
    for person, by in ((ada, eve), (bo, ada), (bo, bo), (eve, bo)):
        with pytest.raises(Refusal):
            moderation.act_on_member(kind="warn", forum=forum, person=person, by=by, reason="Why.")
