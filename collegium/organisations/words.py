"""Organisations by their names, as they are written and as they are typed elsewhere, and by where they are on the web."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.db.models import QuerySet

from collegium.foundation import fulltext
from collegium.organisations.models import Organisation
from collegium.people import names

BATCH = 500


def entries(organisations: "QuerySet[Any]") -> list[fulltext.Entry]:
    return [_entry(*row) for row in organisations.values_list("pk", "name", "website", "ror_id")]


def _entry(key: int, name: str, website: str, ror_id: str) -> fulltext.Entry:
    host = (urlsplit(website).hostname or "").removeprefix("www.")
    return fulltext.Entry(
        key=key, title=" ".join(dict.fromkeys([name, names.plainer(name)])), body=f"{host}\n{ror_id}"
    )


def batch(organisations: "QuerySet[Any]", after: int) -> tuple[list[fulltext.Entry], int | None]:
    """The entries of the next by key, with the last key, and None once there are no more."""
    found = entries(organisations.filter(pk__gt=after).order_by("pk")[:BATCH])
    return found, found[-1].key if len(found) == BATCH else None


ORGANISATIONS = fulltext.Index(
    "organisations_organisation_words", rows=lambda after: batch(Organisation.objects.order_by("pk"), after)
)


def index_organisations(organisation_ids: Iterable[int]) -> None:
    """Bring the index in step with these organisations as they are now. Safe to repeat."""
    wanted = set(organisation_ids)
    found = entries(Organisation.objects.filter(pk__in=wanted))
    ORGANISATIONS.put(*found)
    ORGANISATIONS.remove(sorted(wanted - {each.key for each in found}))
