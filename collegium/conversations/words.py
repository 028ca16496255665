"""What is written in a post: cleaned, with the people it names and the pages it points to."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db.models import Q
from django.urls import reverse

from collegium.conversations.models import Forum
from collegium.foundation import richtext
from collegium.people.models import Person, PersonQuerySet

EXCERPT = 200
MOST_MENTIONS = 20
MOST_CARDS = 5
MOST_NAMESAKES = 500

_AT = re.compile(r"(?<![\w@/.+-])@(?=\w)")
_FIRST_WORD = re.compile(r"\w[\w'’-]*")
_WEB = re.compile(r"https?://[^\s<>\"]+")
# As the cleaned HTML writes them: each attribute within double quotes.
_IMAGE = re.compile(r'<img\b(?:[^>"]|"[^"]*")*>')
_PICTURE = re.compile(r'\ssrc="/conversations/files/([1-9][0-9]{0,17})/(?:small/[0-9]{1,4})?"')
_OF_PERSON = re.compile(r"/people/([1-9][0-9]{0,17})/")


@dataclass(frozen=True)
class Words:
    html: str
    mentioned: list[Person]
    addresses: list[str]  # of pages elsewhere, each once, the first few


def members_of(forum: Forum) -> PersonQuerySet:
    """Members and moderators who are still here."""
    return Person.objects.filter(
        pk__in=Person.objects.filter(
            circle_memberships__circle__in=[forum.members_id, forum.moderators_id]
        ).values("pk"),
        erased_at__isnull=True,
    )


def prepare(html: str, *, forum: Forum, by: Person | None) -> Words:
    """Safe HTML in which ``@Name`` of a member is a link to them, and an address that was typed is a link to it.

    A name that fits several members names nobody: who meant one of them picks them from the suggestions.
    """
    safe = richtext.clean(html)
    called = _called(richtext.plain(safe), forum)

    def passages(text: str) -> list[tuple[int, int, str]]:
        found = [*_names_in(text, called), *_addresses_in(text)]
        return sorted(found)

    linked = str(richtext.with_links(safe, passages))
    links = richtext.links(linked)
    return Words(html=linked, mentioned=_mentioned(links, forum, by), addresses=_elsewhere(links))


def excerpt(html: str) -> str:
    text = " ".join(richtext.plain(html).split())
    return text if len(text) <= EXCERPT else text[: EXCERPT - 1].rstrip() + "…"


def pictures(html: str) -> list[int]:
    """The files that stand in the words as pictures, each once."""
    return list(dict.fromkeys(int(number) for number in _PICTURE.findall(html)))


def with_pictures(html: str, allowed: Collection[int]) -> str:
    """Safe HTML without the pictures that are none of these files: others, and those of other rooms, are not shown."""

    def kept(image: re.Match[str]) -> str:
        found = _PICTURE.search(image.group())
        return image.group() if found is not None and int(found.group(1)) in allowed else ""

    return _IMAGE.sub(kept, html)


def is_empty(html: str) -> bool:
    """Whether there is nothing to read or see in it."""
    return not richtext.plain(html).strip() and "<img" not in html


def _called(text: str, forum: Forum) -> list[Person]:
    """The members whose name begins with a word that follows an @, at most one query."""
    firsts = {
        match.group() for at in _AT.finditer(text) if (match := _FIRST_WORD.match(text, at.end())) is not None
    }
    if not firsts:
        return []
    named = Q()
    for first in sorted(firsts)[:MOST_MENTIONS]:
        named |= Q(name__istartswith=first)
    return list(members_of(forum).filter(named).only("pk", "name")[:MOST_NAMESAKES])


def _names_in(text: str, called: Iterable[Person]) -> Iterator[tuple[int, int, str]]:
    people = list(called)
    if not people:
        return
    for at in _AT.finditer(text):
        whole = [person for person in people if _begins_with(text[at.end() :], person.name)]
        longest = max((len(person.name) for person in whole), default=0)
        meant = [person for person in whole if len(person.name) == longest]
        end = at.end() + longest
        if not meant and (first := _FIRST_WORD.match(text, at.end())) is not None:
            word = first.group().casefold()
            meant = [person for person in people if person.name.split()[0].casefold() == word]
            end = first.end()
        if len(meant) == 1:
            yield at.start(), end, reverse("people:person", kwargs={"person_id": meant[0].pk})


def _begins_with(text: str, name: str) -> bool:
    after = text[len(name) : len(name) + 1]
    return text[: len(name)].casefold() == name.casefold() and not (after.isalnum() or after == "_")


def _addresses_in(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _WEB.finditer(text):
        address = match.group().rstrip(".,;:!?'’”*")
        # A bracket belongs to the address only if it was opened in it.
        while address.endswith((")", "]")) and address.count(address[-1]) > address.count(
            "(" if address[-1] == ")" else "["
        ):
            address = address[:-1].rstrip(".,;:!?")
        if len(address) > len("https://"):
            yield match.start(), match.start() + len(address), address


def _mentioned(links: Iterable[str], forum: Forum, by: Person | None) -> list[Person]:
    ids = [int(match.group(1)) for link in links if (match := _OF_PERSON.fullmatch(urlsplit(link).path))]
    if not ids:
        return []
    found = members_of(forum).filter(pk__in=ids[:MOST_MENTIONS])
    return [person for person in found if by is None or person.pk != by.pk]


def _elsewhere(links: Iterable[str]) -> list[str]:
    wanted = (link for link in links if link.startswith(("http://", "https://")) and len(link) <= 2000)  # noqa: PLR2004  # as the column
    return list(wanted)[:MOST_CARDS]
