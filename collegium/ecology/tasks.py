"""Background work of the ecology: fetching, hubs, lists of sources, whose a source is."""

from contextlib import suppress
from datetime import timedelta

from django.db.models import F, Q

from collegium.ecology import actions, describing, doctor, fetching, ownership, websub, words
from collegium.ecology.actions import library, looks, volumes
from collegium.ecology.models import Claim, Hub, Look, OutlineImport, Resource, Source
from collegium.foundation import background, clock, http
from collegium.foundation.refusal import Refusal

ROUND_SECONDS = 50.0  # a round ends before the next one begins
ROUND_WORKERS = 4
LOOK_AGAIN_AFTER = timedelta(days=30)  # at the links of the library
IN_DOUBT_AFTER = timedelta(hours=20)  # at one that may only have been down
A_DAYS_WORTH = 200
FILE_KEPT = timedelta(days=1)  # a file of references that was looked at and not brought


@background.periodic(minutes=1)
def fetch_due() -> None:
    """Short rounds, so that what is added meanwhile need not wait, and a restart is soon done."""
    fetching.fetch_round(workers=ROUND_WORKERS, seconds=ROUND_SECONDS, seen=after, patience=1.0)


@background.periodic(minutes=1)
def index_items() -> None:
    """The words of what has come or was changed, for whoever looks for them: stemming takes longer than storing."""
    words.index_due()


def after(outcome: fetching.Outcome) -> None:
    """What is owed once a source has been read: its hub, where it names one, is asked to bring what is new."""
    if outcome.hub_urls:
        subscribe.later(outcome.source_id, outcome.hub_urls[0], outcome.topic_url)


@background.task(retries=1)
def fetch_one(source_id: int) -> None:
    """Now, for somebody who has just added it or asks for it."""
    outcome = fetching.fetch(source_id)
    after(outcome)
    words.index_due()


@background.task(retries=2)
def subscribe(source_id: int, hub_url: str, topic_url: str) -> None:
    source = Source.objects.filter(pk=source_id).first()
    if source is not None and source.state in {Source.State.FOLLOWED, Source.State.FAILING}:
        websub.subscribe(source, hub_url, topic_url)


@background.periodic(minutes=60)
def renew_hubs() -> None:
    for hub in websub.due_for_renewal():
        websub.subscribe(hub.source, hub.hub_url, hub.topic_url)
    unwanted = Hub.objects.filter(
        state=Hub.State.VERIFIED, source__state__in=[Source.State.GONE, Source.State.PAUSED]
    ).select_related("source")
    for hub in unwanted[:200]:
        websub.unsubscribe(hub)


@background.task(retries=1)
def examine(look_id: int) -> None:
    look = Look.objects.select_related("ecology").filter(pk=look_id, finished_at__isnull=True).first()
    if look is not None:
        found = doctor.examine(look.asked, hashtag=look.ecology.hashtag)
        actions.settle_look(look=look, found=found.as_json())


@background.periodic(minutes=60)
def forget_looks() -> None:
    actions.forget_looks(before=clock.now() - looks.KEPT_FOR)


@background.task()
def import_outlines(import_id: int) -> None:
    work = OutlineImport.objects.filter(pk=import_id).first()
    while work is not None and actions.work_off_import(work=work):
        pass


@background.task(retries=1)
def look_for_claim(claim_id: int) -> None:
    claim = Claim.objects.select_related("source", "person").filter(pk=claim_id).first()
    if claim is None or claim.verified_at is not None:
        return
    try:
        actions.verify(claim=claim, found=ownership.look(claim))
    except Refusal:
        return  # somebody else has shown it in the meantime


# The library ----------------------------------------------------------------------------------------------------------


@background.task(retries=1)
def look_at_resource(resource_id: int) -> None:
    """Whether its link leads somewhere; and while it does, what stands there, once, in case it goes."""
    resource = Resource.objects.filter(pk=resource_id, removed_at__isnull=True).exclude(url="").first()
    if resource is None:
        return
    found = http.check(resource.url)
    frozen = ""
    if found.answers and not resource.frozen_html:
        with suppress(http.Unreachable):
            frozen = describing.describe(resource.url).frozen
    library.note_link(resource=resource, found=found, frozen=frozen)


@background.periodic(minutes=24 * 60)
def look_at_resources_again() -> None:
    """The links that nobody has looked at for longest; a part of them each day, so that no site is asked in bursts."""
    before = clock.now() - LOOK_AGAIN_AFTER
    due = Resource.objects.filter(removed_at__isnull=True).exclude(url="")
    doubtful = Q(link_failures=1, link_failing_since=None, link_checked_at__lt=clock.now() - IN_DOUBT_AFTER)
    due = due.filter(Q(link_checked_at=None) | Q(link_checked_at__lt=before) | doubtful)
    oldest = due.order_by(F("link_checked_at").asc(nulls_first=True), "pk").values_list("pk", flat=True)
    for resource_id in oldest[:A_DAYS_WORTH]:
        look_at_resource.later(resource_id)
    library.forget_files(before=clock.now() - FILE_KEPT)


@background.periodic(minutes=24 * 60)
def count_large_rivers() -> None:
    """For the map: a month that is over need not be counted each time that somebody looks."""
    for ecology in volumes.large_rivers():
        volumes.count_months(ecology=ecology, at=clock.now())
