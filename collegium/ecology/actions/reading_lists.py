"""Reading lists of a library: for a week, a section, or for itself."""

from collections.abc import Sequence

from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from collegium.activity.actions import record
from collegium.ecology import rules
from collegium.ecology.actions import verbs
from collegium.ecology.models import Ecology, Entry, ReadingList, Resource
from collegium.foundation import richtext
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.schemes.models import Node

MOST_ENTRIES = 200


@transaction.atomic
def make_list(
    *,
    ecology: Ecology,
    by: Person,
    title: str,
    words: str = "",
    node: Node | None = None,
    about: models.Model | None = None,
) -> ReadingList:
    """``about`` is what a room above makes it for, such as a week."""
    if not rules.may_edit_lists(by, ecology):
        raise Refusal(_("Only editors of %(title)s make its reading lists.") % {"title": ecology.title})
    reading_list = ReadingList.objects.create(
        ecology=ecology,
        title=title.strip(),
        words=richtext.clean(words),
        node=node,
        about_kind=about._meta.label_lower if about is not None else "",
        about_id=str(about.pk) if about is not None else "",
        made_by=by,
    )
    record(verbs.LIST_MADE, by=by, about=reading_list, data={"list": title.strip(), "title": ecology.title})
    return reading_list


@transaction.atomic
def set_list(
    *, reading_list: ReadingList, by: Person, title: str, words: str, node: Node | None = None
) -> ReadingList:
    _require(reading_list, by)
    reading_list.title, reading_list.words, reading_list.node = title.strip(), richtext.clean(words), node
    reading_list.save(update_fields=["title", "words", "node"])
    return reading_list


@transaction.atomic
def put_on_list(
    *, reading_list: ReadingList, by: Person, resource: Resource, is_core: bool = False, words: str = ""
) -> Entry:
    """At the end; what stands on it already gets the new words. Refuses a resource of another library."""
    _require(reading_list, by)
    if resource.ecology_id != reading_list.ecology_id or resource.removed_at is not None:
        raise Refusal(_("Only what the library keeps can be put on its reading lists."))
    last = reading_list.entries.aggregate(last=Max("position"))["last"]
    if reading_list.entries.count() >= MOST_ENTRIES:
        raise Refusal(_("A reading list holds %(most)s at most; nobody reads more.") % {"most": MOST_ENTRIES})
    entry, _is_new = Entry.objects.update_or_create(
        reading_list=reading_list,
        resource=resource,
        defaults={"is_core": is_core, "words": words.strip()},
        create_defaults={
            "is_core": is_core,
            "words": words.strip(),
            "position": 0 if last is None else last + 1,
        },
    )
    return entry


@transaction.atomic
def take_off_list(*, entry: Entry, by: Person) -> None:
    _require(entry.reading_list, by)
    entry.delete()


@transaction.atomic
def arrange(*, reading_list: ReadingList, by: Person, order: Sequence[int]) -> None:
    """``order`` are keys of entries; those that it leaves out (somebody added them meanwhile) follow in their old order."""
    _require(reading_list, by)
    entries = {each.pk: each for each in reading_list.entries.all()}
    wanted = [entries.pop(key) for key in dict.fromkeys(order) if key in entries]
    for position, entry in enumerate([*wanted, *entries.values()]):
        entry.position = position
    Entry.objects.bulk_update([*wanted, *entries.values()], ["position"])


@transaction.atomic
def remove_list(*, reading_list: ReadingList, by: Person) -> None:
    """The list goes; what stood on it stays in the library."""
    _require(reading_list, by)
    record(verbs.LIST_REMOVED, by=by, about=reading_list, data={"list": reading_list.title})
    reading_list.delete()


def _require(reading_list: ReadingList, by: Person) -> None:
    if not rules.may_edit_lists(by, reading_list.ecology):
        raise Refusal(
            _("Only editors of %(title)s change its lists.") % {"title": reading_list.ecology.title}
        )
