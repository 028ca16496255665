"""Rich text: what people write in the editor, made safe once, when it is saved.

Whatever ``clean`` returns may be shown as it is. The vocabulary is the editor's and no more; besides the usual tags,
``<span class="principle" data-principle="CODE">`` marks a passage with a principle, and ``<figure data-evidence="ID">``
stands for evidence that is drawn when the text is shown.
"""

import difflib
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import unquote

import nh3
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

VOID = frozenset({"br", "hr", "img"})
BLOCKS = frozenset(
    {"p", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "pre", "hr", "figure", "figcaption"}
    | {"table", "thead", "tbody", "tr", "th", "td"}
)
INLINE = frozenset({"strong", "em", "u", "s", "sub", "sup", "code", "a", "span", "br", "img"})
# What other editors write for the same thing.
RENAMED = {
    "b": "strong",
    "i": "em",
    "strike": "s",
    "del": "s",
    "ins": "u",
    "h1": "h2",
    "h5": "h4",
    "h6": "h4",
    "div": "p",
    "tt": "code",
}
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
    "span": {"data-principle", "class"},
    "figure": {"data-evidence"},
}
# The text inside these is not text that anybody wrote to be read.
DROPPED_WHOLE = {
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
    "title",
    "textarea",
}

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")
_ID = re.compile(r"[1-9][0-9]{0,17}")
_CODE = re.compile(r"[\w][\w.\-]{0,39}")


def _is_own_image(address: str) -> bool:
    """Only images that this site serves: no data, no pictures from elsewhere that watch who reads."""
    path = unquote(address)
    if (
        not path.startswith("/")
        or path.startswith("//")
        or "\\" in path
        or ".." in path.split("?")[0].split("/")
    ):
        return False
    return path.startswith(
        tuple(getattr(settings, "COLLEGIUM_IMAGE_PATHS", ("/evidence/", "/conversations/files/")))
    )


_CHECKS: dict[str, Callable[[str], bool]] = {
    "lang": lambda value: bool(_LANGUAGE.fullmatch(value)),
    "dir": lambda value: value in {"ltr", "rtl", "auto"},
    "width": lambda value: bool(_NUMBER.fullmatch(value)),
    "height": lambda value: bool(_NUMBER.fullmatch(value)),
    "start": lambda value: bool(_NUMBER.fullmatch(value)),
    "colspan": lambda value: bool(_NUMBER.fullmatch(value)) and int(value) <= 100,  # noqa: PLR2004
    "rowspan": lambda value: bool(_NUMBER.fullmatch(value)) and int(value) <= 1000,  # noqa: PLR2004
    "scope": lambda value: value in {"row", "col", "rowgroup", "colgroup"},
    "data-principle": lambda value: bool(_CODE.fullmatch(value)),
    "data-evidence": lambda value: bool(_ID.fullmatch(value)),
    "src": _is_own_image,
    "href": lambda value: not value.lstrip().startswith(("//", "\\", "/\\")),
}


# Renaming can leave what a parser reads otherwise (a paragraph within a paragraph), so it goes round until it stands.
_MOST_ROUNDS = 6


def clean(html: str) -> SafeString:
    """Safe HTML in the editor's vocabulary; what lies outside it is unwrapped, its words kept."""
    text = html.replace("\x00", "")
    for _round in range(_MOST_ROUNDS):
        before, text = text, _Tidy(_WASH.clean(text)).result()
        if text == before:
            break
    return mark_safe(text)  # noqa: S308 -- this is the function that makes it safe


def _attribute(_tag: str, name: str, value: str) -> str | None:
    check = _CHECKS.get(name)
    return value if check is None or check(value.strip()) else None


_WASH = nh3.Cleaner(
    tags=set(BLOCKS | INLINE | RENAMED.keys()),
    attributes={
        **{tag: names for tag, names in ATTRIBUTES.items() if tag != "span"},
        "span": {"data-principle"},
        "p": set(),
    },
    attribute_filter=_attribute,
    clean_content_tags=DROPPED_WHOLE,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener noreferrer",
    strip_comments=True,
)


# Parsing what is already well-formed ----------------------------------------------------------------------------------


@dataclass
class Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Element | str]" = field(default_factory=list)

    def walk(self) -> "Iterator[Element]":
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.walk()

    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)


class _Reader(HTMLParser):
    """Builds a tree of well-formed HTML, such as ``clean`` and nh3 write."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self._open[1:]):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def _tree(html: str) -> Element:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root


def _start(tag: str, attributes: dict[str, str]) -> str:
    written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{tag}{written}>"


class _Tidy:
    """Writes safe HTML again in the house's own vocabulary: other editors' tags renamed, empty wrappers dropped."""

    def __init__(self, safe: str) -> None:
        self._root = _tree(safe)

    def result(self) -> str:
        return "".join(self._write(self._root, inside=())).strip()

    def _write(self, element: Element, inside: tuple[str, ...]) -> Iterator[str]:
        for child in element.children:
            if isinstance(child, str):
                # A parser drops a line break that opens a <pre>: drop it here, or each save would lose another one.
                opens = element.tag == "pre" and child is element.children[0]
                yield self._words(child.lstrip("\n") if opens else child, inside)
                continue
            tag = RENAMED.get(child.tag, child.tag)
            if self._is_hollow(tag, child, inside):
                yield from self._write(child, inside)
            elif tag in VOID:
                yield _start(tag, child.attributes)
            else:
                attributes = dict(child.attributes)
                if tag == "span":
                    attributes = {"class": "principle", **attributes}
                yield _start(tag, attributes)
                yield from self._write(child, (*inside, tag))
                yield f"</{tag}>"

    def _words(self, text: str, inside: tuple[str, ...]) -> str:  # noqa: ARG002  # for whoever writes them otherwise
        return escape(text, quote=False)

    def _is_hollow(self, tag: str, element: Element, inside: tuple[str, ...]) -> bool:
        """Whether the element says nothing, so that only what is in it stays."""
        if tag == "img":
            return "src" not in element.attributes
        if tag == "span":
            return "data-principle" not in element.attributes
        if tag == "a":
            return "href" not in element.attributes
        if element.tag == "div":
            holds_blocks = any(RENAMED.get(inner.tag, inner.tag) in BLOCKS for inner in element.walk())
            return holds_blocks or "p" in inside
        return tag not in BLOCKS and tag not in INLINE


# Links in running text ------------------------------------------------------------------------------------------------

_Passages = Iterable[tuple[int, int, str]]  # from, to, address


class _Linker(_Tidy):
    def __init__(self, safe: str, find: Callable[[str], _Passages]) -> None:
        super().__init__(safe)
        self._find = find

    def _words(self, text: str, inside: tuple[str, ...]) -> str:
        if {"a", "code", "pre"} & {*inside}:
            return super()._words(text, inside)
        out, written = [], 0
        for start, end, address in self._find(text):
            out.append(super()._words(text[written:start], inside))
            out.append(f'<a href="{escape(address)}">{escape(text[start:end], quote=False)}</a>')
            written = end
        return "".join(out) + super()._words(text[written:], inside)


def with_links(html: str, find: Callable[[str], _Passages]) -> SafeString:
    """The text with links around the passages that ``find`` names in a run of words: in order, none over another.

    Words that are a link already, or code, are left alone.
    """
    return clean(_Linker(clean(html), find).result())


# Reading --------------------------------------------------------------------------------------------------------------


def plain(html: str) -> str:
    """The words alone: a line for each block, a tab between the cells of a table."""
    lines: list[str] = []
    _plain(_tree(html), lines)
    return "\n".join(line for line in (re.sub(r"[^\S\t]+", " ", line).strip() for line in lines) if line)


_TAG = re.compile(r"</?([a-z0-9]+)[^>]*>")  # of stored text: no > stands within a tag
_BESIDE = re.compile(r"<(?:t[dhr]|table|pre)\b")  # where words do not simply follow each other


def beginning(html: str, length: int) -> str:
    """Of text that was stored, the first words alone, at least so many characters of them where there are."""
    cut = html.rfind("<", 0, 4 * length) if len(html) > 4 * length else -1
    if _BESIDE.search(html, 0, cut if cut > 0 else len(html)):
        return plain(html)
    read = _lines(html[:cut]) if cut > 0 else ""
    return read if len(read) > length else _lines(html)


def _lines(html: str) -> str:
    parted = _TAG.sub(lambda tag: "\0" if tag[1] in BLOCKS or tag[1] == "br" else "", html)
    lines = (" ".join(line.split()) for line in unescape(parted).split("\0"))
    return "\n".join(line for line in lines if line)


def _plain(element: Element, lines: list[str]) -> None:
    for child in element.children:
        if isinstance(child, str):
            lines[-1:] = [(lines[-1] if lines else "") + child.replace("\n", " ")]
        elif child.tag == "br":
            lines.append("")
        elif child.tag in {"td", "th"}:
            lines[-1:] = [(lines[-1] + "\t" if lines and lines[-1].strip() else "")]
            _cell(child, lines)
        elif child.tag in BLOCKS:
            lines.append("")
            _plain(child, lines)
            lines.append("")
        else:
            _plain(child, lines)


def _cell(element: Element, lines: list[str]) -> None:
    inner: list[str] = []
    _plain(element, inner)
    lines[-1] += " ".join(line.strip() for line in inner if line.strip())


# Scripts that put no space between words. Word processors count Han and Kana by the character; for the scripts of
# South-East Asia they ask a dictionary, for which five characters a word is a fair estimate.
_BY_CHARACTER = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
)
_BY_ESTIMATE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_ONE_CHARACTER = re.compile(f"[{_BY_CHARACTER}]")
_A_RUN = re.compile(f"[{_BY_ESTIMATE}]+")
_CHARACTERS_A_WORD = 5
_BETWEEN_WORDS = re.compile(r"[\s\u2013\u2014\u2026\u200b]+|\.{3,}|--+")


def count_words(text: str) -> int:
    """Words as a word processor counts them: between spaces and dashes, at least one letter or digit."""
    characters = len(_ONE_CHARACTER.findall(text))
    text = _ONE_CHARACTER.sub(" ", text)
    estimated = sum(-(-len(run) // _CHARACTERS_A_WORD) for run in _A_RUN.findall(text))
    text = _A_RUN.sub(" ", text)
    spaced = sum(1 for word in _BETWEEN_WORDS.split(text) if any(char.isalnum() for char in word))
    return characters + estimated + spaced


def word_count(html: str) -> int:
    return count_words(plain(html))


def images_without_alt(html: str) -> int:
    return sum(1 for element in _elements(html, "img") if not element.attributes.get("alt", "").strip())


def embedded_evidence(html: str) -> list[int]:
    """The ids of the evidence embedded, each once, in the order of the text."""
    ids = (element.attributes.get("data-evidence", "") for element in _elements(html, "figure"))
    return list(dict.fromkeys(int(number) for number in ids if _ID.fullmatch(number)))


def links(html: str) -> list[str]:
    """The addresses linked to, each once, in the order of the text."""
    addresses = (element.attributes.get("href", "") for element in _elements(html, "a"))
    return list(dict.fromkeys(address for address in addresses if address))


def marked_principles(html: str) -> dict[str, int]:
    """For each principle that marks a passage, how many words it marks."""
    words: Counter[str] = Counter()
    for element in _elements(html, "span"):
        if code := element.attributes.get("data-principle"):
            words[code] += count_words(element.text())
    return dict(words)


def _elements(html: str, tag: str) -> Iterator[Element]:
    return (element for element in _tree(html).walk() if element.tag == tag)


# What differs ---------------------------------------------------------------------------------------------------------

_Mark = tuple[str, tuple[tuple[str, str], ...]]  # a tag with its attributes


@dataclass(frozen=True)
class _Word:
    text: str
    marks: tuple[_Mark, ...]


@dataclass(frozen=True)
class _Block:
    """A run of words with the blocks that it stands in, from the outside in; ``places`` tells equal tags apart."""

    path: tuple[_Mark, ...]
    places: tuple[int, ...]
    words: tuple[_Word, ...]

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(tag for tag, _attributes in self.path)

    @property
    def is_atom(self) -> bool:
        return not self.words and self.tags[-1] in _ATOMS


_SIMILAR = 0.35  # share of words in common from which two blocks are taken for one that was rewritten
_SAME_PLACE = 0.05
_PLACED = frozenset({"td", "th", "h2", "h3", "h4", "figcaption"})
_ATOMS = frozenset({"hr", "figure"})  # may hold no words, and are then shown whole
_MOST_PAIRS = 4_000_000  # beyond that, words are not compared one by one but shown as replaced


def difference(old: str, new: str) -> SafeString:
    """Both texts in one: what went is in ``<del>``, what came in ``<ins>``, word by word. Takes what ``clean`` gave."""
    before, after = _blocks(clean(old)), _blocks(clean(new))
    writer = _Writer()
    for old_block, new_block in _align(before, after):
        block = new_block or old_block
        if block is None:
            continue
        writer.move_to(block, gone=new_block is None)
        kind = "ins" if old_block is None else "del" if new_block is None else ""
        if block.is_atom:
            writer.write_atom(kind, block)
        else:
            writer.write(_compare(old_block, new_block))
    return mark_safe(writer.result())  # noqa: S308 -- made of cleaned parts, escaped again


def is_same(old: str, new: str) -> bool:
    """Whether the two texts say the same in the same form, however they are written down."""
    return str(clean(old)) == str(clean(new))


def _blocks(html: str) -> list[_Block]:
    found: list[_Block] = []
    counter = itertools.count()

    def visit(element: Element, path: tuple[_Mark, ...], places: tuple[int, ...]) -> None:
        run: list[_Word] = []

        def flush() -> None:
            if any(word.text.strip() for word in run):
                found.append(_Block(path, places, tuple(run)))
            run.clear()

        for child in element.children:
            if isinstance(child, Element) and child.tag in BLOCKS:
                flush()
                mark = (child.tag, tuple(child.attributes.items()))
                place = next(counter)
                if child.tag in _ATOMS and not child.children:
                    found.append(_Block((*path, mark), (*places, place), ()))
                else:
                    visit(child, (*path, mark), (*places, place))
            else:
                run.extend(_words(child, ()))
        flush()

    visit(_tree(html), (), ())
    return found


def _words(node: Element | str, marks: tuple[_Mark, ...]) -> Iterator[_Word]:
    if isinstance(node, str):
        for piece in re.findall(rf"\s+|[{_BY_CHARACTER}]|[^\s{_BY_CHARACTER}]+", node):
            yield _Word(" " if piece.isspace() and "\n" not in piece else piece, marks)
        return
    mark = (node.tag, tuple(node.attributes.items()))
    if node.tag in VOID:
        yield _Word(f"<{node.tag}>", (*marks, mark))
        return
    for child in node.children:
        yield from _words(child, (*marks, mark))


def _align(before: Sequence[_Block], after: Sequence[_Block]) -> list[tuple[_Block | None, _Block | None]]:
    """Pairs of blocks: unchanged, rewritten (both), gone (only the first) or new (only the second)."""
    key = [(block.tags, block.words) for block in before], [(block.tags, block.words) for block in after]
    pairs: list[tuple[_Block | None, _Block | None]] = []
    matcher = difflib.SequenceMatcher(a=key[0], b=key[1], autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            pairs.extend(zip(before[i1:i2], after[j1:j2], strict=True))
        else:
            pairs.extend(_pair_up(before[i1:i2], after[j1:j2]))
    return pairs


def _pair_up(gone: Sequence[_Block], come: Sequence[_Block]) -> list[tuple[_Block | None, _Block | None]]:
    """The pairing in order that keeps most words together."""
    if len(gone) * len(come) > 250_000:  # noqa: PLR2004 -- hundreds of changed blocks each: a wholly new text
        return [*((block, None) for block in gone), *((None, block) for block in come)]
    bags, new_bags = list(map(_bag, gone)), list(map(_bag, come))
    best = [[0.0] * (len(come) + 1) for _ in range(len(gone) + 1)]
    for i, j in itertools.product(range(len(gone) - 1, -1, -1), range(len(come) - 1, -1, -1)):
        together = _likeness(gone[i], come[j], bags[i], new_bags[j])
        best[i][j] = max(best[i + 1][j], best[i][j + 1], together + best[i + 1][j + 1] if together else 0.0)
    pairs: list[tuple[_Block | None, _Block | None]] = []
    i = j = 0
    while i < len(gone) or j < len(come):
        if i < len(gone) and j < len(come):
            together = _likeness(gone[i], come[j], bags[i], new_bags[j])
            if together and best[i][j] == together + best[i + 1][j + 1]:
                pairs.append((gone[i], come[j]))
                i, j = i + 1, j + 1
                continue
        if i < len(gone) and (j == len(come) or best[i][j] == best[i + 1][j]):
            pairs.append((gone[i], None))
            i += 1
        else:
            pairs.append((None, come[j]))
            j += 1
    return pairs


def _bag(block: _Block) -> Counter[str]:
    return Counter(word.text for word in block.words if not word.text.isspace())


def _likeness(old: _Block, new: _Block, old_bag: Counter[str], new_bag: Counter[str]) -> float:
    if old.tags[-1:] != new.tags[-1:] and len(old.tags) != len(new.tags):
        return 0.0
    size = max(sum(old_bag.values()), sum(new_bag.values()))
    if not size:
        return 1.0 if old.path == new.path else 0.0
    share = 0.0 if old_bag.keys().isdisjoint(new_bag) else sum((old_bag & new_bag).values()) / size
    if share >= _SIMILAR:
        return share
    # A cell or a heading stands where it stands, however little is left of its words.
    return _SAME_PLACE if old.tags == new.tags and old.tags[-1:] and old.tags[-1] in _PLACED else 0.0


_Change = tuple[str, tuple[_Word, ...]]  # "", "ins" or "del", with words


def _compare(old: _Block | None, new: _Block | None) -> list[_Change]:
    before, after = old.words if old else (), new.words if new else ()
    if old is None or new is None:
        return [("ins" if old is None else "del", after or before)]
    if before == after:
        return [("", after)]
    if len(before) * len(after) > _MOST_PAIRS:
        return [("del", before), ("ins", after)]
    changes: list[_Change] = []
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if kind == "equal":
            changes.append(("", after[j1:j2]))
        else:
            changes.extend([("del", before[i1:i2]), ("ins", after[j1:j2])])
    return _without_crumbs(changes)


def _without_crumbs(changes: list[_Change]) -> list[_Change]:
    """Join changes that only a space keeps apart: "old words" reads better than "old" "words"."""
    joined: list[_Change] = []
    pending: dict[str, tuple[_Word, ...]] = {"del": (), "ins": ()}

    def flush() -> None:
        joined.extend((kind, words) for kind, words in pending.items() if words)
        pending.update({"del": (), "ins": ()})

    for number, (kind, words) in enumerate(changes):
        last = number == len(changes) - 1
        if kind:
            pending[kind] += words
        elif not last and any(pending.values()) and all(word.text.isspace() for word in words):
            pending["del"] += words
            pending["ins"] += words
        else:
            flush()
            joined.append((kind, words))
    flush()
    return joined


class _Writer:
    """Writes blocks one after another, closing and opening the blocks around them as they change."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._open: list[tuple[_Mark, int, bool]] = []

    def move_to(self, block: _Block, *, gone: bool) -> None:
        """Stand in the block. What is gone had other places, so that like blocks around it are taken for the same."""
        wanted = list(zip(block.path, block.places, strict=True))
        if block.is_atom:
            wanted.pop()
        containers = len(block.path) - 1
        shared = 0
        for (mark, place, was_gone), (wanted_mark, wanted_place) in zip(self._open, wanted, strict=False):
            same = place == wanted_place and was_gone == gone
            around = shared < containers and mark[0] == wanted_mark[0] and mark[0] not in {"li", "td", "th"}
            if not same and not (around and was_gone != gone):
                break
            shared += 1
        self._close_to(shared)
        for mark, place in wanted[shared:]:
            self._out.append(_start(mark[0], dict(mark[1])))
            self._open.append((mark, place, gone))

    def write(self, changes: Iterable[_Change]) -> None:
        for kind, words in changes:
            text = _with_marks(words)
            self._out.append(f"<{kind}>{text}</{kind}>" if kind and text else text)

    def write_atom(self, kind: str, block: _Block) -> None:
        tag, attributes = block.path[-1]
        text = _start(tag, dict(attributes)) + ("" if tag in VOID else f"</{tag}>")
        self._out.append(f"<{kind}>{text}</{kind}>" if kind else text)

    def _close_to(self, depth: int) -> None:
        while len(self._open) > depth:
            mark, _place, _gone = self._open.pop()
            self._out.append(f"</{mark[0]}>")

    def result(self) -> str:
        self._close_to(0)
        return "".join(self._out)


def _with_marks(words: Sequence[_Word]) -> str:
    out: list[str] = []
    for marks, run in itertools.groupby(words, key=lambda word: word.marks):
        texts = [word.text for word in run]
        if marks and marks[-1][0] in VOID:
            outer, inner = marks[:-1], _start(marks[-1][0], dict(marks[-1][1])) * len(texts)
        else:
            outer, inner = marks, escape("".join(texts), quote=False)
        opened = "".join(_start(tag, dict(attributes)) for tag, attributes in outer)
        closed = "".join(f"</{tag}>" for tag, _attributes in reversed(outer))
        out.append(f"{opened}{inner}{closed}")
    return "".join(out)
