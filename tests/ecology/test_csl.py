"""References go out in each format and come back as they were."""

import json

import pytest

from collegium.ecology.csl import bibtex, ris, shape, zotero
from collegium.ecology.csl import json as csl_json
from collegium.ecology.csl.shape import Reference, Unfit

ARTICLE = {
    "type": "article-journal",
    "title": "Developing a CMALT cMOOC: Über étude & more, at 100% (or $x^2$)",
    "author": [
        {"family": "Cochrane", "given": "Thomas"},
        {"family": "Berg", "non-dropping-particle": "van der", "given": "Ann", "suffix": "Jr."},
        {"literal": "Association for Learning Technology"},
    ],
    "issued": {"date-parts": [[2017, 12, 4]]},
    "container-title": "Research in Learning Technology",
    "volume": "24",
    "issue": "2",
    "page": "29-41",
    "DOI": "10.3402/rlt.v24.29369",
    "ISSN": "2156-7077",
    "URL": "https://journal.example/a_b?c=1&d=2",
    "abstract": "What was found.",
    "language": "en",
    "keyword": "cmooc, cmalt",
}
BOOK = {
    "type": "book",
    "title": "E-moderating",
    "author": [{"family": "Salmon", "given": "Gilly"}],
    "issued": {"date-parts": [[2011]]},
    "publisher": "Routledge",
    "publisher-place": "New York",
    "edition": "3",
    "ISBN": "978-0-415-88173-6",
    "collection-title": "Open and flexible learning",
}
CHAPTER = {
    "type": "chapter",
    "title": "A chapter",
    "author": [{"family": "de Laat", "given": "Maarten"}],
    "editor": [{"family": "Salmon", "given": "Gilly"}],
    "container-title": "A book",
    "publisher": "Routledge",
    "issued": {"date-parts": [[2019, 5]]},
    "page": "3-9",
}
PAGE = {
    "type": "webpage",
    "title": "كتابة محفظة",
    "author": [{"literal": "جمعية"}],
    "URL": "https://example.org/",
    "accessed": {"date-parts": [[2026, 11, 1]]},
    "issued": {"literal": "in press"},
}
THESIS = {
    "type": "thesis",
    "title": "Long",
    "publisher": "York",
    "genre": "PhD thesis",
    "issued": {"date-parts": [[1999]]},
}
ALL = {"cochrane2017": ARTICLE, "salmon2011": BOOK, "delaat2019": CHAPTER, "page": PAGE, "long": THESIS}


@pytest.mark.parametrize(
    "wire", [bibtex, ris, zotero, csl_json], ids=lambda each: each.__name__.split(".")[-1]
)
@pytest.mark.parametrize("key", ALL)
def test_a_reference_comes_back_as_it_went_out(wire, key):
    csl = ALL[key]
    tags = tuple(csl.get("keyword", "").split(", ")) if "keyword" in csl else ()
    (read,) = wire.read(wire.write([Reference(key, csl, tags=tags)]))
    assert read.faults == ()
    # A particle written small before a family name is told apart from it, whichever way it was kept.
    assert _people(read.csl) == _people(csl)
    assert _without_people(read.csl) == _without_people(csl)
    assert (read.key, read.tags) == (key, tags)


def _people(csl):
    return {role: [shape.written(each) for each in csl[role]] for role in shape.NAMES & csl.keys()}


def _without_people(csl):
    return {name: value for name, value in csl.items() if name not in shape.NAMES}


def test_several_go_out_together_in_their_order():
    for wire in (bibtex, ris, zotero, csl_json):
        written = wire.write([Reference(key, csl) for key, csl in ALL.items()])
        assert [each.key for each in wire.read(written)] == list(ALL)


@pytest.mark.parametrize(
    ("wire", "text"),
    [
        (bibtex, "@online{a,\n  title = {T},\n  eprint = {2101.1},\n  x-odd = {yes},\n}\n"),
        (ris, "TY  - EJOUR\nTI  - T\nC1  - custom\nZZ  - unheard of\nER  - \n"),
        (
            zotero,
            (
                '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
                ' xmlns:z="http://www.zotero.org/namespaces/export#" xmlns:dc="http://purl.org/dc/elements/1.1/"'
                ' xmlns:bib="http://purl.org/net/biblio#"><bib:Document rdf:about="#item_1"><z:itemType>email</z:itemType>'
                "<dc:title>T</dc:title><z:runningTime>3:00</z:runningTime></bib:Document></rdf:RDF>"
            ),
        ),
    ],
    ids=["bibtex", "ris", "zotero"],
)
def test_what_csl_has_no_word_for_goes_out_as_it_came(wire, text):
    read = wire.read(text)
    assert read[0].beyond
    assert wire.read(wire.write(read)) == read


def test_bibtex_as_people_write_it():
    read = bibtex.read(
        r"""@string{rlt = "Research in Learning Technology"}
        @Article{c17, Author = {Cochrane, Thomas and {ALT}}, journaltitle = rlt, YEAR = 2017, month = dec,
          title = {The {CMALT} c{MOOC}: \"{U}ber \& more}, pages = {29--41}, doi = {https://doi.org/10.3402/RLT.1}}
        @misc{w, title = "A page", howpublished = {\url{https://a.example/x_y}}}
        @book{o, editor = "Salmon, G. and others", title = {Open}, year = {in press}}"""
    )
    assert [each.csl for each in read] == [
        {
            "type": "article-journal",
            "author": [{"family": "Cochrane", "given": "Thomas"}, {"literal": "ALT"}],
            "title": "The CMALT cMOOC: Über & more",
            "container-title": "Research in Learning Technology",
            "page": "29-41",
            "issued": {"date-parts": [[2017, 12]]},
            "DOI": "10.3402/rlt.1",
        },
        {"type": "document", "title": "A page", "URL": "https://a.example/x_y"},
        {
            "type": "book",
            "editor": [{"family": "Salmon", "given": "G."}],
            "title": "Open",
            "issued": {"literal": "in press"},
        },
    ]


def test_an_entry_that_cannot_be_read_says_where_and_the_others_stay():
    read = bibtex.read(
        "@book{a, title = {Fine}}\n@article{b, title = {never closed\n@book{c, title = {Fine too}}\n"
    )
    assert [each.key for each in read if each.csl] == ["a", "c"]
    assert [each.faults for each in read if not each.csl] == [
        ("The entry that begins in line 2 cannot be read.",)
    ]


@pytest.mark.parametrize(
    "wire", [bibtex, ris, zotero, csl_json], ids=lambda each: each.__name__.split(".")[-1]
)
@pytest.mark.parametrize(
    "text", ["", "   ", "Dear Sir or Madam", "<html><body>no</body></html>", "\x00\x00", "[" * 5000]
)
def test_what_is_no_such_file_is_told_in_words(wire, text):
    try:
        read = wire.read(text)
    except Unfit as fault:
        assert str(fault)  # noqa: PT017 -- either answer will do, and both are looked at
    else:
        assert all(each.faults for each in read)


def test_entities_of_its_own_are_not_read():
    bomb = '<!DOCTYPE a [<!ENTITY x "xxxx"><!ENTITY y "&x;&x;">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&y;</rdf:RDF>'
    with pytest.raises(Unfit, match="declares entities of its own"):
        zotero.read(bomb)


def test_an_entry_of_csl_json_with_a_fault_is_told_and_kept():
    (read,) = csl_json.read(json.dumps([{"id": "a", "type": "boook", "title": "T", "colour": "red"}]))
    assert (read.key, read.csl["title"]) == ("a", "T")
    assert len(read.faults) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2017", [[2017]]),
        ("2017-12-04", [[2017, 12, 4]]),
        ("2017/12/04/", [[2017, 12, 4]]),
        ("2017-12-04T10:00:00Z", [[2017, 12, 4]]),
        ("2017-12/2018-01", [[2017, 12], [2018, 1]]),
        ("2017-13", [[2017]]),
    ],
)
def test_dates(text, expected):
    assert shape.date(text) == {"date-parts": expected}


@pytest.mark.parametrize("text", ["in press", "c. 1900", "Spring 2019"])
def test_dates_in_words_stay_words(text):
    assert shape.iso(shape.date(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.3402/RLT.v24", "10.3402/rlt.v24"),
        ("https://doi.org/10.1000/182", "10.1000/182"),
        ("doi: 10.1000/182", "10.1000/182"),
        ("http://dx.doi.org/10.1000/182", "10.1000/182"),
        ("11.1000/182", ""),
        ("salmon", ""),
    ],
)
def test_dois(text, expected):
    assert shape.doi(text) == expected
