"""What a pathway asks for, as a tree: checked against what is there, and said in words.

A leaf asks for so many complete instances of one node. What counts as complete is for the caller to
know; here it is only a number for each code.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

# A portfolio has few of anything; beyond this, figures read better than words.
_NUMBERS = (
    gettext_lazy("none"),
    gettext_lazy("one"),
    gettext_lazy("two"),
    gettext_lazy("three"),
    gettext_lazy("four"),
    gettext_lazy("five"),
    gettext_lazy("six"),
    gettext_lazy("seven"),
    gettext_lazy("eight"),
    gettext_lazy("nine"),
    gettext_lazy("ten"),
)


@dataclass(frozen=True)
class Instances:
    """So many complete instances of one node."""

    code: str
    count: int = 1
    says: str = ""


@dataclass(frozen=True)
class AtLeast:
    """At least so many of the parts: `one of` is the case of one."""

    count: int
    parts: tuple["Requirement", ...]
    says: str = ""


@dataclass(frozen=True)
class All:
    parts: tuple["Requirement", ...]
    says: str = ""


Requirement: TypeAlias = Instances | AtLeast | All


@dataclass(frozen=True)
class Unmet:
    """One part that is not met, with the codes where something can be done about it."""

    codes: tuple[str, ...]
    sentence: str
    requirement: Requirement


@dataclass(frozen=True)
class Outline:
    """A requirement to be set as a nested list: a heading, or the words of a leaf, and what is under it."""

    words: str
    codes: tuple[str, ...]
    parts: tuple["Outline", ...] = ()


class ShapeError(ValueError):
    """A requirement that the schema lets through and that still means nothing; `path` leads to it."""

    def __init__(self, reason: str, path: tuple[str | int, ...]) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path


def read(plain: Any, path: tuple[str | int, ...] = ()) -> Requirement:
    """From the words of a scheme file: `1a`, `{all: […]}`, `{one of: […]}`, `{at least: 2, of: …}`."""
    if not isinstance(plain, Mapping):
        return Instances(str(plain))
    says = plain.get("says", "")
    ways = [way for way in ("all", "one of", "at least") if way in plain]
    if len(ways) != 1:
        raise ShapeError(_("Say either all, one of, or at least: this is none of them or several."), path)
    if ("of" in plain) != ("at least" in plain):
        raise ShapeError(_("“at least” and “of” go together."), path)
    if ways == ["at least"]:
        inner, count = plain["of"], plain["at least"]
        if not isinstance(inner, list):
            return Instances(str(inner), count, says)
        if count > len(inner):
            raise ShapeError(
                _("%(count)d of %(number)d cannot be met: there are only %(number)d to choose from.")
                % {"count": count, "number": len(inner)},
                (*path, "at least"),
            )
        return AtLeast(count, _parts(inner, (*path, "of")), says)
    way = ways[0]
    parts = _parts(plain[way], (*path, way))
    return All(parts, says) if way == "all" else AtLeast(1, parts, says)


def _parts(plain: Sequence[Any], path: tuple[str | int, ...]) -> tuple[Requirement, ...]:
    return tuple(read(part, (*path, index)) for index, part in enumerate(plain))


def leaves(requirement: Requirement) -> Iterator[Instances]:
    """Every leaf, in the order of the file; a code can come more than once."""
    if isinstance(requirement, Instances):
        yield requirement
        return
    for part in requirement.parts:
        yield from leaves(part)


def codes(requirement: Requirement) -> tuple[str, ...]:
    """Every code that is asked for, once, in the order of the file."""
    return tuple(dict.fromkeys(leaf.code for leaf in leaves(requirement)))


def is_met(requirement: Requirement, complete: Mapping[str, int]) -> bool:
    match requirement:
        case Instances(code, count):
            return complete.get(code, 0) >= count
        case AtLeast(count, parts):
            return sum(is_met(part, complete) for part in parts) >= count
        case All(parts):
            return all(is_met(part, complete) for part in parts)


def needed(requirement: Requirement) -> dict[str, int]:
    """How many instances of each code are needed whatever else is chosen."""
    match requirement:
        case Instances(code, count):
            return {code: count}
        case AtLeast(count, parts) if count < len(parts):
            return {}
        case AtLeast(_, parts) | All(parts):
            found: dict[str, int] = {}
            for part in parts:
                for code, count in needed(part).items():
                    found[code] = max(count, found.get(code, 0))
            return found


def unmet(requirement: Requirement, complete: Mapping[str, int], titles: Mapping[str, str]) -> list[Unmet]:
    """What is still missing, as separate sentences.

    A part that says itself in words is one sentence, however much of it is missing; so is a choice.
    `titles` maps a code to the name that a reader knows it by.
    """
    if is_met(requirement, complete):
        return []
    if requirement.says:
        return [Unmet(_open_codes(requirement, complete), requirement.says, requirement)]
    match requirement:
        case All(parts):
            return [missing for part in parts for missing in unmet(part, complete, titles)]
        case Instances(code, count):
            there = complete.get(code, 0)
            return [Unmet((code,), _instances_missing(titles.get(code, code), count, there), requirement)]
        case AtLeast(count, parts):
            there = sum(is_met(part, complete) for part in parts)
            choices = _or(
                [in_words(part, titles) for part in parts if not is_met(part, complete)],
            )
            return [
                Unmet(_open_codes(requirement, complete), _choice_missing(count, there, choices), requirement)
            ]


def _open_codes(requirement: Requirement, complete: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(leaf.code for leaf in leaves(requirement) if complete.get(leaf.code, 0) < leaf.count)
    )


def _instances_missing(title: str, count: int, there: int) -> str:
    if count == 1:
        return _("“%(section)s” is not complete yet.") % {"section": title}
    return _("“%(section)s”: %(count)s are needed, %(there)s complete.") % {
        "section": title,
        "count": number_in_words(count),
        "there": ngettext("%(number)s is", "%(number)s are", there) % {"number": number_in_words(there)},
    }


def _choice_missing(count: int, there: int, choices: str) -> str:
    if there:
        return _("%(count)s more of these: %(choices)s.") % {
            "count": number_in_words(count - there).capitalize(),
            "choices": choices,
        }
    return _("%(count)s of these: %(choices)s.") % {
        "count": number_in_words(count).capitalize(),
        "choices": choices,
    }


def in_words(requirement: Requirement, titles: Mapping[str, str]) -> str:
    """The whole requirement as one phrase, to stand inside a sentence."""
    if requirement.says:
        return requirement.says.rstrip(".")
    match requirement:
        case Instances(code, count):
            title = titles.get(code, code)
            if count == 1:
                return title
            return _("%(count)s times %(section)s") % {"count": number_in_words(count), "section": title}
        case All(parts):
            return _and([_nested(part, titles) for part in parts])
        case AtLeast(count, parts):
            choices = [_nested(part, titles) for part in parts]
            if count == 1:
                return _or(choices)
            return _("at least %(count)s of these: %(choices)s") % {
                "count": number_in_words(count),
                "choices": "; ".join(choices) if any("," in choice for choice in choices) else _or(choices),
            }


def _nested(part: Requirement, titles: Mapping[str, str]) -> str:
    words = in_words(part, titles)
    return (
        f"({words})" if isinstance(part, AtLeast | All) and not part.says and len(part.parts) > 1 else words
    )


def outline(requirement: Requirement, titles: Mapping[str, str]) -> Outline:
    """For a page: the same tree, each choice under a heading that says how much of it is needed."""
    match requirement:
        case Instances(code, count, says):
            title = titles.get(code, code)
            words = (
                title
                if count == 1
                else _("%(section)s, %(count)s or more") % {"section": title, "count": number_in_words(count)}
            )
            return Outline(says or words, (code,))
        case All(parts, says):
            heading = says or _("All of these")
        case AtLeast(count, parts, says):
            heading = says or _("At least %(count)s of these") % {"count": number_in_words(count)}
    return Outline(heading, codes(requirement), tuple(outline(part, titles) for part in parts))


def number_in_words(number: int) -> str:
    return str(_NUMBERS[number]) if 0 <= number < len(_NUMBERS) else str(number)


def _and(words: Sequence[str]) -> str:
    return _join(words, _("%(first)s and %(last)s"))


def _or(words: Sequence[str]) -> str:
    return _join(words, _("%(first)s or %(last)s"))


def _join(words: Sequence[str], pattern: str) -> str:
    if len(words) == 1:
        return words[0]
    return pattern % {"first": ", ".join(words[:-1]), "last": words[-1]}
