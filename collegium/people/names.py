"""Names as people write them: any script, any length that a badge can bear, and nothing that hides."""

import unicodedata

# Marks that turn the direction of what follows: in a name they can only make a page lie about the words around it.
_TURNERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINERS = frozenset("\u200c\u200d")  # needed to write Persian and several scripts of India
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})

# Letters that are no other letter with an accent, as they are typed where a keyboard lacks them.
_PLAINER = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th"}
    | {"æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ı": "i", "’": " ", "'": " ", "ʻ": " "}
)


def clean(typed: str) -> str:
    """In normal form, with single spaces, without control characters. May be empty."""
    kept = (
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFC", typed)
        if character.isspace()
        or character in _JOINERS
        or (character not in _TURNERS and unicodedata.category(character) not in _INVISIBLE)
    )
    return " ".join("".join(kept).split())


def plainer(name: str) -> str:
    """As somebody types it who has not all its letters, and parted at an apostrophe: Lukasz, O Brien."""
    return name.translate(_PLAINER)
