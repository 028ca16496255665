"""The end report of a writing group: what is counted, by whom, and how it is kept.

Its facts are frozen when the group ends, so they hold numbers, words of ours and ids of people, never names: a person
who is erased, or who takes their name back, is gone from it at once. Rooms above add parts of their own from their
``panels.py``: drafts and feedback, submissions. What people may take back later is not ``kept``: it is asked anew each
time the report is read.

    @report_part("drafts", order=30)
    def drafts(iteration): return Part(_("Drafts and feedback"), [_("Member"), _("Drafts")], [[of(person), 4]])  # or None
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from collegium.courses.models import Iteration
from collegium.people.models import Person

Cell = str | int | dict[str, int]


@dataclass(frozen=True)
class Part:
    """A table of the report. A cell is words, a number, or ``of(person)``."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""

    def as_data(self) -> dict[str, Any]:
        return {
            "title": str(self.title),
            "columns": [str(column) for column in self.columns],
            "rows": [
                [cell if isinstance(cell, int | dict) else str(cell) for cell in row] for row in self.rows
            ],
            "note": str(self.note),
        }


Maker = Callable[[Iteration], Part | None]
_makers: dict[str, tuple[int, bool, Maker]] = {}


def report_part(key: str, *, order: int = 100, kept: bool = True) -> Callable[[Maker], Maker]:
    def register(maker: Maker) -> Maker:
        _makers[key] = (order, kept, maker)
        return maker

    return register


def parts_of(iteration: Iteration, *, kept: bool) -> list[dict[str, Any]]:
    made = (
        maker(iteration)
        for _order, is_kept, maker in sorted(_makers.values(), key=lambda each: each[0])
        if is_kept == kept
    )
    return [part.as_data() for part in made if part is not None]


def of(person: Person) -> dict[str, int]:
    return {"person": person.pk}
