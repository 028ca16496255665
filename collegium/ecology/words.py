"""The words of items and of resources, for whoever looks for them: in a river, and in the search of the house."""

from collections.abc import Iterable

from django.db import connection, transaction

from collegium.ecology.models import Item, Resource, Unindexed
from collegium.foundation import fulltext, richtext

BATCH = 500
AT_ONCE = 100  # items in one transaction: on SQLite others wait for it


def _entry(item: Item) -> fulltext.Entry:
    # The whole text is found by, whatever its licence lets us show of it.
    names = " ".join([item.author_name, *(tag.said for tag in item.tags.all())])
    return fulltext.Entry(
        key=item.pk,
        title=item.title,
        body=f"{richtext.beginning(item.html, len(item.html)) or item.summary}\n{names}",
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


def index_due() -> int:
    """Write what has come or changed since the last time; says how many items. Several may do this at once."""
    done = 0
    while batch := _index_some():
        done += batch
    return done


@transaction.atomic
def _index_some() -> int:
    due = Unindexed.objects.select_for_update(
        skip_locked=connection.features.has_select_for_update_skip_locked
    )
    rows = dict(due.order_by("pk").values_list("pk", "item_id")[:AT_ONCE])
    if rows:
        # Whoever changes one of them now waits, or we for them: no older words are written over newer ones.
        list(Item.objects.select_for_update().filter(pk__in=rows.values()).order_by("pk").values_list("pk"))
        index_items(rows.values())
        Unindexed.objects.filter(pk__in=rows).delete()
    return len(rows)


def _resource_entry(resource: Resource) -> fulltext.Entry:
    tags = " ".join(tag.said for tag in resource.tags.all())
    said = " ".join(each.why for each in resource.recommendations.all())
    whole = resource.csl.get("container-title", "")
    return fulltext.Entry(
        key=resource.pk,
        title=resource.title,
        body=f"{resource.authors}\n{whole}\n{resource.abstract}\n{tags}\n{said}",
        language=resource.language,
        scope=resource.ecology_id,
    )


def _resources(after: int) -> tuple[list[fulltext.Entry], int | None]:
    standing = Resource.objects.filter(pk__gt=after, removed_at__isnull=True).order_by("pk")
    rows = list(standing.prefetch_related("tags", "recommendations")[:BATCH])
    return [_resource_entry(each) for each in rows], rows[-1].pk if len(rows) == BATCH else None


RESOURCES = fulltext.Index("ecology_resource_words", rows=_resources)


def index_resources(resource_ids: Iterable[int]) -> None:
    """As ``index_items``; what was taken out of a library leaves the index."""
    wanted = sorted(set(resource_ids))
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        standing = Resource.objects.filter(pk__in=batch, removed_at__isnull=True)
        rows = list(standing.prefetch_related("tags", "recommendations"))
        RESOURCES.put(*[_resource_entry(each) for each in rows])
        RESOURCES.remove(sorted(set(batch) - {each.pk for each in rows}))
