"""Rules that say themselves who they let through, so that a page about roles is made from the rules.

A role is held by a person in the scope of a thing (``held_by(person, submission)``). A rule is a function
``may_judge(person, submission) -> bool`` that adds what the role alone does not settle.
"""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.utils.functional import Promise

P = TypeVar("P")
T = TypeVar("T")

Words = str | Promise


@dataclass(frozen=True)
class Role:
    """Who somebody is towards a thing: its owner, an assessor of its scheme, …"""

    key: str
    title: Words
    description: Words
    held_by: Callable[[Any, Any], bool] = field(repr=False, compare=False)


@dataclass(eq=False)  # not frozen: it takes the name and docstring of its function
class Rule(Generic[P, T]):
    """A rule as an object that is called like the function it was made from."""

    name: str
    roles: tuple[Role, ...]
    says: Words
    body: Callable[[P, T], bool] = field(repr=False, compare=False)

    def __call__(self, person: P | None, thing: T) -> bool:
        """False for nobody, and for whoever holds none of the roles towards the thing; else what the body says."""
        if person is None or not any(role.held_by(person, thing) for role in self.roles):
            return False
        return self.body(person, thing)

    @property
    def app(self) -> str:
        return self.body.__module__.split(".")[1] if "." in self.body.__module__ else self.body.__module__


class RuleBook:
    """All rules of the house, in the order in which they were written."""

    def __init__(self) -> None:
        self._rules: dict[str, Rule[Any, Any]] = {}

    def add(self, made: Rule[Any, Any]) -> None:
        self._rules[made.name] = made

    def __iter__(self) -> Iterator[Rule[Any, Any]]:
        return iter(self._rules.values())

    def __len__(self) -> int:
        return len(self._rules)

    def by_role(self) -> dict[Role, list[Rule[Any, Any]]]:
        """Each role with what it may see and do."""
        found: dict[str, tuple[Role, list[Rule[Any, Any]]]] = {}
        for made in self:
            for role in made.roles:
                found.setdefault(role.key, (role, []))[1].append(made)
        return dict(found.values())


RULEBOOK = RuleBook()


def rule(*roles: Role, says: Words) -> Callable[[Callable[[P, T], bool]], Rule[P, T]]:
    """Register the function as a rule for these roles. ``says`` completes "may …", as in "see the draft"."""
    if not roles:
        raise ValueError("A rule names at least one role.")

    def decorate(body: Callable[[P, T], bool]) -> Rule[P, T]:
        made = Rule(name=f"{body.__module__}.{body.__qualname__}", roles=roles, says=says, body=body)
        functools.update_wrapper(made, body, updated=())
        RULEBOOK.add(made)
        return made

    return decorate
