"""CSL-JSON, read and written: a list of items, or what exports wrap around it."""

import json
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.ecology.csl import shape
from collegium.ecology.csl.shape import Reference, Unfit

_TOO_DEEP = gettext_lazy("This file is nested deeper than any list of references.")


def read(text: str) -> list[Reference]:
    """Raises ``Unfit`` where the file is no JSON or no list; an item with faults comes with its faults, and is not lost."""
    try:
        data: Any = json.loads(text)
    except RecursionError as fault:
        raise Unfit(_TOO_DEEP) from fault
    except ValueError as fault:
        raise Unfit(_("This is not a JSON file: %(why)s") % {"why": str(fault)[:200]}) from fault
    if isinstance(data, dict):
        data = data.get("items", [data] if "type" in data else None)
    if not isinstance(data, list):
        raise Unfit(_("A CSL-JSON file is a list of entries; this one is something else."))
    if len(data) > shape.MOST_ENTRIES:
        raise Unfit(shape.too_many(len(data)))
    try:
        return [_reference(each, number) for number, each in enumerate(data, 1)]
    except RecursionError as fault:
        raise Unfit(_TOO_DEEP) from fault


def _reference(item: object, number: int) -> Reference:
    if not isinstance(item, dict):
        return Reference(
            str(number), {}, faults=(_("Entry %(number)s is not an entry.") % {"number": number},)
        )
    csl = shape.cleaned(item)
    words = item.get("keyword", "")
    tags = tuple(filter(None, (each.strip() for each in words.split(",")))) if isinstance(words, str) else ()
    key = item.get("citation-key") or item.get("id") or ""
    return Reference(str(shape.storable(str(key))), csl, tags=tags, faults=tuple(shape.faults(csl)))


def write(references: Iterable[Reference]) -> str:
    items = [{"id": each.key, **each.csl} for each in references]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"
