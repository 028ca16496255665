"""By what a thing is known again: its address without the accidents of how it was passed on.

What comes of ``plain`` is for comparing, not for fetching: a site may answer at ``http://www.`` alone.
"""

import hashlib
import re
from typing import Any, Protocol
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

# Parameters that say where a reader came from, and nothing of where they are.
_TRACKING = frozenset(
    """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid li_fat_id igshid igsh mc_cid mc_eid _hsenc _hsmi
    hsctatracking __s vero_id vero_conv mkt_tok _openstat oly_anon_id oly_enc_id rb_clickid wickedid ml_subscriber
    ml_subscriber_hash s_cid ck_subscriber_id guccounter guce_referrer guce_referrer_sig _ga _gl ncid cmpid sr_share
    spm share_id ref_src ref_url __twitter_impression sharedid action_object_map action_type_map action_ref_map
    fb_action_ids fb_action_types fb_source srsltid amp outputtype ved usg sfnsn xtor __cft__ __tn__
    """.split()  # noqa: SIM905 -- a list of words
)
_TRACKING_BEGINNINGS = (
    "utm_",
    "pk_",
    "mtm_",
    "piwik_",
    "matomo_",
    "hsa_",
    "at_custom",
    "at_medium",
    "at_campaign",
)
# Names that mean something on most sites, and on these where the reader came from.
_TRACKING_OF = {
    "youtube.com": frozenset({"feature", "si", "pp", "ab_channel", "app", "t"}),
    "medium.com": frozenset({"source", "sk"}),
    "substack.com": frozenset(
        {"r", "publication_id", "post_id", "isfreemail", "token", "triedredirect", "s"}
    ),
    "open.spotify.com": frozenset({"si"}),
    "x.com": frozenset({"s", "t"}),
    "linkedin.com": frozenset({"trackingid", "refid", "trk", "rcm", "lipi"}),
    "theguardian.com": frozenset({"cmp"}),
    "bbc.co.uk": frozenset({"ns_mchannel", "ns_source", "ns_campaign", "ns_linkname", "ns_fee"}),
}
_ALIASES = {
    "twitter.com": "x.com",
    "youtube-nocookie.com": "youtube.com",
    "music.youtube.com": "youtube.com",
}
# The same page for small screens. Elsewhere ``m.`` may be a site of its own.
_FOR_SMALL_SCREENS = frozenset(
    {
        "m.youtube.com",
        "m.facebook.com",
        "mobile.twitter.com",
        "mobile.x.com",
        "m.bbc.co.uk",
        "m.soundcloud.com",
    }
    | {"old.reddit.com", "m.reddit.com", "new.reddit.com", "m.vimeo.com", "m.flickr.com"}
)
_DEFAULT_PORTS = frozenset({80, 443})
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|xhtml|shtml)$", re.IGNORECASE)
_AMP_END = re.compile(r"/amp/?$|\.amp(?=\.html?$)|(?<=\.html)\.amp$", re.IGNORECASE)
_SLASHED = re.compile(r"/+$")
_VIDEO = re.compile(r"/(?:shorts|embed|live|v)/([\w-]{6,})$")


class _Kept(Protocol):
    pk: Any


def plain(url: str) -> str:
    """The address without its accidents, or empty where it is none of the web."""
    cleaned = "".join(url.split()) if url.strip() else ""
    if cleaned.startswith("//"):
        cleaned = f"https:{cleaned}"
    try:
        parts = urlsplit(cleaned)
        host, port = _host(parts), parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return ""
    path, query = _path(parts.path), _query(parts.query, host)
    host, path, query = _of_known_sites(host, path, query)
    at = host if port is None or port in _DEFAULT_PORTS else f"{host}:{port}"
    fragment = _escaped(parts.fragment) if parts.fragment.startswith(("!", "/")) else ""
    return f"https://{at}{path}{f'?{query}' if query else ''}{f'#{fragment}' if fragment else ''}"


def address_key(url: str) -> str:
    """Sixty-four hex digits, the same for all ways of writing an address; empty where it is none of the web."""
    address = plain(url)
    return _hashed("address", address) if address else ""


def fragment_key(url: str) -> str:
    """As ``address_key``, for feeds whose entries are parts of one page, each with a fragment of its own."""
    address, fragment = plain(url), urlsplit(url.strip()).fragment if url.strip() else ""
    return _hashed("fragment", f"{address}#{_escaped(fragment)}") if address and fragment else ""


def guid_key(source: _Kept, guid: str) -> str:
    """A guid is worth something within its own feed only, whatever it promises; a feed that moves keeps it."""
    return _hashed("guid", f"{source.pk}\n{guid.strip()}")


def _hashed(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}\n{value}".encode("utf-8", "surrogatepass")).hexdigest()


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    if ":" in host:
        return f"[{host}]"
    if host in _FOR_SMALL_SCREENS:
        host = host.partition(".")[2]
    host = host.replace(".m.wikipedia.org", ".wikipedia.org")
    # www. is the same site as without it, unless nothing would be left of a name.
    while host.startswith("www.") and host.count(".") > 1:
        host = host.removeprefix("www.")
    return _ALIASES.get(host, host)


def _path(path: str) -> str:
    path = _escaped(_without_dots(path))
    path = _AMP_END.sub("", path)
    path = _INDEX.sub("/", path)
    return _SLASHED.sub("", path)


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del kept[max(1, len(kept) - 1) :]
        elif part != ".":
            kept.append(part)
    return "/".join(kept)


_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def _escaped(text: str) -> str:
    """Percent signs where they must be and nowhere else, in capitals."""

    def once(found: re.Match[str]) -> str:
        char = chr(int(found[1], 16))
        return char if char in _UNRESERVED else found[0].upper()

    return quote(_ESCAPE.sub(once, text), safe="%/:@!$&'()*+,;=~-._?", errors="replace")


def _query(query: str, host: str) -> str:
    if not query:
        return ""
    ours = _TRACKING_OF.get(host) or next(
        (names for site, names in _TRACKING_OF.items() if host.endswith(f".{site}")), frozenset()
    )
    pairs = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=200)
        if not _is_tracking(name.lower(), ours)
    ]
    return urlencode(sorted(pairs))


def _is_tracking(name: str, ours: frozenset[str]) -> bool:
    return name in _TRACKING or name in ours or name.startswith(_TRACKING_BEGINNINGS)


def _of_known_sites(host: str, path: str, query: str) -> tuple[str, str, str]:
    """Other ways of writing the address of a film."""
    if host == "youtu.be" and path.count("/") == 1 and len(path) > 1:
        return "youtube.com", "/watch", urlencode({"v": unquote(path[1:])})
    if host == "youtube.com" and (film := _VIDEO.match(path)):
        return host, "/watch", urlencode({"v": film[1]})
    return host, path, query
