"""“Use as evidence”: from a post, a project or an attendance to a private piece of evidence, in one step."""

import hashlib

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from collegium.activity.models import Activity
from collegium.conversations import actions as conversations
from collegium.courses.models import Mapping
from collegium.ecology.models import Relevance, Resource
from collegium.events.models import Attendance
from collegium.evidence import actions, provenance, sources
from collegium.evidence.models import Evidence, PersonShown, SourceKind
from collegium.evidence.panels import my_evidence
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience
from collegium.portfolios.queries.snapshots import piece
from tests.conversations.factories import make_forum, make_post, make_thread
from tests.courses.factories import make_enrolment, make_iteration, make_meeting, make_project
from tests.ecology.factories import make_ecology, make_item, make_source


@pytest.fixture
def course(cy, ada, bo, node):
    """Week 1 speaks directly for 1b and may also for 1a; it has a thread and a meeting."""
    iteration = make_iteration(cy, weeks=1)
    for person in (ada, bo):
        make_enrolment(iteration, person)
    week = iteration.weeks.get()
    Mapping.objects.create(week=week, node=node("1b"), strength=3)
    Mapping.objects.create(week=week, node=node("1a"), strength=1)
    week.thread = conversations.start_thread(
        forum=iteration.forum, by=None, title="Week one", html="<p>What did you try?</p>", about=week
    )
    week.save()
    return iteration


@pytest.fixture
def week(course):
    return course.weeks.get()


def keep_of(kind, pk):
    return reverse("evidence:keep", kwargs={"kind": kind, "source_id": pk})


def test_ones_own_post_is_kept_word_for_word_for_the_criterion_that_the_week_names(
    ada, week, node, client_of
):
    post = make_post(week.thread, ada, html="<p>I tried <strong>polls</strong>.</p>")
    answer = client_of(ada).post(keep_of("post", post.pk), {"node": node("1b").pk}, follow=True)
    kept = Evidence.objects.get(owner=ada)
    assert kept.audience == Audience.PRIVATE
    assert kept.frozen_html == "<p>I tried <strong>polls</strong>.</p>"
    assert kept.frozen_sha256 == hashlib.sha256(kept.frozen_html.encode()).hexdigest()
    assert kept.source_url.endswith(post.get_absolute_url())
    assert [(each.node.code, each.strength) for each in kept.alignments.all()] == [("1b", 3)]
    assert not kept.people_shown.exists()
    page = answer.content.decode()
    assert "is kept, for 1b. Only you can see it so far." in page
    assert "A post by Ada Candidate in “Week one”" in page
    assert "The copy is as it was made." in page


def test_what_becomes_of_the_post_does_not_change_the_copy(ada, week):
    post = make_post(week.thread, ada, html="<p>As it was.</p>")
    kept, _new = actions.keep(by=ada, source=sources.find("post", post.pk, ada))
    conversations.edit_post(post=post, by=ada, html="<p>Otherwise now.</p>")
    again, is_new = actions.keep(by=ada, source=sources.find("post", post.pk, ada))
    assert (again.pk, is_new, again.frozen_html) == (kept.pk, False, "<p>As it was.</p>")
    conversations.remove_post(post=post, by=ada)
    kept.refresh_from_db()
    assert provenance.of(kept).is_unchanged
    Evidence.objects.filter(pk=kept.pk).update(frozen_html="<p>Made up.</p>")
    kept.refresh_from_db()
    assert not provenance.of(kept).is_unchanged


def test_asked_twice_it_is_the_same_piece_and_one_activity_and_a_further_criterion_is_added(ada, week, node):
    post = make_post(week.thread, ada)
    first, _new = actions.keep(by=ada, source=sources.find("post", post.pk, ada), node=node("1b"))
    second, is_new = actions.keep(by=ada, source=sources.find("post", post.pk, ada), node=node("1a"))
    actions.keep(by=ada, source=sources.find("post", post.pk, ada), node=node("1a"))
    assert (first.pk, is_new) == (second.pk, False)
    assert {each.node.code for each in first.alignments.all()} == {"1a", "1b"}
    assert Activity.objects.filter(verb="evidence.captured").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.create(
            owner=ada,
            source_kind="post",
            source_id=post.pk,
            frozen_at=first.frozen_at,
            title="Twice",
            kind="note",
        )


def test_somebody_elses_post_is_an_excerpt_with_its_author_named_and_asked(ada, bo, week, client_of):
    post = make_post(week.thread, bo, html=f"<p>{'Long words of hers. ' * 60}</p>")
    client_of(ada).post(keep_of("post", post.pk))
    kept = Evidence.objects.get(owner=ada)
    assert kept.frozen_html.startswith("<blockquote><p>Long words")
    assert kept.frozen_html.endswith("…</p></blockquote>")
    assert kept.source_name == "Bo Assessor"
    shown = kept.people_shown.get()
    assert (shown.who, shown.permission) == ("Bo Assessor", PersonShown.Permission.UNASKED)
    assert "the words of somebody else, who is named" in provenance.of(kept).copied
    with pytest.raises(Refusal):
        actions.set_audience(evidence=kept, by=ada, audience=Audience.PUBLIC)


def test_words_of_others_are_quoted_as_words_and_never_as_tags(ada, bo, course):
    project = make_project(course, bo, description="<script>alert(1)</script> & <b>bold</b>")
    source = sources.find("project", project.pk, ada)
    assert "<script" not in source.html
    assert "&lt;script&gt;" in source.html
    own = make_project(course, ada, description="<script>alert(1)</script>")
    assert "<script" not in sources.find("project", own.pk, ada).html


def test_a_project_is_kept_with_its_address_and_what_it_speaks_for(ada, course, week, node, client_of):
    project = make_project(
        course,
        ada,
        week=week,
        url="https://example.org/polls",
        description="Polls.\n\nTwice.",
        nodes=[node("2.1")],
    )
    page = client_of(ada).get(project.get_absolute_url()).content.decode()
    assert keep_of("project", project.pk) in page
    client_of(ada).post(keep_of("project", project.pk), {"node": node("2.1").pk})
    kept = Evidence.objects.get(owner=ada)
    assert (kept.kind, kept.url) == (Evidence.Kind.LINK, "https://example.org/polls")
    assert kept.frozen_html == "<p>Polls.</p>\n\n<p>Twice.</p>"
    assert [(each.node.code, each.strength) for each in kept.alignments.all()] == [("2.1", 2)]
    assert "In your evidence" in client_of(ada).get(project.get_absolute_url()).content.decode()


def test_a_project_without_criteria_of_its_own_offers_those_of_its_week(ada, course, week):
    project = make_project(course, ada, week=week)
    source = sources.find("project", project.pk, ada)
    assert [(each.node.code, each.strength) for each in source.criteria] == [("1b", 3), ("1a", 1)]


def test_attendance_says_who_what_when_and_how(ada, bo, week, client_of):
    meeting = make_meeting(week)
    Attendance.objects.create(occurrence=meeting, person=ada, way=Attendance.Way.CODE)
    page = client_of(ada).get(meeting.get_absolute_url()).content.decode()
    assert keep_of("attendance", meeting.pk) in page
    assert (
        keep_of("attendance", meeting.pk)
        not in client_of(bo).get(meeting.get_absolute_url()).content.decode()
    )
    client_of(ada).post(keep_of("attendance", meeting.pk))
    kept = Evidence.objects.get(owner=ada)
    for words in ("Ada Candidate", meeting.event.title, "checked in with the code", "12:00"):
        assert words in kept.frozen_html
    assert client_of(bo).post(keep_of("attendance", meeting.pk)).status_code == 404


def test_who_may_not_read_it_finds_nothing_to_keep(ada, bo, eve, client_of):
    forum = make_forum(ada, bo)
    post = make_post(make_thread(forum, ada), ada)
    for kind in SourceKind.values:
        assert client_of(eve).post(keep_of(kind, post.pk)).status_code == 404
    assert client_of(ada).post(keep_of("letter", post.pk)).status_code == 404
    assert client_of(ada).get(keep_of("post", post.pk)).status_code == 405
    assert client_of(None).post(keep_of("post", post.pk)).status_code == 302
    conversations.remove_post(post=post, by=ada)
    assert client_of(bo).post(keep_of("post", post.pk)).status_code == 404
    assert not Evidence.objects.exists()


def test_a_criterion_that_is_not_named_there_is_refused_and_nothing_is_kept(ada, week, node, client_of):
    post = make_post(week.thread, ada)
    answer = client_of(ada).post(keep_of("post", post.pk), {"node": node("2.1").pk}, follow=True)
    assert "That criterion is not named there" in answer.content.decode()
    assert client_of(ada).post(keep_of("post", post.pk), {"node": "nonsense"}).status_code == 404
    assert not Evidence.objects.exists()


def test_the_menu_of_a_post_offers_what_the_week_names_in_one_query_however_many_posts(
    ada, bo, week, client_of
):
    for _each in range(3):
        make_post(week.thread, bo)
    page = client_of(ada).get(week.thread.get_absolute_url()).content.decode()
    assert page.count("Use as evidence for 1b") == 4  # with the machine's own post
    plain = make_thread(make_forum(ada, bo), bo)
    page = client_of(ada).get(plain.get_absolute_url()).content.decode()
    assert page.count("Use as evidence") == 1


def test_where_it_comes_from_travels_into_portfolios_and_exports(ada, week):
    post = make_post(week.thread, ada, html="<p>Mine.</p>")
    kept, _new = actions.keep(by=ada, source=sources.find("post", post.pk, ada))
    told = piece(kept)["comes_from"]
    assert (told["html"], told["sha256"], told["is_own"]) == ("<p>Mine.</p>", kept.frozen_sha256, True)
    facts, _files = my_evidence(ada)
    assert facts[0]["comes_from"] == told
    assert piece(actions.capture(by=ada, body="<p>A note.</p>"))["comes_from"] is None


def test_when_its_author_goes_the_name_goes_and_the_words_stay(ada, bo, week):
    post = make_post(week.thread, bo)
    kept, _new = actions.keep(by=ada, source=sources.find("post", post.pk, ada))
    actions.forget_author(person=bo)
    kept.refresh_from_db()
    found = provenance.of(kept)
    assert "somebody who has left" in found.sentence
    assert found.is_unchanged
    assert "Bo" not in kept.people_shown.get().who


def test_it_can_be_edited_like_any_other_piece(ada, week):
    post = make_post(week.thread, ada)
    kept, _new = actions.keep(by=ada, source=sources.find("post", post.pk, ada))
    actions.edit(evidence=kept, by=ada, title="Polls in week one", description="What I tried.")
    kept.refresh_from_db()
    assert kept.title == "Polls in week one"


def test_the_talk_about_a_project_offers_what_the_project_names(ada, course, node):
    project = make_project(course, ada, nodes=[node("2.1")])
    thread = conversations.start_thread(
        forum=course.forum, by=ada, title="About it", html="<p>How?</p>", about=project
    )
    project.thread = thread
    project.save()
    source = sources.find("post", thread.posts.get().pk, ada)
    assert [(each.node.code, each.strength) for each in source.criteria] == [("2.1", 2)]


# Items of the river ---------------------------------------------------------------------------------------------------


def test_an_item_of_somebody_else_is_kept_as_an_excerpt_with_where_it_came_from(ada, course, node, client_of):
    ecology = make_ecology(ada)
    item = make_item(
        make_source(ecology),
        title="On feedback",
        summary="Much " * 200,
        author_name="Ann Author",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
    )
    answer = client_of(ada).post(keep_of("item", item.pk), {"node": node("1b").pk}, follow=True)
    kept = Evidence.objects.get(owner=ada)
    assert (kept.kind, kept.url, kept.source_title) == (Evidence.Kind.LINK, item.url, "On feedback")
    assert kept.source_url.endswith(item.get_absolute_url())
    assert kept.frozen_html.count("Much") == 80
    assert "Creative Commons Attribution 4.0, by Ann Author" in kept.frozen_html
    assert kept.frozen_sha256 == hashlib.sha256(kept.frozen_html.encode()).hexdigest()
    assert [each.node.code for each in kept.alignments.all()] == ["1b"]
    assert "“On feedback” by Ann Author, published on" in answer.content.decode()
    item.title = item.summary = "Something else"
    item.save()
    again = client_of(ada).post(keep_of("item", item.pk), follow=True)
    assert "among your evidence already" in again.content.decode()
    assert Evidence.objects.get(owner=ada).frozen_html == kept.frozen_html


def test_ones_own_item_is_kept_whole(ada, client_of):
    item = make_item(make_source(make_ecology(ada)), author=ada, html="<p>All of it.</p>")
    client_of(ada).post(keep_of("item", item.pk))
    kept = Evidence.objects.get(owner=ada)
    assert kept.frozen_html.startswith("<p>All of it.</p>")
    assert provenance.of(kept).is_own
    assert not kept.people_shown.exists()


def test_what_a_library_says_of_it_is_offered_first(ada, course, node, client_of):
    ecology = make_ecology(ada)
    item = make_item(make_source(ecology))
    assert {each.node.code for each in sources.of_item(item, ada)} >= {"1a", "1b"}
    assert "plans" not in {each.node.code for each in sources.of_item(item, ada)}
    kept = Resource.objects.create(
        ecology=ecology, csl={}, cite_key="x", title="X", known_by="x", item=item, added_by=ada
    )
    Relevance.objects.create(resource=kept, node=node("1b"), strength=3)
    first, *others = sources.of_item(item, ada)
    assert (first.node.code, first.strength, first.is_named) == ("1b", 3, True)
    assert "1b" not in {each.node.code for each in others}
    assert not any(each.is_named for each in others)
    page = client_of(ada).get(item.get_absolute_url()).content.decode()
    assert keep_of("item", item.pk) in page
    assert "for 1b" in page


def test_what_the_week_is_about_is_offered_first_for_an_item_that_flows_in_it(
    ada, eve, course, week, node, client_of
):
    week.ecology = make_ecology(ada, within=course.ecology, audience=Audience.SIGNED_IN)
    week.save()
    item = make_item(make_source(course.ecology, week.ecology))
    kept = Resource.objects.create(
        ecology=course.ecology, csl={}, cite_key="x", title="X", known_by="x", item=item, added_by=ada
    )
    Relevance.objects.create(resource=kept, node=node("1a"), strength=3)
    Relevance.objects.create(resource=kept, node=node("2.1"), strength=3)
    named = [each for each in sources.of_item(item, ada) if each.is_named]
    assert [(each.node.code, each.strength) for each in named] == [("1b", 3), ("1a", 1), ("2.1", 3)]
    page = client_of(ada).get(item.get_absolute_url()).content.decode()
    assert page.index("for 1b") < page.index("for 1a") < page.index("for 2.1")
    assert page.index("What is named here") < page.index("for 2.1") < page.index("What you work towards")
    client_of(ada).post(keep_of("item", item.pk), {"node": node("1b").pk})
    alignments = Evidence.objects.get(owner=ada).alignments.all()
    assert [(each.node.code, each.strength) for each in alignments] == [("1b", 3)]
    # Taken out of the week's river it is no longer offered for what that week is about.
    week.ecology.flows.update(hidden_at=clock.now())
    assert [each.node.code for each in sources.of_item(item, ada) if each.is_named] == ["1a", "2.1"]


def test_an_item_that_one_may_not_see_is_not_there(ada, bo, client_of):
    item = make_item(make_source(make_ecology(bo)))
    assert client_of(ada).post(keep_of("item", item.pk)).status_code == 404
