"""A single page of the web as one entry: what it says of itself for others, and its words."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

import lxml.etree
import lxml.html

from collegium.ecology import licences
from collegium.ecology.reading import dates, markup
from collegium.ecology.reading.feeds import language_of, unique
from collegium.ecology.reading.shapes import ReadEnclosure, ReadEntry, ReadFeed, Unreadable

_MOST = 2_000_000  # characters
_MOST_DATA = 200_000
_KINDS = {"video": "video", "music": "audio", "audio": "audio", "podcast": "audio"}
_ARTICLES = {
    "article",
    "blogposting",
    "newsarticle",
    "webpage",
    "scholarlyarticle",
    "report",
    "socialmediaposting",
}
_OF_DATA = {
    "videoobject": "video",
    "audioobject": "audio",
    "podcastepisode": "audio",
    "event": "event",
    "book": "reference",
}
_BESIDE = ("nav", "header", "footer", "aside", "form", "dialog", "menu")


def read(text: str, *, url: str) -> ReadFeed:
    if not text.strip():
        raise Unreadable("nothing")
    if "<" not in text:
        raise Unreadable("not_a_feed")
    try:
        root = lxml.html.document_fromstring(text[:_MOST])
    except (lxml.etree.LxmlError, ValueError, AssertionError) as fault:
        raise Unreadable("not_a_feed") from fault
    page = _Page(root, url)
    entry = page.entry()
    if not entry.title and not entry.html:
        raise Unreadable("no_script" if root.find(".//script") is not None else "empty")
    return ReadFeed(
        format="page",
        title=page.meta("og:site_name") or entry.title,
        page_url=entry.url,
        description=entry.summary,
        language=entry.language,
        author_name=entry.author_name,
        licence_url=entry.licence_url,
        picture_url=entry.picture_url,
        self_url=entry.url,
        entries=(entry,),
        findings=() if entry.published_at else ("no_dates",),
    )


class _Page:
    def __init__(self, root: Any, url: str) -> None:
        self.root = root
        self.url = url
        base = root.find(".//base")
        self.base = markup.address(base.get("href"), url) if base is not None and base.get("href") else url
        self.metas: dict[str, list[str]] = {}
        for element in root.iter("meta"):
            name = (element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
            if name and (content := (element.get("content") or "").strip()):
                self.metas.setdefault(name, []).append(content)
        self.data = next(self._linked_data(), {})
        self.h_entry = next(iter(root.xpath("//*[contains(concat(' ', @class, ' '), ' h-entry ')]")), None)

    def meta(self, *names: str) -> str:
        return next((self.metas[name][0] for name in names if name in self.metas), "")

    def _linked_data(self) -> Iterator[dict[str, Any]]:
        """The first thing in JSON-LD that is an article, a film, an event."""
        for script in self.root.iter("script"):
            if "ld+json" not in (script.get("type") or "").lower() or len(script.text or "") > _MOST_DATA:
                continue
            try:
                said = json.loads(script.text or "")
            except (ValueError, RecursionError):
                continue
            graph = said if isinstance(said, list) else [said]
            for thing in [
                *graph,
                *(each for top in graph if isinstance(top, dict) for each in _listed(top.get("@graph"))),
            ]:
                if isinstance(thing, dict) and {
                    each.lower() for each in map(str, _listed(thing.get("@type")))
                } & ((_ARTICLES - {"webpage"}) | set(_OF_DATA)):
                    yield thing

    def links(self, rel: str) -> list[str]:
        return [
            url
            for element in self.root.iter("link", "a")
            if rel in (element.get("rel") or "").lower().split()
            and (url := markup.address(element.get("href"), self.base))
        ]

    def classed(self, name: str) -> Any | None:
        """Of microformats, within the first h-entry."""
        if self.h_entry is None:
            return None
        found = self.h_entry.xpath(".//*[contains(concat(' ', @class, ' '), $name)]", name=f" {name} ")
        return found[0] if found else None

    def words_of(self, name: str) -> str:
        element = self.classed(name)
        return " ".join(element.text_content().split()) if element is not None else ""

    def entry(self) -> ReadEntry:
        canonical = self._canonical()
        found = markup.safe(self._body(), self.base)
        title = markup.line(self._title(), is_html=False, most=500)
        summary = markup.line(
            self.meta("og:description", "description", "twitter:description", "dc.description")
            or _text(self.data, "description")
            or self.words_of("p-summary"),
            is_html=True,
            most=600,
        )
        published = self._moment(
            "dt-published",
            ("datePublished", "uploadDate"),
            "article:published_time",
            "date",
            "dc.date",
            "citation_publication_date",
        )
        edited = self._moment("dt-updated", ("dateModified",), "article:modified_time", "og:updated_time")
        begins = dates.moment(_text(self.data, "startDate")) if self._kind() == "event" else None
        also = [self.url, *self.links("shortlink"), *self.links("syndication"), *found.also_at]
        if self.h_entry is not None:
            also += [
                address
                for element in self.h_entry.xpath(
                    ".//a[contains(concat(' ', @class, ' '), ' u-syndication ')]"
                )
                if (address := markup.address(element.get("href"), self.base))
            ]
        return ReadEntry(
            guid=canonical,
            url=canonical,
            title=title,
            summary=summary or markup.summary(found.html),
            html=found.html,
            author_name=self._author(),
            published_at=published,
            edited_at=edited if edited != published else None,
            tags=unique(self._tags()),
            enclosures=tuple(found.enclosures[:20]) or self._media(),
            licence_url=self._licence(),
            language=language_of(
                self.root.get("lang") or self.meta("og:locale", "content-language", "dc.language")
            ),
            kind=self._kind(),
            picture_url=markup.address(self.meta("og:image", "og:image:url", "twitter:image"), self.base)
            or found.picture_url,
            also_at=tuple(dict.fromkeys(each for each in also if each != canonical)),
            begins_at=begins,
            ends_at=dates.moment(_text(self.data, "endDate")) if begins else None,
            place=_name(self.data.get("location"))[:300] if begins else "",
        )

    def _canonical(self) -> str:
        """What the page calls itself, if that is a page of the same site and not the front page for everything."""
        for said in [*self.links("canonical")[:1], markup.address(self.meta("og:url"), self.base)]:
            if said and _host(said) == _host(self.url) and (_path(said) or not _path(self.url)):
                return said
        return self.url

    def _title(self) -> str:
        title = self.root.find(".//title")
        return (
            self.meta("og:title", "twitter:title", "dc.title", "citation_title")
            or _text(self.data, "headline")
            or _text(self.data, "name")
            or self.words_of("p-name")
            or (" ".join(title.text_content().split()) if title is not None else "")
        )

    def _author(self) -> str:
        of_data = _name(self.data.get("author") or self.data.get("creator"))
        said = (
            of_data
            or self.words_of("p-author")
            or self.meta("author", "article:author", "dc.creator", "citation_author")
        )
        return "" if said.startswith("http") else markup.line(said, is_html=False, most=200)

    def _moment(self, name: str, of_data: tuple[str, ...], *metas: str) -> Any:
        element = self.classed(name)
        said = (element.get("datetime") or element.text_content()) if element is not None else ""
        choices = [*(_text(self.data, each) for each in of_data), self.meta(*metas), said]
        return next((found for each in choices if each and (found := dates.moment(each))), None)

    def _tags(self) -> list[str]:
        keywords = self.data.get("keywords")
        said = keywords.split(",") if isinstance(keywords, str) else [str(each) for each in _listed(keywords)]
        rels = [
            element.text_content()
            for element in self.root.iter("a")
            if "tag" in (element.get("rel") or "").split()
        ]
        return [
            *self.metas.get("article:tag", []),
            *said,
            *(word for line in self.metas.get("keywords", [])[:1] for word in line.split(",")),
            *rels[:20],
        ]

    def _licence(self) -> str:
        said = self.data.get("license")
        stated = markup.address(
            said if isinstance(said, str) else _text(said, "@id") if isinstance(said, dict) else ""
        )
        for each in [
            stated,
            *self.links("license"),
            *self.metas.get("dc.rights", []),
            *self.metas.get("dcterms.license", []),
        ]:
            if each and (found := licences.known(each)):
                return found.url
        return ""

    def _kind(self) -> str:
        for each in _listed(self.data.get("@type")):
            if str(each).lower() in _OF_DATA:
                return _OF_DATA[str(each).lower()]
        if "citation_title" in self.metas:
            return "reference"
        return _KINDS.get(self.meta("og:type").partition(".")[0].lower(), "post")

    def _media(self) -> tuple[ReadEnclosure, ...]:
        for kind in ("video", "audio"):
            if url := markup.address(
                self.meta(f"og:{kind}", f"og:{kind}:url", f"og:{kind}:secure_url"), self.base
            ):
                return (ReadEnclosure(url, self.meta(f"og:{kind}:type") or f"{kind}/*"),)
        return ()

    def _body(self) -> str:
        """The element that holds the words: marked as such, or the article, or all that is not beside the point."""
        body = self.classed("e-content")
        for path in ("//article", "//main", "//*[@role='main']", "//*[@itemprop='articleBody']"):
            if body is None and len(found := self.root.xpath(path)) == 1:
                body = found[0]
        if body is None:
            body = self.root.find("body")
        if body is None:
            return ""
        for element in list(body.iter(*_BESIDE)):
            if element is not body and element.getparent() is not None:
                element.drop_tree()
        return escape(body.text or "", quote=False) + "".join(
            lxml.html.tostring(child, encoding="unicode") for child in body
        )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(said: Any, name: str) -> str:
    value = said.get(name) if isinstance(said, dict) else None
    value = value[0] if isinstance(value, list) and value else value
    return value.strip() if isinstance(value, str) else ""


def _name(said: Any) -> str:
    return ", ".join(
        filter(
            None,
            (each.strip() if isinstance(each, str) else _text(each, "name") for each in _listed(said)[:5]),
        )
    )


def _host(url: str) -> str:
    return url.split("/")[2].lower().removeprefix("www.") if url.count("/") > 1 else ""


def _path(url: str) -> str:
    return url.split("/", 3)[3].strip("/") if url.count("/") > 2 else ""  # noqa: PLR2004 -- scheme://host/path
