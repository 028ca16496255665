import pytest

from collegium.evidence import actions
from collegium.evidence.forms import (
    AudienceForm,
    CaptureForm,
    EvidenceForm,
    body_as_text,
    link_and_note,
    words_from_elsewhere,
)
from tests.evidence.factories import make_image, upload
from tests.factories import make_circle, make_evidence


@pytest.mark.parametrize(
    ("words", "link", "note"),
    [
        ("https://example.org/x", "https://example.org/x", ""),
        ("  www.example.org/x \n", "www.example.org/x", ""),
        ("https://example.org/x\nwhat I think", "https://example.org/x", "what I think"),
        ("what I think\n\nhttps://example.org/x", "https://example.org/x", "what I think"),
        ("I saw https://example.org/x today", "", "I saw https://example.org/x today"),
        ("just words", "", "just words"),
        ("javascript:alert(1)", "", "javascript:alert(1)"),
    ],
)
def test_a_link_on_a_line_of_its_own_is_the_link(words, link, note):
    assert link_and_note(words) == (link, note)


@pytest.mark.parametrize(
    ("url", "text", "words"),
    [
        ("https://a.example/", "", "https://a.example/"),
        ("https://a.example/", "some words", "https://a.example/\n\nsome words"),
        ("", "Look: https://a.example/x", "https://a.example/x\n\nLook:"),
        ("", "https://a.example/x", "https://a.example/x"),
        ("https://a.example/", "https://a.example/", "https://a.example/"),
        ("", "some words", "some words"),
        ("", "", ""),
    ],
)
def test_what_a_phone_shares_reads_as_if_it_had_been_typed(url, text, words):
    assert words_from_elsewhere(url=url, text=text) == words


def test_nothing_at_all_is_told():
    form = CaptureForm({"words": " "})
    assert not form.is_valid()
    assert form.errors == {"words": ["Give a link, a file or a note: one of them is enough."]}


def test_too_many_files_at_once_are_told():
    class Many(dict):
        def getlist(self, _name):
            return [upload() for _ in range(31)]

    form = CaptureForm({"words": ""}, Many(uploads=[upload() for _ in range(31)]))
    assert not form.is_valid()
    assert form.errors["uploads"] == ["At most 30 files at once, please."]


@pytest.mark.parametrize(
    ("typed", "facts"),
    [
        ({"words": "https://a.example/"}, {"url": "https://a.example/", "description": ""}),
        (
            {"words": "https://a.example/\nmy words", "description": "more"},
            {"url": "https://a.example/", "description": "more\n\nmy words"},
        ),
        ({"words": "my words"}, {"body": "<p>my words</p>", "description": ""}),
        (
            {"words": "Thanks!", "said_by": "A student"},
            {"body": "<p>Thanks!</p>", "kind": "testimonial", "said_by": "A student"},
        ),
    ],
)
def test_what_is_typed_becomes_facts(typed, facts):
    form = CaptureForm(typed)
    assert form.is_valid()
    assert facts.items() <= form.facts().items()


def fields(evidence) -> list[str]:
    return list(EvidenceForm(evidence=evidence).fields)


@pytest.mark.django_db
def test_the_fields_are_those_that_fit(ada):
    common = ["happened_on", "description", "impact"]
    assert fields(make_evidence(ada)) == ["title", "body", "kind", "said_by", *common]
    link = actions.capture(by=ada, url="https://a.example/")
    assert fields(link) == ["title", "url", "access", "kind", *common]
    assert fields(make_image(ada)) == ["title", "alt_text", "url", "kind", *common, "upload"]


@pytest.mark.django_db
def test_an_image_is_asked_for_its_words(ada):
    form = EvidenceForm({"title": "x", "kind": "image"}, evidence=make_image(ada, alt_text=""))
    assert not form.is_valid()
    assert list(form.errors) == ["alt_text"]


@pytest.mark.django_db
def test_a_note_keeps_its_formatting_while_its_words_are_the_same(ada):
    evidence = make_evidence(ada, body="<p>One <strong>bold</strong></p><p>two<br>three</p>")
    assert body_as_text(evidence.body) == "One bold\n\ntwo\nthree"
    typed = {"title": "New", "body": "One bold\r\n\r\ntwo\r\nthree", "kind": "note"}
    form = EvidenceForm(typed, evidence=evidence)
    assert form.is_valid()
    assert form.changes() == {"title": "New"}
    form = EvidenceForm(typed | {"title": evidence.title, "body": "Other"}, evidence=evidence)
    assert form.is_valid()
    assert form.changes() == {"body": "<p>Other</p>"}


@pytest.mark.django_db
def test_each_circle_is_an_audience_of_its_own(ada, bo):
    circle = make_circle(ada, name="Northfield")
    make_circle(bo, name="Not mine")
    evidence = make_evidence(ada)
    form = AudienceForm({"audience": f"circle-{circle.pk}"}, person=ada, evidence=evidence)
    assert [label for _value, label in form.fields["audience"].choices] == [
        "Only you",
        "Northfield",
        "Everyone signed in",
        "Everyone on the web",
    ]
    assert form.is_valid()
    assert form.choice() == {"audience": "circle", "circle": circle}
    form = AudienceForm({"audience": "public"}, person=ada, evidence=evidence)
    assert form.is_valid()
    assert form.choice() == {"audience": "public", "circle": None}
