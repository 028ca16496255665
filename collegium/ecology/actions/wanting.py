"""Whether anybody still wants what a source brings: the part that several actions share."""

from collegium.ecology.models import Claim, Following, Source
from collegium.foundation import clock
from collegium.people.models import Person


def settle_wanted(source_ids: list[int]) -> None:
    """Sources that no open ecology follows are let go; those that one follows again are taken up again."""
    wanted = Following.objects.running().filter(ecology__closed_at__isnull=True).values("source")
    these = Source.objects.filter(pk__in=source_ids)
    these.exclude(pk__in=wanted).exclude(state=Source.State.GONE).update(state=Source.State.GONE)
    these.filter(pk__in=wanted, state=Source.State.GONE).update(
        state=Source.State.FOLLOWED,
        next_at=clock.now(),
        failures=0,
        failing_since=None,
        told_at=None,
        finding="",
        finding_detail="",
    )


def forget_what_was_said(source: Source) -> None:
    """The next fetch reads all of it again: for somebody new it is new."""
    Source.objects.filter(pk=source.pk).update(etag="", last_modified="", body_sha256="", next_at=clock.now())


def keepers_of(source: Source) -> list[Person]:
    """Who is told how a source fares: those whose it is, or who say so, and whoever added it somewhere."""
    claimers = Claim.objects.filter(source=source).values("person")
    adders = Following.objects.running().filter(source=source).values("added_by")
    return [
        *Person.objects.filter(pk__in=claimers, erased_at__isnull=True),
        *Person.objects.filter(pk__in=adders, erased_at__isnull=True).exclude(pk__in=claimers),
    ]
