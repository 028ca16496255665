"""Into a library from where it was met; a file with a word on who may use it; what is mine of it, and what stays when I go."""

import json
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from collegium.conversations import actions as conversations
from collegium.ecology.actions import library as actions
from collegium.ecology.actions import reading_lists
from collegium.ecology.csl.shape import Reference
from collegium.ecology.models import ReadingList, Recommendation, ReferenceFile, Resource
from collegium.ecology.queries import links
from collegium.ecology.queries.library import Narrowing, narrowed
from collegium.ecology.tasks import look_at_resources_again
from collegium.foundation import clock, files
from collegium.foundation.files import collect_garbage
from collegium.foundation.models import Blob
from collegium.foundation.refusal import Refusal
from collegium.people.export import EXPORTS
from collegium.schemes import actions as schemes
from tests.conversations.factories import make_forum, make_thread
from tests.ecology.factories import make_ecology, make_item, make_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def ecology(ada, bo, cy):
    return make_ecology(ada, bo, editors=(cy,), title="The North")


@pytest.fixture
def item(ecology):
    return make_item(
        make_source(ecology, title="Bo writes"),
        title="On feedback by audio",
        author_name="Bo Blogger",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
    )


# An item of the river -------------------------------------------------------------------------------------------------


def test_an_item_is_kept_with_what_is_known_of_it(ecology, item, ada, client, settings):
    version = schemes.load_file(settings.SCHEMES_DIRECTORY / "cmalt.yaml")
    node = version.framework.nodes.get(code="1a")
    make_ecology(ada, title="Another library")
    client.force_login(ada.account)
    keep = reverse("ecology:keep_item", args=[item.pk])
    assert keep in client.get(item.get_absolute_url()).content.decode()
    page = client.get(keep).content.decode()
    assert "The North" in page
    answer = client.post(
        keep, {"ecology": ecology.pk, "why": "Try it.", "tags": "audio, feedback", "nodes": [node.pk]}
    )
    resource = Resource.objects.get()
    assert answer["Location"] == resource.get_absolute_url()
    assert resource.csl["author"] == [{"family": "Blogger", "given": "Bo"}]
    assert resource.csl["container-title"] == "Bo writes"
    assert (resource.item, resource.licence_url) == (item, item.licence_url)
    assert [each.node for each in resource.relevances.all()] == [node]
    assert resource.recommendations.get().why == "Try it."
    assert sorted(resource.tags.values_list("said", flat=True)) == ["audio", "feedback"]


def test_kept_once_more_it_is_recommended_by_one_more(ecology, item, ada, bo, client):
    for each in (ada, bo):
        client.force_login(each.account)
        client.post(reverse("ecology:keep_item", args=[item.pk]), {"ecology": ecology.pk})
    assert Resource.objects.get().recommendations.count() == 2
    page = client.get(reverse("ecology:keep_item", args=[item.pk])).content.decode()
    assert "has it already" in page


def test_nobody_keeps_in_a_library_of_others(ecology, item, ada, eve, cy, client):
    theirs = make_ecology(eve)
    keep = reverse("ecology:keep_item", args=[item.pk])
    client.force_login(eve.account)
    assert client.get(keep).status_code == 404
    client.force_login(ada.account)
    assert client.post(keep, {"ecology": theirs.pk}).status_code == 422
    assert not Resource.objects.exists()
    # An editor, who is no member, keeps there too; a river that is over keeps nothing more.
    client.force_login(cy.account)
    assert client.post(keep, {"ecology": ecology.pk}).status_code == 302
    ecology.closed_at = clock.now()
    ecology.save()
    assert client.post(keep, {"ecology": ecology.pk}).status_code == 422


# A post ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def post(ada, bo):
    forum = make_forum(ada, bo, title="Talk of the North")
    thread = make_thread(forum, bo, title="What helped you?")
    return conversations.post(
        thread=thread,
        by=bo,
        html='<p><a href="https://page.example/a">A good page</a> <a href="https://other.example/">https://other.example/</a></p>',
    )


def test_the_links_of_a_post_each_once(post):
    again = '<a href="https://page.example/a?utm_source=x">again</a> <a href="mailto:a@b.example">me</a> <a>none</a>'
    assert [(each.address, each.words) for each in links.of_html(post.html + again)] == [
        ("https://page.example/a", "A good page"),
        ("https://other.example/", ""),
    ]


def test_a_link_of_a_post_is_described_and_kept_with_its_conversation(site, ecology, post, ada, client):
    address = site.page("/article", "What it says. " * 40, '<meta name="author" content="Gilly Salmon">')
    post.html = f'<p><a href="{address}">Read this</a></p>'
    post.save()
    client.force_login(ada.account)
    assert (
        reverse("ecology:keep_from_post", args=[post.pk])
        in client.get(post.thread.get_absolute_url()).content.decode()
    )
    keep = reverse("ecology:keep_from_post", args=[post.pk])
    assert "Read this" in client.get(keep).content.decode()
    page = client.post(keep, {"ecology": ecology.pk, "address": address}).content.decode()
    assert "Salmon, Gilly" in page
    assert f'name="post" value="{post.pk}"' in page
    answer = client.post(
        reverse("ecology:add_resource", args=[ecology.pk]),
        {"do": "keep", "type": "webpage", "title": "A page", "url": address, "post": post.pk},
    )
    resource = Resource.objects.get()
    assert answer["Location"] == resource.get_absolute_url()
    assert resource.thread == post.thread
    assert "What helped you?" in client.get(resource.get_absolute_url()).content.decode()


def test_the_conversation_itself_can_be_kept_and_its_name_is_for_those_who_read_there(
    ecology, post, ada, cy, client
):
    client.force_login(ada.account)
    keep = reverse("ecology:keep_from_post", args=[post.pk])
    page = client.post(keep, {"ecology": ecology.pk, "address": "thread"}).content.decode()
    assert 'value="What helped you?"' in page
    client.post(
        reverse("ecology:add_resource", args=[ecology.pk]),
        {"do": "keep", "type": "post", "title": "A talk", "post": post.pk},
    )
    resource = Resource.objects.get()
    assert resource.thread == post.thread
    client.force_login(cy.account)  # of the library, and not of the forum
    assert "What helped you?" not in client.get(resource.get_absolute_url()).content.decode()


def test_a_post_that_one_may_not_read_is_not_there(post, eve, client):
    client.force_login(eve.account)
    assert client.get(reverse("ecology:keep_from_post", args=[post.pk])).status_code == 404


# A file ---------------------------------------------------------------------------------------------------------------


def test_a_file_needs_a_word_on_who_may_use_it_and_is_not_swept_away(ecology, ada, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    blob = files.store(ContentFile(b"words", name="a.txt"), max_bytes=100)
    csl = {"type": "document", "title": "Notes"}
    with pytest.raises(Refusal, match="who may use it"):
        actions.keep(ecology=ecology, by=ada, csl=csl, blob=blob, file_name="a.txt")
    resource = actions.keep(
        ecology=ecology, by=ada, csl=csl, blob=blob, file_name="a.txt", rights="I wrote it; use it."
    )
    with pytest.raises(Refusal, match="who may use it"):
        actions.describe(resource=resource, by=ada, csl=csl, tags=[])
    with clock.moved_to(clock.now() + timedelta(days=400)):
        collect_garbage()
    assert Blob.objects.filter(pk=blob.pk).exists()


def test_what_was_read_from_a_file_is_forgotten_after_a_day(ecology, ada):
    references = [Reference("a", {"type": "book", "title": "A"})]
    actions.look_at_file(ecology=ecology, by=ada, references=references, name="a.bib")
    actions.look_at_file(ecology=ecology, by=ada, references=references, name="b.bib")
    assert [each.name for each in ReferenceFile.objects.all()] == ["b.bib"]
    with clock.moved_to(clock.now() + timedelta(days=2)):
        look_at_resources_again()
    assert not ReferenceFile.objects.exists()


def test_only_who_read_a_file_brings_it(ecology, ada, bo):
    references = [Reference("a", {"type": "book", "title": "A"})]
    file = actions.look_at_file(ecology=ecology, by=ada, references=references, name="a.bib")
    with pytest.raises(Refusal):
        actions.bring_file(file=file, by=bo)
    assert not Resource.objects.exists()
    assert actions.bring_file(file=file, by=ada).new == 1


# Mine -----------------------------------------------------------------------------------------------------------------


def test_what_i_keep_and_recommend_comes_with_my_data(ecology, ada, bo, cy):
    mine = actions.keep(
        ecology=ecology, by=ada, csl={"type": "book", "title": "Open"}, tags=["a"], why="Good."
    )
    theirs = actions.keep(ecology=ecology, by=bo, csl={"type": "book", "title": "Closed"})
    actions.recommend(resource=theirs, by=ada, why="This too.")
    reading_lists.make_list(ecology=ecology, by=cy, title="Week 1")
    facts, brought = EXPORTS["library"].hand_over(ada)
    told = json.loads(json.dumps(facts, default=str))
    assert [each["as"]["title"] for each in told["kept"]] == ["Open"]
    assert [each["why"] for each in told["recommended"]] == ["Good.", "This too."]
    assert brought == []
    assert mine.added_by == ada


def test_what_i_kept_stays_for_the_others_without_me(ecology, ada, bo):
    mine = actions.keep(ecology=ecology, by=ada, csl={"type": "book", "title": "Open"}, why="Unheard of.")
    actions.recommend(resource=mine, by=bo, why="Indeed.")
    actions.forget_keeper(person=ada)
    mine.refresh_from_db()
    assert (mine.title, mine.added_by, mine.removed_at) == ("Open", None, None)
    assert [each.person for each in Recommendation.objects.all()] == [bo]
    # What they said is not found any more either.
    assert not narrowed(ecology, Narrowing(words="unheard")).exists()
    assert narrowed(ecology, Narrowing(words="indeed")).exists()
    assert not ReadingList.objects.filter(made_by=ada).exists()
