"""Near copies that people may look at, and where a joined item went."""

from django.db.models import Q, QuerySet

from collegium.ecology.models import Ecology, FormerItem, Item, NearCopy


def offered(ecology: Ecology) -> QuerySet[NearCopy]:
    """What flows in this ecology and is nearly the same as something that flows there too; the likest first."""
    flowing = Item.objects.filter(flows__ecology=ecology, flows__hidden_at__isnull=True).values("pk")
    return (
        NearCopy.objects.filter(settled_at__isnull=True, item__in=flowing, other__in=flowing)
        .select_related("item", "other")
        .order_by("-likeness", "-pk")
    )


def of_item(item: Item) -> QuerySet[NearCopy]:
    """Both ways, unsettled. Whoever shows it asks whether the reader may see the other one."""
    return (
        NearCopy.objects.filter(Q(item=item) | Q(other=item), settled_at__isnull=True)
        .select_related("item", "other")
        .order_by("-likeness", "-pk")
    )


def joined_into(number: int) -> Item | None:
    """The item that one of this number was joined with; None if there never was one."""
    former = FormerItem.objects.filter(number=number).select_related("item").first()
    return former.item if former is not None else None
