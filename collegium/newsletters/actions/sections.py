"""Editing: sections and what stands in them, ordered, cut, put back, written."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from collegium.foundation import clock, richtext
from collegium.foundation.refusal import Refusal
from collegium.newsletters.actions import held
from collegium.newsletters.actions.typed import address, line, words
from collegium.newsletters.models import Entry, Section
from collegium.people.models import Person

SECTIONS_MOST = 40
ENTRIES_MOST = 200
TITLE = 200
ENTRY_TITLE = 300


# Sections -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_section(
    *,
    issue: Any,
    by: Person,
    kind: str,
    title: str = "",
    body: str = "",
    by_line: str = "",
    to: int | None = None,
) -> Section:
    """A written one, as often as one likes; a gathered one once, empty until something is put into it."""
    issue = held.issue(issue, by)
    kind = Section.Kind(kind)
    sections = list(issue.sections.all())
    if len(sections) >= SECTIONS_MOST:
        raise Refusal(_("That is a whole book: fewer sections are read more."))
    there = next((each for each in sections if each.kind == kind and not each.is_written), None)
    if there is not None:
        if there.is_cut:
            return _set_cut(there, is_cut=False)
        raise Refusal(_("The issue has that section already."), code="kind")
    section = Section.objects.create(
        issue=issue,
        kind=kind,
        title=line(title, TITLE) or str(kind.label),
        body=richtext.clean(body),
        by_line=line(by_line, TITLE),
        position=max((each.position for each in sections), default=0) + 1,
    )
    if to is not None:
        _place([each for each in sections if not each.is_cut], section, to)
    return section


@transaction.atomic
def change_section(*, section: Section, by: Person, **changes: str) -> Section:
    """``title``, ``body`` and ``by_line``."""
    section = _section(section, by)
    if "title" in changes:
        section.title = line(changes["title"], TITLE)
        if not section.title:
            raise Refusal(_("A section has a title."), code="title")
    if "body" in changes:
        section.body = richtext.clean(changes["body"])
    if "by_line" in changes:
        section.by_line = line(changes["by_line"], TITLE)
    section.save(update_fields=["title", "body", "by_line"])
    return section


@transaction.atomic
def move_section(*, section: Section, by: Person, to: int) -> None:
    """To that place among those that are not cut, counted from 0."""
    section = _section(section, by)
    _place(list(Section.objects.filter(issue=section.issue_id, is_cut=False)), section, to)


@transaction.atomic
def remove_section(*, section: Section, by: Person) -> None:
    """A gathered one is cut, and can be put back; a written one is gone, with its words."""
    section = _section(section, by)
    if section.is_written:
        section.delete()
    else:
        _set_cut(section, is_cut=True)


@transaction.atomic
def restore_section(*, section: Section, by: Person) -> Section:
    return _set_cut(_section(section, by), is_cut=False)


# Entries --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_entry(
    *,
    section: Section,
    by: Person,
    title: str,
    url: str = "",
    words: str = "",
    author_name: str = "",
    source_name: str = "",
    licence_url: str = "",
    happens_at: datetime | None = None,
) -> Entry:
    """By hand, at the end of the section."""
    section = _section(section, by)
    if Entry.objects.filter(issue=section.issue_id).count() >= ENTRIES_MOST:
        raise Refusal(_("That is more than anybody reads: cut something first."))
    entry = Entry(issue_id=section.issue_id, section=section, position=_end(section))
    _set(
        entry,
        by,
        title=title,
        url=url,
        words=words,
        author_name=author_name,
        source_name=source_name,
        licence_url=licence_url,
        happens_at=happens_at,
    )
    entry.save()
    return entry


@transaction.atomic
def change_entry(*, entry: Entry, by: Person, **changes: Any) -> Entry:
    """``title``, ``url``, ``words``, ``author_name``, ``source_name``, ``licence_url``, ``happens_at``.

    Drafting again leaves it as it is from now on.
    """
    entry = _entry(entry, by)
    _set(entry, by, **changes)
    entry.save()
    return entry


@transaction.atomic
def cut_entry(*, entry: Entry, by: Person) -> Entry:
    """It stays in the draft, to be put back; drafting again does not bring it back."""
    entry = _entry(entry, by)
    entry.is_cut, entry.changed_by = True, by
    entry.save(update_fields=["is_cut", "changed_by"])
    return entry


@transaction.atomic
def restore_entry(*, entry: Entry, by: Person) -> Entry:
    entry = _entry(entry, by)
    entry.is_cut, entry.changed_by = False, by
    entry.save(update_fields=["is_cut", "changed_by"])
    return entry


@transaction.atomic
def move_entry(*, entry: Entry, by: Person, to: int, section: Section | None = None) -> Entry:
    """To that place among those that are not cut, counted from 0; also into another section of the issue."""
    entry = _entry(entry, by)
    if section is not None and section.pk != entry.section_id:
        if section.issue_id != entry.issue_id:
            raise Refusal(_("That section stands in another issue."))
        entry.section = section
        entry.save(update_fields=["section"])
    _place(list(Entry.objects.kept().filter(section=entry.section_id)), entry, to)
    return entry


# Inside ---------------------------------------------------------------------------------------------------------------


def _section(section: Section, by: Person) -> Section:
    section = Section.objects.select_related("issue").get(pk=section.pk)
    section.issue = held.issue(section.issue, by)
    return section


def _entry(entry: Entry, by: Person) -> Entry:
    entry = Entry.objects.select_related("issue").get(pk=entry.pk)
    entry.issue = held.issue(entry.issue, by)
    return entry


def _end(section: Section) -> int:
    return max(section.entries.values_list("position", flat=True), default=0) + 1


def _set_cut(section: Section, *, is_cut: bool) -> Section:
    section.is_cut = is_cut
    section.save(update_fields=["is_cut"])
    return section


def _place(among: list[Any], moved: Section | Entry, to: int) -> None:
    """Numbered anew, from 1: what is cut keeps its number, and comes back near where it was."""
    order = [each for each in among if each.pk != moved.pk]
    order.insert(max(0, min(to, len(order))), moved)
    for position, each in enumerate(order, start=1):
        if each.position != position:
            each.position = position
            each.save(update_fields=["position"])


def _set(entry: Entry, by: Person, **values: Any) -> None:
    known = {"title", "url", "words", "author_name", "source_name", "licence_url", "happens_at"}
    if unknown := values.keys() - known:
        raise TypeError(f"An entry has no {', '.join(sorted(unknown))}.")
    lengths = {"title": ENTRY_TITLE, "author_name": 200, "source_name": 300, "licence_url": 500}
    for name, value in values.items():
        if name in lengths:
            setattr(entry, name, line(value, lengths[name]))
        elif name == "words":
            entry.words = words(value)
        elif name == "url":
            entry.url = address(value)
        else:
            entry.happens_at = value
    if not entry.title:
        raise Refusal(_("It needs a title."), code="title")
    entry.licence_url = address(entry.licence_url)
    entry.changed_by, entry.changed_at = by, clock.now()
