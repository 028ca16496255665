"""Where a passage stands in words that go on being written.

An anchor keeps the passage itself and what stood before and after it, over the plain text of a part. Looked for again, it
is taken where it stands word for word, or else where most of its words are still together; ``find`` says None where
nothing that could be called the same passage is left.
"""

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape, unescape

from django.utils.safestring import SafeString, mark_safe

from collegium.foundation import richtext

AROUND = 64  # characters kept before and after a passage
LONGEST = 5_000  # a passage, in characters: a page and more
ALIKE = 0.55  # share of its words that have to be there still
SHORT = 12  # characters: so short a passage is the same only if something around it is the same too

_TOKEN = re.compile(r"<[^>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]\w*);|[^<&]|[<&]", re.DOTALL)
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
_WORD = re.compile(
    "[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]"
    r"|\w+(?:['’]\w+)*|[^\w\s]"
)
_SPACES = re.compile(r"\s+")
_BREAKS = richtext.BLOCKS | {"br"}


@dataclass(frozen=True)
class Anchor:
    exact: str
    prefix: str = ""
    suffix: str = ""
    start: int = 0


@dataclass(frozen=True)
class Text:
    """The words of safe HTML, each space one space, and where in the HTML each character stands."""

    html: str
    words: str
    places: tuple[tuple[int, int], ...]  # (-1, -1): a space between two blocks, which is nowhere in the HTML

    def anchor(self, start: int, end: int) -> Anchor | None:
        """None where there is no passage between the two."""
        start, end = max(0, start), min(len(self.words), end)
        while start < end and self.words[start].isspace():
            start += 1
        while end > start and self.words[end - 1].isspace():
            end -= 1
        if start >= end or end - start > LONGEST:
            return None
        return Anchor(
            self.words[start:end],
            self.words[max(0, start - AROUND) : start],
            self.words[end : end + AROUND],
            start,
        )

    def paragraphs(self) -> list[tuple[int, int]]:
        """From where to where each block of words goes: what can be chosen without selecting."""
        found: list[tuple[int, int]] = []
        start = 0
        for place in [*(i for i, (at, _end) in enumerate(self.places) if at < 0), len(self.words)]:
            if self.words[start:place].strip():
                found.append((start, place))
            start = place + 1
        return found

    def marked(self, passages: "list[tuple[int, int, str]]") -> SafeString:
        """The HTML with ``<mark data-comment="1 7">`` around these (start, end, key); words that several hold have all keys."""
        if not passages:
            return mark_safe(self.html)  # noqa: S308 -- it was cleaned when it was saved
        edges = sorted({edge for start, end, _key in passages for edge in (start, end)})
        out: list[str] = []
        copied = 0  # of the HTML
        opened = ""  # the keys of the mark that is open
        last_end = -1
        first_of: set[str] = set()
        for index, (begin, end) in enumerate(self.places):
            if begin < 0:
                continue
            keys = ""
            if edges[0] <= index < edges[-1]:
                keys = " ".join(key for start, stop, key in passages if start <= index < stop)
            if opened and (keys != opened or begin != last_end):
                out.append(self.html[copied:last_end] + "</mark>")
                copied, opened = last_end, ""
            if keys and not opened:
                names = "".join(
                    f' id="passage-{escape(key)}"' for key in keys.split()[:1] if key not in first_of
                )
                first_of.update(keys.split()[:1])
                out.append(
                    self.html[copied:begin] + f'<mark class="passage" data-comment="{escape(keys)}"{names}>'
                )
                copied, opened = begin, keys
            last_end = end
        if opened:
            out.append(self.html[copied:last_end] + "</mark>")
            copied = last_end
        out.append(self.html[copied:])
        return mark_safe("".join(out))  # noqa: S308 -- cleaned HTML with marks between its characters


def read(html: str) -> Text:
    """Takes what ``richtext.clean`` gave."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    breaks = False
    for match in _TOKEN.finditer(html):
        token = match.group()
        tag = _TAG.match(token)
        if tag:
            breaks = breaks or tag.group(1).lower() in _BREAKS
            continue
        said = unescape(token) if len(token) > 1 else token
        if said.isspace():
            if letters and letters[-1] != " " and not breaks:
                letters.append(" ")
                places.append(match.span())
            continue
        if breaks:
            if letters and letters[-1] == " ":
                letters.pop()
                places.pop()
            if letters:
                letters.append(" ")
                places.append((-1, -1))
            breaks = False
        for letter in said:
            letters.append(letter)
            places.append(match.span())
    return Text(html, "".join(letters), tuple(places))


def plain(words: str) -> str:
    """As a browser's selection is compared with the text: each run of spaces one space."""
    return _SPACES.sub(" ", words.replace("\u200b", "")).strip()


def find(text: Text, anchor: Anchor) -> tuple[int, int] | None:
    """Where the passage is now, from and to; word for word, or as much of it as is left."""
    if not anchor.exact:
        return None
    return _word_for_word(text.words, anchor) or _alike(text.words, anchor)


def _word_for_word(words: str, anchor: Anchor) -> tuple[int, int] | None:
    exact = anchor.exact
    best: tuple[float, int] | None = None
    at = words.find(exact)
    while at >= 0:
        around = _around(words, at, at + len(exact), anchor)
        nearness = 1 / (1 + abs(at - anchor.start) / 200)
        if best is None or around + nearness > best[0]:
            best = (around + nearness, at)
            sure = around
        at = words.find(exact, at + 1)
    if best is None:
        return None
    if len(exact) < SHORT and sure < 0.25 and (anchor.prefix or anchor.suffix):  # noqa: PLR2004 -- a quarter of what stood around it
        return None
    return best[1], best[1] + len(exact)


def _around(words: str, start: int, end: int, anchor: Anchor) -> float:
    """How much of what stood before and after still does, from 0 to 1."""
    asked = len(anchor.prefix) + len(anchor.suffix)
    if not asked:
        return 1.0
    before, after = words[max(0, start - AROUND) : start], words[end : end + AROUND]
    same = 0
    while same < min(len(before), len(anchor.prefix)) and before[-1 - same] == anchor.prefix[-1 - same]:
        same += 1
    held = 0
    while held < min(len(after), len(anchor.suffix)) and after[held] == anchor.suffix[held]:
        held += 1
    return (same + held) / asked


def _alike(words: str, anchor: Anchor) -> tuple[int, int] | None:
    """The stretch that keeps most of the passage's words, and in their order."""
    wanted = [match.group().casefold() for match in _WORD.finditer(anchor.exact)]
    here = [(match.group().casefold(), *match.span()) for match in _WORD.finditer(words)]
    between = _between(words, anchor)
    if between is not None and _likeness(wanted, _words_in(here, *between)) >= ALIKE:
        return between
    if len(wanted) < 3 or not here:  # noqa: PLR2004 -- of one or two words there is no "most of them"
        return None
    size = min(len(wanted), len(here))
    found = _densest(wanted, [each[0] for each in here], size, anchor, here)
    if found is None:
        return None
    # A little to both sides: words may have come in between.
    room = max(3, size // 2)
    first, last = max(0, found - room), min(len(here), found + size + room)
    blocks = [
        block
        for block in SequenceMatcher(
            a=wanted, b=[each[0] for each in here[first:last]], autojunk=False
        ).get_matching_blocks()
        if block.size
    ]
    kept = sum(block.size for block in blocks)
    if not blocks or kept / len(wanted) < ALIKE:
        return None
    begin, end = first + blocks[0].b, first + blocks[-1].b + blocks[-1].size
    return here[begin][1], here[end - 1][2]


def _between(words: str, anchor: Anchor) -> tuple[int, int] | None:
    """What stands now between what stood before the passage and what stood after it."""
    before, after = anchor.prefix[-32:], anchor.suffix[:32]
    if len(before) < SHORT or len(after) < SHORT:
        return None
    at = words.find(before)
    if at < 0 or words.find(before, at + 1) >= 0:
        return None
    start = at + len(before)
    end = words.find(after, start)
    longest = 2 * len(anchor.exact) + 200
    if end <= start or end - start > longest:
        return None
    while start < end and words[start].isspace():
        start += 1
    while end > start and words[end - 1].isspace():
        end -= 1
    return (start, end) if end > start else None


def _words_in(here: list[tuple[str, int, int]], start: int, end: int) -> list[str]:
    first = bisect_left(here, start, key=lambda each: each[1])
    last = bisect_left(here, end, key=lambda each: each[1])
    return [each[0] for each in here[first:last]]


def _likeness(wanted: list[str], got: list[str]) -> float:
    if not wanted or not got:
        return 0.0
    return SequenceMatcher(a=wanted, b=got, autojunk=False).ratio()


def _densest(
    wanted: list[str], here: list[str], size: int, anchor: Anchor, places: list[tuple[str, int, int]]
) -> int | None:
    """The first word of the stretch of this size that has most of the wanted words; of equals the nearest."""
    lacking = Counter(wanted)
    shared = 0
    best: tuple[int, float, int] | None = None
    for index, word in enumerate(here):
        lacking[word] -= 1
        if lacking[word] >= 0:
            shared += 1
        if index >= size:
            gone = here[index - size]
            lacking[gone] += 1
            if lacking[gone] > 0:
                shared -= 1
        if index >= size - 1:
            first = index - size + 1
            rank = (shared, -abs(places[first][1] - anchor.start), first)
            if best is None or rank > best:
                best = rank
    if best is None or best[0] / len(wanted) < ALIKE * 0.8:
        return None
    return best[2]
