"""What answers at the addresses that the demo world names: they end in ``.example``, where nobody can have a site."""

from datetime import timedelta
from urllib.parse import urlsplit

from collegium.foundation import clock

# Each on purpose.
ASKS_FOR_A_PASSWORD = {"https://cours.huards.example/modele", "https://code.ouseby.example/vm-scripts"}
GONE = {"https://light.karoo.example/edu101"}
# Of the real world, and named by the library: they are there, and a demo without a network need not say that they are not.
TAKEN_FOR_GRANTED = ("https://doi.org/", "https://www.w3.org/TR/WCAG22/")
GONE_FOR = timedelta(days=60)  # before that it was there: links rot


def answers(url: str) -> int | None:
    """The status with which an invented address answers; None for most addresses of the real world."""
    if url.startswith(TAKEN_FOR_GRANTED):
        return 200
    address = url.rstrip("/")
    if not (urlsplit(address).hostname or "").endswith(".example"):
        return None
    if address in ASKS_FOR_A_PASSWORD:
        return 403
    if address in GONE and clock.now() > clock.wall() - GONE_FOR:
        return 410
    return 200
