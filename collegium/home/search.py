"""The search of the whole house: a few of each kind of thing that has all the words, of what the reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collegium.communities.models import Community
from collegium.credentials.models import RegisterName
from collegium.credentials.queries import register
from collegium.evidence.models import Evidence
from collegium.foundation.listed import read_together
from collegium.organisations.models import Organisation
from collegium.organisations.queries import found_by
from collegium.people.models import Person
from collegium.people.queries import faces, people_like
from collegium.portfolios.models import Portfolio
from collegium.schemes.models import Scheme

EACH_KIND = 8
SHORTEST_QUERY = 2
MOST_WORDS = 8
A_LINE = 140


@dataclass(frozen=True)
class Hit:
    title: str
    address: str
    icon: str
    meta: str = ""
    note: str = ""
    face: str | None = None
    is_person: bool = False


@dataclass(frozen=True)
class Hits:
    key: str
    title: str
    hits: list[Hit] = field(default_factory=list)
    more: str = ""  # the address of the whole list


def search(words: str, viewer: Person | None) -> list[Hits]:
    """Two or three queries, whatever is found: people have an index of their own, everything else is asked for at once.
    Conversations are a panel of the page.
    """
    words = " ".join(words.split()[:MOST_WORDS])
    if len(words) < SHORTEST_QUERY:
        return []
    portfolios, evidence, schemes, awards, organisations, communities = read_together(
        _my_portfolios(words, viewer),
        _my_evidence(words, viewer),
        _schemes(words),
        _awards(words),
        _organisations(words),
        _communities(words, viewer),
    )
    found = [
        Hits(
            "portfolios",
            _("Your portfolios"),
            [
                Hit(title, Portfolio(pk=pk).get_absolute_url(), "book-open", meta=pathway)
                for pk, title, pathway in portfolios
            ],
        ),
        Hits(
            "evidence",
            _("Your evidence"),
            [
                Hit(
                    title,
                    Evidence(pk=pk).get_absolute_url(),
                    "paperclip",
                    meta=str(Evidence.Kind(kind).label),
                )
                for pk, title, kind in evidence
            ],
            more=reverse("evidence:list"),
        ),
        Hits(
            "schemes",
            _("Schemes"),
            [Hit(title, Scheme(key=key).get_absolute_url(), "library") for key, title in schemes],
            more=reverse("schemes:list"),
        ),
        Hits("people", _("People"), _people(words, viewer)),
        Hits(
            "awards",
            _("On the register"),
            [
                Hit(name, reverse("credentials:award", args=[UUID(key)]), "award", meta=pathway)
                for key, name, pathway in {row[0]: row for row in awards}.values()
            ][:EACH_KIND],
            more=reverse("credentials:register"),
        ),
        Hits(
            "organisations",
            _("Organisations"),
            [
                Hit(name, reverse("organisations:organisation", args=[slug]), "building-2")
                for slug, name in organisations
            ],
            more=reverse("organisations:list"),
        ),
        Hits(
            "communities",
            _("Communities"),
            [_community(*row) for row in communities],
            more=reverse("communities:list"),
        ),
    ]
    return [kind for kind in found if kind.hits]


def _all_words(field_names: Sequence[str], words: str) -> Q:
    wanted = Q()
    for word in words.split():
        any_field = Q()
        for name in field_names:
            any_field |= Q(**{f"{name}__icontains": word})
        wanted &= any_field
    return wanted


def _my_portfolios(words: str, person: Person | None) -> "QuerySet[Portfolio, tuple[int, str, str]]":
    rows = Portfolio.objects.filter(_all_words(["title", "pathway__title"], words), owner=person)
    mine = rows if person is not None else rows.none()
    return mine.order_by("-edited_at").values_list("pk", "title", "pathway__title")[:EACH_KIND]


def _my_evidence(words: str, person: Person | None) -> "QuerySet[Evidence, tuple[int, str, str]]":
    rows = Evidence.objects.filter(
        _all_words(["title", "description", "impact", "body", "file_name"], words), owner=person
    )
    mine = rows if person is not None else rows.none()
    return mine.order_by("-captured_at").values_list("pk", "title", "kind")[:EACH_KIND]


def _schemes(words: str) -> "QuerySet[Scheme, tuple[str, str]]":
    """By title, and by the titles of pathways and what follows a holder's name."""
    rows = Scheme.objects.filter(
        _all_words(["title", "key", "versions__pathways__title", "versions__pathways__post_nominals"], words)
    )
    return rows.order_by("title", "key").values_list("key", "title").distinct()[:EACH_KIND]


def _awards(words: str) -> "QuerySet[RegisterName, tuple[UUID, str, str]]":
    """Twice as many as are shown: two words of one name may begin alike."""
    rows = register.named(register.Wanted(name=words))
    return rows.values_list("award__public_id", "award__holder_name", "award__pathway__title")[
        : EACH_KIND * 2
    ]


def _organisations(words: str) -> "QuerySet[Organisation, tuple[str, str]]":
    return found_by(words).values_list("slug", "name")[:EACH_KIND]


def _communities(words: str, viewer: Person | None) -> "QuerySet[Community, tuple[str, str, int, str]]":
    """One's own and others that may be seen, by name or domain, the largest first."""
    rows = Community.objects.visible_to(viewer).filter(_all_words(["title", "domain"], words))
    return rows.order_by("-member_count", "title").values_list("slug", "title", "member_count", "domain")[
        :EACH_KIND
    ]


def _community(slug: str, title: str, members: int, domain: str) -> Hit:
    return Hit(
        title,
        reverse("communities:community", args=[slug]),
        "users-round",
        meta=ngettext("One member", "%(num)s members", members) % {"num": members},
        note=Truncator(domain).chars(A_LINE),
    )


def _people(words: str, viewer: Person | None) -> list[Hit]:
    found = people_like(words, viewer, limit=EACH_KIND)
    shown = faces(found, viewer)
    return [
        Hit(person.name, person.get_absolute_url(), "user", face=shown.get(person.pk), is_person=True)
        for person in found
    ]
