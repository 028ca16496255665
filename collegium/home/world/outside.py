"""What answers at the addresses that the demo world names: they end in ``.example``, where nobody can have a site."""

from urllib.parse import urlsplit

# Each on purpose: one asks for a password, one is gone, one is not there.
TROUBLES = {
    "https://cours.huards.example/modele": 403,
    "https://code.ouseby.example/vm-scripts": 403,
    "https://translate.offline-library.example/xh": 410,
}


def answers(url: str) -> int | None:
    """The status with which an invented address answers; None for an address of the real world."""
    host = urlsplit(url).hostname or ""
    if not host.endswith(".example"):
        return None
    return TROUBLES.get(url.rstrip("/"), 200)
