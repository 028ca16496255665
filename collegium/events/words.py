"""The words of events: their titles, agendas and places, and what was noted afterwards. Never how to get in."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from collegium.events.models import Event
from collegium.foundation import fulltext, richtext

BATCH = 500
MOST_NOTES = 20  # of the times of a series, the last


def _entry(event: Any) -> fulltext.Entry:
    notes = [richtext.plain(each.notes) for each in event.occurrences.all() if each.notes]
    return fulltext.Entry(
        key=event.pk,
        title=event.title,
        body="\n".join([richtext.plain(event.agenda), event.place, *notes[-MOST_NOTES:]]),
    )


def _written(events: "QuerySet[Event]") -> list[fulltext.Entry]:
    return [_entry(event) for event in events.prefetch_related("occurrences")]


def _rows(after: int) -> tuple[list[fulltext.Entry], int | None]:
    rows = _written(Event.objects.filter(pk__gt=after).order_by("pk")[:BATCH])
    return rows, rows[-1].key if len(rows) == BATCH else None


EVENTS = fulltext.Index("events_event_words", rows=_rows)


def index_events(event_ids: Iterable[int]) -> None:
    """Bring the index in step with these events as they are now. Safe to repeat."""
    wanted = set(event_ids)
    found = _written(Event.objects.filter(pk__in=wanted))
    EVENTS.put(*found)
    EVENTS.remove(sorted(wanted - {each.key for each in found}))
