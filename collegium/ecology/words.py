"""The words of items, for whoever looks for them: in a river, and in the search of the house."""

from collections.abc import Iterable

from collegium.ecology.models import Item
from collegium.foundation import fulltext, richtext

BATCH = 500


def _entry(item: Item) -> fulltext.Entry:
    # The whole text is found by, whatever its licence lets us show of it.
    names = " ".join([item.author_name, *(tag.said for tag in item.tags.all())])
    return fulltext.Entry(
        key=item.pk,
        title=item.title,
        body=f"{richtext.plain(item.html) or item.summary}\n{names}",
        language=item.language,
    )


def _rows(after: int) -> tuple[list[fulltext.Entry], int | None]:
    items = list(Item.objects.filter(pk__gt=after).prefetch_related("tags").order_by("pk")[:BATCH])
    return [_entry(item) for item in items], items[-1].pk if len(items) == BATCH else None


ITEMS = fulltext.Index("ecology_item_words", rows=_rows)


def index_items(item_ids: Iterable[int]) -> None:
    """Bring the index in step with these items as they are now; those that are gone leave it. Safe to repeat."""
    wanted = sorted(set(item_ids))
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        items = list(Item.objects.filter(pk__in=batch).prefetch_related("tags"))
        ITEMS.put(*[_entry(item) for item in items])
        ITEMS.remove(sorted(set(batch) - {item.pk for item in items}))
