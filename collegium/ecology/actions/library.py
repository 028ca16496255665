"""Keeping resources in a library: adding, describing, recommending, taking out; bringing many from a file; looking at links."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from collegium.activity.actions import record
from collegium.conversations.models import Thread
from collegium.ecology import known, rules
from collegium.ecology.actions import verbs
from collegium.ecology.csl import shape
from collegium.ecology.csl.shape import Reference
from collegium.ecology.models import (
    Ecology,
    Item,
    ReadingList,
    Recommendation,
    ReferenceFile,
    Relevance,
    Resource,
    ResourceTag,
)
from collegium.ecology.tags import fold
from collegium.ecology.words import index_resources
from collegium.foundation import clock
from collegium.foundation.http import LinkCheck
from collegium.foundation.models import Blob
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.schemes.models import Node

MOST_RESOURCES = 50_000
MOST_TAGS = 40
A_BATCH = 500
FAILURES_TO_ROT = 2
_GONE = frozenset({404, 410})
_REFUSES_PROGRAMS = frozenset({401, 402, 403, 405, 406, 407, 429, 451})
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Looked:
    """What a file would bring: which of its references are new and which are known, and what would be left out."""

    new: list[Reference]
    known: list[Reference]
    faults: list[str]


@dataclass(frozen=True)
class Brought:
    """What became of a file: how many are new, how many were there already, and a sentence for each that was left out."""

    new: int
    known: int
    faults: tuple[str, ...]


@transaction.atomic
def keep(
    *,
    ecology: Ecology,
    by: Person,
    csl: Mapping[str, Any],
    why: str = "",
    tags: Sequence[str] = (),
    licence_url: str = "",
    rights: str = "",
    blob: Blob | None = None,
    file_name: str = "",
    item: Item | None = None,
    thread: Thread | None = None,
    helps_with: Sequence[Node] = (),
) -> Resource:
    """Keep a resource and recommend it. What is kept already is recommended by one more, and otherwise stays as it is.

    ``helps_with`` is added to what it helps with already. A file is kept only with a word on who may use it.
    """
    if not rules.may_keep(by, ecology):
        raise Refusal(_("Only members of %(title)s keep things in its library.") % {"title": ecology.title})
    if blob is not None and not licence_url and not rights.strip():
        raise Refusal(
            _("Say under which licence the file is, or in your words who may use it."), code="rights"
        )
    described = _described(csl)
    known_by = known.known_by(described)
    resource = Resource.objects.filter(ecology=ecology, known_by=known_by, removed_at__isnull=True).first()
    if resource is None:
        _refuse_too_many(ecology)
        resource = Resource.objects.create(
            ecology=ecology,
            known_by=known_by,
            cite_key=_free_key(ecology, known.cite_key(described)),
            licence_url=licence_url,
            rights=rights.strip(),
            blob=blob,
            file_name=file_name,
            item=item,
            thread=thread,
            added_by=by,
            **_columns(described),
        )
        _set_tags(resource, tags)
        record(verbs.KEPT, by=by, about=resource, data={"resource": resource.title, "title": ecology.title})
    Relevance.objects.bulk_create(
        [Relevance(resource=resource, node=node) for node in dict.fromkeys(helps_with)], ignore_conflicts=True
    )
    _recommend(resource, by, why)
    index_resources([resource.pk])
    return resource


@transaction.atomic
def describe(
    *,
    resource: Resource,
    by: Person,
    csl: Mapping[str, Any],
    tags: Sequence[str],
    licence_url: str = "",
    rights: str = "",
) -> Resource:
    """Write its description anew. Refuses one by which another resource of the library is known."""
    if not rules.may_change_resource(by, resource):
        raise Refusal(_("Whoever added a resource, or an editor, can change it."))
    if resource.blob_id is not None and not licence_url and not rights.strip():
        raise Refusal(
            _("Say under which licence the file is, or in your words who may use it."), code="rights"
        )
    described = _described(csl)
    known_by = known.known_by(described)
    others = Resource.objects.filter(ecology=resource.ecology_id, known_by=known_by, removed_at__isnull=True)
    if (other := others.exclude(pk=resource.pk).first()) is not None:
        raise Refusal(
            _("The library has this already, as “%(title)s”.") % {"title": other.title}, code="known"
        )
    if described.get("URL", "") != resource.url:
        resource.link_checked_at = resource.link_answers = resource.link_failing_since = None
        resource.link_finding, resource.link_failures = "", 0
    for name, value in _columns(described).items():
        setattr(resource, name, value)
    resource.known_by, resource.licence_url, resource.edited_at = known_by, licence_url, clock.now()
    resource.rights = rights.strip()
    resource.save()
    _set_tags(resource, tags)
    index_resources([resource.pk])
    record(verbs.DESCRIBED, by=by, about=resource, data={"resource": resource.title})
    return resource


@transaction.atomic
def recommend(*, resource: Resource, by: Person, why: str) -> Recommendation:
    """Once a person: saying it again changes the words."""
    if not rules.may_keep(by, resource.ecology):
        raise Refusal(_("Only members of %(title)s recommend here.") % {"title": resource.ecology.title})
    recommendation = _recommend(resource, by, why)
    index_resources([resource.pk])
    return recommendation


@transaction.atomic
def take_back(*, recommendation: Recommendation, by: Person) -> None:
    if recommendation.person_id != by.pk:
        raise Refusal(_("Only who recommended it can take that back."))
    recommendation.delete()


@transaction.atomic
def set_relevances(*, resource: Resource, by: Person, strengths: Mapping[Node, int]) -> None:
    """Which criteria it helps with, and how strongly; what is not named is taken away."""
    if not rules.may_keep(by, resource.ecology):
        raise Refusal(_("Only members of %(title)s map its library.") % {"title": resource.ecology.title})
    resource.relevances.exclude(node__in=list(strengths)).delete()
    Relevance.objects.bulk_create(
        [Relevance(resource=resource, node=node, strength=strength) for node, strength in strengths.items()],
        update_conflicts=True,
        unique_fields=["resource", "node"],
        update_fields=["strength"],
    )


@transaction.atomic
def remove(*, resource: Resource, by: Person) -> None:
    """Out of the library, and out of its reading lists. Safe to repeat."""
    if not rules.may_change_resource(by, resource):
        raise Refusal(_("Whoever added a resource, or an editor, can take it out."))
    if not Resource.objects.filter(pk=resource.pk, removed_at__isnull=True).update(removed_at=clock.now()):
        return
    resource.entries.all().delete()
    index_resources([resource.pk])
    record(verbs.TAKEN_OUT, by=by, about=resource, data={"resource": resource.title})


@transaction.atomic
def look_at_file(
    *, ecology: Ecology, by: Person, references: Sequence[Reference], name: str
) -> ReferenceFile:
    """Written down to be looked at; nothing is in the library yet. Of one person and library there is one at a time."""
    _refuse_to_bring(ecology, by, references)
    ReferenceFile.objects.filter(ecology=ecology, by=by).delete()
    return ReferenceFile.objects.create(
        ecology=ecology, by=by, name=name[:200], references=[asdict(each) for each in references]
    )


def references_in(file: ReferenceFile) -> list[Reference]:
    return [
        Reference(**{**each, "tags": tuple(each["tags"]), "faults": tuple(each["faults"])})
        for each in file.references
    ]


def looked_at(*, file: ReferenceFile) -> Looked:
    """The same judgement that ``bring`` will make, without bringing anything."""
    judged = _judged(references_in(file), 1)
    there = _known_among(file.ecology, judged.wanted)
    return Looked(
        new=[each for known_by, (each, _csl) in judged.wanted.items() if known_by not in there],
        known=[each for known_by, (each, _csl) in judged.wanted.items() if known_by in there],
        faults=judged.faults,
    )


@transaction.atomic
def bring_file(*, file: ReferenceFile, by: Person) -> Brought:
    """What was looked at, all or nothing. The copy that was looked at goes."""
    if file.by_id != by.pk:
        raise Refusal(_("Only who read the file can bring it."))
    brought = bring(ecology=file.ecology, by=by, references=references_in(file))
    file.delete()
    return brought


@transaction.atomic
def bring(*, ecology: Ecology, by: Person, references: Sequence[Reference]) -> Brought:
    """Everything of a file that can be kept, in a constant number of queries for each five hundred; or nothing at all."""
    _refuse_to_bring(ecology, by, references)
    new, again, faults = 0, 0, list[str]()
    for start in range(0, len(references), A_BATCH):
        batch = references[start : start + A_BATCH]
        fresh, standing, said = _bring_batch(ecology, by, batch, start + 1)
        new, again, faults = new + fresh, again + standing, faults + said
    if new:
        record(verbs.BROUGHT_IN, by=by, about=ecology, data={"new": new, "title": ecology.title})
    return Brought(new, again, tuple(faults))


def _refuse_to_bring(ecology: Ecology, by: Person, references: Sequence[Reference]) -> None:
    if not rules.may_keep(by, ecology):
        raise Refusal(_("Only members of %(title)s keep things in its library.") % {"title": ecology.title})
    if ecology.resources.filter(removed_at__isnull=True).count() + len(references) > MOST_RESOURCES:
        raise Refusal(_too_many())


@transaction.atomic
def note_link(*, resource: Resource, found: LinkCheck, frozen: str = "") -> None:
    """What a look at the link found. ``frozen`` is safe HTML of what stands there; kept once, while it still answers.

    A page that is said to be gone is rotten at once; a site that is down or slow, when it is so twice. One that lets no
    program in says nothing about the page. Whoever added it is told when it rots, once.
    """
    resource = Resource.objects.select_for_update(of=("self",)).select_related("added_by").get(pk=resource.pk)
    now = clock.now()
    is_refused = found.status in _REFUSES_PROGRAMS
    resource.link_checked_at, resource.link_finding = now, found.reason[:300]
    resource.link_answers = None if is_refused else found.answers
    resource.link_failures = 0 if found.answers or is_refused else min(resource.link_failures + 1, 1000)
    was_rotten = resource.link_failing_since is not None
    if found.answers or is_refused:
        resource.link_failing_since = None
    elif found.status in _GONE or resource.link_failures >= FAILURES_TO_ROT:
        resource.link_failing_since = resource.link_failing_since or now
    if found.answers and frozen and not resource.frozen_html:
        resource.frozen_html, resource.frozen_at = frozen, now
        resource.frozen_sha256 = hashlib.sha256(frozen.encode()).hexdigest()
    resource.save(
        update_fields=[
            *("link_checked_at", "link_answers", "link_finding", "link_failures", "link_failing_since"),
            *("frozen_html", "frozen_at", "frozen_sha256"),
        ]
    )
    if resource.link_failing_since is not None and not was_rotten:
        keeper = [(resource.added_by, "keeper")] if resource.added_by is not None else []
        record(verbs.ROTTEN, by=None, about=resource, concerns=keeper, data={"resource": resource.title})


@transaction.atomic
def forget_keeper(*, person: Person) -> None:
    """Their recommendations go, with what they said; what they kept stays for the others, without them."""
    touched = list(Recommendation.objects.filter(person=person).values_list("resource", flat=True))
    Recommendation.objects.filter(person=person).delete()
    ReferenceFile.objects.filter(by=person).delete()
    Resource.objects.filter(added_by=person).update(added_by=None)
    ReadingList.objects.filter(made_by=person).update(made_by=None)
    index_resources(touched)


@transaction.atomic
def leave_file(*, ecology: Ecology, by: Person) -> None:
    """Nothing of it is brought."""
    ReferenceFile.objects.filter(ecology=ecology, by=by).delete()


@transaction.atomic
def forget_files(*, before: datetime) -> None:
    """Those that nobody went on with."""
    ReferenceFile.objects.filter(at__lt=before).delete()


# What a description says ----------------------------------------------------------------------------------------------


def _described(csl: Mapping[str, Any]) -> shape.Csl:
    described = shape.cleaned(csl)
    if not described.get("title"):
        raise Refusal(_("A resource needs a title."), code="title")
    if doi := shape.doi(str(described.get("DOI", ""))):
        described["DOI"] = doi
    if faults := shape.faults(described):
        raise Refusal(" ".join(faults[:3]))
    return described


def _columns(csl: shape.Csl) -> dict[str, Any]:
    parts = shape.parts_of(csl.get("issued"))
    url = str(csl.get("URL", ""))
    return {
        "csl": csl,
        "title": csl["title"][:500],
        "authors": "; ".join(shape.written(each) for each in shape.authors(csl))[:500],
        "year": parts[0] if parts and abs(parts[0]) < 10_000 else None,  # noqa: PLR2004 -- a year has four figures
        "doi": shape.doi(str(csl.get("DOI", "")))[:300],
        "url": url if re.match(r"https?://", url) and len(url) <= 2000 else "",  # noqa: PLR2004 -- the column
        "language": str(csl.get("language", ""))[:20],
        "abstract": str(csl.get("abstract", "")),
    }


def _free_key(ecology: Ecology, wanted: str, taken: set[str] | None = None) -> str:
    """``wanted``, or with the first letter after it that is free: cochrane2017b."""
    if taken is None:
        among = ecology.resources.filter(removed_at__isnull=True, cite_key__startswith=wanted)
        taken = set(among.values_list("cite_key", flat=True))
    if wanted not in taken:
        return wanted
    for letter in _LETTERS[1:]:
        if (key := f"{wanted}{letter}") not in taken:
            return key
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"


def _set_tags(resource: Resource, tags: Iterable[str]) -> None:
    wanted = {folded: said.strip()[:120] for said in tags if (folded := fold(said))}
    wanted = dict(list(wanted.items())[:MOST_TAGS])
    resource.tags.exclude(name__in=wanted).delete()
    ResourceTag.objects.bulk_create(
        [ResourceTag(resource=resource, name=name, said=said) for name, said in wanted.items()],
        ignore_conflicts=True,
    )


def _recommend(resource: Resource, by: Person, why: str) -> Recommendation:
    recommendation, is_new = Recommendation.objects.update_or_create(
        resource=resource, person=by, defaults={"why": why.strip()}
    )
    if is_new and resource.added_by_id != by.pk:
        concerned = [(resource.added_by, "keeper")] if resource.added_by else []
        record(
            verbs.RECOMMENDED, by=by, about=resource, concerns=concerned, data={"resource": resource.title}
        )
    return recommendation


def _refuse_too_many(ecology: Ecology) -> None:
    if ecology.resources.filter(removed_at__isnull=True).count() >= MOST_RESOURCES:
        raise Refusal(_too_many())


def _too_many() -> str:
    return _("A library holds %(most)s resources at most.") % {"most": MOST_RESOURCES}


@dataclass(frozen=True)
class _Judged:
    wanted: dict[str, tuple[Reference, shape.Csl]]  # by what they are known by
    again: int
    faults: list[str]


def _judged(references: Sequence[Reference], first: int) -> _Judged:
    judged = _Judged({}, 0, [])
    again = 0
    for number, each in enumerate(references, first):
        try:
            if each.faults:
                raise Refusal(" ".join(each.faults[:2]))  # noqa: TRY301 -- told like any other
            described = _described(each.csl)
        except Refusal as refusal:
            judged.faults.append(
                _("Entry %(number)s (%(key)s): %(why)s")
                % {"number": number, "key": each.key or "?", "why": refusal}
            )
            continue
        known_by = known.known_by(described)
        again += known_by in judged.wanted
        judged.wanted.setdefault(known_by, (each, described))
    return replace(judged, again=again)


def _known_among(ecology: Ecology, wanted: Iterable[str]) -> set[str]:
    standing = Resource.objects.filter(ecology=ecology, removed_at__isnull=True)
    keys, there = list(wanted), set[str]()
    for start in range(0, len(keys), A_BATCH):
        among = standing.filter(known_by__in=keys[start : start + A_BATCH])
        there |= set(among.values_list("known_by", flat=True))
    return there


def _bring_batch(
    ecology: Ecology, by: Person, references: Sequence[Reference], first: int
) -> tuple[int, int, list[str]]:
    judged = _judged(references, first)
    wanted, again, faults = judged.wanted, judged.again, judged.faults
    standing = Resource.objects.filter(ecology=ecology, removed_at__isnull=True)
    there = _known_among(ecology, wanted)
    fresh = {known_by: pair for known_by, pair in wanted.items() if known_by not in there}
    keys = {known_by: known.cite_key(described, each.key) for known_by, (each, described) in fresh.items()}
    # A key with a letter behind it may be taken too, so all that begin like one that is wanted are asked for.
    begin = Q(pk__in=[])
    for each_key in set(keys.values()):
        begin |= Q(cite_key__startswith=each_key)
    taken = set(standing.filter(begin).values_list("cite_key", flat=True))
    made = []
    for known_by, (each, described) in fresh.items():
        key = _free_key(ecology, keys[known_by], taken)
        taken.add(key)
        made.append(
            Resource(
                ecology=ecology,
                known_by=known_by,
                cite_key=key,
                beyond=each.beyond,
                added_by=by,
                **_columns(described),
            )
        )
    Resource.objects.bulk_create(made)
    ResourceTag.objects.bulk_create(
        ResourceTag(resource=resource, name=name, said=said)
        for resource, (each, _csl) in zip(made, fresh.values(), strict=True)
        for name, said in {fold(tag): tag[:120] for tag in each.tags[:MOST_TAGS] if fold(tag)}.items()
    )
    index_resources(resource.pk for resource in made)
    return len(made), len(there) + again, faults
