"""HTML that strangers wrote, made safe once, when it comes in: a stricter vocabulary than the editor's.

Nothing in it loads anything. A picture becomes a link to the picture: the house shows none of other sites' pictures, since
whoever serves them would learn who reads what (and the content security policy would not load them). Films and recordings
become enclosures; pictures that watch readers go without a trace.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from urllib.parse import urljoin, urlsplit

import lxml.etree
import lxml.html
import nh3

from collegium.ecology.reading.shapes import ReadEnclosure
from collegium.foundation import richtext

LONGEST = 500_000  # characters of one entry
MOST_ADDRESS = 2000
_MORE = {
    "b",
    "i",
    "div",
    "dl",
    "dt",
    "dd",
    "cite",
    "q",
    "abbr",
    "kbd",
    "samp",
    "var",
    "small",
    "mark",
    "time",
    "del",
    "ins",
}
_TAGS = (set(richtext.BLOCKS | richtext.INLINE) | _MORE) - {"img", "span"}
_RENAMED = {
    **{name: other for name, other in richtext.RENAMED.items() if name not in _MORE},
    **dict.fromkeys(
        ("article", "section", "main", "header", "footer", "center", "aside", "details", "summary"), "div"
    ),
    "strike": "s",
    "acronym": "abbr",
    "dir": "ul",
    "menu": "ul",
    "xmp": "pre",
    "listing": "pre",
}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")
_CHECKS = {
    "lang": _LANGUAGE,
    "dir": re.compile("ltr|rtl|auto"),
    "start": _NUMBER,
    "colspan": re.compile("[1-9][0-9]?"),
    "rowspan": re.compile("[1-9][0-9]{0,2}"),
    "scope": re.compile("row|col|rowgroup|colgroup"),
}
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
    "time": {"datetime"},
}
_PLAYERS = {"iframe", "embed", "object"}
_MEDIA = {"video", "audio"}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_TINY = re.compile(r"(?:^|;)\s*(?:max-)?(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$)", re.IGNORECASE)
_WATCHERS = re.compile(
    r"//(?:pixel|stats|b\.scorecardresearch|feeds?\.feedburner|feedads|ad|ads|www\.google-analytics|ssl\.google-analytics"
    r"|[\w.-]*doubleclick|[\w.-]*list-manage|rss\.feedsportal|da\.feedsportal|[\w.-]*pheedo|[\w.-]*imgix-pixel|sb\.)\.?[\w.-]*/"
    r"|/~[rf]f?/|/b\.gif\?|/_/stat\?|/open\?token=|/pixel\.(?:gif|png)|/track(?:ing)?/open|/matomo\.php|/piwik\.php|/1x1\.",
    re.IGNORECASE,
)
_SCHEMES = {"http", "https", "mailto", "tel"}
_LEGAL_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]\w+);")
_NAMED_BY_FILE = re.compile(r'<a href="[^">]{0,2000}/([^">/?]{1,80})(?:\?[^">]{0,500})?"[^>]{0,100}>\1</a>')
_WRITTEN_OUT = re.compile(r"data:[\w/+.;=-]{0,100},[^\"'\s>]{200,}")
_LONGEST_TAG = 8000
_UNREAD = {
    "script",
    "style",
    "template",
    "noscript",
    "title",
    "textarea",
    "select",
    "head",
    "form",
    "button",
}
_VIDEO = re.compile(r"youtube(?:-nocookie)?\.com/embed/([\w-]{6,})")
_VIMEO = re.compile(r"player\.vimeo\.com/video/(\d+)")


@dataclass
class Found:
    """Safe HTML, and what stood in it besides words."""

    html: str = ""
    picture_url: str = ""
    enclosures: list[ReadEnclosure] = field(default_factory=list)
    also_at: list[str] = field(default_factory=list)


_WASH = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    attribute_filter=lambda _tag, name, value: _attribute(name, value),
    clean_content_tags={
        "script",
        "style",
        "template",
        "noscript",
        "svg",
        "math",
        "title",
        "textarea",
        "select",
        "head",
    },
    url_schemes=_SCHEMES,
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)


def _attribute(name: str, value: str) -> str | None:
    check = _CHECKS.get(name)
    return value if check is None or check.fullmatch(value.strip()) else None


def address(url: object, base: str = "") -> str:
    """Absolute and of the web, or empty."""
    if not isinstance(url, str) or not (cleaned := "".join(url.split("\n")).replace("\t", "").strip()):
        return ""
    try:
        whole = urljoin(base, cleaned) if base else cleaned
        parts = urlsplit(whole)
        _port = parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        return ""
    whole = whole.replace(" ", "%20")
    return whole if len(whole) <= MOST_ADDRESS and whole.isprintable() else ""


def looks_like_html(text: str) -> bool:
    return ("<" in text or "&" in text) and _LEGAL_TAG.search(text) is not None


def line(text: object, *, is_html: bool, most: int) -> str:
    """One line of plain text."""
    words = text if isinstance(text, str) else ""
    if is_html and looks_like_html(words):
        words = _words(words[: most * 40])
    words = " ".join(words.split())
    return words if len(words) <= most else words[: most - 1].rsplit(" ", 1)[0] + "…"


def _words(html: str) -> str:
    if "<" not in html:
        return unescape(html)
    root = _parsed(html)
    if root is None:
        return ""
    for element in list(root.iter("script", "style")):
        element.drop_tree()
    return "".join(root.itertext())


def summary(html: str, *, most: int = 600) -> str:
    """The first words of safe HTML; the name of a picture's file is none of them."""
    html = _NAMED_BY_FILE.sub("", html)
    words = " ".join(richtext.beginning(html, most + 1).split()) if html else ""
    return words if len(words) <= most else words[: most - 1].rsplit(" ", 1)[0] + "…"


def paragraphs(text: str) -> str:
    """Plain text as HTML: an empty line ends a paragraph."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    return "".join(f"<p>{'<br>'.join(escape(block, quote=False).splitlines())}</p>" for block in blocks)


def safe(html: str, base: str) -> Found:
    """Whatever it returns may be shown as it is; relative links lead from ``base``."""
    found = Found()
    if not looks_like_html(html):
        found.html = paragraphs(html[:LONGEST])
        return found
    # libxml2 stops at 256 levels, so that neither it nor what follows is led into a well without a floor.
    root = _parsed(html[:LONGEST])
    if root is None:
        return found
    _tame(root, base, found)
    written = lxml.html.tostring(root, encoding="unicode").removeprefix("<div>").removesuffix("</div>")
    found.html = _WASH.clean(written).strip()
    return found


def _parsed(html: str) -> lxml.html.HtmlElement | None:
    try:
        return lxml.html.fragment_fromstring(_bounded(html), create_parent="div")
    except (lxml.etree.LxmlError, ValueError, AssertionError, TypeError):
        return None


def _bounded(html: str) -> str:
    """Without pictures that are written out in the text, and without tags so long that reading them takes for ever."""
    if "data:" in html:
        html = _WRITTEN_OUT.sub("", html)
    kept, done, start = [], 0, html.find("<")
    while start >= 0:
        end = html.find(">", start)
        end = len(html) if end < 0 else end
        if end - start > _LONGEST_TAG:
            kept.append(html[done:start])
            done = end + 1
        start = html.find("<", end)
    return "".join([*kept, html[done:]])


def _tame(root: lxml.html.HtmlElement, base: str, found: Found) -> None:
    for element in list(root.iter(lxml.etree.Element)):
        if element is root or element.getparent() is None:
            continue
        tag = element.tag.lower() if isinstance(element.tag, str) else ""
        if tag in _UNREAD or "hidden" in element.attrib or _HIDDEN.search(element.get("style", "")):
            element.drop_tree()
        elif tag in {"svg", "math"}:  # unclosed, it would take all that follows along
            element.drop_tag()
        elif tag == "img":
            _picture(element, base, found)
        elif tag in _MEDIA or tag in _PLAYERS:
            _medium(element, tag, base, found)
        elif tag == "a":
            _link(element, base, found)
        elif tag in _RENAMED:
            element.tag = _RENAMED[tag]


def _link(element: lxml.html.HtmlElement, base: str, found: Found) -> None:
    said = (element.get("href") or "").strip()
    if not said:
        return
    if said.startswith("#"):  # within a page that is not this one
        element.attrib.pop("href")
        return
    if said.lower().startswith(("mailto:", "tel:")):
        return
    url = address(said, base)
    if not url:
        element.attrib.pop("href")
        return
    element.set("href", url)
    rels = {*element.get("rel", "").lower().split(), *element.get("class", "").lower().split()}
    if rels & {"syndication", "u-syndication"}:
        found.also_at.append(url)


def _picture(element: lxml.html.HtmlElement, base: str, found: Found) -> None:
    said = element.get("src") or element.get("data-src") or element.get("data-lazy-src") or ""
    url = address(said, base)
    alt = " ".join((element.get("alt") or "").split())
    watches = _is_watching(element, url)
    if url and not watches and not found.picture_url:
        found.picture_url = url
    link = None
    if url and not watches and not any(each.tag == "a" for each in element.iterancestors()):
        link = lxml.html.Element("a", href=url)
        link.text = alt or _file_name(url)
    _replaced(element, link, f" {alt or _file_name(url)} " if url and not watches else "")


def _is_watching(element: lxml.html.HtmlElement, url: str) -> bool:
    sizes = (element.get("width", "").strip(), element.get("height", "").strip())
    return (
        any(size.removesuffix("px") in {"0", "1"} for size in sizes)
        or _TINY.search(element.get("style", "")) is not None
        or (bool(url) and _WATCHERS.search(url) is not None)
    )


def _file_name(url: str) -> str:
    return urlsplit(url).path.rstrip("/").rsplit("/", 1)[-1][:80] or urlsplit(url).netloc


def _medium(element: lxml.html.HtmlElement, tag: str, base: str, found: Found) -> None:
    link = None
    for url, media_type in _of_medium(element, tag, base):
        if link is None:
            link = lxml.html.Element("a", href=url)
            link.text = (element.get("title") or "").strip() or url
        if tag in _MEDIA:
            found.enclosures.append(ReadEnclosure(url=url, media_type=media_type or f"{tag}/*"))
        elif _is_film(url):
            found.enclosures.append(ReadEnclosure(url=url, media_type="text/html"))
    poster = address(element.get("poster"), base)
    found.picture_url = found.picture_url or poster
    _replaced(element, link, "")


def _of_medium(element: lxml.html.HtmlElement, tag: str, base: str) -> Iterator[tuple[str, str]]:
    said = element.get("src") or element.get("data") or element.get("data-src") or ""
    url = address(said, base)
    if url:
        yield _for_people(url), element.get("type", "")
    if tag in _MEDIA:
        for source in element.iter("source"):
            if url := address(source.get("src"), base):
                yield url, source.get("type", "")


def _for_people(url: str) -> str:
    """The page of a film, where the player of it is embedded."""
    if found := _VIDEO.search(url):
        return f"https://www.youtube.com/watch?v={found[1]}"
    if found := _VIMEO.search(url):
        return f"https://vimeo.com/{found[1]}"
    return url


def _is_film(url: str) -> bool:
    return "youtube.com/watch" in url or "vimeo.com/" in url


def _replaced(element: lxml.html.HtmlElement, link: lxml.html.HtmlElement | None, words: str) -> None:
    parent = element.getparent()
    if element.tag == "embed":  # libxml2 knows not that it is empty, and puts what follows into it
        if link is not None:
            parent.insert(parent.index(element), link)
        element.drop_tag()
        return
    if link is not None:
        link.tail = element.tail
        parent.replace(element, link)
        return
    tail = f"{words}{element.tail or ''}"
    element.tail = tail or None
    for child in list(element):
        element.remove(child)
    element.drop_tree()
