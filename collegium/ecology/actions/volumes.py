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


def count_months(*, ecology: Ecology, at: datetime) -> Tally | None:
    """All months that are over, anew; None where there are none yet. Nobody did it and nothing happened: no Activity.

    What takes long, counting, is done before the transaction: nobody waits for it to write.
    """
    flows = Flow.objects.filter(ecology=ecology, hidden_at__isnull=True)
    before = volumes.first_of_month(at)
    edges = flows.aggregate(first=Min("flows_at"), last=Max("pk"))
    if edges["first"] is None or edges["first"] >= before:
        _forget(ecology)
        return None
    marked = Exists(Tag.objects.filter(item=OuterRef("item"), name=ecology.hashtag))
    counted = list(
        flows.filter(flows_at__lt=before, pk__lte=edges["last"])
        .annotate(month=TruncMonth("flows_at", tzinfo=before.tzinfo))
        .values_list("source", "month")
        .annotate(of_items=Count("pk"), of_marked=Count("pk", filter=marked))
        .order_by()
    )
    with transaction.atomic():
        _forget(ecology)
        FlowOfMonth.objects.bulk_create(
            (
                FlowOfMonth(ecology=ecology, source_id=source, month=month, items=items, marked=of_marked)
                for source, month, items, of_marked in counted
            ),
            batch_size=_A_BATCH,
        )
        return Tally.objects.create(
            ecology=ecology,
            since=volumes.first_of_month(edges["first"]),
            before=before,
            hashtag=ecology.hashtag,
            through=edges["last"],
            counted_at=at,
        )


def _forget(ecology: Ecology) -> None:
    FlowOfMonth.objects.filter(ecology=ecology).delete()
    Tally.objects.filter(ecology=ecology).delete()
