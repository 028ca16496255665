"""Names as they are looked up: without accents and capitals, from any of their words."""

import unicodedata


def folded(name: str) -> str:
    """“Ünsal, ADA” and “unsal ada” are looked up alike."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", name.casefold())
        if not unicodedata.combining(letter)
    )
    kept = "".join(letter if letter.isalnum() else " " for letter in plain)
    return " ".join(kept.split())[:300]


def rotations(name: str) -> list[str]:
    """The folded name once beginning with each of its words: an index finds a name by any of them."""
    words = folded(name).split()[:12]
    return sorted({" ".join([*words[start:], *words[:start]])[:300] for start in range(len(words))})
