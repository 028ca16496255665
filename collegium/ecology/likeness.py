"""How like two texts are, by their words: to find what was passed on with a few changes.

A fingerprint (simhash, Charikar 2002) puts like texts near each other, few bits apart. Its sixteen-bit quarters are kept as
``Trait`` rows: of two fingerprints that differ in at most three bits one quarter is the same, for certain, and of those that
differ in six in two cases of three. A title and the first words are traits too. Who shares one is a candidate; what is
offered is settled by the words themselves.
"""

import hashlib
import itertools
import re
import struct
from collections import Counter
from functools import lru_cache

BITS = 64
QUARTERS = 4
FEWEST_WORDS = 20  # of fewer, any two notes on one subject look alike
MOST_WORDS = 3000
MOST_BITS_APART = 20
NEAR = 70  # per cent from which a copy is offered
ALIKE = 50  # per cent from which two texts are taken for one that was edited

_A_TITLE = 4  # words
_BEGINNING = 12

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
    found = shingles(text)
    if sum(found.values()) + 1 < FEWEST_WORDS:
        return None
    # Sixty-four counters of sixteen bits stand side by side in one long number, so that one addition counts them all.
    sums = struct.unpack(f"<{BITS}H", sum(map(_counted, found.elements())).to_bytes(2 * BITS, "little"))
    half = sum(found.values()) / 2
    value = sum(1 << place for place, times in enumerate(sums) if times > half)
    return value - (1 << BITS) if value >> (BITS - 1) else value


_OF_A_BYTE = [sum((byte >> bit & 1) << (16 * bit) for bit in range(8)) for byte in range(256)]


@lru_cache(maxsize=20_000)
def _counted(shingle: str) -> int:
    """A one in the counter of each bit that is set in the hash of it."""
    digest = hashlib.blake2b(shingle.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return sum(_OF_A_BYTE[byte] << (128 * place) for place, byte in enumerate(digest))


def traits(fingerprint: int, title: str, text: str) -> list[int]:
    """Numbers of which like texts share one: the quarters, the title where it is not a short one, the first words."""
    value = fingerprint & _MASK
    found = [quarter << 16 | (value >> (16 * quarter)) & 0xFFFF for quarter in range(QUARTERS)]
    named, begun = words(title), words(text)[len(words(title)) :][:_BEGINNING]
    if len(named) >= _A_TITLE:
        found.append(1 << 48 | _number(named))
    if len(begun) == _BEGINNING:
        found.append(2 << 48 | _number(begun))
    return found


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
