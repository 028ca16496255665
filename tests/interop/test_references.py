"""References that go out are read by libraries that are not ours, citation-js and pyoxigraph, and theirs are read by us."""

import json
import subprocess
from pathlib import Path

import pyoxigraph
import pytest

from collegium.ecology.csl import bibtex, ris, shape, zotero
from collegium.ecology.csl import json as csl_json
from collegium.ecology.csl.shape import Reference

pytestmark = pytest.mark.interop
HERE = Path(__file__).parent
WORKS = {
    "cochrane2017": {
        "type": "article-journal",
        "title": "Developing a CMALT cMOOC: Über étude & more, at 100%, a_b and #1",
        "author": [
            {"family": "Cochrane", "given": "Thomas"},
            {"family": "O’Neill", "given": "Åsa"},
            {"literal": "Association for Learning Technology"},
        ],
        "issued": {"date-parts": [[2017, 12, 4]]},
        "container-title": "Research in Learning Technology",
        "volume": "24",
        "issue": "2",
        "page": "29-41",
        "DOI": "10.3402/rlt.v24.29369",
        "URL": "https://journal.example/a_b?c=1&d=2",
        "abstract": "What was found {in braces}.",
    },
    "salmon2011": {
        "type": "book",
        "title": "E-moderating",
        "author": [{"family": "Salmon", "given": "Gilly"}],
        "issued": {"date-parts": [[2011]]},
        "publisher": "Routledge",
        "publisher-place": "New York",
        "edition": "3",
        "ISBN": "978-0-415-88173-6",
    },
    "delaat2019": {
        "type": "chapter",
        "title": "كتابة محفظة",
        "author": [{"family": "Laat", "given": "Maarten"}],
        "editor": [{"family": "Salmon", "given": "Gilly"}],
        "container-title": "A book",
        "publisher": "Routledge",
        "issued": {"date-parts": [[2019, 5]]},
        "page": "3-9",
    },
}
# What both sides mean alike. Where a format has another order of names for bodies, only persons are compared.
ALIKE = ("type", "title", "container-title", "volume", "page", "DOI", "publisher")


@pytest.fixture
def run(libraries, tmp_path):
    def done(do, form, text):
        file = tmp_path / f"{do}.txt"
        file.write_text(text)
        command = ["node", HERE / "references.mjs", "--libraries", libraries, f"--{do}", file, "--form", form]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    return done


def ours():
    return [Reference(key, csl, tags=("cmooc",)) for key, csl in WORKS.items()]


def alike(csl):
    people = [
        (each.get("family") or each.get("literal"), each.get("given", ""))
        for role in ("author", "editor")
        for each in csl.get(role, [])
    ]
    return {name: csl[name] for name in ALIKE if name in csl} | {
        "people": people,
        "year": shape.parts_of(csl["issued"])[0],
    }


@pytest.mark.parametrize("form", ["bibtex", "ris", "csl"])
def test_a_library_that_is_not_ours_reads_what_we_write(run, form):
    write = {"bibtex": bibtex.write, "ris": ris.write, "csl": csl_json.write}[form]
    read = json.loads(run("read", form, write(ours())))
    assert [alike(each) for each in read] == [alike(each) for each in WORKS.values()]


@pytest.mark.parametrize("form", ["bibtex", "ris"])
def test_we_read_what_a_library_that_is_not_ours_writes(run, form):
    # Into BibTeX it writes nothing of letters that LaTeX has no command for.
    works = [
        {
            "id": key,
            **csl,
            "title": csl["title"] if csl["title"].isascii() or form == "ris" else "Über étude_1",
        }
        for key, csl in WORKS.items()
    ]
    read = {"bibtex": bibtex.read, "ris": ris.read}[form](run("write", form, json.dumps(works)))
    assert all(each.faults == () for each in read)
    assert [alike(each.csl) for each in read] == [alike(each) for each in works]


def test_our_zotero_rdf_is_rdf_and_says_the_same():
    text = zotero.write(ours())
    store = pyoxigraph.Store()
    store.load(text.encode(), format=pyoxigraph.RdfFormat.RDF_XML, base_iri="https://library.example/")
    found = store.query(
        """PREFIX dc: <http://purl.org/dc/elements/1.1/> PREFIX z: <http://www.zotero.org/namespaces/export#>
        PREFIX foaf: <http://xmlns.com/foaf/0.1/> PREFIX bib: <http://purl.org/net/biblio#>
        PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
        SELECT ?title ?kind ?first WHERE { ?item z:itemType ?kind ; dc:title ?title ; bib:authors ?authors .
          ?authors rdf:_1 ?person . ?person foaf:surname ?first }"""
    )
    said = sorted((row["title"].value, row["kind"].value, row["first"].value) for row in found)
    kinds = {"article-journal": "journalArticle", "book": "book", "chapter": "bookSection"}
    assert said == sorted(
        (each["title"], kinds[each["type"]], each["author"][0]["family"]) for each in WORKS.values()
    )
