"""Somebody proposes something for the next issue; an editor takes it in, or declines with a word."""

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from collegium.activity.actions import record
from collegium.conversations.models import Thread
from collegium.ecology.models import Item, Resource
from collegium.events.models import Occurrence
from collegium.foundation import clock, signing
from collegium.foundation.refusal import Refusal
from collegium.newsletters import drafting, rules
from collegium.newsletters.actions import held, verbs
from collegium.newsletters.actions.typed import address, line, words
from collegium.newsletters.models import Entry, Issue, Newsletter, Nomination, Section
from collegium.people.models import Person

WAITING_MOST = 20  # of one person: a newsletter is no place to put everything


@transaction.atomic
def nominate(
    *,
    newsletter: Newsletter,
    by: Person,
    item: Item | None = None,
    thread: Thread | None = None,
    occurrence: Occurrence | None = None,
    resource: Resource | None = None,
    url: str = "",
    title: str = "",
    why: str = "",
) -> Nomination:
    """One thing of this house, or an address with a title. Again by the same person, the word why is replaced."""
    newsletter = Newsletter.objects.select_related("ecology").get(pk=newsletter.pk)
    if not rules.may_nominate(by, newsletter):
        raise Refusal(_("You can’t nominate anything for this newsletter."))
    given = {"item": item, "thread": thread, "occurrence": occurrence, "resource": resource}
    things = {name: thing for name, thing in given.items() if thing is not None}
    if len(things) + bool(url.strip()) != 1:
        raise Refusal(_("Say which one thing you nominate."))
    why = words(why)
    if things:
        found = _shown_to_both(things, newsletter, by)
        known_by, title, leads_to = found.known_by, found.title, found.url
    else:
        leads_to, title = address(url), line(title, drafting.TITLE)
        known_by = f"url {signing.hashed(leads_to)}"
        if not title:
            raise Refusal(_("Give it a title."), code="title")
    mine = newsletter.nominations.waiting().filter(nominated_by=by).exclude(known_by=known_by)
    if mine.count() >= WAITING_MOST:
        raise Refusal(_("Enough for now: the editors look through what you nominated first."))
    nomination, is_new = Nomination.objects.get_or_create(
        newsletter=newsletter,
        known_by=known_by,
        nominated_by=by,
        defaults={
            **things,
            "url": leads_to[:2000],
            "title": title[:300],
            "why": why,
            "nominated_at": clock.now(),
        },
    )
    if not is_new:
        if nomination.settled_at is not None:
            raise Refusal(_("You nominated it before, and the editors have dealt with it."))
        nomination.why = why
        nomination.save(update_fields=["why"])
        return nomination
    record(
        verbs.NOMINATED,
        by=by,
        about=newsletter,
        concerns=held.editors(newsletter),
        data={"title": nomination.title, "newsletter": newsletter.title},
    )
    return nomination


def _shown_to_both(things: dict[str, Any], newsletter: Newsletter, by: Person) -> drafting.Found:
    (thing,) = things.values()
    seen = type(thing)._default_manager.visible_to(by).filter(pk=thing.pk).exists()
    with translation.override(newsletter.language):
        found = drafting.known_things(things.items(), newsletter) if seen else None
    if found is None:
        raise Refusal(_("Not everybody who reads this newsletter may see it, so it can’t stand there."))
    return found


@transaction.atomic
def take_nomination(
    *, nomination: Nomination, by: Person, section: Section | None = None, issue: Issue | None = None
) -> Entry:
    """Into a section, or into where such things stand in the issue. With it everybody’s nomination of the thing is settled."""
    nomination = _waiting(nomination, by)
    newsletter = nomination.newsletter
    if section is not None:
        issue = section.issue
    if issue is None or issue.newsletter_id != newsletter.pk:
        raise Refusal(_("Begin an issue first."))
    issue = held.issue(issue, by)
    entry = issue.entries.filter(known_by=nomination.known_by).first()
    if entry is not None:
        entry.is_cut = False
        if section is not None:
            entry.section = section
    else:
        entry = _entry_of(nomination, issue, by, section)
    entry.save()
    settled = _settle(nomination, by, entry=entry)
    record(
        verbs.TAKEN,
        by=by,
        about=newsletter,
        concerns=_nominators(settled),
        data=held.facts(issue, title=nomination.title),
    )
    return entry


@transaction.atomic
def decline_nomination(*, nomination: Nomination, by: Person, because: str = "") -> None:
    nomination = _waiting(nomination, by)
    because = line(because, 300)
    settled = _settle(nomination, by, because=because)
    record(
        verbs.DECLINED,
        by=by,
        about=nomination.newsletter,
        concerns=_nominators(settled),
        data={
            "title": nomination.title,
            "newsletter": nomination.newsletter.title,
            "because": because,
        },
    )


def _waiting(nomination: Nomination, by: Person) -> Nomination:
    nomination = (
        Nomination.objects.select_for_update(of=("self",))
        .select_related("newsletter__ecology", "item", "thread__forum", "occurrence__event", "resource")
        .get(pk=nomination.pk)
    )
    held.newsletter(nomination.newsletter, by)
    if nomination.settled_at is not None:
        raise Refusal(_("Somebody has dealt with it already."))
    return nomination


def _entry_of(nomination: Nomination, issue: Issue, by: Person, section: Section | None) -> Entry:
    names = ("item", "thread", "occurrence", "resource")
    things = [(name, thing) for name in names if (thing := getattr(nomination, name)) is not None]
    with translation.override(issue.newsletter.language):
        if things:
            found = drafting.known_things(things, issue.newsletter)
        elif nomination.known_by.startswith("url "):
            found = drafting.Found(nomination.known_by, nomination.title, nomination.url)
        else:
            found = None
        if found is None:
            raise Refusal(_("It is not there any more, or not everybody who reads this may see it."))
        if nomination.why:
            found = replace(found, words=nomination.why)
        section = section or _section_for(issue, drafting.section_of(found))
    last = section.entries.aggregate(last=Max("position"))["last"] or 0
    return Entry(
        issue=issue,
        section=section,
        position=last + 1,
        changed_by=by,
        changed_at=clock.now(),
        **found.fields(),
    )


def _section_for(issue: Issue, kind: str) -> Section:
    section, _new = Section.objects.get_or_create(
        issue=issue,
        kind=kind,
        defaults={
            "title": str(Section.Kind(kind).label),
            "position": (issue.sections.aggregate(last=Max("position"))["last"] or 0) + 1,
        },
    )
    if section.is_cut:
        section.is_cut = False
        section.save(update_fields=["is_cut"])
    return section


def _settle(
    nomination: Nomination, by: Person, *, entry: Entry | None = None, because: str = ""
) -> list[Nomination]:
    """With those of others for the same thing; returns all of them."""
    same = Nomination.objects.waiting().filter(
        newsletter=nomination.newsletter_id, known_by=nomination.known_by
    )
    settled = list(same.select_related("nominated_by"))
    same.update(settled_at=clock.now(), settled_by=by, entry=entry, declined_because=because)
    return settled


def _nominators(settled: list[Nomination]) -> list[tuple[Person, str]]:
    return [
        (each.nominated_by, "nominator")
        for each in settled
        if each.nominated_by is not None and each.nominated_by.erased_at is None
    ]
