"""What is signed: canonical lines, and the refusal of whatever a signature would not cover."""

import copy
import random

import pyoxigraph
import pytest
from pyld import jsonld

from collegium.credentials import contexts, linkeddata
from collegium.credentials.linkeddata import Literal, Node, Quad
from tests.credentials.made import badge, issued

TEXT = f"{linkeddata.XSD}string"


def by_oxigraph(statements):
    """The same by another implementation."""
    lines = "".join(line for line in _lines(statements)).encode()
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(lines, format=pyoxigraph.RdfFormat.N_QUADS))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(f"{quad} .\n" for quad in dataset)


def _lines(statements):
    names = {name: name for quad in statements for _position, name in quad.blank_nodes()}
    return [quad.line(names) for quad in statements]


def test_our_badge_is_canonicalised_as_others_do():
    document = issued()
    theirs = jsonld.normalize(
        copy.deepcopy(document),
        {"documentLoader": contexts.load, "algorithm": "URDNA2015", "format": "application/n-quads"},
    )
    assert linkeddata.canonicalise(document) == theirs
    assert linkeddata.canonical_lines(linkeddata.quads(document)) == by_oxigraph(linkeddata.quads(document))


def test_any_small_graph_is_canonicalised_as_others_do():
    # Named by no blank node: pyoxigraph orders those otherwise than the W3C's algorithm (our lines are those of
    # Digital Bazaar's implementation there).
    dice = random.Random(7)
    for _round in range(400):
        blank = [Node(f"_:n{number}") for number in range(dice.randint(1, 6))]
        things = [*blank, Node("urn:a"), Node("urn:b")]
        statements = {
            Quad(
                dice.choice(things),
                dice.choice(["urn:p", "urn:q"]),
                dice.choice([*things, Literal("x", TEXT)]),
                dice.choice([None, None, Node("urn:g")]),
            )
            for _number in range(dice.randint(1, 12))
        }
        assert linkeddata.canonical_lines(statements) == by_oxigraph(statements)


def test_the_names_of_blank_nodes_do_not_matter_also_in_graphs():
    statements = [
        Quad(Node("_:n0"), "urn:p", Node("_:n2"), Node("_:n3")),
        Quad(Node("_:n4"), "urn:p", Node("_:n0"), Node("_:n3")),
        Quad(Node("_:n1"), "urn:p", Literal("x", TEXT), None),
        Quad(Node("_:n2"), "urn:p", Node("_:n1"), Node("_:n4")),
    ]
    expected = linkeddata.canonical_lines(statements)
    dice = random.Random(1)
    for _round in range(20):
        names = dice.sample(range(50), 5)

        def other(term, names=names):
            return Node(f"_:x{names[int(term.value[3:])]}") if isinstance(term, Node) and term.blank else term

        renamed = [Quad(other(q.subject), q.predicate, other(q.object), other(q.graph)) for q in statements]
        dice.shuffle(renamed)
        assert linkeddata.canonical_lines(renamed) == expected


def test_letters_that_need_it_are_escaped():
    quad = Quad(Node("urn:a"), "urn:p", Literal('a"\\\n\t\x07\x7fé', TEXT), None)
    assert linkeddata.canonical_lines([quad]) == ['<urn:a> <urn:p> "a\\"\\\\\\n\\t\\u0007\\u007Fé" .\n']


@pytest.mark.parametrize(
    ("value", "written"),
    [(5.3, "5.3E0"), (1e-7, "1.0E-7"), (0.1, "1.0E-1"), (1234.5, "1.2345E3"), (1e21, "1.0E21")],
)
def test_numbers_have_one_form(value, written):
    assert linkeddata._double(value) == written


@pytest.mark.parametrize("size", [8, 12, 40])
def test_a_knot_of_blank_nodes_is_refused_and_does_not_hang(size):
    blank = [Node(f"_:n{number}") for number in range(size)]
    knot = [Quad(one, "urn:p", other, None) for one in blank for other in blank if one != other]
    with pytest.raises(linkeddata.TooComplex):
        linkeddata.canonical_lines(knot)


def test_many_parts_that_look_alike_are_no_knot():
    document = badge()
    document["credentialSubject"]["result"] = [
        {"type": ["Result"], "status": "Completed"} for _number in range(60)
    ]
    assert linkeddata.canonicalise(document)


# Refused --------------------------------------------------------------------------------------------------------------


def changed(**terms):
    return {**badge(), **terms}


@pytest.mark.parametrize(
    ("document", "term"),
    [
        (changed(grade="A"), "grade"),
        (changed(evidence=[{"id": "https://a.example/", "type": ["Evidence"], "colour": "red"}]), "colour"),
        (changed(type=["VerifiableCredential", "OpenBadgeCredential", "Splendid"]), "Splendid"),
        (changed(evidence=[{"id": "evidence/1", "type": ["Evidence"]}]), "evidence/1"),
        (changed(name={"@value": "Zertifikat", "@language": "de", "@direction": "ltr"}), "@direction"),
    ],
)
def test_a_term_that_no_context_defines_is_refused(document, term):
    with pytest.raises(linkeddata.UndefinedTerm) as refused:
        linkeddata.canonicalise(document)
    assert refused.value.term == term


@pytest.mark.parametrize(
    "document",
    [
        changed(**{"https://www.w3.org/2018/credentials#validUntil": "2099-01-01T00:00:00Z"}),
        changed(**{"@id": "urn:x"}),
        changed(**{"@graph": []}),
        changed(name={"@value": "x", "@type": "urn:type"}),
        changed(**{"@context": badge()["@context"][0]}),
        changed(**{"@context": [*badge()["@context"], {"validUntil": "urn:nothing"}]}),
        changed(**{"@context": list(reversed(badge()["@context"]))}),
        changed(**{"@context": []}),
        changed(evidence=[{"id": badge()["id"], "type": ["Evidence"]}]),
        [badge()],
        "text",
    ],
)
def test_what_could_hide_something_is_refused(document):
    with pytest.raises(linkeddata.Unsound):
        linkeddata.canonicalise(document)


def test_an_unknown_context_is_refused_by_name():
    document = changed(**{"@context": [*badge()["@context"], "https://evil.example/context"]})
    with pytest.raises(contexts.UnknownContext) as refused:
        linkeddata.canonicalise(document)
    assert refused.value.address == "https://evil.example/context"


def test_nesting_has_an_end():
    document = changed()
    inner = document["credentialSubject"]["achievement"]
    for _depth in range(60):
        inner["related"] = [{"type": ["Related"], "id": "urn:x"}]
        inner = inner["related"][0]
    with pytest.raises(linkeddata.Unsound):
        linkeddata.canonicalise(document)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 2}',
        '{"a": NaN}',
        '{"a": Infinity}',
        "{",
        "",
        "[" * 100_000,
        '"' + "x" * 1_000_001 + '"',
        b"\xff\xfe",
    ],
)
def test_json_that_two_readers_could_read_differently_is_refused(text):
    with pytest.raises(linkeddata.Unsound):
        linkeddata.parse(text)


def test_every_context_is_the_one_that_was_put_there():
    assert {contexts.document(address)["@context"] is not None for address in contexts.KNOWN} == {True}
