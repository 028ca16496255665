import logging
from io import BytesIO

import pytest
from pypdf import PdfReader

from collegium.design import documents

PAGE = """{% extends "design/print.jinja" %}{% block title %}Portfolio of Ada{% endblock %}
{% block cover %}<h1>Portfolio of Ada</h1>{% endblock %}
{% block content %}<section class="part"><h2>1a Constraints in łódź</h2>{{ ui.component_mark("reflection") }}
<p>Words.</p>{{ more }}</section>{% endblock %}"""


@pytest.fixture
def paper(jinja):
    def made(more: str = "", **files) -> PdfReader:
        return PdfReader(BytesIO(documents.pdf(jinja(PAGE, more=more), **files)))

    return made


def test_a_document_is_tagged_for_screen_readers(paper):
    read = paper()
    root = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en-gb"
    assert read.metadata.title == "Portfolio of Ada"
    assert b"pdfuaid" in root["/Metadata"].get_data()


def test_a_document_is_set_in_our_type(paper):
    fonts = {
        str(font.get_object()["/BaseFont"]).split("+")[-1]
        for page in paper().pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert any(name.startswith("Source-Serif-4") for name in fonts)
    assert any(name.startswith("Source-Sans-3") for name in fonts)


def test_letters_of_wider_europe_are_drawn(paper):
    assert "łódź" in "".join(page.extract_text() for page in paper().pages)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x.png", "file:///etc/passwd", "/etc/passwd"])
def test_a_document_fetches_nothing_but_ours(address):
    fetcher = documents.OwnFilesOnly({})
    with pytest.raises(ValueError, match="may not fetch"):
        fetcher.fetch(address)


def test_what_its_maker_hands_over_is_shown(paper):
    from markupsafe import Markup

    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    read = paper(Markup('<img src="seal.svg" alt="Seal">'), files={"seal.svg": (svg, "image/svg+xml")})
    assert len(read.pages) == 2
