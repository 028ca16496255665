"""Who reads by a link, and what evidence somebody may open because it stands in something that they may read."""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q
from django.urls import reverse

from collegium.evidence.models import Evidence
from collegium.people.models import Person
from collegium.portfolios.models import Placement, Portfolio, Section, Share

SESSION_KEY = "shares"  # ids of shares whose link this session has opened


def link_opens(token_hash: str) -> Share | None:
    """The share that a link stands for, ended and expired ones too: whoever has the link is told which."""
    return (
        Share.objects.filter(token_hash=token_hash)
        .exclude(token_hash="")
        .select_related("portfolio__owner", "section__node", "section__portfolio")
        .first()
    )


def link_address(token: str) -> str:
    return reverse("portfolios:shared", kwargs={"token": token})


def opened_by(session: Any) -> list[int]:
    found = session.get(SESSION_KEY, []) if session is not None else []
    return [number for number in found if isinstance(number, int)]


def reads_by_session(share_ids: Iterable[int]) -> Q:
    """Placements that links opened in a session let one read."""
    opened = Share.objects.open().filter(pk__in=list(share_ids)).exclude(token_hash="")
    return Q(section__portfolio__in=opened.filter(section__isnull=True).values("portfolio")) | Q(
        section__in=opened.filter(section__isnull=False).values("section")
    )


def opens_evidence(person: Person | None, evidence: Evidence, share_ids: Iterable[int]) -> bool:
    """Whether the evidence stands in a portfolio or section that this person, or this session's links, may read."""
    allowed = Q(section__in=Section.objects.visible_to(person).values("pk"))
    numbers = list(share_ids)
    if numbers:
        allowed |= reads_by_session(numbers)
    # In the portfolio of a group stands evidence of its members, for as long as they are in it.
    whose = Q(section__portfolio__group__isnull=True, section__portfolio__owner=F("evidence__owner")) | Q(
        section__portfolio__group__memberships__person=F("evidence__owner")
    )
    return Placement.objects.filter(whose, evidence=evidence).filter(allowed).exists()


def shares_of(portfolio: Portfolio) -> list[Share]:
    """Those that still let somebody read, the newest first."""
    return list(
        Share.objects.open()
        .filter(portfolio=portfolio)
        .select_related("person", "circle", "section__node")
        .order_by("-pk")
    )
