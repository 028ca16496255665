"""What the formats share survives each of them and every way through all of them, whatever words people use.

References are drawn by chance from a seed that is named when a test fails, so that it can be drawn again.
"""

import itertools
import random

import pytest

from collegium.ecology.csl import shape
from collegium.ecology.csl.shape import Reference, Unfit
from collegium.ecology.csl.wires import READERS, WIRES, format_of

FORMATS = sorted(WIRES)
SEEDS = range(40)
WORDS = [
    *("learning", "Open", "CMALT", "cMOOC", "e-moderating", "MacOS", "of", "the"),
    *("Über", "Łódź", "naïve", "Ångström", "œuvre", "İstanbul", "straße", "ñandú"),
    *("كتابة", "محفظة", "学习", "учиться", "למידה", "ไทย", "👩‍🏫"),
    *(
        "&",
        "100%",
        "$5",
        "#1",
        "a_b",
        "{braced}",
        "~",
        "^",
        "\\back",
        '"quoted"',
        "‘so’",
        "it's",
        "a--b",
        "x–y",
        "—",
    ),
    *("<b>", "&amp;", "@article", "TY", "ER", "[1]", "(or)", "a/b", "C++", "1.", "?!", "…", ";", ":"),
]
NAMES = [
    "Salmon",
    "O’Neill",
    "Cochrane",
    "García Márquez",
    "Łukasz",
    "سعيد",
    "王",
    "Smith-Jones",
    "Ó Súilleabháin",
    "Müller",
]
GIVEN = ["Gilly", "T. A.", "Jean-Luc", "Åsa", "محمد", "小明", "K", "Anna Maria"]
BODIES = ["ALT", "Association for Learning Technology", "Universität Zürich & Partners", "منظمة"]
TYPES = ["article-journal", "book", "chapter", "thesis", "report", "webpage"]
# What all four have a place for.
SHARED = {
    "type", "title", "author", "editor", "issued", "container-title", "volume", "issue", "page", "publisher",
    "publisher-place", "edition", "DOI", "URL", "language", "abstract", "ISBN", "ISSN", "collection-title", "keyword",
    "accessed",
}  # fmt: skip


def drawn(seed: int) -> Reference:
    chance = random.Random(seed)  # to be drawn again, not to be kept secret

    def words(least=1, most=8):
        return " ".join(chance.choices(WORDS, k=chance.randint(least, most)))

    def people():
        return [
            {"literal": chance.choice(BODIES)}
            if chance.random() < 0.2
            else {"family": chance.choice(NAMES), "given": chance.choice(GIVEN)}
            for _each in range(chance.randint(1, 4))
        ]

    kind = chance.choice(TYPES)
    year, month, day = chance.randint(1500, 2030), chance.randint(1, 12), chance.randint(1, 28)
    csl = {
        "type": kind,
        "title": words(),
        "issued": {"date-parts": [[year, month, day][: chance.randint(1, 3)]]},
    }
    some = {
        "author": people,
        "editor": people,
        "volume": lambda: str(chance.randint(1, 99)),
        "issue": lambda: chance.choice(["1", "2-3", "Special"]),
        "page": lambda: chance.choice(["29-41", "e17", "5", "S1-S9"]),
        "publisher": lambda: words(1, 3),
        "publisher-place": lambda: chance.choice(["York", "São Paulo", "القاهرة"]),
        "edition": lambda: str(chance.randint(1, 9)),
        "DOI": lambda: f"10.{chance.randint(1000, 99999)}/a_b(c)<{chance.randint(1, 999)}>;2-#",
        "URL": lambda: f"https://site.example/~a_b/{chance.randint(1, 999)}?x=1&y=%20#z",
        "language": lambda: chance.choice(["en", "de", "pt-BR", "ar"]),
        "abstract": lambda: words(5, 40),
        "collection-title": lambda: words(1, 3),
        "accessed": lambda: {"date-parts": [[2026, chance.randint(1, 12), chance.randint(1, 28)]]},
    }
    if kind in {"article-journal", "chapter"}:
        csl["container-title"] = words(1, 5)
    if kind in {"book", "chapter", "report", "thesis"}:
        some["ISBN"] = lambda: "978-0-415-88173-6"
    else:
        some["ISSN"] = lambda: "2156-7077"
    csl |= {name: draw() for name, draw in some.items() if chance.random() < 0.6}
    if kind == "webpage":
        csl.pop("collection-title", None)
    tags = tuple(
        dict.fromkeys(chance.choices(["cmooc", "CMALT", "Übung", "أدلة", "a b"], k=chance.randint(0, 3)))
    )
    if tags:
        csl["keyword"] = ", ".join(tags)
    return Reference(f"key{seed}", shape.cleaned(csl), tags=tags)


def shared(csl):
    """Comparable: names by how they are written, since a particle may be told apart on the way."""
    kept = {name: value for name, value in csl.items() if name in SHARED}
    for role in ("author", "editor"):
        if role in kept:
            kept[role] = [shape.written(each) for each in kept[role]]
    return kept


def through(reference, *formats):
    for form in formats:
        text = WIRES[form][0]([reference])
        assert format_of(text) == form, text
        (reference,) = READERS[form](text)
        assert reference.faults == (), (form, text)
    return reference


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("seed", SEEDS)
def test_there_and_back(seed, form):
    reference = drawn(seed)
    back = through(reference, form)
    assert shared(back.csl) == shared(reference.csl)
    assert (back.key, back.tags) == (reference.key, reference.tags)


@pytest.mark.parametrize("way", list(itertools.permutations(FORMATS)), ids="-".join)
def test_through_all_of_them_in_any_order(way):
    for seed in range(12):
        reference = drawn(1000 + seed)
        back = through(reference, *way)
        assert (seed, shared(back.csl)) == (seed, shared(reference.csl))
        assert (seed, back.tags) == (seed, reference.tags)


@pytest.mark.parametrize("form", FORMATS)
def test_twice_there_and_back_changes_nothing_more(form):
    for seed in SEEDS:
        once = WIRES[form][0]([through(drawn(seed), form)])
        assert once == WIRES[form][0](READERS[form](once))


@pytest.mark.parametrize("form", FORMATS)
def test_paragraphs_of_an_abstract_stay_apart(form):
    csl = {"type": "book", "title": "T", "abstract": "One.\n\nTwo & three."}
    back = through(Reference("a", csl), form)
    assert back.csl["abstract"].split() == csl["abstract"].split()
    if form != "ris":  # whose values have one line
        assert "\n" in back.csl["abstract"]


# Files that nobody means well with ------------------------------------------------------------------------------------

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&c;</rdf:RDF>'
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>'


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("rdf", LAUGHS),
        ("rdf", OUTSIDE),
        ("rdf", "<" * 10_000),
        ("rdf", "<a>" * 5_000),
        ("rdf", "<a/>"),
        ("json", "[" * 100_000),
        ("json", '{"a": ' * 100_000),
        ("json", '[{"type": "book", "title": "x", "custom": ' + "[" * 900 + "]" * 900 + "}]"),
        ("json", '"a book"'),
        ("json", "7"),
        ("json", "[" + '{"type": "book"},' * 3001 + "{}]"),
        ("ris", "TY  - JOUR\n" * 20_000),
        ("ris", "TY  - JOUR\nER  - \n" * 3001),
        ("ris", "\x00" * 1000),
        ("bib", "@" * 10_000),
        ("bib", "@article{a, title = {x}}\n" * 6001),
        ("bib", "{" * 10_000),
        ("bib", ""),
    ],
)
def test_a_hostile_file_is_refused_in_words(form, text):
    with pytest.raises(Unfit, match=r"\w+ \w+ .*"):
        READERS[form](text)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("bib", "@book{b, title={" + "\\textbf{" * 3000 + "x" + "}" * 3000 + "}}"),
        ("bib", "@article{a, title = " + '"x" # ' * 5000 + '"y"}'),
        ("bib", "@book{b, author = {" + "A and " * 2000 + "B}, title = {T}}"),
        ("bib", "@book{b, title = {" + "&" * 100_000 + "}}"),
        ("ris", "TY  - JOUR\nTI  - x\n" + "AU  - a\n" * 2000 + "ER  - \n"),
        ("json", '[{"type": "book", "title": 5}]'),
        ("json", '[{"type": ["a"], "title": "x"}]'),
        ("json", '[{"type": "book", "title": "x", "__proto__": 1}]'),
        ("json", "[1e999, null, []]"),
    ],
)
def test_what_is_beyond_measure_has_faults_and_is_not_kept(form, text):
    assert all(each.faults for each in READERS[form](text))


@pytest.mark.parametrize(
    "text",
    [
        '[{"type": "book", "title": "a\\u0000b \\ud800"}]',
        '[{"type": "book", "title": "x", "volume": 1e999}]',
        '[{"type": "book", "title": "x", "author": [{"family": "a\\u0000\\udfff"}], "custom": {"\\u0000": "\\u0000"}}]',
        '[{"type": "book", "title": "x", "issued": {"date-parts": [[99999999999999999999, 99, 99]]}}]',
        '[{"type": "book", "title": "x", "issued": {"date-parts": [["", "13"]]}}]',
    ],
)
@pytest.mark.django_db
def test_what_no_database_keeps_is_left_out_and_the_rest_can_be_shown(text, ada, client):
    from collegium.ecology.actions.library import bring  # needs the database
    from tests.ecology.factories import make_ecology

    ecology = make_ecology(ada)
    assert bring(ecology=ecology, by=ada, references=READERS["json"](text)).new == 1
    resource = ecology.resources.get()
    client.force_login(ada.account)
    for style in ("apa", "ieee"):
        assert client.get(f"{resource.get_absolute_url()}?style={style}").status_code == 200
    for form in FORMATS:
        assert client.get(f"/resources/{resource.pk}/citation.{form}").status_code == 200
