"""A person as one viewer may see them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Value
from django.urls import reverse

from collegium.people.models import Audience, CircleMember, Person, PersonQuerySet
from collegium.people.words import OF_OTHERS, Wanted, names_of, texts

FACE = 256  # pixels: an avatar on a screen of double density, and a portrait on a small one
PORTRAIT = 1024


@dataclass(frozen=True)
class Profile:
    """Only what the viewer may see; the rest is empty, and nothing says whether it was filled in."""

    person: Person
    name: str
    is_own: bool
    photo: str | None = None
    pronouns: str = ""
    role: str = ""
    town: str = ""
    country: str = ""
    languages: list[str] = field(default_factory=list)
    specialisms: list[str] = field(default_factory=list)
    links: list[dict[str, str]] = field(default_factory=list)
    orcid: str = ""
    biography: str = ""
    shows_organisations: bool = False

    @property
    def is_bare(self) -> bool:
        """Nothing but the name."""
        return not any(
            (
                self.photo,
                self.pronouns,
                self.role,
                self.town,
                self.country,
                self.languages,
                self.specialisms,
                self.links,
                self.orcid,
                self.biography,
            )
        )


def audience_of(person: Person, name: str) -> str:
    if name == "name":
        return person.name_audience
    return str(person.field_audiences.get(name, Audience.PRIVATE))


def shares_circle(person: Person, other: Person) -> bool:
    return (
        CircleMember.objects.filter(person=other)
        .filter(circle__in=CircleMember.objects.filter(person=person).values("circle"))
        .exists()
    )


def open_to(person: Person, viewer: Person | None) -> frozenset[str]:
    """The audiences of this person that the viewer belongs to. At most one query, and none for strangers and oneself."""
    if viewer is None:
        return frozenset({Audience.PUBLIC})
    if viewer.pk == person.pk:
        return frozenset(Audience.values)
    seen = {Audience.PUBLIC, Audience.SIGNED_IN}
    if Audience.CIRCLE in {person.name_audience, *person.field_audiences.values()} and shares_circle(
        person, viewer
    ):
        seen.add(Audience.CIRCLE)
    return frozenset(seen)


def profile(person: Person, viewer: Person | None) -> Profile:
    """What the viewer may see of somebody whose page they may open (``Person.objects.visible_to``)."""
    seen = open_to(person, viewer)

    def shown(name: str) -> bool:
        return audience_of(person, name) in seen

    facts = {
        name: getattr(person, name)
        for name in ("pronouns", "role", "languages", "specialisms", "links", "orcid", "biography")
        if shown(name)
    }
    if shown("place"):
        facts |= {"town": person.town, "country": person.country}
    return Profile(
        person=person,
        name=person.name,
        is_own=viewer is not None and viewer.pk == person.pk,
        photo=photo_address(person, PORTRAIT) if person.photo_id and shown("photo") else None,
        shows_organisations=shown("organisations"),
        **facts,
    )


def photo_address(person: Person, size: int = FACE) -> str:
    # The hash makes a new photo a new address, so that a browser may keep the old one as long as it likes.
    kept = reverse("people:photo", kwargs={"person_id": person.pk, "size": size})
    return f"{kept}?v={(person.photo_id or '')[:12]}"


def face(person: Person, viewer: Person | None) -> str | None:
    """The address of the photo for an avatar, or None where there is none for this viewer."""
    return faces([person], viewer).get(person.pk)


def faces(persons: Iterable[Person], viewer: Person | None, *, are_near: bool = False) -> dict[int, str]:
    """``face`` for a list, by the person's id; at most one query, whatever the number.

    ``are_near``: all of them share a circle with the viewer, as the caller has just read, so that none is asked.
    """
    found: dict[int, str] = {}
    asked: list[Person] = []
    for person in persons:
        if not person.photo_id or person.erased_at is not None:
            continue
        audience = audience_of(person, "photo")
        if audience == Audience.PUBLIC or (
            viewer is not None
            and (
                viewer.pk == person.pk
                or audience == Audience.SIGNED_IN
                or (are_near and audience == Audience.CIRCLE)
            )
        ):
            found[person.pk] = photo_address(person)
        elif viewer is not None and audience == Audience.CIRCLE:
            asked.append(person)
    if asked and viewer is not None:
        near = set(
            CircleMember.objects.filter(
                person__in=asked, circle__in=CircleMember.objects.filter(person=viewer).values("circle")
            ).values_list("person_id", flat=True)
        )
        found |= {person.pk: photo_address(person) for person in asked if person.pk in near}
    return found


def people_like(
    words: str, viewer: Person | None, *, limit: int = 20, by_name_alone: bool = False
) -> list[Person]:
    """People of whom these words, or their beginnings, can be read by the viewer: in their name, their role, their
    place, their specialisms or what they say of themselves. Those found by their name first; one query.
    """
    wanted = Wanted.read(words)
    if not wanted:
        return []
    seen = Person.objects.visible_to(viewer).for_display()
    if viewer is not None and not by_name_alone:
        seen = seen.annotate(is_near=_shares_a_circle(viewer))
    named: list[Person] = []
    described: list[Person] = []
    for person in wanted.among(seen):
        called = names_of(person)
        said = [] if by_name_alone else texts(person, _seen_of(person, viewer))
        if wanted.fits(*called, *said):
            (named if wanted.fits(*called) else described).append(person)
    return [*sorted(named, key=_called), *sorted(described, key=_called)][:limit]


# What `found_as` reads of a person beside the words of the index, and the columns that it comes from.
READ_OF_A_PERSON = ("role", "specialisms", "town", "biography", "field_audiences", "is_near")


def to_be_looked_through(viewer: Person | None) -> PersonQuerySet:
    """Those whose page the viewer may open, with `is_near`: for a search together with that of other things."""
    seen = Person.objects.visible_to(viewer)
    near = Value(value=False) if viewer is None else _shares_a_circle(viewer)
    return seen.annotate(is_near=near)


def found_as(wanted: Wanted, viewer: Person | None, key: int, name: str, read: Sequence[Any]) -> int:
    """2 for somebody who has all the words in their name, 1 for another of whom the viewer may read them, else 0.

    ``read`` is of ``READ_OF_A_PERSON``, as a database writes it into JSON.
    """
    role, specialisms, town, biography, audiences, is_near = read
    person = SimpleNamespace(
        pk=key,
        role=role,
        specialisms=json.loads(specialisms) if isinstance(specialisms, str) else specialisms,
        town=town,
        biography=biography,
        field_audiences=json.loads(audiences) if isinstance(audiences, str) else audiences,
        is_near=is_near,
    )
    is_named = wanted.fits(name)
    if is_named and not wanted.query.unwanted:
        return 2
    if not wanted.fits(name, *texts(person, _seen_of(person, viewer))):
        return 0
    return 2 if is_named else 1


def named_like(words: str, viewer: Person | None, *, limit: int = 20) -> list[Person]:
    """People whose name has these words or their beginnings, of those whose page the viewer may open; one query."""
    return people_like(words, viewer, limit=limit, by_name_alone=True)


def members_like(words: str, among: "QuerySet[Person]") -> list[int]:
    """Keys of those of ``among`` whom the words find for somebody who shares a circle with all of them; one query."""
    wanted = Wanted.read(words)
    return [
        person.pk
        for person in wanted.among(among)
        if wanted.fits(*names_of(person), *texts(person, OF_OTHERS))
    ]


def _called(person: Person) -> str:
    return person.name.casefold()


def _shares_a_circle(viewer: Person) -> Exists:
    circles = CircleMember.objects.filter(person=viewer).values("circle")
    return Exists(CircleMember.objects.filter(person=OuterRef("pk"), circle__in=circles))


def _seen_of(person: Any, viewer: Person | None) -> frozenset[str]:
    """Of a person with ``is_near``; what nobody but oneself sees is not looked for."""
    if viewer is None:
        return frozenset({Audience.PUBLIC})
    return (
        OF_OTHERS
        if person.is_near or person.pk == viewer.pk
        else frozenset({Audience.PUBLIC, Audience.SIGNED_IN})
    )
