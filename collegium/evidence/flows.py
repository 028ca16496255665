"""What evidence tells the map of an ecology: how many people kept something of it. Never whose, never what."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from collegium.conversations.models import Post
from collegium.ecology.flows import SINGLED_OUT, Look, Place, Stage, Stream, people, tells
from collegium.ecology.models import Flow
from collegium.events.models import Occurrence
from collegium.evidence.models import Evidence, SourceKind


def kept_here(look: Look) -> "dict[str, QuerySet[Evidence]]":
    """Evidence that was kept from a place of this ecology, by the key of the place."""
    kept = Evidence.objects.filter(look.within("captured_at"))
    here = Flow.objects.filter(ecology=look.ecology.pk, hidden_at__isnull=True).values("item")
    posts = Post.objects.filter(thread__forum=look.ecology.forum_id).values("pk")
    meetings = Occurrence.objects.filter(event__circles=look.ecology.members_id).values("pk")
    found: dict[str, QuerySet[Evidence]] = {
        "river": kept.filter(source_kind=SourceKind.ITEM, source_id__in=here),
        "events": kept.filter(source_kind=SourceKind.ATTENDANCE, source_id__in=meetings),
    }
    if look.ecology.forum_id is not None:
        found["conversation"] = kept.filter(source_kind=SourceKind.POST, source_id__in=posts)
    return found


@tells(order=60)
def of_evidence(look: Look) -> Iterator[Place | Stream]:
    """People are counted and not pieces, and only where they are many enough."""
    kept = kept_here(look)
    url = reverse("evidence:list") if look.reader is not None else ""
    yield Place(
        "evidence", _("Evidence"), "paperclip", Stage.BECOMES, _owners(_any(kept)), people, url, SINGLED_OUT
    )
    for key, rows in kept.items():
        yield Stream(key, "evidence", _owners(rows), people, "becomes", SINGLED_OUT)


def _any(kept: "dict[str, QuerySet[Evidence]]") -> "QuerySet[Evidence]":
    first, *others = kept.values()
    for each in others:
        first = first | each
    return first


def _owners(rows: "QuerySet[Evidence]") -> "QuerySet[Evidence, Any]":
    return rows.values("owner").distinct()
