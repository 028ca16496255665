"""What rooms above know of an ecology, read along with the row whose ecology it is: such a page asks enough already.

    brings("newsletters", lambda ecology, person: Listed(Newsletter.objects.filter(ecology=ecology)…))     # in panels.py
    …
    rows.annotate(**alongside.expressions(OuterRef("ecology"), person))     # in the room whose row it is
    …
    alongside.brought(community, "newsletters")     # in the panel that is drawn on its page

``person`` is the reader's key, and None for a stranger: what is brought is what that reader may see.
"""

from collections.abc import Callable
from typing import Any

Asks = Callable[[Any, int | None], Any]  # (the ecology, the reader) -> an expression that can be annotated

_asked: dict[str, Asks] = {}


def brings(name: str, asks: Asks) -> None:
    _asked[name] = asks


def expressions(ecology: Any, person: int | None) -> dict[str, Any]:
    """By name, to annotate the query that is asked anyway."""
    return {f"brings_{name}": asks(ecology, person) for name, asks in _asked.items()}


def brought(row: Any, name: str) -> Any:
    """Of a row that was annotated with ``expressions``; None of any other."""
    return getattr(row, f"brings_{name}", None)
