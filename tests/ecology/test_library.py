"""What a library keeps, who may keep it, and what comes in and goes out by file."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collegium.activity.models import Activity
from collegium.ecology.actions import library as actions
from collegium.ecology.actions import reading_lists
from collegium.ecology.csl import bibtex, zotero
from collegium.ecology.models import Recommendation, ReferenceFile, Resource
from collegium.ecology.queries.library import Narrowing, library_page, narrowed
from collegium.foundation import clock
from collegium.foundation.http import LinkCheck
from collegium.foundation.refusal import Refusal
from tests.ecology.factories import make_ecology

pytestmark = pytest.mark.django_db

ARTICLE = {
    "type": "article-journal",
    "title": "Developing a framework",
    "author": [{"family": "Cochrane", "given": "Thomas"}],
    "issued": {"date-parts": [[2017, 12, 4]]},
    "container-title": "Research in Learning Technology",
    "DOI": "10.3402/RLT.v24.29369",
    "URL": "https://journal.example/29369",
}


@pytest.fixture
def ecology(ada, bo, cy):
    return make_ecology(ada, bo, editors=(cy,))


def keep(ecology, by, **csl):
    return actions.keep(ecology=ecology, by=by, csl={"type": "webpage", "title": "A page", **csl})


def test_what_is_kept_is_described_recommended_and_found(ecology, ada):
    resource = actions.keep(
        ecology=ecology, by=ada, csl=ARTICLE, why="It names the hard part.", tags=["cMOOC", "#cmooc", "CMALT"]
    )
    resource.refresh_from_db()
    assert (resource.cite_key, resource.authors, resource.year) == ("cochrane2017", "Cochrane, Thomas", 2017)
    assert resource.doi == "10.3402/rlt.v24.29369"
    assert sorted(resource.tags.values_list("name", flat=True)) == ["cmalt", "cmooc"]
    assert resource.recommendations.get().why == "It names the hard part."
    for words in ("framework", "cochrane", "cmooc", "hard part"):
        assert [each.pk for each in narrowed(ecology, Narrowing(words=words))] == [resource.pk]
    assert not narrowed(ecology, Narrowing(words="nowhere")).exists()
    assert Activity.objects.filter(verb="resource.kept").count() == 1


@pytest.mark.parametrize(
    "again",
    [
        {**ARTICLE, "title": "Another title, the same DOI", "URL": ""},
        {"type": "webpage", "title": "By its address", "URL": "http://www.page.example/a?utm_source=x"},
        {"type": "book", "title": "E-Moderating!", "issued": {"date-parts": [[2011]]}},
    ],
)
def test_the_same_thing_is_kept_once_and_recommended_by_one_more(ecology, ada, bo, again):
    keep(ecology, ada, **ARTICLE)
    keep(ecology, ada, URL="https://page.example/a/")
    keep(ecology, ada, type="book", title="E-moderating", issued={"date-parts": [[2011]]})
    assert Resource.objects.count() == 3
    resource = actions.keep(ecology=ecology, by=bo, csl=again, why="Mine too.")
    assert Resource.objects.count() == 3
    assert set(resource.recommendations.values_list("person", flat=True)) == {ada.pk, bo.pk}
    # Who put it there is told, in the app.
    activity = Activity.objects.get(verb="resource.recommended")
    assert [(each.person, each.role) for each in activity.concerns.all()] == [(ada, "keeper")]


def test_keys_for_citing_are_one_for_each(ecology, ada):
    keys = [
        keep(ecology, ada, **{**ARTICLE, "title": f"Part {number}", "DOI": "", "URL": ""}).cite_key
        for number in range(3)
    ]
    assert keys == ["cochrane2017", "cochrane2017b", "cochrane2017c"]


def test_strangers_keep_nothing_and_see_nothing(ecology, eve, client):
    with pytest.raises(Refusal, match="Only members"):
        keep(ecology, eve)
    client.force_login(eve.account)
    for name in ("library", "add_resource", "bring_resources", "new_reading_list"):
        assert client.get(reverse(f"ecology:{name}", args=[ecology.pk])).status_code == 404


def test_only_whoever_added_it_or_an_editor_changes_it_or_takes_it_out(ecology, ada, bo, cy):
    resource = keep(ecology, ada)
    for by in (bo,):
        with pytest.raises(Refusal):
            actions.describe(resource=resource, by=by, csl={"type": "book", "title": "Mine"}, tags=[])
        with pytest.raises(Refusal):
            actions.remove(resource=resource, by=by)
    actions.describe(resource=resource, by=cy, csl={"type": "book", "title": "Better"}, tags=["x"])
    actions.remove(resource=resource, by=ada)
    actions.remove(resource=resource, by=ada)
    assert Activity.objects.filter(verb="resource.taken_out").count() == 1
    assert not narrowed(ecology, Narrowing(words="Better")).exists()
    # What was taken out may come again.
    assert keep(ecology, ada, title="Better", type="book").pk != resource.pk


def test_a_description_cannot_become_that_of_another(ecology, ada):
    keep(ecology, ada, **ARTICLE)
    other = keep(ecology, ada, title="Other")
    with pytest.raises(Refusal, match="has this already"):
        actions.describe(resource=other, by=ada, csl=ARTICLE, tags=[])


@pytest.mark.parametrize(
    "csl", [{"type": "book"}, {"type": "boook", "title": "x"}, {"type": "book", "title": " "}]
)
def test_what_is_no_description_is_refused_in_words(ecology, ada, csl):
    with pytest.raises(Refusal):
        actions.keep(ecology=ecology, by=ada, csl=csl)
    assert not Resource.objects.exists()


def test_many_come_by_file_without_a_query_for_each(ecology, ada):
    def file(start, number):
        return bibtex.read(
            "".join(
                f"@article{{key{each}, title = {{Title {each}}}, year = {{2020}}, keywords = {{a, b{each}}}}}\n"
                for each in range(start, start + number)
            )
        )

    actions.bring(ecology=ecology, by=ada, references=file(0, 2))
    counts = []
    for start, number in ((10, 3), (100, 300)):
        references = file(start, number)
        with CaptureQueriesContext(connection) as counted:
            brought = actions.bring(ecology=ecology, by=ada, references=references)
        assert (brought.new, brought.known, brought.faults) == (number, 0, ())
        counts.append(len(counted))
    # SQLite takes a thousand values at once, so a hundred times the rows are inserted in a few more statements.
    assert counts[1] - counts[0] <= 12
    again = actions.bring(ecology=ecology, by=ada, references=file(0, 3))
    assert (again.new, again.known) == (1, 2)


def test_what_comes_in_one_format_goes_out_in_another_and_back(ecology, ada, client):
    actions.keep(ecology=ecology, by=ada, csl=ARTICLE, tags=["cmooc"])
    client.force_login(ada.account)
    answer = client.get(reverse("ecology:library_file", args=[ecology.pk, "rdf"]))
    assert answer["Content-Type"].startswith("application/rdf+xml")
    other = make_ecology(ada)
    actions.bring(ecology=other, by=ada, references=zotero.read(answer.content.decode()))
    assert other.resources.get().csl == ecology.resources.get().csl | {"keyword": "cmooc"}
    assert client.get(reverse("ecology:library_file", args=[ecology.pk, "exe"])).status_code == 404


def test_a_file_is_brought_on_the_page_and_what_is_wrong_is_told(ecology, ada, client):
    client.force_login(ada.account)
    address = reverse("ecology:bring_resources", args=[ecology.pk])
    good = json.dumps(
        [{"id": "a", "type": "book", "title": "Good"}, {"id": "b", "type": "nonsense", "title": "Bad"}]
    )
    answer = client.post(address, {"upload": SimpleUploadedFile("x.json", good.encode())})
    assert answer["Location"] == address
    page = client.get(address).content.decode()
    assert "1 resource would be new in the library. 1 cannot be read and is left out." in " ".join(
        page.split()
    )
    assert "Entry 2 (b)" in page
    assert not Resource.objects.exists()
    answer = client.post(address, {"do": "bring"})
    assert answer.status_code == 200
    assert "1 resource is new in the library." in answer.content.decode()
    assert "Entry 2 (b)" in answer.content.decode()
    assert not ReferenceFile.objects.exists()
    assert client.post(address, {"do": "bring"}).status_code == 409
    for wrong in (b"", b"\xff\xfe\x00", b"nothing of the kind"):
        answer = client.post(address, {"upload": SimpleUploadedFile("x.bib", wrong)})
        assert answer.status_code == 422
    assert Resource.objects.count() == 1


def test_a_link_that_rots_is_shown_with_what_stood_there(ecology, ada, client):
    resource = keep(ecology, ada, URL="https://page.example/a")
    well = LinkCheck(answers=True, status=200, reason="", final_url="")
    gone = LinkCheck(answers=False, status=404, reason="There is no page.", final_url="")
    actions.note_link(resource=resource, found=well, frozen="<p>What it said.</p>")
    actions.note_link(resource=resource, found=gone)
    since = Resource.objects.get().link_failing_since
    actions.note_link(resource=resource, found=gone)
    assert Resource.objects.get().link_failing_since == since
    client.force_login(ada.account)
    page = client.get(resource.get_absolute_url() + "?frozen").content.decode()
    assert "Its link leads nowhere any more" in page
    assert "What it said." in page
    assert library_page(ecology, ada, Narrowing(rotten=True)).rotten == 1
    actions.note_link(resource=resource, found=well)
    assert Resource.objects.get().link_failing_since is None


def test_one_person_recommends_once_and_may_take_it_back(ecology, ada, bo):
    resource = keep(ecology, ada)
    actions.recommend(resource=resource, by=bo, why="First.")
    again = actions.recommend(resource=resource, by=bo, why="Better said.")
    assert list(resource.recommendations.filter(person=bo).values_list("why", flat=True)) == ["Better said."]
    with pytest.raises(Refusal):
        actions.take_back(recommendation=again, by=ada)
    actions.take_back(recommendation=again, by=bo)
    assert Recommendation.objects.count() == 1


def test_a_reading_list_has_an_order_and_only_editors_change_it(ecology, ada, cy):
    one, two, three = (keep(ecology, ada, title=title) for title in ("One", "Two", "Three"))
    with pytest.raises(Refusal):
        reading_lists.make_list(ecology=ecology, by=ada, title="Mine")
    made = reading_lists.make_list(
        ecology=ecology, by=cy, title="Week 1", words="<p>Read <script>x</script>these.</p>"
    )
    assert "script" not in made.words
    entries = [
        reading_lists.put_on_list(reading_list=made, by=cy, resource=each) for each in (one, two, three)
    ]
    reading_lists.put_on_list(reading_list=made, by=cy, resource=one, is_core=True, words="Pages 1 to 9.")
    assert [each.resource.title for each in made.entries.all()] == ["One", "Two", "Three"]
    # Somebody else's entry that this order does not know of follows at the end.
    reading_lists.arrange(reading_list=made, by=cy, order=[entries[2].pk, entries[0].pk, 999])
    assert [each.resource.title for each in made.entries.all()] == ["Three", "One", "Two"]
    elsewhere = keep(make_ecology(ada), ada)
    with pytest.raises(Refusal, match="what the library keeps"):
        reading_lists.put_on_list(reading_list=made, by=cy, resource=elsewhere)


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_as_much_for_one_as_for_three(ecology, ada, client, number, django_assert_num_queries):
    for each in range(number):
        resource = actions.keep(
            ecology=ecology, by=ada, csl={"type": "book", "title": f"Book {each}"}, tags=["a"], why="Good."
        )
        resource.added_at = clock.now() - timedelta(days=each)
        resource.save()
    client.force_login(ada.account)
    address = reverse("ecology:library", args=[ecology.pk])
    client.get(address)
    with django_assert_num_queries(QUERIES_OF_THE_LIST):
        client.get(address)
    with django_assert_num_queries(QUERIES_OF_A_RESOURCE):
        client.get(resource.get_absolute_url())


QUERIES_OF_THE_LIST = 12
QUERIES_OF_A_RESOURCE = 10


def test_the_journey_of_a_resource_without_scripts(ecology, ada, bo, cy, client):
    client.force_login(ada.account)
    add = reverse("ecology:add_resource", args=[ecology.pk])
    assert client.get(add + "?by-hand").status_code == 200
    answer = client.post(
        add,
        {
            "do": "keep",
            "type": "book",
            "title": "Open",
            "people": "Salmon, Gilly\nAssociation for Learning Technology",
            "issued": "2019-05",
            "doi": "not one",
            "tags": "a, b",
            "why": "Read it.",
        },
    )
    assert answer.status_code == 422
    assert "A DOI begins with 10." in answer.content.decode()
    said = {
        "do": "keep",
        "type": "book",
        "title": "Open",
        "people": "Salmon, Gilly\nALT",
        "issued": "2019-05",
        "tags": "a",
    }
    upload = SimpleUploadedFile("a.txt", b"words")
    answer = client.post(add, {**said, "upload": upload})
    assert answer.status_code == 422
    assert "in your words who may use it" in answer.content.decode()
    upload.seek(0)
    said["rights"] = "I wrote it; use it in your teaching."
    answer = client.post(add, {**said, "why": "Read it.", "upload": upload})
    resource = Resource.objects.get()
    assert answer["Location"] == resource.get_absolute_url()
    assert resource.csl["author"] == [{"family": "Salmon", "given": "Gilly"}, {"literal": "ALT"}]
    assert client.get(reverse("ecology:resource_file", args=[resource.pk])).status_code == 200
    edit = reverse("ecology:edit_resource", args=[resource.pk])
    assert client.post(edit, {**said, "title": "Opened", "volume": "3"}).status_code == 302
    resource.refresh_from_db()
    assert (resource.title, resource.csl["volume"]) == ("Opened", "3")
    mapping = reverse("ecology:map_resource", args=[resource.pk])
    assert client.get(mapping).status_code == 200
    client.force_login(bo.account)
    assert client.get(edit).status_code == 403
    recommend = reverse("ecology:recommend_resource", args=[resource.pk])
    assert client.post(recommend, {"why": "Me too."}).status_code == 302
    page = client.get(resource.get_absolute_url() + "?style=mla").content.decode()
    assert "Me too." in page
    assert "<i>Opened</i>" in page
    assert client.post(recommend, {"do": "take-back"}).status_code == 302
    assert client.get(reverse("ecology:new_reading_list", args=[ecology.pk])).status_code == 403
    client.force_login(cy.account)
    made = client.post(
        reverse("ecology:new_reading_list", args=[ecology.pk]), {"title": "Week 1", "words": ""}
    )
    assert made.status_code == 302
    put = made["Location"] + "put"
    assert client.post(put, {"resource": resource.pk, "words": "All of it."}).status_code == 302
    assert client.post(put, {"resource": 0}).status_code == 409
    assert "All of it." in client.get(made["Location"]).content.decode()
    assert client.post(reverse("ecology:remove_resource", args=[resource.pk])).status_code == 302
    assert client.get(resource.get_absolute_url()).status_code == 404
