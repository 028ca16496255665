"""YAML as plain data with the line of every value; hostile YAML as a plain sentence.

Read from parser events with a stack of our own, never with a constructor: no tag is ever acted on, no
alias is ever followed, and neither depth nor size can hurt. What is read is only text, whole numbers,
yes and no, lists and mappings, which is all that the documents need and all that JSON keeps.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from django.utils.translation import gettext as _
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from collegium.schemes.documents.problems import Problem

PathOfValue = tuple[str | int, ...]

# The longest file shipped is below 40 kB and six levels deep.
MOST_BYTES = 512 * 1024
MOST_VALUES = 20_000
MOST_DEPTH = 24

_WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,9})")
_YES_OR_NO = {"true": True, "yes": True, "false": False, "no": False}


@dataclass
class Reading:
    """What one file says; `lines` knows where each path stands, so that a later check can say it too."""

    file: str
    plain: Any = None
    lines: dict[PathOfValue, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Sequence[str | int]) -> int:
        """The line of a value, or of the nearest thing around it when the value itself is missing."""
        at = tuple(path)
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)

    def complain(self, reason: str, *, path: Sequence[str | int] = (), line: int | None = None) -> None:
        """Notes a problem once, however many checks stumble over it."""
        problem = Problem(self.file, self.line(path) if line is None else line, reason)
        if problem not in self.problems:
            self.problems.append(problem)


class _Stop(Exception):  # noqa: N818 - control flow of this file only
    """Reading on would help nobody."""


@dataclass
class _Open:
    """A list or mapping that has begun and not ended."""

    value: dict[str, Any] | list[Any]
    path: PathOfValue
    key: str | None = None
    braces: bool = False


def read_file(path: Path) -> Reading:
    """Never raises for what a file holds; a file that cannot be opened is a problem too."""
    reading = Reading(file=str(path))
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        reading.complain(_("The file cannot be read: %(why)s.") % {"why": error.strerror or str(error)})
        return reading
    return read_bytes(content, file=str(path))


def read_bytes(content: bytes, *, file: str) -> Reading:
    reading = Reading(file=file)
    if len(content) > MOST_BYTES:
        reading.complain(
            _("The file is too large: a document has at most %(most)d kB.") % {"most": MOST_BYTES // 1024}
        )
        return reading
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reading.complain(
            _("The file is not UTF-8 text (byte %(byte)d). Save it as UTF-8.") % {"byte": error.start + 1},
            line=content.count(b"\n", 0, error.start) + 1,
        )
        return reading
    try:
        reading.plain = _build(_events(text), reading)
    except _Stop:
        reading.plain = None
    except ReaderError as error:
        reading.complain(
            _("There is a control character in the file, which YAML does not allow."),
            line=text.count("\n", 0, error.position) + 1,
        )
        reading.plain = None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reading.complain(
            _("This is not YAML: %(why)s.") % {"why": (error.problem or error.context or "").rstrip(".")},
            line=mark.line + 1 if mark is not None else 1,
        )
        reading.plain = None
    except YAMLError as error:
        reading.complain(_("This is not YAML: %(why)s.") % {"why": str(error).splitlines()[0]})
        reading.plain = None
    if not reading.problems and not isinstance(reading.plain, Mapping):
        reading.complain(_("The file is not a mapping: it should begin with lines such as “title: …”."))
    return reading


def _events(text: str) -> Iterator[Any]:
    yaml = YAML(typ="safe", pure=True)
    yield from yaml.parse(text)


def _build(events: Iterator[Any], reading: Reading) -> Any:
    """One document from its events, without recursion."""
    builder = _Builder(reading)
    for event in events:
        builder.take(event)
    return builder.result


@dataclass
class _Builder:
    reading: Reading
    stack: list[_Open] = field(default_factory=list)
    result: Any = None
    documents: int = 0
    values: int = 0

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1 if event.start_mark is not None else 1
        self.refuse(event, line)
        match event:
            case SequenceEndEvent() | MappingEndEvent():
                self.put(self.stack.pop().value)
            case ScalarEvent() if self.expects_name:
                _take_key(self.stack[-1], event.value, self.reading, line)
            case ScalarEvent():
                self.scalar(event, line)
            case SequenceStartEvent() | MappingStartEvent():
                self.open(event, line)

    @property
    def expects_name(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None

    def refuse(self, event: Any, line: int) -> None:
        """What is not read at all, and what would be too much of it."""
        self.documents += isinstance(event, DocumentStartEvent)
        self.values += isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent)
        if self.documents > 1:
            self.stop(_("A second document begins here; a file holds one."), line)
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            self.stop(_("Anchors and aliases (& and *) are not read: write it out."), line)
        if self.values > MOST_VALUES:
            self.stop(
                _("The file holds too much: at most %(most)d values are read.") % {"most": MOST_VALUES}, line
            )
        if _tag(event):
            self.stop(
                _("The tag “%(tag)s” is not read: only text, numbers, lists and mappings are.")
                % {"tag": _tag(event)},
                line,
            )

    def scalar(self, event: ScalarEvent, line: int) -> None:
        path = _path(self.stack)
        self.reading.lines.setdefault(path, line)
        value = _scalar(event)
        if value is None:
            reason = (
                _("“%(name)s” is empty. Inside { } a comma ends a text: put a text with a comma in quotes.")
                if self.stack and self.stack[-1].braces
                else _("“%(name)s” is empty: give it a value, write unset, or leave the line out.")
            )
            self.reading.complain(reason % {"name": _name(path)}, path=path)
        self.put(value)

    def open(self, event: SequenceStartEvent | MappingStartEvent, line: int) -> None:
        if self.expects_name:
            self.stop(_("A name is expected here, not a list or a mapping."), line)
        path = _path(self.stack)
        self.reading.lines.setdefault(path, line)
        if len(self.stack) >= MOST_DEPTH:
            self.stop(
                _("The file is nested too deeply: at most %(most)d levels are read.") % {"most": MOST_DEPTH},
                line,
            )
        value: dict[str, Any] | list[Any] = {} if isinstance(event, MappingStartEvent) else []
        self.stack.append(_Open(value, path, braces=bool(event.flow_style)))

    def put(self, value: Any) -> None:
        if self.stack:
            _put(self.stack[-1], value)
        else:
            self.result = value

    def stop(self, reason: str, line: int) -> NoReturn:
        self.reading.complain(reason, line=line)
        raise _Stop


def _tag(event: Any) -> str:
    if isinstance(event, DocumentStartEvent):
        return ""
    tag = getattr(event, "ctag", None) or getattr(event, "tag", None)
    return str(tag) if tag else ""


def _path(stack: list[_Open]) -> PathOfValue:
    if not stack:
        return ()
    inner = stack[-1]
    if isinstance(inner.value, dict):
        return (*inner.path, inner.key or "")
    return (*inner.path, len(inner.value))


def _take_key(inner: _Open, key: str, reading: Reading, line: int) -> None:
    path = (*inner.path, key)
    if key in inner.value:
        reading.complain(
            _("“%(name)s” is here a second time; it is already on line %(line)d.")
            % {"name": key, "line": reading.lines[path]},
            line=line,
        )
    # The line of the name, not of the value: a block may begin on the line after it.
    reading.lines.setdefault(path, line)
    inner.key = key


def _put(inner: _Open, value: Any) -> None:
    if isinstance(inner.value, list):
        inner.value.append(value)
        return
    # A name given twice keeps its first value, the one whose line is remembered.
    inner.value.setdefault(inner.key or "", value)
    inner.key = None


def _scalar(event: ScalarEvent) -> str | int | bool | None:
    text: str = event.value
    if event.style in ("'", '"', "|", ">"):
        return text.strip("\n") if event.style in ("|", ">") else text
    if text in ("", "~", "null"):
        return None
    if text.lower() in _YES_OR_NO:
        return _YES_OR_NO[text.lower()]
    if _WHOLE_NUMBER.fullmatch(text):
        return int(text)
    return text


def _name(path: Sequence[str | int]) -> str:
    for step in reversed(path):
        if isinstance(step, str):
            return step
    return "-"
