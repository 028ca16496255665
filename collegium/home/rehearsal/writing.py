"""Texts of a wanted length out of the stories, with the framework's own words where they belong."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from collegium.foundation.richtext import count_words
from collegium.home.rehearsal.stories import DID, FOUND, MORE, PLAN, SHORT, STATEMENT, Story

LONGEST_SHORT = max(SHORT)
QUOTED_MOST = 34  # words of the framework that are quoted in one go
OPENING_FROM = 40  # a shorter text goes straight to the matter
A_PARAGRAPH = 4  # sentences
A_SENTENCE = 35  # words of the longest one: by so much a text may be shorter than wanted

# Words for a component where the scheme sets no bounds: what reads well on a page, and no rule of anybody's.
USUAL: Mapping[str, int] = {
    "description": 105,
    "evidence": 62,
    "reflection": 95,
    "impact": 60,
    "statement": 190,
    "plan": 190,
}


@dataclass(frozen=True)
class Topic:
    """What one text is about: a section of the scheme, and the story that is told in it."""

    title: str
    guidance: str  # of the section
    asks: str  # of the component
    story: Story
    turn: int  # how often the story was told before: it goes on where it stopped
    facts: Mapping[str, str]  # of the writer


def compose(kind: str, topic: Topic, words: int, *, exactly: bool = False) -> list[str]:
    """Paragraphs with about so many words, never more; ``exactly`` so many where a bound is near.

    ``kind`` is a component's key, or `statement` or `plan`.
    """
    sentences: list[str] = []
    count = 0
    for sentence in _sentences(kind, topic, words):
        length = count_words(sentence)
        if count + length > words:
            break
        sentences.append(sentence)
        count += length
    if exactly or not sentences:
        sentences += _ending(words - count, topic.turn)
    return _paragraphs(sentences)


def _sentences(kind: str, topic: Topic, words: int) -> Iterator[str]:
    """More than anybody needs: the opening, the story, what fits around it, and then week after week."""
    if words >= OPENING_FROM:
        yield from _opening(kind, topic)
    own = _told(kind, topic)
    start = (topic.turn * 4) % len(own) if own else 0
    yield from (*own[start:], *own[:start])
    more = MORE.get(kind, MORE["description"])
    start = topic.turn * 3 % len(more)
    yield from (*more[start:], *more[:start])
    yield from _weeks(topic.turn)


def _told(kind: str, topic: Topic) -> Sequence[str]:
    if kind == "statement":
        return [sentence % topic.facts for sentence in STATEMENT]
    if kind == "plan":
        return PLAN
    return topic.story.sentences.get(kind, topic.story.sentences["description"])


def _opening(kind: str, topic: Topic) -> Iterator[str]:
    if kind in {"statement", "plan"}:
        return
    asked = first_sentence(topic.asks)
    if kind == "description":
        yield f"What I tell of under “{topic.title}” is {topic.story.what}."
        guidance = first_sentence(topic.guidance)
        if guidance:
            yield f"The guidance says: “{guidance}”"
    elif kind == "evidence":
        yield f"For “{topic.title}” I have chosen what carries the point."
    elif asked.endswith("?"):
        yield f"“{asked}”"


def _weeks(turn: int) -> Iterator[str]:
    number = turn * 5
    while True:
        did, found = DID[number % len(DID)], FOUND[number % len(FOUND)]
        number += 1
        yield f"In week {number} {did}, and {found}."


def _ending(left: int, turn: int) -> list[str]:
    """Short sentences with exactly so many words together."""
    ending = []
    while left > 0:
        length = left if left in SHORT else LONGEST_SHORT
        choices = SHORT[length]
        ending.append(choices[turn % len(choices)])
        left -= length
    return ending


def _paragraphs(sentences: Sequence[str]) -> list[str]:
    """Of about the same number of sentences each."""
    count = max(round(len(sentences) / A_PARAGRAPH), 1)
    ends = [len(sentences) * number // count for number in range(count + 1)]
    return [" ".join(sentences[start:end]) for start, end in itertools.pairwise(ends)]


def first_sentence(text: str) -> str:
    """The first sentence of a guidance, if it is short enough to be quoted."""
    found = re.match(r"(.+?[.?!])(\s|$)", " ".join(text.split()))
    sentence = found.group(1) if found else ""
    return sentence if count_words(sentence) <= QUOTED_MOST else ""


def as_html(paragraphs: Iterable[str], *, principle: str = "", embedded: Sequence[int] = ()) -> str:
    """As the editor would save it: the first paragraph's last sentence marked with a principle, evidence at the end."""
    blocks = []
    for number, paragraph in enumerate(paragraphs):
        if principle and number == 0:
            before, last = _split_last(paragraph)
            marked = f'<span class="principle" data-principle="{escape(principle)}">{escape(last, quote=False)}</span>'
            blocks.append(f"<p>{escape(before, quote=False)}{marked}</p>")
        else:
            blocks.append(f"<p>{escape(paragraph, quote=False)}</p>")
    blocks += [f'<figure data-evidence="{number}"></figure>' for number in embedded]
    return "".join(blocks)


def _split_last(paragraph: str) -> tuple[str, str]:
    before, space, last = paragraph.rpartition(". ")
    return (f"{before}. ", last) if space else ("", paragraph)


# How long ---------------------------------------------------------------------------------------------------------------


@dataclass
class Length:
    """How many words one section is to have, and between which bounds it may be moved."""

    kinds: Sequence[str]
    least: int | None
    most: int | None
    words: int = 0

    def __post_init__(self) -> None:
        usual = sum(USUAL.get(kind, USUAL["description"]) for kind in self.kinds)
        low, high = self.least, self.most
        if low is not None and high is not None:
            self.words = round(low + (high - low) * 0.6)
        elif low is not None:
            self.words = max(usual, round(low * 1.1))
        elif high is not None:
            self.words = min(usual, round(high * 0.9))
        else:
            self.words = usual

    def moved(self, wanted: int) -> int:
        """As near to the wanted number as the bounds allow."""
        low = self.least if self.least is not None else 2 * len(self.kinds)
        high = self.most if self.most is not None else max(wanted, low)
        return max(low, min(wanted, high))

    @property
    def is_tight(self) -> bool:
        """Whether texts that end with a whole sentence could fall below the least."""
        return self.least is not None and self.words - self.least < A_SENTENCE * len(self.kinds)

    def shares(self) -> list[int]:
        """The words of each component, in proportion to what is usual, with none left over."""
        usual = [USUAL.get(kind, USUAL["description"]) for kind in self.kinds]
        given = [max(self.words * each // sum(usual), 1) for each in usual]
        given[0] += self.words - sum(given)
        return given


def fit(lengths: Sequence[Length], least: int | None, most: int | None) -> None:
    """Makes all sections together as long as the scheme says of the whole, as far as each one's own bounds allow."""
    if not lengths:
        return
    for _round in range(6):
        total = sum(each.words for each in lengths)
        if least is not None and total < least:
            wanted = least + max((most or least * 2) - least, 0) // 3
        elif most is not None and total > most:
            wanted = most - (most - (least or 0)) // 10
        else:
            return
        for each in lengths:
            each.words = each.moved(round(each.words * wanted / total))
