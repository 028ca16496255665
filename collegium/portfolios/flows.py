"""What portfolios tell the map of an ecology: into how many people's something of it has found its way."""

from collections.abc import Iterator
from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from collegium.ecology.flows import SINGLED_OUT, Look, Period, Place, Stage, Stream, people, tells
from collegium.evidence.flows import kept_here
from collegium.portfolios.models import Placement


@tells(order=70)
def of_portfolios(look: Look) -> Iterator[Place | Stream]:
    """People are counted, only where they are many enough; by when a piece was placed."""
    always = replace(look, period=Period(None, look.period.until))
    first, *others = kept_here(always).values()
    for each in others:
        first = first | each
    placed = Placement.objects.filter(look.within("placed_at"), evidence__in=first)
    owners = placed.values("evidence__owner").distinct()
    url = reverse("portfolios:list") if look.reader is not None else ""
    yield Place("portfolios", _("Portfolios"), "book-open", Stage.BECOMES, owners, people, url, SINGLED_OUT)
    yield Stream("evidence", "portfolios", owners, people, "becomes", SINGLED_OUT)
