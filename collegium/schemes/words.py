"""Schemes by their titles, their pathways and what follows a holder's name, and by the criteria of the version in force."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from collegium.foundation import fulltext
from collegium.schemes.models import Scheme

BATCH = 100
_SAID = (
    ("versions__title",),
    ("versions__pathways__title", "versions__pathways__post_nominals"),
    ("versions__framework__nodes__title",),
    ("versions__framework__principles__title",),
)


def entries(schemes: "QuerySet[Any]") -> list[fulltext.Entry]:
    said: defaultdict[int, list[str]] = defaultdict(list)
    for names in _SAID:
        for key, *words in schemes.filter(versions__is_current=True).values_list("pk", *names):
            said[key] += [word for word in words if word]
    return [
        fulltext.Entry(key=key, title=title, body="\n".join([name, *dict.fromkeys(said[key])]))
        for key, title, name in schemes.values_list("pk", "title", "key")
    ]


def batch(schemes: "QuerySet[Any]", after: int) -> tuple[list[fulltext.Entry], int | None]:
    """The entries of the next by key, with the last key, and None once there are no more."""
    keys = list(schemes.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH])
    return entries(schemes.filter(pk__in=keys)), keys[-1] if len(keys) == BATCH else None


SCHEMES = fulltext.Index(
    "schemes_scheme_words", rows=lambda after: batch(Scheme.objects.order_by("pk"), after)
)


def index_schemes(scheme_ids: Iterable[int]) -> None:
    """Bring the index in step with these schemes as they are now. Safe to repeat."""
    wanted = set(scheme_ids)
    found = entries(Scheme.objects.filter(pk__in=wanted))
    SCHEMES.put(*found)
    SCHEMES.remove(sorted(wanted - {each.key for each in found}))
