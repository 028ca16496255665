"""What changed from one version of a framework or scheme to the next, in sentences.

Compared are the plain data, so that nothing a file can say is left out. Items of a list are the same item
when they go by the same code or key, wherever they stand.
"""

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from collegium.schemes import requirements, wording
from collegium.schemes.documents import RULES_BY_NAME, UNSET, Duration, FrameworkDocument, SchemeDocument
from collegium.schemes.requirements import ShapeError

Path = tuple[str, ...]

# What tells items of a list apart, in the order in which it is looked for.
_NAMES = ("code", "key")
# A change here changes nothing for anybody: where a fact was read, and when.
_ASIDE = frozenset({"kind", "accessed", "language"})
_LONGEST = 160


class How(enum.StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Change:
    """One difference; `path` leads to it in the words of the file."""

    how: How
    path: Path
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def compare(
    old: FrameworkDocument | SchemeDocument,
    new: FrameworkDocument | SchemeDocument,
    *,
    titles: Mapping[str, str] | None = None,
) -> list[Change]:
    """Every difference that a reader could care about, in the order of the new file.

    `titles` are what a scheme's codes are called, by its framework; a framework knows its own.
    """
    if type(old) is not type(new):
        raise TypeError("A framework can be compared with a framework, a scheme with a scheme.")
    if isinstance(old, FrameworkDocument) and isinstance(new, FrameworkDocument):
        titles = {**old.titles, **new.titles}
    return list(_Comparison(old, new, titles or {}).changes())


@dataclass(frozen=True)
class _Comparison:
    old: FrameworkDocument | SchemeDocument
    new: FrameworkDocument | SchemeDocument
    titles: Mapping[str, str]

    def changes(self) -> Iterator[Change]:
        for change in self._mapping(self.old.plain, self.new.plain, ()):
            # The version itself is what is compared: it always differs.
            if change.path != ("version",):
                yield change

    def _mapping(self, old: Mapping[str, Any], new: Mapping[str, Any], path: Path) -> Iterator[Change]:
        for key in [*new, *(key for key in old if key not in new)]:
            if key in _ASIDE:
                continue
            here = (*path, key)
            if key not in old:
                yield self._change(How.ADDED, here, new=new[key])
            elif key not in new:
                yield self._change(How.REMOVED, here, old=old[key])
            else:
                yield from self._value(old[key], new[key], here)

    def _value(self, old: Any, new: Any, path: Path) -> Iterator[Change]:
        if old == new:
            return
        if _is_sourced(old) or _is_sourced(new):
            # One may be bare and the other with its source: what counts is the value in both.
            yield from self._value(_bare(old), _bare(new), path)
            yield from self._remarks(old, new, path)
        elif path[-1] == "requires" or _is_rule(path):
            yield self._change(How.CHANGED, path, old=old, new=new)
        elif isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from self._mapping(old, new, path)
        elif _are_named(old) and _are_named(new):
            yield from self._named(old, new, path)
        else:
            yield self._change(How.CHANGED, path, old=old, new=new)

    def _remarks(self, old: Any, new: Any, path: Path) -> Iterator[Change]:
        before = old.get("note") if isinstance(old, Mapping) else None
        after = new.get("note") if isinstance(new, Mapping) else None
        if before != after:
            how = How.ADDED if before is None else How.REMOVED if after is None else How.CHANGED
            yield self._change(how, (*path, "note"), old=before, new=after)

    def _named(self, old: Sequence[Any], new: Sequence[Any], path: Path) -> Iterator[Change]:
        before = {_name(item): item for item in old}
        after = {_name(item): item for item in new}
        for name, item in after.items():
            if name in before:
                yield from self._value(_whole(before[name]), _whole(item), (*path, name))
            else:
                yield self._change(How.ADDED, (*path, name), new=item)
        for name, item in before.items():
            if name not in after:
                yield self._change(How.REMOVED, (*path, name), old=item)
        kept_before = [name for name in before if name in after]
        kept_after = [name for name in after if name in before]
        if kept_before != kept_after:
            yield Change(How.CHANGED, path, _("%(where)s: the order changed.") % {"where": self._where(path)})

    def _change(self, how: How, path: Path, *, old: Any = None, new: Any = None) -> Change:
        where = self._where(path)
        match how:
            case How.ADDED:
                words = self._words(new, path, of=self.new, under=where)
                pattern = _("%(where)s is new: %(words)s.") if words else _("%(where)s is new.")
            case How.REMOVED:
                words = self._words(old, path, of=self.old, under=where)
                pattern = _("%(where)s is gone; it was: %(words)s.") if words else _("%(where)s is gone.")
            case How.CHANGED:
                return Change(
                    how,
                    path,
                    _("%(where)s: was %(old)s, is now %(new)s.")
                    % {
                        "where": where,
                        "old": self._words(old, path, of=self.old) or _("something else"),
                        "new": self._words(new, path, of=self.new) or _("something else"),
                    },
                )
        return Change(how, path, pattern % {"where": where, "words": words})

    def _where(self, path: Path) -> str:
        """The path as a reader would say it: titles for codes, and words for the keys of the file."""
        said: list[str] = []
        here: list[Any] = [self.new.plain, self.old.plain]
        parent = ""
        for number, step in enumerate(path):
            here = [found for item in here if (found := _step(item, step)) is not None]
            is_mere_way = step == "nodes" or (number == 0 and step in _WORDLESS)
            if not is_mere_way or number == len(path) - 1:
                said.append(self._step_words(step, here, parent))
            parent = step
        words = ", ".join(said)
        return words[:1].upper() + words[1:]

    def _step_words(self, step: str, found: Sequence[Any], parent: str) -> str:
        if parent == "rules" and step in RULES_BY_NAME:
            return str(RULES_BY_NAME[step].title)
        if parent == "sources":
            return _("source “%(title)s”") % {"title": next((i["title"] for i in found), step)}
        for item in found:
            if isinstance(item, Mapping) and any(name in item for name in _NAMES):
                title = item.get("title") or item.get("name")
                code = str(item.get("code", ""))
                shown = f"{code} " if any(character.isdigit() for character in code) else ""
                if title:
                    return f"{shown}“{title}”"
        if parent in ("sections", "criteria"):
            return self.titles.get(step, step)
        if parent == "upgrades":
            return _("upgrade %(between)s") % {"between": step.replace("-to-", " → ")}
        return _FIELDS[step]() if step in _FIELDS else step

    def _words(
        self, value: Any, path: Path, *, of: FrameworkDocument | SchemeDocument, under: str = ""
    ) -> str:
        """The value in words; nothing where its heading has said them already."""
        value = _bare(value)
        if _is_rule(path) and isinstance(of, SchemeDocument):
            return _rule_in_words(path, of)
        if path[-1] == "requires" and value != UNSET.value:
            try:
                return _short(requirements.in_words(requirements.read(value), self.titles))
            except ShapeError:
                return ""
        words = _in_words(value)
        return "" if (words and words in under) or words == path[-1] else words


def _is_rule(path: Path) -> bool:
    return len(path) > 1 and path[-2] == "rules" and path[-1] in RULES_BY_NAME


def _rule_in_words(path: Path, scheme: SchemeDocument) -> str:
    """A rule of the scheme, or of the pathway that the path leads to, as its page says it."""
    kind = RULES_BY_NAME[path[-1]]
    rules = scheme.pathway(path[1]).rules if path[0] == "pathways" else scheme.rules
    said = wording.say(kind.name, getattr(rules, kind.attribute), scheme)
    if said is None:
        return _("unset")
    words = " ".join(filter(None, (said.sentence, "; ".join(point.rstrip(".") for point in said.points))))
    return f"“{_short(words)}”"


def _in_words(value: Any) -> str:
    if value == UNSET.value:
        return _("unset")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        named = value.get("title") or value.get("name") or value.get("text")
        pairs = "; ".join(f"{key}: {_in_words(item)}" for key, item in value.items())
        return f"“{_short(str(named))}”" if named else _short(pairs)
    if isinstance(value, list):
        return _short(", ".join(map(_in_words, value)))
    return _plain_words(str(value))


_WORDLESS = frozenset(
    {"rules", "nodes", "sections", "pathways", "principles", "components", "fees", "sources"}
)

_FIELDS: Mapping[str, Callable[[], str]] = {
    "title": lambda: _("title"),
    "short title": lambda: _("short title"),
    "short": lambda: _("short title"),
    "summary": lambda: _("summary"),
    "guidance": lambda: _("guidance"),
    "published": lambda: _("date of publication"),
    "framework": lambda: _("framework"),
    "version": lambda: _("version"),
    "words": lambda: _("number of words"),
    "least": lambda: _("least"),
    "most": lambda: _("most"),
    "assessed": lambda: _("whether it is assessed"),
    "required": lambda: _("whether it is required"),
    "requires": lambda: _("what is required"),
    "sections": lambda: _("sections"),
    "nodes": lambda: _("sections"),
    "principles": lambda: _("principles"),
    "pathways": lambda: _("pathways"),
    "components": lambda: _("components"),
    "criteria": lambda: _("criteria"),
    "assessed by": lambda: _("who may assess it"),
    "post-nominals": lambda: _("letters after the name"),
    "award": lambda: _("award"),
    "awarding partners": lambda: _("awarding partners"),
    "fees": lambda: _("fees"),
    "amount": lambda: _("amount"),
    "currency": lambda: _("currency"),
    "scale": lambda: _("scale"),
    "rules": lambda: _("rules"),
    "note": lambda: _("remark"),
    "source": lambda: _("source"),
    "sources": lambda: _("sources"),
    "who": lambda: _("whom it is for"),
    "declaration": lambda: _("declaration"),
    "upgrades": lambda: _("upgrades"),
    "keeps": lambda: _("what is kept"),
    "adds": lambda: _("what is added"),
    "kind": lambda: _("kind"),
    "repeats": lambda: _("whether it repeats"),
    "arrangement": lambda: _("arrangement"),
    "as of": lambda: _("as of"),
}


def _is_sourced(value: Any) -> bool:
    """Whether a rule stands with its source around it."""
    return isinstance(value, Mapping) and "value" in value


def _bare(value: Any) -> Any:
    return value["value"] if _is_sourced(value) else value


def _name(item: Any) -> str:
    if not isinstance(item, Mapping):
        return str(item)
    if "from" in item and "to" in item:
        return f"{item['from']}-to-{item['to']}"
    return next((str(item[name]) for name in _NAMES if name in item), "")


def _whole(item: Any) -> Any:
    """A section may stand as its mere code, or with more to say."""
    return item if isinstance(item, Mapping) else {"code": item}


def _are_named(items: Any) -> bool:
    return (
        isinstance(items, list)
        and bool(items)
        and all(_name(item) for item in items)
        and any(isinstance(item, Mapping) for item in items)
    )


def _step(item: Any, step: str) -> Any:
    item = _bare(item)
    if isinstance(item, Mapping):
        return item.get(step)
    if isinstance(item, list):
        return next((found for found in item if _name(found) == step), None)
    return None


def _plain_words(text: str) -> str:
    try:
        return Duration.read(text).in_words()
    except (ValueError, KeyError):
        return f"“{_short(text)}”" if " " in text else text


def _short(text: str) -> str:
    text = text.rstrip(".")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rsplit(' ', 1)[0]} …"
