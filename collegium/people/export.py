"""Everything of mine: each room hands over its own, as facts and as files.

    @exports("evidence", title=_("Evidence"))
    def my_evidence(person):
        return facts, files     # facts: anything JSON can say; files: (path inside the archive, Path or bytes) pairs

A room fills this in its ``panels.py``. The archive has ``data.json`` (all facts under their keys), the files below
``files/<key>/``, and an ``index.html`` that a person can read without this site.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.functional import Promise

from collegium.people.models import Person

File = tuple[str, Path | bytes]
Exporter = Callable[[Person], tuple[Any, Iterable[File]]]


@dataclass(frozen=True)
class Export:
    key: str
    title: str | Promise
    hand_over: Exporter


EXPORTS: dict[str, Export] = {}


def exports(key: str, *, title: str | Promise = "") -> Callable[[Exporter], Exporter]:
    def register(function: Exporter) -> Exporter:
        EXPORTS[key] = Export(key=key, title=title or key.capitalize(), hand_over=function)
        return function

    return register
