"""Awards of the register by their holders' names, and by what was awarded. What is not listed is not in it.

The register's own search (``queries.register``) is by names alone and in their order; this is for the search of the house.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from collegium.credentials.models import Award
from collegium.foundation import fulltext
from collegium.people import names

BATCH = 500
_READ = ("pk", "holder_name", "title", "pathway__title", "post_nominals", "scheme__title")


def entries(awards: "QuerySet[Any]") -> list[fulltext.Entry]:
    """Of those that are listed."""
    return [_entry(*row) for row in awards.filter(listed=True).values_list(*_READ)]


def _entry(key: int, holder: str, *said: str) -> fulltext.Entry:
    title = " ".join(dict.fromkeys([holder, names.plainer(holder)]))
    return fulltext.Entry(key=key, title=title, body="\n".join(dict.fromkeys(said)))


def batch(awards: "QuerySet[Any]", after: int) -> tuple[list[fulltext.Entry], int | None]:
    """The entries of the next by key, with the last key that was looked at, and None once there are no more."""
    keys = list(awards.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH])
    return entries(awards.filter(pk__in=keys)), keys[-1] if len(keys) == BATCH else None


AWARDS = fulltext.Index(
    "credentials_award_words", rows=lambda after: batch(Award.objects.order_by("pk"), after)
)


def index_awards(award_ids: Iterable[int]) -> None:
    """Bring the index in step with these awards as they are now. Safe to repeat."""
    wanted = set(award_ids)
    found = entries(Award.objects.filter(pk__in=wanted))
    AWARDS.put(*found)
    AWARDS.remove(sorted(wanted - {each.key for each in found}))
