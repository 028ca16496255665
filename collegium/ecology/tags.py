"""Hashtags and categories: two that differ only in how they are written are one tag."""

import unicodedata

LONGEST = 80
_MARKS = frozenset("#＃")
_JOINERS = frozenset(
    "\u200c\u200d\u00b7\u0f0b\u30fb"
)  # stand within words: Persian, Catalan, Tibetan, Japanese


def fold(word: str) -> str:
    """``#CMALTcMOOC`` and ``cmalt cMOOC`` are both ``cmaltcmooc``. Empty where nothing of it is a letter or a digit."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())
    kept = "".join(char for char in folded if char == "_" or _is_of_word(char))
    return kept.strip("_")[:LONGEST]


def found_in(text: str) -> list[str]:
    """Hashtags in running plain text, in any script, as they are written but without ``#``, each once."""
    found: dict[str, str] = {}
    at = 0
    while (at := _next_mark(text, at)) >= 0:
        start = at + 1
        at = start
        while at < len(text) and (text[at] == "_" or text[at] in _JOINERS or _is_of_word(text[at])):
            at += 1
        word = text[start:at].rstrip("".join(_JOINERS))
        if _may_begin(text, start - 1) and any(not (char.isdigit() or char == "_") for char in word):
            found.setdefault(fold(word), word)
    found.pop("", None)
    return list(found.values())


def _next_mark(text: str, start: int) -> int:
    places = [place for mark in _MARKS if (place := text.find(mark, start)) >= 0]
    return min(places, default=-1)


def _may_begin(text: str, mark: int) -> bool:
    """Not the fragment of an address, a reference (``&#8217;``) nor the middle of a word."""
    if mark == 0:
        return True
    before = text[mark - 1]
    if before in "/&=?.#" or _is_of_word(before) or before == "_":
        return False
    word = text[:mark].rsplit(None, 1)[-1] if not before.isspace() else ""
    return "://" not in word


def _is_of_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char)[0] == "M"
