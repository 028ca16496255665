"""Films on the big sites, known by their address alone: a page tells of one without asking its site for anything."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Film:
    """``watch`` is the plain address to watch it at, with the second to begin at and nothing that follows a reader."""

    site: str
    number: str
    watch: str


_YOUTUBE = frozenset({"youtube.com", "m.youtube.com", "music.youtube.com", "youtube-nocookie.com"})
_ID = re.compile(r"[\w-]{11}")
_SECONDS = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")


def at(address: str) -> Film | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    host = (parts.hostname or "").removeprefix("www.")
    way = [each for each in parts.path.split("/") if each]
    asked = parse_qs(parts.query)
    if host == "youtu.be" or host in _YOUTUBE:
        return _youtube(host, way, asked)
    if host in {"vimeo.com", "player.vimeo.com"}:
        return _vimeo(way, asked)
    return None


def _youtube(host: str, way: list[str], asked: dict[str, list[str]]) -> Film | None:
    if host == "youtu.be":
        number = way[0] if way else ""
    elif way[:1] == ["watch"]:
        number = asked.get("v", [""])[0]
    elif len(way) > 1 and way[0] in {"embed", "shorts", "live", "v"}:
        number = way[1]
    else:
        number = ""
    if not _ID.fullmatch(number):
        return None
    begins = _begins(asked.get("t", asked.get("start", [""]))[0])
    return Film(
        "YouTube", number, f"https://www.youtube.com/watch?v={number}" + (f"&t={begins}s" if begins else "")
    )


def _vimeo(way: list[str], asked: dict[str, list[str]]) -> Film | None:
    number = next((each for each in way if each.isascii() and each.isdecimal()), "")
    if not number or "showcase" in way or "album" in way:
        return None
    after = way[way.index(number) + 1 :]
    secret = after[0] if after and re.fullmatch(r"[0-9a-f]{8,12}", after[0]) else asked.get("h", [""])[0]
    secret = secret if re.fullmatch(r"[0-9a-f]{8,12}", secret) else ""
    return Film("Vimeo", number, f"https://vimeo.com/{number}" + (f"/{secret}" if secret else ""))


def _begins(typed: str) -> int:
    found = _SECONDS.fullmatch(typed[:12])
    if found is None:
        return 0
    hours, minutes, seconds = (int(each or 0) for each in found.groups())
    return hours * 3600 + minutes * 60 + seconds
