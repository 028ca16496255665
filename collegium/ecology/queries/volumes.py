"""How much each source brought into a river over some time: counted, in a large river with what was counted before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from collegium.ecology.flows import Period
from collegium.ecology.models import Ecology, Flow, FlowOfMonth, Tag, Tally

LARGE = 20_000  # items; from there on months that are over are counted in the night


@dataclass(frozen=True)
class Brought:
    items: int = 0
    marked: int = 0  # of them, with the ecology's hashtag


def by_source(ecology: Ecology, period: Period) -> dict[int | None, Brought]:
    """By the key of the source; None: put in by hand, or of a source that is no more. One query.

    The ecology has been read with its ``tally``.
    """
    pieces: list[str] = []
    params: list[Any] = []
    for rows in _pieces(ecology, period):
        try:
            sql, values = rows.order_by().query.sql_with_params()
        except EmptyResultSet:
            continue
        pieces.append(f"SELECT * FROM ({sql}) AS piece_{len(pieces)}")  # noqa: S608  # Django's own SQL
        params += values
    found: dict[int | None, Brought] = {}
    if not pieces:
        return found
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(pieces), params)
        for source, items, marked in cursor.fetchall():
            known = found.get(source)
            found[source] = (
                Brought(items, marked)
                if known is None
                else Brought(known.items + items, known.marked + marked)
            )
    return found


def _pieces(ecology: Ecology, period: Period) -> "Iterator[QuerySet[Any, Any]]":
    tally: Tally | None = getattr(ecology, "tally", None)
    whole = _months_within(tally, period) if tally and tally.hashtag == ecology.hashtag else None
    if tally is None or whole is None:
        yield from _counted(ecology, period)
        return
    begin, end = whole
    # Before the first month that was counted there was nothing: what has come there since is late, too.
    earliest = period.since if begin == tally.since else begin
    if period.since is not None and begin != tally.since and period.since < begin:
        yield from _counted(ecology, Period(period.since, begin))
    if end < period.until:
        yield from _counted(ecology, Period(end, period.until))
    yield (
        FlowOfMonth.objects.filter(ecology=ecology.pk, month__gte=begin, month__lt=end)
        .values("source")
        .annotate(of_items=Sum("items"), of_marked=Sum("marked"))
        .values_list("source", "of_items", "of_marked")
    )
    # What has come into those months since they were counted: by number, of which there are few. The sums keep databases
    # from walking the whole river instead.
    late = Flow.objects.annotate(river=F("ecology_id") + 0, moment=Coalesce("flows_at", "flows_at")).filter(
        pk__gt=tally.through, river=ecology.pk, hidden_at__isnull=True, moment__lt=end
    )
    if earliest is not None:
        late = late.filter(moment__gte=earliest)
    marked = Tag.objects.filter(item=OuterRef("item"), name=ecology.hashtag)
    yield (
        late.values("source")
        .annotate(of_items=Count("pk"), of_marked=Count("pk", filter=Exists(marked)))
        .values_list("source", "of_items", "of_marked")
    )


def _counted(ecology: Ecology, period: Period) -> "Iterator[QuerySet[Any, Any]]":
    asked = Q(flows_at__lt=period.until)
    if period.since is not None:
        asked &= Q(flows_at__gte=period.since)
    flows = Flow.objects.filter(asked, ecology=ecology.pk, hidden_at__isnull=True)
    yield (
        flows.values("source")
        .annotate(of_items=Count("pk"), of_marked=Value(0))
        .values_list("source", "of_items", "of_marked")
    )
    if ecology.hashtag:
        # From the hashtag's own river: of those few it is asked whether they flow here, and from where.
        here = Flow.objects.filter(ecology=ecology.pk, item=OuterRef("item"), hidden_at__isnull=True)
        yield (
            Tag.objects.filter(asked, Exists(here), name=ecology.hashtag)
            .annotate(from_source=Subquery(here.values("source")[:1]))
            .values("from_source")
            .annotate(of_items=Value(0), of_marked=Count("pk"))
            .values_list("from_source", "of_items", "of_marked")
        )


def _months_within(tally: Tally, period: Period) -> tuple[datetime, datetime] | None:
    """The months that were counted and lie wholly within the time: their first moment, and the first after them."""
    begin = tally.since
    if period.since is not None and period.since > begin:
        begin = first_of_month(period.since)
        if begin < period.since:
            begin = _next_month(begin)
    end = min(tally.before, first_of_month(period.until))
    return (begin, end) if begin < end else None


def first_of_month(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next_month(first: datetime) -> datetime:
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
