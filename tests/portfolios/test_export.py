import io
import re
import zipfile

import pypdf
import pytest
from django.core.files.base import ContentFile
from PIL import Image

from collegium.evidence import actions as evidence_actions
from collegium.portfolios import actions, export, queries
from collegium.portfolios.models import Portfolio


def picture():
    out = io.BytesIO()
    Image.new("RGB", (60, 40), (20, 90, 100)).save(out, "PNG")
    return ContentFile(out.getvalue(), name="photo.png")


@pytest.fixture
def taken_along(ada, portfolio, section_of, write):
    """A portfolio with words, an image in them, a table beside them and a link."""
    image = evidence_actions.capture(
        by=ada, title="The ward", kind="image", upload=picture(), alt_text="A ward at night."
    )
    table = evidence_actions.capture(
        by=ada, title="Timings", upload=ContentFile(b"ward,seconds\nA,540\n", name="../timings.csv")
    )
    link = evidence_actions.capture(by=ada, title="A film", kind="link", url="https://video.example.org/film")
    write(
        section_of("1a"),
        "evidence",
        f'<h2>What shows it</h2><p>See</p><figure data-evidence="{image.pk}"></figure><p>After</p>',
    )
    write(section_of("1a"), "reflection", '<p>I <span data-principle="P1">learnt</span> a lot.</p>')
    actions.place(section=section_of("1a"), evidence=table, by=ada)
    actions.place(section=section_of("1a"), evidence=link, by=ada)
    return Portfolio.objects.for_display().get(pk=portfolio.pk)


@pytest.fixture
def folder(taken_along):
    made = export.html_folder(queries.snapshot(taken_along), queries.files_of(taken_along))
    return zipfile.ZipFile(io.BytesIO(made))


def test_a_folder_has_a_page_for_each_section_and_all_that_they_need(folder):
    names = folder.namelist()
    assert {
        "index.html",
        "section-1a.html",
        "section-plans.html",
        "style/document.css",
        "style/folder.css",
    } <= set(names)
    assert any(name.startswith("style/fonts/") for name in names)
    files = [name for name in names if name.startswith("files/")]
    assert sorted(re.sub(r"\d+", "N", name) for name in files) == [
        "files/N-photo.webp",
        "files/N-timings.csv",
    ]
    assert not any(".." in name or name.startswith("/") for name in names)


def test_every_address_in_a_folder_leads_into_the_folder_or_is_a_link_of_the_writers(folder):
    names = set(folder.namelist())
    for name in names:
        if not name.endswith(".html"):
            continue
        page = folder.read(name).decode()
        loaded = re.findall(r'<(?:link|img|audio|video|script|source)[^>]+(?:src|href)="([^"]+)"', page)
        assert [address for address in loaded if address not in names] == []
        for address in re.findall(r'<a[^>]+href="([^"]+)"', page):
            assert address in names or address == "https://video.example.org/film"
    sheet = folder.read("style/document.css").decode()
    assert all(f"style/{font}" in names for font in re.findall(r'url\("(fonts/[^"]+)"\)', sheet))


def test_the_words_of_a_folder_stand_in_their_order(folder):
    page = folder.read("section-1a.html").decode()
    assert page.index("What shows it") < page.index("files/") < page.index("After")
    assert 'alt="A ward at night."' in page
    assert "<h1" in page
    assert "<h3>What shows it</h3>" in page


@pytest.fixture
def document(taken_along):
    made = export.pdf(queries.snapshot(taken_along), queries.files_of(taken_along))
    return pypdf.PdfReader(io.BytesIO(made))


def test_the_document_is_tagged_titled_and_speaks_a_language(document):
    catalogue = document.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in catalogue
    assert catalogue["/Lang"].lower().startswith("en")
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document.metadata.title == "On feedback, Ada Candidate"
    assert "pdfuaid:part" in catalogue["/Metadata"].get_data().decode()


def test_the_document_has_bookmarks_contents_and_what_was_written(document):
    titles = [entry.title for entry in _flat(document.outline)]
    assert "Constraints and benefits of different technologies" in titles
    text = "\n".join(page.extract_text() for page in document.pages)
    for words in ("Ada Candidate", "Contents", "What shows it", "List of evidence", "A film", "timings.csv"):
        assert words in text


def _flat(outline):
    for entry in outline:
        if isinstance(entry, list):
            yield from _flat(entry)
        else:
            yield entry


def test_images_of_the_document_have_their_words(document):
    said = set()

    def walk(element):
        element = element.get_object() if hasattr(element, "get_object") else element
        if isinstance(element, list):
            for each in element:
                walk(each)
        elif isinstance(element, dict):
            if element.get("/S") == "/Figure":
                said.add(element.get("/Alt"))
            if "/K" in element:
                walk(element["/K"])

    walk(document.trailer["/Root"]["/StructTreeRoot"]["/K"])
    assert said == {"A ward at night.", "QR code that leads to “A film”"}


def test_how_to_get_in_is_for_assessors_only(taken_along, ada):
    piece = evidence_actions.capture(
        by=ada, title="Behind a door", url="https://example.org/", access="swordfish"
    )
    section = taken_along.sections.select_related("node").get(node__code="1b")
    section.placements.create(evidence=piece)
    taken = queries.snapshot(taken_along)
    for show_access in (False, True):
        folder = zipfile.ZipFile(io.BytesIO(export.html_folder(taken, {}, show_access=show_access)))
        assert ("swordfish" in folder.read("section-1b.html").decode()) is show_access
