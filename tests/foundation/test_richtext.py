import random

import pytest

from collegium.foundation import richtext

EVERYTHING = (
    '<h2 lang="de">Titel</h2><p dir="rtl">a <strong>b</strong> <em>c</em> <u>d</u> <s>e</s> x<sub>1</sub> y<sup>2</sup> <code>f</code><br>g</p>'
    "<h3>i</h3><h4>j</h4><ul><li><p>k</p></li></ul><ol><li>l</li></ol><blockquote><p>m</p></blockquote><pre><code>n\n  o</code></pre><hr>"
    '<p><a href="https://example.org/?a=1&amp;b=2" title="t" rel="noopener noreferrer">p</a></p>'
    '<figure><img src="/evidence/3/thumbnail/1024" alt="A board" width="10" height="20"><figcaption>q</figcaption></figure>'
    '<table><thead><tr><th scope="col">r</th></tr></thead><tbody><tr><td colspan="2" rowspan="3">s</td></tr></tbody></table>'
    '<p><span class="principle" data-principle="P1">t u</span></p><figure data-evidence="7"></figure>'
)


def test_the_whole_vocabulary_comes_through_unchanged():
    assert richtext.clean(EVERYTHING) == EVERYTHING


@pytest.mark.parametrize(
    ("dirty", "safe"),
    [
        ("<p onclick=alert(1)>x</p>", "<p>x</p>"),
        ("<script>alert(1)</script>x", "x"),
        ("<p>x<script>alert(1)", "<p>x</p>"),
        ('<p style="position:fixed">x</p>', "<p>x</p>"),
        ('<a href="javascript:alert(1)">x</a>', "x"),
        ('<a href=" java\nscript:alert(1)">x</a>', "x"),
        ('<a href="data:text/html,x">x</a>', "x"),
        ('<a href="//evil.example/">x</a>', "x"),
        ('<a href="/\\evil.example/">x</a>', "x"),
        (
            '<a href="/portfolios/1" target="_blank">x</a>',
            '<a href="/portfolios/1" rel="noopener noreferrer">x</a>',
        ),
        ('<img src="data:image/png;base64,AAAA" alt="x">', ""),
        ('<img src="https://evil.example/pixel.gif">', ""),
        ('<img src="/account/logout/" alt="x">', ""),
        ('<img src="/evidence/../account/logout/">', ""),
        ('<img src="/evidence/%2e%2e/account/">', ""),
        ('<img src="//evidence/1/file">', ""),
        ('<img src="/evidence/1/file" onerror="alert(1)">', '<img src="/evidence/1/file">'),
        ("<svg><style><img src=x onerror=alert(1)></style></svg>y", "y"),
        ("<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", ""),
        ("<iframe src='https://evil.example'>x</iframe>", ""),
        ("<form action=/x><input name=a><button>Go</button></form>", "Go"),
        ("<!-- <p>x</p> -->y", "y"),
        ("<p>a\x00b</p>", "<p>ab</p>"),
        (
            '<span class="principle bold" data-principle="2.1">x</span>',
            '<span class="principle" data-principle="2.1">x</span>',
        ),
        ('<span class="principle">x</span>', "x"),
        ('<span data-principle="&quot;><script>">x</span>', "x"),
        ('<figure data-evidence="1 or 1"><p>x</p></figure>', "<figure><p>x</p></figure>"),
        ('<td colspan="99999">x</td>', "x"),
        ('<p lang="x\'y" dir="up">x</p>', "<p>x</p>"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
    ],
)
def test_what_could_harm_is_gone_and_the_words_stay(dirty, safe):
    assert richtext.clean(dirty) == safe


@pytest.mark.parametrize(
    ("foreign", "ours"),
    [
        ("<h1>x</h1><h6>y</h6>", "<h2>x</h2><h4>y</h4>"),
        (
            "<p><b>x</b><i>y</i><strike>z</strike><del>w</del><ins>v</ins></p>",
            "<p><strong>x</strong><em>y</em><s>z</s><s>w</s><u>v</u></p>",
        ),
        ("<div>x</div><div><p>y</p></div>", "<p>x</p><p>y</p>"),
        ("<p><font color=red>x</font><o:p>y</o:p></p>", "<p>xy</p>"),
        ("<p>x<p>y", "<p>x</p><p>y</p>"),
    ],
)
def test_other_editors_words_for_the_same_are_understood(foreign, ours):
    assert richtext.clean(foreign) == ours


def test_cleaning_twice_changes_nothing_whatever_comes_in():
    pieces = [
        "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<td>", "<table>", "</table>", "<svg>", "</svg>", "<style>", "</style>",
        "<math>", "<a href='https://x.example/'>", "</a>", "<img src=/evidence/1/f>", '<span data-principle="P1">', "</span>", "<li>", "<ul>",
        "</ul>", "<!--", "-->", "<title>", "<textarea>", "</textarea>", "<noscript>", "&lt;script&gt;", "&", "<", ">", '"', "text ", "\n",
        "<figure data-evidence=3>", "</figure>", "<pre>", "</pre>", "<template>", "<x onclick=1>", "<br>", "<hr>", "<blockquote>", "<h1>", "</h1>",
    ]  # fmt: skip
    chance = random.Random(7)
    for _ in range(1000):
        dirty = "".join(chance.choices(pieces, k=chance.randrange(1, 25)))
        once = richtext.clean(dirty)
        assert richtext.clean(once) == once, dirty
        assert "onclick" not in once.replace("&lt;", "")
        assert "<script" not in once
        assert "<svg" not in once


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("", 0),
        ("<p>one</p><p>two</p>", 2),
        ("<p>Don’t count a well-being — twice…</p>", 5),
        ("<p>3.5 of 10 and/or 50%</p>", 5),
        ("<p>one<br>two</p>", 2),
        ("<ul><li>one</li><li>two</li></ul>", 2),
        ("<table><tbody><tr><td>one</td><td>two</td></tr></tbody></table>", 2),
        ("<p>un<strong>break</strong>able</p>", 1),
        ("<p>– * … !</p>", 0),
        ("<p>日本語です</p>", 5),
        ("<p>使用 Moodle 平台</p>", 5),
        ("<p>한국어 단어</p>", 2),
        ("<p>التعلم عن بعد</p>", 3),
        ("<p>สวัสดีครับ</p>", 2),
        ('<p><img src="/evidence/1/f" alt="these are not written words"></p>', 0),
    ],
)
def test_words_are_counted_as_a_word_processor_counts_them(html, words):
    assert richtext.word_count(html) == words


def test_plain_text_keeps_the_lines():
    html = "<h2>A  title</h2><p>One<br>two</p><ul><li><p>three</p></li></ul><table><tbody><tr><td><p>a</p></td><td>b &amp; c</td></tr></tbody></table>"
    assert richtext.plain(html) == "A title\nOne\ntwo\nthree\na\tb & c"


def test_what_stands_in_a_text_can_be_asked():
    html = richtext.clean(
        '<p><img src="/evidence/1/f" alt=""><img src="/evidence/2/f" alt="A cat"><img src="/evidence/3/f"></p>'
        '<figure data-evidence="12"></figure><figure data-evidence="3"></figure><figure data-evidence="12"></figure>'
        '<p><a href="https://a.example/">a</a><a href="https://b.example/">b</a><a href="https://a.example/">c</a></p>'
        '<p><span data-principle="P1">one two</span> three <span data-principle="P2">four <em>five six</em></span><span data-principle="P1">seven</span></p>'
    )
    assert richtext.images_without_alt(html) == 2
    assert richtext.embedded_evidence(html) == [12, 3]
    assert richtext.links(html) == ["https://a.example/", "https://b.example/"]
    assert richtext.marked_principles(html) == {"P1": 3, "P2": 3}


# What differs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("<p>a b c</p>", "<p>a b c</p>", "<p>a b c</p>"),
        ("<p>a b c d</p>", "<p>a b x d</p>", "<p>a b <del>c</del><ins>x</ins> d</p>"),
        (
            "<p>the quick brown fox jumps</p>",
            "<p>the slow red fox jumps</p>",
            "<p>the <del>quick brown</del><ins>slow red</ins> fox jumps</p>",
        ),
        ("", "<p>new</p>", "<p><ins>new</ins></p>"),
        ("<p>old</p>", "", "<p><del>old</del></p>"),
        ("<p>a</p>", "<p>a</p><p>b</p>", "<p>a</p><p><ins>b</ins></p>"),
        (
            "<p>a word</p>",
            "<p>a <strong>word</strong></p>",
            "<p>a <del>word</del><ins><strong>word</strong></ins></p>",
        ),
        (
            "<ul><li>one</li><li>two</li></ul>",
            "<ul><li>one</li><li>two and more</li><li>three</li></ul>",
            "<ul><li>one</li><li><del>two</del></li><li><ins>two and more</ins></li><li><ins>three</ins></li></ul>",
        ),
        (
            "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
            "<table><tbody><tr><td>a</td><td>c</td></tr><tr><td>d</td></tr></tbody></table>",
            "<table><tbody><tr><td>a</td><td><del>b</del><ins>c</ins></td></tr><tr><td><ins>d</ins></td></tr></tbody></table>",
        ),
        (
            '<p>see <a href="https://a.example/">this</a></p>',
            '<p>see <a href="https://b.example/">this</a></p>',
            (
                '<p>see <del><a href="https://a.example/" rel="noopener noreferrer">this</a></del>'
                '<ins><a href="https://b.example/" rel="noopener noreferrer">this</a></ins></p>'
            ),
        ),
        (
            "<p>x</p>",
            '<p>x</p><figure data-evidence="3"></figure>',
            '<p>x</p><ins><figure data-evidence="3"></figure></ins>',
        ),
        ("<p>x</p><hr><p>y</p>", "<p>x</p><p>y</p>", "<p>x</p><del><hr></del><p>y</p>"),
        ("<p>日本語です</p>", "<p>日本語だ</p>", "<p>日本語<del>です</del><ins>だ</ins></p>"),
    ],
)
def test_a_difference_shows_what_went_and_what_came(old, new, shown):
    assert richtext.difference(old, new) == shown


def test_a_difference_is_safe_and_well_formed_whatever_comes_in():
    hostile = "<p>x</p><script>alert(1)</script><p><img src=x onerror=alert(1)>&lt;script&gt;</p>"
    shown = richtext.difference("<p>x y</p>", hostile)
    assert "<script" not in shown
    assert "onerror" not in shown
    assert "&lt;script&gt;" in shown


def test_a_difference_leaves_out_nothing_of_either_text():
    chance = random.Random(3)
    words = ["we", "taught", "with", "video", "and", "asked", "students", "what", "helped", "them", "most"]
    for _ in range(200):
        texts = []
        for _side in range(2):
            blocks = [
                "".join(f"<{tag}>{' '.join(chance.choices(words, k=chance.randrange(1, 9)))}</{tag}>")
                for tag in chance.choices(["p", "h2"], k=4)
            ]
            texts.append("".join(blocks))
        shown = richtext.difference(*texts)
        kept = [
            shown.replace("<ins>", "\0").replace("</ins>", "\1"),
            shown.replace("<del>", "\0").replace("</del>", "\1"),
        ]
        for text, with_markers, tag in zip(texts, kept, ("del", "ins"), strict=True):
            out = [part.split("\1", 1)[-1] for part in with_markers.split("\0")]
            remaining = richtext.plain("".join(out).replace(f"<{tag}>", "").replace(f"</{tag}>", ""))
            assert remaining.split() == richtext.plain(text).split()


def test_two_long_unlike_texts_are_compared_without_keeping_anybody_waiting():
    old = "".join(f"<p>{' '.join(f'word{i}x{j}' for j in range(60))}</p>" for i in range(150))
    new = "".join(f"<p>{' '.join(f'other{i}y{j}' for j in range(60))}</p>" for i in range(150))
    shown = richtext.difference(old, new)
    assert shown.count("<del>") == shown.count("<ins>") == 150


def test_the_same_text_written_otherwise_is_the_same():
    assert richtext.is_same("<p>a &amp; b</p>", "<p onclick=x>a & b</p>")
    assert not richtext.is_same("<p>a</p>", "<p>b</p>")


# Links in running text ------------------------------------------------------------------------------------------------


def _find_here(text):
    start = text.find("here")
    return [(start, start + 4, 'https://example.org/?a="b"')] if start >= 0 else []


def test_passages_become_links_except_in_links_and_code():
    linked = richtext.with_links(
        '<p>Look here &amp; <a href="https://example.com">not here</a> <code>nor here</code></p>', _find_here
    )
    assert linked.count("https://example.org/") == 1
    assert "Look <a href=" in linked
    assert '>here</a> &amp; <a href="https://example.com"' in linked
    assert 'a="b"' not in linked


def test_a_link_that_is_not_safe_is_not_made():
    assert "javascript" not in richtext.with_links(
        "<p>here</p>", lambda _text: [(0, 4, "javascript:alert(1)")]
    )


def test_a_beginning_is_that_of_all_the_words():
    long = "".join(f"<p>{word} {'and so on ' * 12}</p>" for word in ("one", "two", "three", "four", "five"))
    for html in (long, "<p>short</p>", "", f"<p>{'word ' * 400}</p>", f"<p>{'<br>' * 300}at the end</p>"):
        whole, read = richtext.plain(html), richtext.beginning(html, 120)
        assert whole.startswith(read)
        assert len(read) > 120 or read == whole
