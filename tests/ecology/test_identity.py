"""Two ways of writing an address are one address; two ways of writing a hashtag one hashtag."""

import pytest

from collegium.ecology import identity, likeness, tags

PLAIN = "https://ann.example/posts/1"


@pytest.mark.parametrize(
    "url",
    [
        PLAIN,
        "http://ann.example/posts/1",
        "HTTPS://Ann.Example:443/posts/1/",
        "https://www.ann.example/posts/1#top",
        "//ann.example/posts/1",
        "https://ann.example/posts/./x/../1/index.html",
        "https://ann.example/posts/%31?utm_source=a&UTM_MEDIUM=b&fbclid=c&mc_cid=d",
        "https://ann.example/posts/1/amp/",
        "https://ann.example/posts/1?amp=1",
        " https://ann.example/posts/1 \n",
    ],
)
def test_accidents_of_an_address(url):
    assert identity.plain(url) == PLAIN
    assert identity.address_key(url) == identity.address_key(PLAIN)
    assert len(identity.address_key(url)) == 64


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://a.example/?b=2&a=1", "https://a.example?a=1&b=2"),
        ("https://a.example/?p=12", "https://a.example?p=12"),
        ("https://a.example/#!/x", "https://a.example#!/x"),
        ("https://a.example/Case", "https://a.example/Case"),
        ("https://a.example:8080/x", "https://a.example:8080/x"),
        ("https://müller.example/ü", "https://xn--mller-kva.example/%C3%BC"),
        ("https://a.example/%2f", "https://a.example/%2F"),
        ("https://m.a.example/x", "https://m.a.example/x"),
        (
            "https://m.youtube.com/watch?v=abcdefghijk&t=9&feature=share",
            "https://youtube.com/watch?v=abcdefghijk",
        ),
        ("https://youtu.be/abcdefghijk?si=x", "https://youtube.com/watch?v=abcdefghijk"),
        ("https://www.youtube.com/shorts/abcdefghijk", "https://youtube.com/watch?v=abcdefghijk"),
        ("https://en.m.wikipedia.org/wiki/X", "https://en.wikipedia.org/wiki/X"),
        ("https://a.example/x?t=9", "https://a.example/x?t=9"),
        ("https://www.org/", "https://www.org"),
        ("http://[::1]:81/x", "https://[::1]:81/x"),
        ("mailto:a@a.example", ""),
        ("javascript:alert(1)", ""),
        ("https://a.example:99999/", ""),
        ("https://[bad/", ""),
        ("https://", ""),
        ("", ""),
    ],
)
def test_what_is_no_accident_stays(url, plain):
    assert identity.plain(url) == plain
    assert identity.plain(plain) == plain
    assert bool(identity.address_key(url)) is bool(plain)


def test_a_guid_is_worth_something_in_its_own_feed_only():
    class Source:
        def __init__(self, pk):
            self.pk = pk

    assert identity.guid_key(Source(1), "x") == identity.guid_key(Source(1), " x ")
    assert identity.guid_key(Source(1), "x") != identity.guid_key(Source(2), "x")


@pytest.mark.parametrize(
    ("said", "folded"),
    [
        ("#CMALTcMOOC", "cmaltcmooc"),
        ("cmalt cMOOC", "cmaltcmooc"),
        ("Assessment & Feedback", "assessmentfeedback"),
        ("＃日本語", "日本語"),
        ("#हिन्दी", "हिन्दी"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("!?", ""),
        ("x" * 200, "x" * 80),
    ],
)
def test_hashtags_are_one_however_they_are_written(said, folded):
    assert tags.fold(said) == folded


def test_hashtags_in_running_words():
    said = "Hi #cMOOC, (#ocTEL) #हिन्दी und #Straße! ＃日本語タグ #octel a#b &#39; http://x.example/#frag #123 ##x #a_b"
    assert tags.found_in(said) == ["cMOOC", "ocTEL", "हिन्दी", "Straße", "日本語タグ", "a_b"]


def test_likeness():
    words = (
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
        * 3
    )
    assert likeness.per_cent(words, words.upper()) == 100
    assert likeness.per_cent(words, "quite another thing altogether") == 0
    assert likeness.per_cent("", "") == 100
    assert likeness.contains(words, "six seven eight nine") == 100
    assert likeness.fingerprint("too few words") is None
    one = likeness.fingerprint(words)
    assert one == likeness.fingerprint(f"  {words.upper()}!")
    assert -(2**63) <= one < 2**63
    assert likeness.bits_apart(one, one) == 0
    assert set(likeness.traits(one, "A title of words", words)) >= set(likeness.traits(one, "", ""))
