import io
import json
import struct
import zlib

import pytest
from PIL import Image

from collegium.credentials import badges, baking, contexts
from tests.credentials.made import issued

BADGE = badges.Badge(seed="craft/member", letters="CM", title="Certified Member", partner="Guild of Crafts")
CREDENTIAL = contexts.write(issued())


def test_a_png_carries_a_credential_and_stays_a_picture():
    baked = baking.bake_png(badges.png(BADGE), CREDENTIAL)
    assert baking.unbake_png(baked) == CREDENTIAL
    with Image.open(io.BytesIO(baked)) as picture:
        picture.load()
        assert picture.size == (512, 512)


def test_baking_again_replaces():
    baked = baking.bake_png(baking.bake_png(badges.png(BADGE), "{}"), CREDENTIAL)
    assert (baking.unbake_png(baked), baked.count(baking.KEYWORD)) == (CREDENTIAL, 1)


def test_an_svg_carries_a_credential():
    assert json.loads(baking.unbake_svg(baking.bake_svg(badges.svg(BADGE), CREDENTIAL).encode())) == issued()


def test_words_that_would_end_it_early_do_not():
    text = json.dumps({"a": "]]><script>alert(1)</script>"})
    baked = baking.bake_svg(badges.svg(BADGE), text)
    assert json.loads(baking.unbake_svg(baked.encode())) == json.loads(text)


def test_a_picture_is_baked_once():
    with pytest.raises(baking.NotBaked):
        baking.bake_svg(baking.bake_svg(badges.svg(BADGE), "{}"), "{}")


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


PLAIN = badges.png(BADGE)
HEAD = PLAIN[:33]


@pytest.mark.parametrize(
    "picture",
    [
        PLAIN,
        PLAIN[:200],
        HEAD + chunk(b"iTXt", b"openbadgecredential\0\1\0\0\0" + zlib.compress(b"{}")),
        HEAD + chunk(b"iTXt", b"openbadgecredential\0\0\0"),
        HEAD + chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0\xff\xfe"),
        HEAD + chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0{}")[:-1] + b"!",
        HEAD + chunk(b"tEXt", b"openbadges\0https://old.example/"),
        HEAD + struct.pack(">I", 0xFFFFFFF0) + b"iTXt",
        HEAD + chunk(b"zzZz", b"") * 30_000,
        HEAD + chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0" + b"x" * 1_000_001),
    ],
)
def test_a_png_without_a_readable_credential_says_so(picture):
    with pytest.raises(baking.NotBaked):
        baking.unbake_png(picture)


SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:ob="https://purl.imsglobal.org/ob/v3p0">{}</svg>'


@pytest.mark.parametrize(
    "picture",
    [
        SVG.format(""),
        SVG.format("<ob:credential></ob:credential>"),
        SVG.format("<ob:credential><b>{}</b></ob:credential>"),
        SVG.format("<ob:credential>{"),
        '<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("<ob:credential>&a;</ob:credential>"),
        '<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + SVG.format("<ob:credential>x</ob:credential>"),
        SVG.format("<g>" * 500),
        '<svg xmlns:openbadges="http://openbadges.org"><openbadges:assertion verify="https://old.example/"/></svg>',
        "no picture",
    ],
)
def test_an_svg_without_a_readable_credential_says_so(picture):
    with pytest.raises(baking.NotBaked):
        baking.unbake_svg(picture.encode())


def test_a_badge_is_the_same_each_time_and_different_for_each_pathway():
    again = badges.Badge(
        seed="craft/member", letters="CM", title="Certified Member", partner="Guild of Crafts"
    )
    other = badges.Badge(
        seed="craft/senior", letters="CM", title="Certified Member", partner="Guild of Crafts"
    )
    assert badges.svg(again) == badges.svg(BADGE)
    assert badges.svg(other) != badges.svg(BADGE)


def test_words_on_a_badge_are_words_and_not_markup():
    hostile = badges.Badge(seed="x", letters="<b>", title='"><script>', partner="&amp;")
    drawn = badges.svg(hostile)
    assert "<script" not in drawn
    assert "&lt;b&gt;, &quot;&gt;&lt;script&gt;, &amp;amp;" in drawn


def test_a_title_in_letters_that_no_font_has_is_left_blank_and_does_not_break():
    assert badges.png(badges.Badge(seed="x", letters="證書", title="會員", partner="香港"), 64).startswith(
        baking.PNG
    )
