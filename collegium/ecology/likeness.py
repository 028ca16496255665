"""How like two texts are, by their words: to find what was passed on with a few changes.

A fingerprint (simhash, Charikar 2002) puts like texts near each other, few bits apart. Its sixteen-bit quarters are kept as
``Trait`` rows: of two fingerprints that differ in at most three bits one quarter is the same, for certain, and of those that
differ in six in two cases of three. A title and the first words are traits too. Who shares one is a candidate; what is
offered is settled by the words themselves.
"""

import hashlib
import itertools
import re
from collections import Counter

BITS = 64
QUARTERS = 4
FEWEST_WORDS = 20  # of fewer, any two notes on one subject look alike
MOST_WORDS = 3000
MOST_BITS_APART = 20  # of texts with the same title or beginning
MOST_BITS_APART_BY_CHANCE = 12  # of texts that share a quarter
NEAR = 70  # per cent from which a copy is offered
ALIKE = 50  # per cent from which two texts are taken for one that was edited

_A_TITLE = 4  # words
_BEGINNING = 12
_A_LONG_WORD = 60  # letters
_TOLD_BY_WORDS = 48  # bits: of such a trait what lies above them is not nought

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
# Scripts without spaces between words: each character counts as one.
_UNSPACED = re.compile("([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])")
_MASK = (1 << BITS) - 1


def words(text: str) -> list[str]:
    return _WORD.findall(_UNSPACED.sub(r" \1 ", text[: MOST_WORDS * 20]).casefold())[:MOST_WORDS]


def shingles(text: str) -> Counter[str]:
    """Each pair of neighbouring words, and how often."""
    found = words(text)
    return Counter(map(" ".join, itertools.pairwise(found)))


def fingerprint(text: str) -> int | None:
    """Sixty-four bits, as a signed number for the database; None where there are too few words to tell."""
    found = words(text)
    if len(found) < FEWEST_WORDS:
        return None
    pairs = len(found) - 1
    hashed = int.from_bytes(b"".join(map(_hash, map(" ".join, itertools.pairwise(found)))), "little")
    half = pairs // 2
    lanes = _EACH_SIXTEENTH * ((1 << BITS * pairs) // _ALL)  # a one in each lane of sixteen bits
    value = 0
    for bit in range(_LANE):
        # Digits of 64 bits add up as they do when nines are cast out, since nothing is carried from lane to lane.
        sums = (hashed >> bit & lanes) % _ALL
        for place in range(bit, BITS, _LANE):
            value |= (sums & _LANE_MASK > half) << place
            sums >>= _LANE
    return value - (1 << BITS) if value >> (BITS - 1) else value


_LANE = 16
_LANE_MASK = (1 << _LANE) - 1
_ALL = (1 << BITS) - 1
_EACH_SIXTEENTH = _ALL // _LANE_MASK


def _hash(shingle: str) -> bytes:
    return hashlib.blake2b(shingle.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def traits(fingerprint: int, title: str, text: str) -> list[int]:
    """Numbers of which like texts share one: the quarters, the title where it is not a short one, the first words.

    ``text`` begins with the title.
    """
    value = fingerprint & _MASK
    found = [quarter << 16 | (value >> (16 * quarter)) & 0xFFFF for quarter in range(QUARTERS)]
    named = words(title)
    begun = words(text[: len(title) + _BEGINNING * _A_LONG_WORD])[len(named) :][:_BEGINNING]
    if len(named) >= _A_TITLE:
        found.append(1 << _TOLD_BY_WORDS | _number(named))
    if len(begun) == _BEGINNING:
        found.append(2 << _TOLD_BY_WORDS | _number(begun))
    return found


def may_be_near(trait: int, one: int | None, other: int | None) -> bool:
    """Whether it is worth comparing the words of two texts that share this trait.

    One in four thousand pairs of any texts shares a quarter; of these one in two thousand is as near as this.
    """
    if one is None or other is None:
        return False
    return bits_apart(one, other) <= (
        MOST_BITS_APART if trait >> _TOLD_BY_WORDS else MOST_BITS_APART_BY_CHANCE
    )


def _number(found: list[str]) -> int:
    said = " ".join(found).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(said, digest_size=6).digest(), "big")


def bits_apart(one: int, other: int) -> int:
    return ((one ^ other) & _MASK).bit_count()


def per_cent(one: str, other: str) -> int:
    """How much of the two is the same (Dice, by pairs of words): 100 the same words, 0 none in common."""
    first, second = shingles(one), shingles(other)
    if not first or not second:
        return 100 if words(one) == words(other) else 0
    return round(200 * (first & second).total() / (first.total() + second.total()))


def contains(long: str, short: str) -> int:
    """How much of the short text is in the long one, per cent."""
    first, second = shingles(long), shingles(short)
    return round(100 * (first & second).total() / second.total()) if second else 0
