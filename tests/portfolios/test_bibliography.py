"""What a portfolio refers to, in a style: each once, with what libraries and the river know of it."""

import io
import json
import zipfile

import pypdf
import pytest
from django.urls import reverse

from collegium.ecology import citations
from collegium.ecology.actions import library
from collegium.ecology.csl import bibtex, ris
from collegium.evidence import actions as evidence
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience
from collegium.portfolios import actions, export, queries
from collegium.portfolios.models import Portfolio
from collegium.portfolios.queries import bibliography
from tests.ecology.factories import make_ecology, make_item, make_source

pytestmark = pytest.mark.django_db

ARTICLE = {
    "type": "article-journal",
    "title": "Developing a framework",
    "author": [{"family": "Cochrane", "given": "Thomas"}],
    "issued": {"date-parts": [[2017, 12, 4]]},
    "container-title": "Research in Learning Technology",
    "DOI": "10.3402/rlt.v24.29369",
}


@pytest.fixture
def kept(ada):
    return library.keep(ecology=make_ecology(ada), by=ada, csl=ARTICLE, tags=["cmooc"])


@pytest.fixture
def item(ada):
    source = make_source(make_ecology(ada, audience=Audience.PUBLIC), title="Bo writes")
    return make_item(source, title="On audio", author_name="Bo Blogger", url="https://bo.example/audio")


@pytest.fixture
def referring(ada, portfolio, section_of, write, kept, item):
    """To an article by its DOI and by its page in the library, to an item by its page and its address, to a plain link."""
    write(
        section_of("1a"),
        "description",
        '<p>As <a href="https://doi.org/10.3402/RLT.v24.29369">Cochrane</a> says,'
        f' <a href="/resources/{kept.pk}/">again</a>, and <a href="/items/{item.pk}/">Bo</a>.'
        ' See <a href="https://www.plain.example/page?utm_source=x">a plain page</a>'
        ' and <a href="/portfolios/">my own</a>, <a href="mailto:a@b.example">mail</a>.</p>',
    )
    film = evidence.capture(by=ada, title="A film", kind="link", url="https://youtu.be/abcdefghijk")
    again = evidence.capture(by=ada, title="The page", kind="link", url="http://plain.example/page/")
    actions.place(section=section_of("1a"), evidence=film, by=ada)
    actions.place(section=section_of("2a"), evidence=again, by=ada)
    return Portfolio.objects.for_display().get(pk=portfolio.pk)


def works(portfolio):
    return bibliography.works(queries.snapshot(portfolio), portfolio.owner)


def test_each_is_named_once_with_what_is_known_of_it(referring, kept):
    found = works(referring)
    assert [(each.csl["type"], each.csl["title"]) for each in found] == [
        ("article-journal", "Developing a framework"),
        ("post-weblog", "On audio"),
        ("webpage", "a plain page"),
        ("motion_picture", "A film"),
    ]
    assert [each.key for each in found] == ["cochrane2017", found[1].key, "aplainpage", "afilm"]
    assert found[0].resource == kept
    assert found[1].csl["author"] == [{"family": "Blogger", "given": "Bo"}]
    assert [section.split()[0] for section in found[2].sections] == ["1a", "2a"]


def test_a_library_that_the_writer_may_not_see_tells_nothing(referring, eve, kept):
    kept.ecology.members.memberships.all().delete()
    found = works(referring)
    assert found[0].csl == {"type": "article-journal", "title": "Cochrane", "DOI": "10.3402/rlt.v24.29369"}


@pytest.mark.parametrize("number", [1, 3])
def test_it_asks_as_much_for_one_as_for_three(
    ada, portfolio, section_of, write, client_of, django_assert_num_queries, number
):
    links = "".join(f'<a href="https://page-{each}.example/">Page {each}</a> ' for each in range(number))
    write(section_of("1a"), "description", f"<p>{links}</p>")
    client = client_of(ada)
    address = reverse("portfolios:bibliography", args=[portfolio.pk])
    client.get(address)
    with django_assert_num_queries(QUERIES):
        assert client.get(address).status_code == 200


QUERIES = 10


@pytest.mark.parametrize("style", citations.STYLES)
def test_each_style_lists_all_of_it(referring, ada, client_of, style):
    page = client_of(ada).get(reverse("portfolios:bibliography", args=[referring.pk]) + f"?style={style}")
    html = page.content.decode()
    assert html.count('class="cited__entry"') == 4
    for words in ("Cochrane", "plain page", "https://www.plain.example/page"):
        assert words.lower() in html.lower()


def test_it_is_put_at_the_end_and_goes_along(referring, ada, client_of):
    client = client_of(ada)
    here = reverse("portfolios:bibliography", args=[referring.pk])
    read = reverse("portfolios:read", args=[referring.pk])
    assert 'id="bibliography"' not in client.get(read).content.decode()
    assert "bibliography" not in queries.snapshot(referring)
    assert client.post(here, {"style": "nonsense"}).status_code == 409
    assert client.post(here, {"style": "mla"}).status_code == 302
    referring.refresh_from_db()
    assert referring.bibliography == "mla"
    assert 'id="bibliography"' in client.get(read).content.decode()
    taken = queries.snapshot(Portfolio.objects.for_display().get(pk=referring.pk))
    assert json.loads(json.dumps(taken["bibliography"]))["style"] == "mla"
    assert "bibliography" not in queries.snapshot(referring, only=referring.sections.first())
    folder = zipfile.ZipFile(io.BytesIO(export.html_folder(taken, queries.files_of(referring))))
    assert "Developing a Framework" in folder.read("index.html").decode()
    book = pypdf.PdfReader(io.BytesIO(export.pdf(taken, queries.files_of(referring))))
    words = " ".join(" ".join(page.extract_text() for page in book.pages).split())
    assert words.count("Bibliography") >= 2  # in the contents, and at the end
    assert "plain.example/page" in words
    actions.publish(portfolio=referring, by=ada, slug="ada-refers", licence="CC-BY-4.0")
    assert 'id="bibliography"' in client_of(None).get("/p/ada-refers/").content.decode()
    assert client.post(here, {"style": ""}).status_code == 302
    assert 'id="bibliography"' not in client.get(read).content.decode()


def test_it_is_taken_along_in_every_format(referring, ada, client_of):
    client = client_of(ada)

    def file(form):
        answer = client.get(reverse("portfolios:bibliography_file", args=[referring.pk, form]))
        assert f'.{form}"' in answer["Content-Disposition"]
        return answer.content.decode()

    titles = ["Developing a framework", "On audio", "a plain page", "A film"]
    assert [each.csl["title"] for each in bibtex.read(file("bib"))] == titles
    assert bibtex.read(file("bib"))[0].tags == ("cmooc",)
    assert [each.csl["title"] for each in ris.read(file("ris"))] == titles
    assert [each["title"] for each in json.loads(file("json"))] == titles
    page = file("html")
    assert "<i>Research in Learning Technology</i>" in page
    assert "text-indent" in page
    assert client.get(f"/portfolios/{referring.pk}/bibliography.exe").status_code == 404


def test_it_is_the_writers_to_put_and_their_mentors_to_see(referring, ada, bo, eve, client_of):
    here = reverse("portfolios:bibliography", args=[referring.pk])
    assert client_of(eve).get(here).status_code == 404
    actions.set_mentor(portfolio=referring, mentor=bo, by=ada)
    assert client_of(bo).get(here).status_code == 200
    assert client_of(bo).post(here, {"style": "apa"}).status_code == 403
    actions.lock(portfolio=referring, by=None, open_codes=[])
    assert client_of(ada).post(here, {"style": "apa"}).status_code == 403
    with pytest.raises(Refusal):
        actions.put_bibliography(portfolio=referring, by=ada, style="apa")


def test_an_empty_one_says_what_will_be_here(portfolio, ada, client_of):
    page = client_of(ada).get(reverse("portfolios:bibliography", args=[portfolio.pk])).content.decode()
    assert "Nothing is referred to yet" in page
    actions.put_bibliography(portfolio=portfolio, by=ada, style="apa")
    assert "bibliography" not in queries.snapshot(Portfolio.objects.for_display().get(pk=portfolio.pk))
