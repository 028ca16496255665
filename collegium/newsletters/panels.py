"""A draft that waits, on home; everything of mine, and what goes and stays."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from django.db.models import Exists, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collegium.communities import rules as of_communities
from collegium.communities.models import Community
from collegium.conversations.models import Thread
from collegium.courses.models import Iteration
from collegium.courses.queries.iterations import Standing
from collegium.design.places import bar_item, panel
from collegium.ecology.alongside import brings, brought
from collegium.ecology.models import Ecology, Item, Resource
from collegium.foundation import clock
from collegium.newsletters import actions, queries
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


# On the pages of others ----------------------------------------------------------------------------------------------

bar_item(
    key="newsletters",
    title=gettext_lazy("Newsletters"),
    url="newsletters:list",
    icon="mail",
    order=25,
    slot="footer",
)


@panel("ecology.page", order=30)
def newsletters_of_ecology(request: HttpRequest, *, ecology: Ecology) -> str | None:
    """What is sent out of it: the latest issue, and how to get the next."""
    shown = queries.of_ecology(ecology, cast("Request", request).person)
    return render_to_string("newsletters/card.jinja", {"shown": shown}, request) if shown else None


brings("newsletters", queries.beside)


def _beside(request: HttpRequest, row: Community | Iteration, *, leads: bool) -> str | None:
    """The latest issue of each; to who looks after it, the way to begin one. Asks nothing: these pages ask enough."""
    shown = queries.beside_read(brought(row, "newsletters"))
    if not shown and not leads:
        return None
    context = {"shown": shown, "ecology_id": row.ecology_id}
    return render_to_string("newsletters/beside.jinja", context, request)


@panel("community.side", order=5)
def newsletters_of_community(request: HttpRequest, *, community: Community) -> str | None:
    leads = of_communities.may_invite(cast("Request", request).person, community)
    return _beside(request, community, leads=leads and community.closed_at is None)


@panel("iteration.page", order=15)
def newsletters_of_iteration(
    request: HttpRequest, *, iteration: Iteration, standing: Standing, **_context: Any
) -> str | None:
    state = Iteration.State
    is_going_on = iteration.state in {state.DRAFTED, state.OPEN, state.RUNNING}
    return _beside(request, iteration, leads=standing.facilitates and is_going_on)


def _nominate(request: HttpRequest, query: str, where: str = "page") -> str | None:
    if cast("Request", request).person is None:
        return None
    address = f"{reverse('newsletters:nominate')}?{query}"
    return render_to_string("newsletters/nominate_link.jinja", {"address": address, "where": where}, request)


@panel("item.actions", order=60)
def nominate_item(request: HttpRequest, *, item: Item, where: str = "page", **_context: Any) -> str | None:
    """In the menus of a river it is drawn once for all."""
    if where != "menu":
        return _nominate(request, f"item={item.pk}")
    drawn: str | None = getattr(request, "newsletters_of_items", None)
    if drawn is None:
        drawn = _nominate(request, "item=NUMBER", "menu") or ""
        request.newsletters_of_items = drawn  # type: ignore[attr-defined]  # ours, for this request only
    return drawn.replace("NUMBER", str(item.pk))


@panel("thread.side", order=80)
def nominate_thread(request: HttpRequest, *, thread: Thread) -> str | None:
    return _nominate(request, f"thread={thread.pk}")


@panel("resource.actions", order=60)
def nominate_resource(request: HttpRequest, *, resource: Resource) -> str | None:
    return _nominate(request, f"resource={resource.pk}")


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
