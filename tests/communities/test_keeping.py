"""Repertoire, pages, links, map, and nobody unanswered."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from collegium.activity import outbox
from collegium.activity.models import Activity
from collegium.communities import actions, places, plots, queries, webs, worldmap
from collegium.communities.models import Care, CommunityLink, MapPlace
from collegium.conversations import actions as conversations
from collegium.conversations.models import Post, Thread
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience
from tests.communities.factories import make_community, make_membership
from tests.factories import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def community(ada, cy):
    return make_community(ada, convener=cy)


# Pages ----------------------------------------------------------------------------------------------------------------


def test_two_write_at_once_and_nothing_is_lost(ada, cy, community, client_of):
    page = actions.start_page(community=community, by=ada, title="Reading list", html="<p>One book.</p>")
    actions.write_page(page=page, by=cy, html="<p>One book. A film.</p>", on_revision=1)
    address = reverse("communities:edit_page", kwargs={"slug": community.slug, "page_slug": page.slug})
    answer = client_of(ada).post(address, {"html": "<p>One good book.</p>", "on_revision": 1})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "<ins>good " in text
    assert "One good book." in text  # her own words stand in the form
    assert 'name="on_revision" value="2"' in text
    settled = client_of(ada).post(address, {"html": "<p>One good book. A film.</p>", "on_revision": 2})
    assert settled.status_code == 302
    page.refresh_from_db()
    assert page.html == "<p>One good book. A film.</p>"
    assert [each.number for each in page.revisions.all()] == [3, 2, 1]


def test_the_same_words_again_are_no_new_version(ada, community):
    page = actions.start_page(community=community, by=ada, title="Reading list", html="<p>One.</p>")
    again = actions.write_page(page=page, by=ada, html="<p>One.</p>", on_revision=0)
    assert again.revision == 1


def test_history_shows_what_changed_and_goes_back(ada, community, client_of):
    page = actions.start_page(community=community, by=ada, title="Reading list", html="<p>One.</p>")
    actions.write_page(page=page, by=ada, html="<p>One and two.</p>", on_revision=1, note="A second")
    where = {"slug": community.slug, "page_slug": page.slug}
    client = client_of(ada)
    assert "A second" in client.get(reverse("communities:page_history", kwargs=where)).content.decode()
    version = client.get(reverse("communities:page_version", kwargs={**where, "number": 2}))
    assert "<ins>" in version.content.decode()
    client.post(reverse("communities:page_version", kwargs={**where, "number": 1}))
    page.refresh_from_db()
    assert (page.html, page.revision) == ("<p>One.</p>", 3)


def test_hostile_words_are_made_safe_and_plain_ones_become_paragraphs(ada, community, client_of):
    address = reverse("communities:new_page", kwargs={"slug": community.slug})
    client = client_of(ada)
    client.post(address, {"title": "Bad", "html": "<p onclick=x>Hi<script>alert(1)</script></p>"})
    client.post(address, {"title": "Plain", "html": "First.\n\nSecond,\nbroken & more."})
    texts = dict(community.pages.values_list("title", "html"))
    assert texts == {"Bad": "<p>Hi</p>", "Plain": "<p>First.</p><p>Second,<br>broken &amp; more.</p>"}


def test_strangers_do_not_write(eve, community, client_of):
    with pytest.raises(Refusal):
        actions.start_page(community=community, by=eve, title="Mine", html="")
    assert (
        client_of(eve).get(reverse("communities:new_page", kwargs={"slug": community.slug})).status_code
        == 403
    )


# Repertoire -----------------------------------------------------------------------------------------------------------


def test_things_are_put_in_order_by_who_facilitates(ada, cy, community, client_of):
    items = [
        actions.add_to_repertoire(community=community, by=ada, title=title, url="https://example.org/")
        for title in ("One", "Two", "Three")
    ]
    address = reverse("communities:move_item", kwargs={"slug": community.slug, "item_id": items[2].pk})
    assert client_of(ada).post(address, {"do": "up"}).status_code == 403
    client_of(cy).post(address, {"do": "up"})
    assert [each.title for each in queries.repertoire(community)] == ["One", "Three", "Two"]
    client_of(cy).post(address, {"do": "up"})
    client_of(cy).post(address, {"do": "up"})  # at the edge nothing happens
    assert [each.title for each in queries.repertoire(community)] == ["Three", "One", "Two"]


def test_a_post_is_kept_once_and_goes_when_it_is_removed(ada, community):
    thread = conversations.start_thread(forum=community.forum, by=ada, title="How?", html="<p>So.</p>")
    post = thread.posts.get()
    first = actions.add_to_repertoire(community=community, by=ada, title="Good", post=post)
    assert actions.add_to_repertoire(community=community, by=ada, title="Good", post=post) == first
    assert queries.repertoire(community) == [first]
    conversations.remove_post(post=post, by=ada)
    assert queries.repertoire(community) == []


def test_a_post_of_another_community_is_not_kept_here(ada, cy, community):
    other = make_community(ada, convener=cy, audience=Audience.CIRCLE)
    thread = conversations.start_thread(forum=other.forum, by=ada, title="Secret", html="<p>So.</p>")
    with pytest.raises(Refusal):
        actions.add_to_repertoire(community=community, by=ada, title="Ha", post=thread.posts.get())


def test_a_file_is_served_to_those_who_see_the_community(ada, eve, cy, client_of, settings, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.MEDIA_ROOT = tmp_path
    community = make_community(ada, convener=cy, audience=Audience.CIRCLE)
    answer = client_of(ada).post(
        reverse("communities:keep", kwargs={"slug": community.slug}),
        {"title": "Rubric", "why": "Ready to use", "upload": SimpleUploadedFile("rubric.txt", b"Be kind.")},
    )
    assert answer.status_code == 302
    item = community.repertoire.get()
    address = reverse("communities:item_file", kwargs={"slug": community.slug, "item_id": item.pk})
    assert b"".join(client_of(ada).get(address)) == b"Be kind."
    assert client_of(eve).get(address).status_code == 404


# The map --------------------------------------------------------------------------------------------------------------


def test_towns_and_countries_are_found_however_they_are_typed():
    assert places.find("york", "GB") == (53.96, -1.08)
    assert places.find("MALMO", "SE") == places.find("Malmö", "SE")
    assert places.find("Nowhere-upon-Sea", "GB") is None
    assert all(places.country(code) for code in ("SG", "HK", "MT", "NZ", "GI"))
    assert places.country("ZZ") is None


def test_a_town_that_nobody_knows_stands_in_its_country(ada, community):
    placed = actions.place_on_map(community=community, person=ada, country="GB", town="Little Snoring")
    assert (placed.latitude, placed.longitude) == places.country("GB")
    assert actions.place_on_map(community=community, person=ada, country="DE").pk == placed.pk
    actions.take_off_map(community=community, person=ada)
    assert not MapPlace.objects.exists()


def test_near_ones_share_a_circle_and_nobody_is_lost(cy):
    community = make_community(convener=cy)
    for town, country in (("York", "GB"), ("Leeds", "GB"), ("York", "GB"), ("Auckland", "NZ"), ("", "NZ")):
        person = make_person()
        make_membership(community, person)
        actions.place_on_map(community=community, person=person, country=country, town=town)
    found = worldmap.clusters(queries.on_map(community))
    assert sum(each.count for each in found) == 5
    assert max(each.count for each in found) == 3
    listed = worldmap.by_country(queries.on_map(community))
    assert [(each.code, each.count) for each in listed] == [("NZ", 2), ("GB", 3)]


def test_whoever_leaves_is_off_the_map(ada, community):
    actions.place_on_map(community=community, person=ada, country="GB")
    actions.leave(membership=community.memberships.get(person=ada), by=ada)
    assert not MapPlace.objects.exists()


# The network ----------------------------------------------------------------------------------------------------------


def test_the_network_shows_what_its_reader_may_see_and_names_nobody(ada, bo, cy, eve):
    first = make_community(ada, bo, convener=cy, audience=Audience.PUBLIC)
    second = make_community(ada, bo, convener=cy)
    secret = make_community(ada, convener=cy, audience=Audience.CIRCLE)
    actions.link(source=first, target=secret, by=cy, words="Our inner circle")
    actions.link(source=second, target=first, by=cy, words="We grew out of it")
    seen = queries.network(eve)
    assert {each.community for each in seen.nodes} == {first, second}
    (edge,) = seen.edges
    assert (edge.shared, edge.links) == (3, ((second.pk, "We grew out of it"),))
    assert [each.community for each in queries.network(None).nodes] == [first]
    assert len(queries.network(ada).edges) == 3


def test_a_link_that_goes_both_ways_is_listed_once_and_said_in_words(ada, cy, eve, client_of):
    here = make_community(ada, convener=cy, audience=Audience.PUBLIC, title="Here")
    both, pointed_to, pointing, secret = (
        make_community(convener=cy, audience=audience, title=title)
        for title, audience in (
            ("Both ways", Audience.PUBLIC),
            ("Pointed to", Audience.SIGNED_IN),
            ("Pointing", Audience.PUBLIC),
            ("Secret", Audience.CIRCLE),
        )
    )
    actions.link(source=both, target=here, by=cy, words="They began with us")
    for target in (both, pointed_to, secret):
        actions.link(source=here, target=target, by=cy, words="Neighbours")
    actions.link(source=pointing, target=here, by=cy)
    shown = queries.neighbours(here, ada)
    assert [(each.title, each.direction, each.words) for each in shown] == [
        ("Both ways", "both", ["Neighbours", "They began with us"]),
        ("Pointed to", "to", ["Neighbours"]),
        ("Pointing", "back", []),
    ]
    assert [each.title for each in queries.neighbours(here, cy)] == [
        "Both ways",
        "Pointed to",
        "Secret",
        "Pointing",
    ]
    assert [each.title for each in queries.neighbours(here, None)] == ["Both ways", "Pointing"]
    said = client_of(ada).get(here.get_absolute_url()).content.decode()
    assert [said.count(words) for words in ("point to each other", "we point to it", "it points to us")] == [
        1,
        1,
        1,
    ]
    assert "Secret" not in said
    actions.unlink(
        community_link=CommunityLink.objects.get(pk=shown[0].back.link_id), by=cy
    )  # theirs goes, ours stays
    assert queries.neighbours(here, ada)[0].direction == "to"


def test_beside_the_conversations_stands_what_may_be_seen(ada, cy, eve):
    community = make_community(ada, convener=cy, audience=Audience.PUBLIC)
    actions.start_page(community=community, by=ada, title="Zebra", html="<p>One.</p>")
    actions.start_page(community=community, by=ada, title="apple", html="<p>One.</p>")
    kept = [
        actions.add_to_repertoire(
            community=community, by=ada, title=f"Kept {number}", url="https://example.org/"
        )
        for number in range(6)
    ]
    for reader in (ada, eve, None):
        shown = queries.beside(community, reader)
        assert [each.title for each in shown.pages] == ["apple", "Zebra"]
        assert [each.title for each in shown.kept] == [each.title for each in kept[:4]]
        assert shown.kept[0].kind == "link"


def test_the_same_network_is_drawn_the_same(ada, cy):
    for each in range(6):
        make_community(ada, convener=cy, title=f"Community {each}")
    drawn = webs.web(queries.network(ada))
    assert drawn == webs.web(queries.network(ada))
    assert len({(spot.x, spot.y) for spot in drawn.spots}) == 6
    assert all(0 < spot.x < webs.WIDTH and 0 < spot.y < webs.HEIGHT for spot in drawn.spots)


# Nobody unanswered ----------------------------------------------------------------------------------------------------


def thread_of(community, by, *, hours=72, **fields):
    started = clock.now() - timedelta(hours=hours)
    thread = Thread.objects.create(
        forum=community.forum, title="How?", started_by=by, started_at=started, post_count=1, **fields
    )
    Post.objects.create(thread=thread, author=by, html="<p>?</p>", posted_at=started)
    return thread


def test_who_waits_stands_in_the_queue_newcomers_first(ada, bo, cy, community):
    late = thread_of(community, ada)
    thread_of(community, ada, hours=3)  # not yet
    newcomer = thread_of(community, ada, hours=1, is_newcomers=True)
    thread_of(community, ada, wants_answer=False)
    make_membership(community, bo, may_be_asked=True, joined_at=clock.now() - timedelta(days=40))
    found = queries.care_queue(community, cy)
    assert [(each.kind, each.thread or each.member) for each in found] == [
        ("newcomer", newcomer),
        ("thread", late),
        ("silent", bo),
    ]
    assert queries.to_see_to(cy) == [(community, 2)]
    assert queries.care_queue(community, ada) == []
    actions.set_choices(
        membership=community.memberships.get(person=ada),
        by=ada,
        in_directory=True,
        may_be_asked=False,
        helps_out=True,
    )
    assert [each.kind for each in queries.care_queue(community, ada)] == ["silent"]  # not her own threads


def test_of_two_who_take_it_one_has_it_and_the_other_is_told_who(ada, bo, cy, community):
    make_membership(community, bo, role="facilitator")
    thread = thread_of(community, ada)
    care = actions.take_care(community=community, by=cy, thread=thread)
    assert actions.take_care(community=community, by=cy, thread=thread) == care
    with pytest.raises(Refusal, match=cy.name):
        actions.take_care(community=community, by=bo, thread=thread)
    actions.let_go(care=care, by=cy)
    assert actions.take_care(community=community, by=bo, thread=thread).taken_by == bo


@pytest.mark.django_db(transaction=True)
def test_taken_by_two_at_the_same_moment_one_wins(ada, bo, cy):
    community = make_community(ada, convener=cy)
    make_membership(community, bo, role="facilitator")
    thread = thread_of(community, ada)
    barrier, answers = threading.Barrier(2), []

    def take(person):
        barrier.wait()
        try:
            answers.append(actions.take_care(community=community, by=person, thread=thread).taken_by)
        except Refusal as refusal:
            answers.append(str(refusal))
        finally:
            connection.close()

    workers = [threading.Thread(target=take, args=(person,)) for person in (bo, cy)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Care.objects.count() == 1
    assert sum(isinstance(answer, str) for answer in answers) == 1


@pytest.mark.django_db(transaction=True)
def test_a_care_ends_by_itself_when_the_thread_is_answered(ada, bo, cy):
    community = make_community(ada, bo, convener=cy)
    thread = conversations.start_thread(forum=community.forum, by=ada, title="How?", html="<p>?</p>")
    care = actions.take_care(community=community, by=cy, thread=thread)
    conversations.post(thread=thread, by=ada, html="<p>Anybody?</p>")
    for each in Activity.objects.filter(handed_over_at__isnull=True):
        outbox.hand_over(each.pk)
    care.refresh_from_db()
    assert care.done_at is None
    conversations.post(thread=thread, by=bo, html="<p>Like this.</p>")
    care.refresh_from_db()
    assert care.done_at is not None
    with pytest.raises(Refusal, match="answered"):
        actions.take_care(community=community, by=cy, thread=thread)


def test_only_who_agreed_is_asked_and_not_every_day(bo, cy, community):
    member = make_membership(community, bo, joined_at=clock.now() - timedelta(days=40))
    with pytest.raises(Refusal, match="did not agree"):
        actions.take_care(community=community, by=cy, member=bo)
    member.may_be_asked = True
    member.save()
    care = actions.take_care(community=community, by=cy, member=bo)
    actions.care_done(care=care, by=cy)
    assert queries.care_queue(community, cy) == []


def test_time_to_the_first_reply_by_week(ada, community):
    with clock.moved_to(datetime(2026, 3, 19, 12, tzinfo=UTC)):
        answered = thread_of(community, ada, hours=24, is_newcomers=True)
        answered.first_answer_at = answered.started_at + timedelta(hours=2)
        answered.save()
        slow = thread_of(community, ada, hours=20)
        slow.first_answer_at = slow.started_at + timedelta(hours=6)
        slow.save()
        thread_of(community, ada, hours=10)
        weeks = queries.first_reply_times(community)
    last = weeks[-1]
    assert len(weeks) == 12
    assert (last.newcomers_median_hours, last.all_median_hours) == (2.0, 4.0)
    assert (last.threads, last.unanswered, last.newcomers) == (3, 1, 1)
    drawn = plots.reply_plot(weeks, promise=48)
    assert {line.key for line in drawn.lines} == {"all", "newcomers"}
    assert plots.reply_plot([], promise=48) is None
