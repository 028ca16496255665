"""The links in words that people wrote here."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import lxml.etree
import lxml.html
from django.conf import settings

from collegium.ecology.identity import address_key

MOST_LINKS = 200


@dataclass(frozen=True)
class Link:
    """``words``: what it stands behind; empty where that is the address again, or nothing. ``is_here``: leads to this house."""

    address: str
    words: str
    is_here: bool


def of_html(html: str) -> list[Link]:
    """Each once, in their order."""
    if "<a" not in html:
        return []
    try:
        root = lxml.html.fragment_fromstring(html, create_parent=True)
    except (lxml.etree.LxmlError, ValueError):
        return []
    return list(_once(_read(element) for element in root.iter("a") if element.get("href")))[:MOST_LINKS]


def _read(element: lxml.html.HtmlElement) -> Link | None:
    try:
        address = urljoin(f"{settings.SITE_URL}/", (element.get("href") or "").strip())
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return None
    words = " ".join(element.text_content().split())
    is_address = words.startswith(("http://", "https://", "www.")) or words in address
    return Link(
        address, "" if is_address else words[:300], parts.netloc == urlsplit(settings.SITE_URL).netloc
    )


def _once(found: Iterable[Link | None]) -> Iterable[Link]:
    seen = set[str]()
    for each in found:
        if each is not None and (key := address_key(each.address) or each.address) not in seen:
            seen.add(key)
            yield each
