"""Counting the months of large rivers, for the map."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, Max, Min, OuterRef
from django.db.models.functions import TruncMonth

from collegium.ecology.models import Ecology, Flow, FlowOfMonth, Tag, Tally
from collegium.ecology.queries import volumes

_A_BATCH = 2000


def large_rivers() -> list[Ecology]:
    """Those in which so much flows that the map would feel it. Asked once a night."""
    counted = Flow.objects.values("ecology").annotate(number=Count("pk")).order_by()
    large = [each["ecology"] for each in counted if each["number"] >= volumes.LARGE]
    return list(Ecology.objects.filter(pk__in=large).order_by("pk"))


@transaction.atomic
def count_months(*, ecology: Ecology, at: datetime) -> Tally | None:
    """All months that are over, anew; None where there are none yet. Nobody did it and nothing happened: no Activity."""
    flows = Flow.objects.filter(ecology=ecology, hidden_at__isnull=True)
    before = volumes.first_of_month(at)
    edges = flows.aggregate(first=Min("flows_at"), last=Max("pk"))
    FlowOfMonth.objects.filter(ecology=ecology).delete()
    Tally.objects.filter(ecology=ecology).delete()
    if edges["first"] is None or edges["first"] >= before:
        return None
    tally = Tally.objects.create(
        ecology=ecology,
        since=volumes.first_of_month(edges["first"]),
        before=before,
        hashtag=ecology.hashtag,
        through=edges["last"],
        counted_at=at,
    )
    marked = Exists(Tag.objects.filter(item=OuterRef("item"), name=ecology.hashtag))
    months = (
        flows.filter(flows_at__lt=before, pk__lte=tally.through)
        .annotate(month=TruncMonth("flows_at", tzinfo=before.tzinfo))
        .values("source", "month")
        .annotate(items=Count("pk"), of_marked=Count("pk", filter=marked))
        .order_by()
    )
    batch: list[FlowOfMonth] = []
    for each in months.iterator(chunk_size=_A_BATCH):
        batch.append(
            FlowOfMonth(
                ecology=ecology,
                source_id=each["source"],
                month=each["month"],
                items=each["items"],
                marked=each["of_marked"],
            )
        )
        if len(batch) == _A_BATCH:
            FlowOfMonth.objects.bulk_create(batch)
            batch = []
    FlowOfMonth.objects.bulk_create(batch)
    return tally
