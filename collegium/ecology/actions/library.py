"""Keeping resources in a library: adding, describing, recommending, taking out; bringing many from a file; looking at links."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from collegium.activity.actions import record
from collegium.ecology import rules
from collegium.ecology.actions import verbs
from collegium.ecology.csl import shape
from collegium.ecology.csl.shape import Reference
from collegium.ecology.identity import address_key
from collegium.ecology.models import Ecology, Item, Recommendation, Relevance, Resource, ResourceTag
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
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


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
    blob: Blob | None = None,
    file_name: str = "",
    item: Item | None = None,
) -> Resource:
    """Keep a resource and recommend it. What is kept already is recommended by one more, and otherwise stays as it is."""
    if not rules.may_keep(by, ecology):
        raise Refusal(_("Only members of %(title)s keep things in its library.") % {"title": ecology.title})
    described = _described(csl)
    known_by = _known_by(described)
    resource = Resource.objects.filter(ecology=ecology, known_by=known_by, removed_at__isnull=True).first()
    if resource is None:
        _refuse_too_many(ecology)
        resource = Resource.objects.create(
            ecology=ecology,
            known_by=known_by,
            cite_key=_free_key(ecology, _cite_key(described)),
            licence_url=licence_url,
            blob=blob,
            file_name=file_name,
            item=item,
            added_by=by,
            **_columns(described),
        )
        _set_tags(resource, tags)
        record(verbs.KEPT, by=by, about=resource, data={"resource": resource.title, "title": ecology.title})
    _recommend(resource, by, why)
    index_resources([resource.pk])
    return resource


@transaction.atomic
def describe(
    *, resource: Resource, by: Person, csl: Mapping[str, Any], tags: Sequence[str], licence_url: str = ""
) -> Resource:
    """Write its description anew. Refuses one by which another resource of the library is known."""
    if not rules.may_change_resource(by, resource):
        raise Refusal(_("Whoever added a resource, or an editor, can change it."))
    described = _described(csl)
    known_by = _known_by(described)
    others = Resource.objects.filter(ecology=resource.ecology_id, known_by=known_by, removed_at__isnull=True)
    if (other := others.exclude(pk=resource.pk).first()) is not None:
        raise Refusal(
            _("The library has this already, as “%(title)s”.") % {"title": other.title}, code="known"
        )
    if described.get("URL", "") != resource.url:
        resource.link_checked_at = resource.link_answers = resource.link_failing_since = None
        resource.link_finding = ""
    for name, value in _columns(described).items():
        setattr(resource, name, value)
    resource.known_by, resource.licence_url, resource.edited_at = known_by, licence_url, clock.now()
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
def bring(*, ecology: Ecology, by: Person, references: Sequence[Reference]) -> Brought:
    """Everything of a file that can be kept, in a constant number of queries for each five hundred."""
    if not rules.may_keep(by, ecology):
        raise Refusal(_("Only members of %(title)s keep things in its library.") % {"title": ecology.title})
    if ecology.resources.filter(removed_at__isnull=True).count() + len(references) > MOST_RESOURCES:
        raise Refusal(_too_many())
    new, known, faults = 0, 0, list[str]()
    for start in range(0, len(references), A_BATCH):
        batch = references[start : start + A_BATCH]
        fresh, again, said = _bring_batch(ecology, by, batch, start + 1)
        new, known, faults = new + fresh, known + again, faults + said
    if new:
        record(verbs.BROUGHT_IN, by=by, about=ecology, data={"new": new, "title": ecology.title})
    return Brought(new, known, tuple(faults))


def note_link(*, resource: Resource, found: LinkCheck, frozen: str = "") -> None:
    """What a look at the link found. ``frozen`` is safe HTML of what stands there; kept once, while it still answers."""
    now = clock.now()
    resource.link_checked_at, resource.link_answers = now, found.answers
    resource.link_finding = found.reason[:300]
    resource.link_failing_since = None if found.answers else (resource.link_failing_since or now)
    if found.answers and frozen and not resource.frozen_html:
        resource.frozen_html, resource.frozen_at = frozen, now
        resource.frozen_sha256 = hashlib.sha256(frozen.encode()).hexdigest()
    resource.save(
        update_fields=[
            *("link_checked_at", "link_answers", "link_finding", "link_failing_since"),
            *("frozen_html", "frozen_at", "frozen_sha256"),
        ]
    )


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


def _known_by(csl: shape.Csl) -> str:
    if doi := shape.doi(str(csl.get("DOI", ""))):
        return _hash(f"doi {doi}")
    if key := address_key(str(csl.get("URL", ""))):
        return _hash(f"address {key}")
    year = next(iter(shape.parts_of(csl.get("issued"))), "")
    people = " ".join(fold(shape.short_name(each)) for each in shape.authors(csl))
    return _hash(f"words {fold(csl['title'])} {year} {people}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _cite_key(csl: shape.Csl, wanted: str = "") -> str:
    """The key that it came with, or name and year: ``cochrane2017``."""
    if wanted := re.sub(r"[^\w:.+/-]", "", wanted)[:100]:
        return wanted
    people = shape.authors(csl)
    name = fold(shape.short_name(people[0])) if people else fold(csl["title"])[:20]
    year = next(iter(shape.parts_of(csl.get("issued"))), "")
    return f"{name[:60]}{year}" or "resource"


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


def _bring_batch(
    ecology: Ecology, by: Person, references: Sequence[Reference], first: int
) -> tuple[int, int, list[str]]:
    faults = list[str]()
    wanted: dict[str, tuple[Reference, shape.Csl]] = {}
    again = 0
    for number, each in enumerate(references, first):
        try:
            if each.faults:
                raise Refusal(" ".join(each.faults[:2]))  # noqa: TRY301 -- told like any other
            described = _described(each.csl)
        except Refusal as refusal:
            faults.append(
                _("Entry %(number)s (%(key)s): %(why)s")
                % {"number": number, "key": each.key or "?", "why": refusal}
            )
            continue
        known_by = _known_by(described)
        again += known_by in wanted
        wanted.setdefault(known_by, (each, described))
    standing = Resource.objects.filter(ecology=ecology, removed_at__isnull=True)
    known = set(standing.filter(known_by__in=wanted).values_list("known_by", flat=True))
    fresh = {known_by: pair for known_by, pair in wanted.items() if known_by not in known}
    keys = {known_by: _cite_key(described, each.key) for known_by, (each, described) in fresh.items()}
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
    return len(made), len(known) + again, faults
