"""Lists of sources, in and out."""

import pytest
from django.core.management import call_command

from collegium.ecology import actions, opml, tasks
from collegium.ecology.queries.sources import outlines_of
from tests.ecology.factories import make_ecology
from tests.factories import make_person

NESTED = b"""<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Mine</title><ownerName>Ada</ownerName></head><body>
  <outline text="Teaching" isOpen="true">
    <outline text="Assessment &amp; more">
      <outline text="One" title="One!" type="rss" xmlUrl="https://one.example/feed" htmlUrl="https://one.example/" category="/a/b" custom="kept"/>
    </outline>
    <outline text="Two" type="rss" xmlUrl="https://two.example/feed"/>
    <outline text="Just words"/>
  </outline>
  <outline text="Three" type="rss" xmlUrl="https://three.example/feed"/>
  <outline text="A link" type="link" url="https://link.example/"/>
  <outline text="Empty folder"/>
</body></opml>"""


def test_a_nested_list_is_read_with_its_folders_and_all_attributes():
    read = opml.read(NESTED)
    assert read.head == {"title": "Mine", "ownerName": "Ada"}
    assert [(each.title, each.folder, each.feed_url) for each in read.outlines] == [
        ("One!", "Teaching/Assessment & more", "https://one.example/feed"),
        ("Two", "Teaching", "https://two.example/feed"),
        ("Just words", "Teaching", ""),
        ("Three", "", "https://three.example/feed"),
        ("A link", "", ""),
        ("Empty folder", "", ""),
    ]
    assert read.outlines[0].attributes["custom"] == "kept"
    assert read.outlines[0].above[0] == {"text": "Teaching", "isOpen": "true"}
    assert len(read.feeds) == 3


def test_what_is_written_is_what_was_read():
    read = opml.read(NESTED)
    again = opml.read(opml.write(head=read.head, outlines=read.outlines))
    assert again == read


def test_the_outline_of_a_followed_source_keeps_what_it_came_with():
    one = opml.read(NESTED).outlines[0]
    outline = opml.of_source(
        feed_url="https://moved.example/feed",
        page_url="https://moved.example/",
        title="Another title",
        folder=one.folder,
        kept=opml.keep(one),
    )
    assert outline.attributes == {
        "text": "One",
        "title": "One!",
        "type": "rss",
        "category": "/a/b",
        "custom": "kept",
        "htmlUrl": "https://moved.example/",
        "xmlUrl": "https://moved.example/feed",
    }
    assert outline.above == one.above
    elsewhere = opml.of_source(
        feed_url="https://x.example/", page_url="", title="X", folder="New/Place", kept=opml.keep(one)
    )
    assert elsewhere.folder == "New/Place"


def test_attributes_in_other_spelling_and_name_spaces_are_kept():
    body = b'<opml version="1.0" xmlns:x="http://x.example/ns"><body><outline text="A" XMLURL="https://a.example/f" x:note="n"/></body></opml>'
    (outline,) = opml.read(body).outlines
    assert outline.feed_url == "https://a.example/f"
    assert outline.attributes["{http://x.example/ns}note"] == "n"
    assert opml.read(opml.write(head={}, outlines=[outline])).outlines == (outline,)


BILLION = b"""<!DOCTYPE o [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><opml><body><outline text="&b;"/></body></opml>"""
OUTSIDE = b"""<!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml><body><outline text="x">&a;</outline></body></opml>"""


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "syntax"),
        (b"<html></html>", "syntax"),
        (b"no xml", "syntax"),
        (b"<opml><body>", "syntax"),
        (BILLION, "entities"),
        (OUTSIDE, "entities"),
        (b"<opml><body>" + b'<outline text="x">' * 60 + b"</outline>" * 60 + b"</body></opml>", "deep"),
        (b"<opml><body>" + b'<outline text="x"/>' * 5001 + b"</body></opml>", "many"),
        (b"<opml>" + b" " * opml.MOST_BYTES + b"</opml>", "large"),
    ],
)
def test_hostile_and_broken_files_are_refused(body, code):
    with pytest.raises(opml.NotOutlines) as refused:
        opml.read(body)
    assert refused.value.code == code


def test_signs_that_xml_has_not_are_left_out_and_bad_names_too():
    outline = opml.Outline({"text": "a\x00b\x0bc\ud800"})
    written = opml.write(head={"title": "x\x01y", "not a name": "z"}, outlines=[outline])
    read = opml.read(written)
    assert read.head == {"title": "xy"}
    assert read.outlines[0].title == "abc"


# Out of one database and into another ---------------------------------------------------------------------------------


def _bring(body):
    cy = make_person()
    ecology = make_ecology(editors=(cy,), title="Open course")
    work = actions.begin_import(ecology=ecology, by=cy, outlines=opml.read(body))
    tasks.import_outlines(work.pk)
    head, outlines = outlines_of(ecology)
    return opml.write(head=head, outlines=outlines)


@pytest.mark.django_db(transaction=True)
def test_what_went_out_and_came_into_a_fresh_database_goes_out_the_same():
    out = _bring(NESTED)
    # PostgreSQL keeps attributes in an order of its own, which means nothing in XML.
    assert sorted(opml.read(out).outlines, key=_by_attributes) == sorted(
        opml.read(NESTED).outlines, key=_by_attributes
    )
    call_command("flush", interactive=False, verbosity=0)
    assert _bring(out) == out


def _by_attributes(outline):
    return sorted(outline.attributes.items())
