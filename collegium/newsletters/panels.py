"""A draft that waits, on home; everything of mine, and what goes and stays."""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from django.db.models import Exists, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collegium.design.places import panel
from collegium.foundation import clock
from collegium.newsletters import actions
from collegium.newsletters.models import Entry, Issue, Nomination, Subscription
from collegium.people.addresses import verified_addresses
from collegium.people.erasure import erases, goes, stays
from collegium.people.export import File, exports
from collegium.people.models import CircleMember, Person
from collegium.people.requests import Request
from collegium.people.waiting import waiting_for, waits

MOST = 3


def _drafts(person: int, now: datetime) -> "QuerySet[Issue]":
    """In the hands of its editors, and to be looked through."""
    edited = CircleMember.objects.filter(person=person).values("circle")
    return Issue.objects.filter(
        state=Issue.State.DRAFT,
        newsletter__editors__in=edited,
        newsletter__closed_at__isnull=True,
        made_at__lte=now,
    )


waits("issues_to_edit", lambda person, now: Exists(_drafts(person, now)))


@panel("home.next", order=44)
def drafts_to_edit(request: HttpRequest) -> str | None:
    person = cast("Request", request).person
    if person is None or not waiting_for(request, "issues_to_edit"):
        return None
    drafts = list(
        _drafts(person.pk, clock.now()).select_related("newsletter").order_by("made_at", "pk")[:MOST]
    )
    return render_to_string("newsletters/next.jinja", {"drafts": drafts}, request)


# Mine -----------------------------------------------------------------------------------------------------------------


@exports("newsletters", title=gettext_lazy("Newsletters"))
def my_newsletters(person: Person) -> tuple[object, list[File]]:
    subscriptions = actions.subscriptions_of(person, verified_addresses(person)).select_related("newsletter")
    nominations = Nomination.objects.filter(nominated_by=person).select_related("newsletter").order_by("pk")
    return {
        "subscriptions": [
            {
                "newsletter": each.newsletter.title,
                "address": each.email,
                "state": each.state,
                "asked": each.asked_at,
                "confirmed": each.confirmed_at,
                "ended": each.ended_at,
                "issues_sent": each.deliveries.filter(sent_at__isnull=False).count(),
            }
            for each in subscriptions.order_by("pk")
        ],
        "nominations": [
            {
                "newsletter": each.newsletter.title,
                "title": each.title,
                "why": each.why,
                "nominated": each.nominated_at,
            }
            for each in nominations
        ],
    }, []


@goes
def subscriptions_go(person: Person) -> Iterable[str]:
    running = actions.subscriptions_of(person, verified_addresses(person)).exclude(
        state=Subscription.State.ENDED
    )
    if number := running.count():
        yield ngettext(
            "Your subscription to a newsletter", "Your subscriptions to %(num)s newsletters", number
        ) % {"num": number}


@stays
def welcomes_stay(person: Person) -> Iterable[str]:
    if Entry.objects.kept().filter(person=person, issue__state__in=Issue.OUT).exists():
        yield _(
            "That a newsletter welcomed you by name, in issues that were sent: ask its editors to withdraw one"
        )


@erases(order=45)
def erase(person: Person) -> None:
    actions.erase(person=person, addresses=verified_addresses(person))
