"""A framework as frozen, typed data."""

import copy
import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from collegium.schemes.documents.values import Source, Words


class Arrangement(enum.StrEnum):
    SECTIONS = "sections"  # each node is written about on a page of its own
    DIMENSIONS = "dimensions"  # nodes are tagged, many-to-many, to what is written


class NodeKind(enum.StrEnum):
    GROUP = "group"  # a heading over others
    STATEMENT = "statement"  # written, so that assessors know the context
    SECTION = "section"  # written and assessed
    DIMENSION = "dimension"  # tagged to what is written
    CRITERION = "criterion"  # judged over the whole, not written about by itself
    PLAN = "plan"  # written, for the time after the award
    DECLARATION = "declaration"  # agreed to


_WRITTEN = frozenset({NodeKind.STATEMENT, NodeKind.SECTION, NodeKind.PLAN})
_ASSESSED = frozenset({NodeKind.SECTION, NodeKind.CRITERION})


@dataclass(frozen=True)
class ComponentDocument:
    """One part of what is written about a node: description, evidence, reflection, …"""

    key: str
    title: str
    guidance: str = ""
    required: bool = True


@dataclass(frozen=True)
class PrincipleDocument:
    code: str
    title: str
    guidance: str = ""
    source: str = ""


@dataclass(frozen=True)
class NodeDocument:
    code: str
    title: str
    kind: NodeKind
    short: str
    guidance: str
    assessed: bool
    components: tuple[ComponentDocument, ...]
    words: Words | None
    must_refer_to_principles: bool
    source: str
    parent: str
    nodes: tuple["NodeDocument", ...]

    @property
    def is_written(self) -> bool:
        return self.kind in _WRITTEN

    @property
    def label(self) -> str:
        """The title with its code, where the code is one that people say."""
        return f"{self.code} {self.title}" if self.is_coded else self.title

    @property
    def short_label(self) -> str:
        return f"{self.code} {self.short}" if self.is_coded else self.short

    @property
    def is_coded(self) -> bool:
        """Whether people say the code ("1a", "V3"), or it is a mere name for the file ("context")."""
        return any(character.isdigit() for character in self.code)

    def walk(self) -> Iterator["NodeDocument"]:
        yield self
        for node in self.nodes:
            yield from node.walk()


@dataclass(frozen=True)
class FrameworkDocument:
    key: str
    version: str
    title: str
    summary: str
    language: str
    published: str
    arrangement: Arrangement
    sources: tuple[Source, ...]
    components: tuple[ComponentDocument, ...]
    principles: tuple[PrincipleDocument, ...]
    nodes: tuple[NodeDocument, ...]
    plain: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "FrameworkDocument":
        """From what `to_json` gave, or from a file that was checked: nothing is checked again here."""
        components = tuple(_component(item) for item in plain.get("components", ()))
        return cls(
            key=plain["key"],
            version=str(plain["version"]),
            title=plain["title"],
            summary=plain.get("summary", ""),
            language=plain.get("language", "en"),
            published=str(plain["published"]),
            arrangement=Arrangement(plain["arrangement"]),
            sources=read_sources(plain["sources"]),
            components=components,
            principles=tuple(
                PrincipleDocument(
                    str(item["code"]), item["title"], item.get("guidance", ""), item.get("source", "")
                )
                for item in plain.get("principles", ())
            ),
            nodes=tuple(_node(item, components, parent="") for item in plain["nodes"]),
            plain=copy.deepcopy(dict(plain)),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain data in the words of the file, to be stored and read again."""
        return copy.deepcopy(dict(self.plain))

    def walk(self) -> Iterator[NodeDocument]:
        """Every node in reading order, groups included."""
        for node in self.nodes:
            yield from node.walk()

    @cached_property
    def by_code(self) -> Mapping[str, NodeDocument]:
        return {node.code: node for node in self.walk()}

    def node(self, code: str) -> NodeDocument:
        return self.by_code[code]

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """What a reader calls each node, for the sentences of a requirement."""
        return {node.code: node.short_label for node in self.walk()}

    @property
    def dimensions(self) -> tuple[NodeDocument, ...]:
        return tuple(node for node in self.walk() if node.kind is NodeKind.DIMENSION)

    def source(self, key: str) -> Source | None:
        return next((source for source in self.sources if source.key == key), None)


def read_sources(plain: Mapping[str, Any]) -> tuple[Source, ...]:
    return tuple(
        Source(
            key=key,
            title=item["title"],
            url=item.get("url", ""),
            published=str(item.get("published", "")),
            accessed=str(item.get("accessed", "")),
        )
        for key, item in plain.items()
    )


def _component(plain: Mapping[str, Any]) -> ComponentDocument:
    return ComponentDocument(
        plain["key"], plain["title"], plain.get("guidance", ""), plain.get("required", True)
    )


def _node(
    plain: Mapping[str, Any], components: tuple[ComponentDocument, ...], *, parent: str
) -> NodeDocument:
    code, kind = str(plain["code"]), NodeKind(plain["kind"])
    return NodeDocument(
        code=code,
        title=plain["title"],
        kind=kind,
        short=plain.get("short", plain["title"]),
        guidance=plain.get("guidance", ""),
        assessed=plain.get("assessed", kind in _ASSESSED),
        components=_components_of(plain, kind, components),
        words=Words.read(plain["words"]) if "words" in plain else None,
        must_refer_to_principles=plain.get("must refer to principles", False),
        source=plain.get("source", ""),
        parent=parent,
        nodes=tuple(_node(item, components, parent=code) for item in plain.get("nodes", ())),
    )


def _components_of(
    plain: Mapping[str, Any], kind: NodeKind, components: tuple[ComponentDocument, ...]
) -> tuple[ComponentDocument, ...]:
    """The named ones; else all for a section; else one text, for what is written in one piece."""
    if kind not in _WRITTEN:
        return ()
    if "components" in plain:
        return tuple(component for component in components if component.key in plain["components"])
    if kind is NodeKind.SECTION and components:
        return components
    return (ComponentDocument("text", plain["title"]),)
