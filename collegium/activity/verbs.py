"""What each verb says: in a history, and to each role that it concerns. Verbs are declared beside the actions that use them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise


@dataclass(frozen=True)
class Told:
    """One sentence for one role, and the page that it leads to.

    ``says`` may use ``%(actor)s`` and every key of the activity's data; ``link`` is the name of an address that takes
    the id of what the activity is about as its only argument. ``by_email`` is the sane default for letters.

    ``kind`` names what a person chooses by ("post.mentioned"), where several verbs tell the same kind of thing, or one
    verb several; empty: the verb. ``way`` is another default than ``by_email`` can say, such as "daily".
    """

    says: str | Promise
    link: str
    by_email: bool = True
    kind: str = ""
    way: str = ""


@dataclass(frozen=True)
class Verb:
    name: str
    history: str | Promise
    tells: Mapping[str, Told] = field(default_factory=dict)


VERBS: dict[str, Verb] = {}


def verb(name: str, *, history: str | Promise, tells: Mapping[str, Told] | None = None) -> Verb:
    """Declare a verb, "submission.judged". ``history`` is its sentence in a log, with ``%(actor)s`` and the data's keys."""
    if name in VERBS:
        raise ValueError(f"The verb {name} is declared twice.")
    declared = Verb(name=name, history=history, tells=dict(tells or {}))
    VERBS[name] = declared
    return declared
