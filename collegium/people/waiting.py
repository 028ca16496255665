"""What may wait for somebody, asked all at once: home has a card for it only where something does.

    waits("drafts_to_read", lambda person, now: Exists(FeedbackRequest.objects.filter(person=person)))
    …
    if not waiting_for(request, "drafts_to_read"): return None

Each room registers, in its ``panels.py``, an expression of the person's key and of the moment; home reads all of them in the
one query that it asks anyway, and hands them on with the request. A panel that is drawn elsewhere asks for them itself.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from collegium.foundation import clock
from collegium.foundation.prepared import prepared
from collegium.people.models import Person

Asks = Callable[
    [int, datetime], Any
]  # an expression that can be annotated: it speaks of no column of the row

_asked: dict[str, Asks] = {}


def waits(name: str, asks: Asks) -> None:
    _asked[name] = asks


def expressions(person: int, now: datetime) -> dict[str, Any]:
    """By name, to annotate whatever query is asked anyway."""
    return {f"waits_{name}": asks(person, now) for name, asks in _asked.items()}


def note(request: HttpRequest, row: Any) -> None:
    """Of a row that was annotated with ``expressions``: from now on nothing more is asked in this request."""
    request.what_waits = {name: getattr(row, f"waits_{name}") for name in _asked}  # type: ignore[attr-defined]  # ours


def waiting_for(request: HttpRequest, name: str) -> Any:
    """What the expression of that name comes to, for the reader; None for a stranger."""
    person: Person | None = getattr(request, "person", None)
    if person is None:
        return None
    if not hasattr(request, "what_waits"):
        note(request, _asking(tuple(_asked))(person.pk, clock.now())[0])
    found: dict[str, Any] = request.what_waits  # type: ignore[attr-defined]  # noted above
    return found[name]


def is_noted(request: HttpRequest) -> bool:
    """Whether it is at hand already, for what would rather ask a question of its own otherwise."""
    return hasattr(request, "what_waits")


@lru_cache(maxsize=4)
def _asking(names: tuple[str, ...]) -> Callable[[int, datetime], list[Any]]:  # noqa: ARG001  # what the query is made of
    @prepared
    def asked(person: int, now: datetime) -> "QuerySet[Person]":
        return Person.objects.filter(pk=person).only("pk").annotate(**expressions(person, now))

    return asked
