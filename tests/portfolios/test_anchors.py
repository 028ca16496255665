"""A passage is found again after whatever a writer does to the words around it, and never taken for another one."""

import random
import re

import pytest

from collegium.foundation import richtext
from collegium.portfolios import anchors

SENTENCES = [
    "In the spring I changed how first-year students hear what I think of their essays.",
    "Written comments had come too late, and few came to collect them.",
    "So I recorded three minutes of audio for each of them on the day they handed in.",
    "Two colleagues thought that it would take longer, and for the first week they were right.",
    "After that a recording took me eight minutes where writing had taken a quarter of an hour.",
    "What surprised me was the tone: I praised more than I do in the margin.",
    "The learners told me that they listened twice, once at once and once before the next essay.",
    "Accessibility needed thought, since two of them lip-read and one uses a screen reader.",
    "We added transcripts that a machine makes and I correct, which costs five minutes more.",
    "If I did it again I would ask the students earlier what they do with feedback at all.",
]


def html(sentences, size=3):
    return "".join(f"<p>{' '.join(sentences[at : at + size])}</p>" for at in range(0, len(sentences), size))


def anchor_on(markup, passage):
    text = anchors.read(markup)
    start = text.words.index(passage)
    return text.anchor(start, start + len(passage))


def passage_in(markup, anchor):
    text = anchors.read(markup)
    found = anchors.find(text, anchor)
    return text.words[slice(*found)] if found else None


# Reading --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<p>One</p><p>two</p>", "One two"),
        ("<p>One  <strong>bold</strong>\n word</p>", "One bold word"),
        ("<ul><li>a</li><li>b &amp; c</li></ul>", "a b & c"),
        ("<p>a<br>b</p>", "a b"),
        ("<p>&lt;em&gt; 3 &gt; 2&nbsp;x</p>", "<em> 3 > 2 x"),
        ('<p>before</p><figure data-evidence="7"></figure><p>after</p>', "before after"),
        ("", ""),
        ("<p></p>", ""),
        ("<p>日本語の文章</p><p>次</p>", "日本語の文章 次"),
    ],
)
def test_the_words_are_those_that_a_reader_sees(markup, words):
    text = anchors.read(markup)
    assert text.words == words
    assert len(text.places) == len(words)


def test_each_character_stands_where_it_says():
    markup = richtext.clean(html(SENTENCES).replace("tone", "<em>t&amp;one</em>"))
    text = anchors.read(markup)
    for letter, (start, end) in zip(text.words, text.places, strict=True):
        if start >= 0 and letter not in "& ":
            assert markup[start:end] == letter


@pytest.mark.parametrize("seed", range(25))
def test_marks_add_nothing_to_the_words_and_break_no_tag(seed):
    rng = random.Random(seed)
    markup = richtext.clean(
        html(SENTENCES).replace("audio", "<strong>aud<em>io</em></strong>").replace("tone:", "<u>tone</u>:")
    )
    text = anchors.read(markup)
    passages = []
    for key in range(rng.randint(1, 5)):
        start = rng.randrange(len(text.words) - 2)
        passages.append((start, rng.randrange(start + 1, len(text.words)), str(key)))
    marked = text.marked(passages)
    assert re.sub(r"</?mark[^>]*>", "", marked) == markup
    assert anchors.read(re.sub(r"</?mark[^>]*>", "", marked)).words == text.words
    stack = []
    for closing, tag in re.findall(r"<(/?)([a-z0-9]+)[^>]*>", marked):
        if closing:
            assert stack.pop() == tag
        else:
            stack.append(tag)
    assert stack == []
    for start, end, key in passages:
        held = "".join(
            re.sub(r"<[^>]*>", "", part)
            for keys, part in re.findall(
                r'<mark class="passage" data-comment="([^"]*)"[^>]*>(.*?)</mark>', marked
            )
            if key in keys.split()
        )
        wanted = "".join(
            letter
            for letter, place in zip(text.words[start:end], text.places[start:end], strict=True)
            if place[0] >= 0
        )
        assert anchors.read(f"<p>{held}</p>").words.replace(" ", "") == wanted.replace(" ", "").strip()


# Finding again --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_a_sentence_is_found_word_for_word_wherever_other_sentences_go(seed):
    rng = random.Random(seed)
    chosen = rng.choice(SENTENCES)
    anchor = anchor_on(html(SENTENCES), chosen)
    others = [each for each in SENTENCES if each != chosen]
    rng.shuffle(others)
    kept = others[: rng.randint(0, len(others))]
    kept.insert(rng.randint(0, len(kept)), chosen)
    assert passage_in(html(kept, rng.randint(1, 4)), anchor) == chosen


@pytest.mark.parametrize("seed", range(60))
def test_a_sentence_is_found_when_a_few_of_its_words_change(seed):
    rng = random.Random(1000 + seed)
    chosen = rng.choice(SENTENCES)
    anchor = anchor_on(html(SENTENCES), chosen)
    words = chosen.split()
    for _ in range(len(words) // 5):
        place = rng.randrange(len(words))
        what = rng.choice(["drop", "swap", "add"])
        if what == "drop":
            words.pop(place)
        elif what == "swap":
            words[place] = "another"
        else:
            words.insert(place, "really")
    changed = " ".join(words)
    now = [changed if each == chosen else each for each in SENTENCES]
    found = passage_in(html(now), anchor)
    assert found is not None
    got, wanted = set(found.split()), set(words)
    assert len(got & wanted) >= 0.6 * len(wanted)
    assert len(got - wanted) <= 3  # at most a little of what stands beside it


@pytest.mark.parametrize("seed", range(40))
def test_followed_save_by_save_it_survives_being_rewritten_wholly(seed):
    """Each save changes one word; in the end none of the first words is left, and the passage is still the one."""
    rng = random.Random(2000 + seed)
    chosen = SENTENCES[4]
    now = list(SENTENCES)
    anchor = anchor_on(html(now), chosen)
    words = chosen.split()
    for place in rng.sample(range(len(words)), len(words)):
        words[place] = f"new{place}"
        now[4] = " ".join(words)
        text = anchors.read(html(now))
        found = anchors.find(text, anchor)
        assert found is not None
        anchor = text.anchor(*found)
    assert len(set(anchor.exact.split()) & set(words)) >= 0.7 * len(words)


@pytest.mark.parametrize("seed", range(30))
def test_what_was_taken_out_is_not_taken_for_something_else(seed):
    rng = random.Random(3000 + seed)
    chosen = rng.choice(SENTENCES)
    anchor = anchor_on(html(SENTENCES), chosen)
    assert passage_in(html([each for each in SENTENCES if each != chosen]), anchor) is None


def test_of_equal_words_the_one_in_its_place_is_meant():
    markup = "<p>I asked them. It helped. Then I asked again. It helped. And once more. It helped.</p>"
    text = anchors.read(markup)
    start = text.words.index("It helped.", 30)
    anchor = text.anchor(start, start + 10)
    later = anchors.read(markup.replace("<p>I asked them.", "<p>A new beginning, quite long. I asked them."))
    found = anchors.find(later, anchor)
    assert later.words[: found[0]].endswith("Then I asked again. ")


def test_a_single_word_is_found_only_among_its_neighbours():
    anchor = anchor_on("<p>The tone was warm, and they noticed.</p>", "warm")
    assert passage_in("<p>Yes: the tone was warm, and they noticed it.</p>", anchor) == "warm"
    assert passage_in("<p>Coffee should be warm or it is no use to anybody.</p>", anchor) is None


def test_words_without_spaces_are_found_by_the_character():
    markup = "<p>私は音声でフィードバックを始めました。学生は二回聞きました。</p>"
    anchor = anchor_on(markup, "音声でフィードバックを始めました")
    assert passage_in(markup.replace("始めました", "始めています"), anchor) is not None


def test_formatting_changes_nothing():
    anchor = anchor_on(html(SENTENCES), SENTENCES[2])
    bold = html(SENTENCES).replace("three minutes", "<strong>three</strong> <em>minutes</em>")
    assert passage_in(bold, anchor) == SENTENCES[2]


@pytest.mark.parametrize("markup", ["", "<p></p>", "<hr>", '<figure data-evidence="1"></figure>'])
def test_in_no_words_nothing_is_found(markup):
    assert passage_in(markup, anchors.Anchor("anything at all", "before ", " after", 7)) is None


def test_a_whole_page_of_words_is_searched_in_no_time_at_all_that_grows_with_its_square():
    long = html(SENTENCES * 200)
    anchor = anchor_on(long, SENTENCES[3])
    assert passage_in(long.replace("Two colleagues", "Two friends"), anchor) is not None


def test_spaces_and_the_ends_of_the_text_are_no_passage():
    text = anchors.read("<p>One two</p>")
    assert text.anchor(3, 4) is None
    assert text.anchor(5, 2) is None
    assert text.anchor(-5, 99).exact == "One two"
    assert text.anchor(2, 5).exact == "e t"
