"""What a period brought, as the beginning of an issue: gathered from the river, threads, events, the library and the register.

``gather`` reads and writes nothing, in a number of queries that does not depend on how much there was. Nothing is taken
that a reader of the newsletter could not see (``audiences``), nothing that was hidden, nothing of somebody who is kept from
writing there, and nothing that an editor who drafts has muted. How many saved an item moves it up, once a few have: who did
is nobody's business, and stands nowhere.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collegium.conversations.models import Measure, Post, Thread
from collegium.conversations.words import excerpt
from collegium.credentials.models import Award
from collegium.ecology.models import Ecology, Flow, Item, Mark, Mute, Recommendation, Resource
from collegium.events.models import Occurrence
from collegium.foundation import clock
from collegium.newsletters import audiences, rhythm
from collegium.newsletters.models import Entry, Issue, Newsletter, Section
from collegium.people.models import CircleMember, Person
from collegium.people.territories import country_name

Kind = Section.Kind

ITEMS = 8
ITEMS_OF_A_SOURCE = 2  # beyond the highlights: nobody fills an issue alone
CANDIDATES = 60
THREADS = 6
UNANSWERED = 5
UNANSWERED_FOR = timedelta(hours=24)  # before that nobody has had the time
UNANSWERED_SINCE = timedelta(days=35)
EVENTS = 8
RECORDINGS = 5
RESOURCES = 6
MEMBERS = 20
HOLDERS = 20
SAVED_BY = 3  # fewer would say who
WORDS = 600
TITLE = 300
KEPT_FROM_WRITING = [Measure.Kind.MUTE, Measure.Kind.REMOVE]


@dataclass(frozen=True)
class Found:
    """An entry that is not written down yet."""

    known_by: str
    title: str
    url: str = ""
    words: str = ""
    author_name: str = ""
    source_name: str = ""
    licence_url: str = ""
    happens_at: datetime | None = None
    of: dict[str, models.Model] = field(default_factory=dict)  # {"item": …}

    def fields(self) -> dict[str, Any]:
        """Of an ``Entry``, as long as its columns are."""
        return {
            "known_by": self.known_by,
            "title": _short(self.title, TITLE),
            "url": self.url[:2000],
            "words": _short(self.words, WORDS),
            "author_name": self.author_name[:200],
            "source_name": self.source_name[:300],
            "licence_url": self.licence_url[:500],
            "happens_at": self.happens_at,
            **self.of,
        }


@dataclass(frozen=True)
class Period:
    since: datetime
    until: datetime  # events ahead begin here

    def holds(self, name: str) -> dict[str, datetime]:
        return {f"{name}__gte": self.since, f"{name}__lt": self.until}


Gathered = dict[str, list[Found]]  # by kind, in the order of the sections


def gather(newsletter: Newsletter, period: Period, *, by: Person | None = None) -> Gathered:
    """In the present language; a kind of which there is nothing is not there."""
    ecologies = list(audiences.ecologies(newsletter).select_related("forum"))
    forums = audiences.forums(newsletter)
    earlier = _told_before(newsletter)
    silent = set(
        Measure.objects.in_force()
        .filter(forum__in=forums, kind__in=KEPT_FROM_WRITING)
        .values_list("person_id", flat=True)
    )
    river = _river(newsletter, ecologies, period, by=by, silent=silent, earlier=earlier)
    in_river = {str(found.of["item"].pk) for found in river}
    gathered = {
        Kind.RIVER: river,
        Kind.CONVERSATIONS: _conversations(newsletter, period, silent=silent, in_river=in_river),
        Kind.UNANSWERED: _unanswered(newsletter, period, silent=silent),
        Kind.EVENTS: _events(newsletter, period),
        Kind.LIBRARY: _library(newsletter, ecologies, period, earlier=earlier),
        Kind.NEW_MEMBERS: _members(newsletter, ecologies, period),
        Kind.NEW_HOLDERS: _holders(newsletter, ecologies, period),
    }
    waiting = {found.known_by for found in gathered[Kind.UNANSWERED]}
    gathered[Kind.CONVERSATIONS] = [
        found for found in gathered[Kind.CONVERSATIONS] if found.known_by not in waiting
    ][:THREADS]
    return {str(kind): found for kind, found in gathered.items() if found}


def _told_before(newsletter: Newsletter) -> set[str]:
    """Items and resources of issues before: one that is found late, or found again, is no news."""
    told = Entry.objects.kept().filter(issue__newsletter=newsletter, issue__state__in=Issue.OUT)
    return set(
        told.filter(Q(known_by__startswith="item ") | Q(known_by__startswith="resource ")).values_list(
            "known_by", flat=True
        )
    )


# The river ------------------------------------------------------------------------------------------------------------


def _river(
    newsletter: Newsletter,
    ecologies: Sequence[Ecology],
    period: Period,
    *,
    by: Person | None,
    silent: set[int],
    earlier: set[str],
) -> list[Found]:
    """Highlights first, the newest of them first; then what was talked about and saved most, and what is newest."""
    flows = Flow.objects.filter(ecology__in=[each.pk for each in ecologies], hidden_at__isnull=True)
    highlighted = flows.filter(
        Q(**period.holds("highlighted_at")) | Q(highlighted_at__isnull=False, **period.holds("flows_at"))
    )
    flowed = flows.filter(**period.holds("flows_at"))
    talked = dict(
        Thread.objects.filter(
            forum__in=audiences.forums(newsletter),
            about_kind=Item._meta.label_lower,
            hidden_at__isnull=True,
            **period.holds("last_posted_at"),
        )
        .order_by("-post_count", "-pk")
        .values_list("about_id", "post_count")[:CANDIDATES]
    )
    saved = dict(
        Mark.objects.filter(item__in=flowed.values("item"), **period.holds("saved_at"))
        .values("item")
        .annotate(people=Count("pk"))
        .filter(people__gte=SAVED_BY)
        .order_by("-people", "-item")
        .values_list("item", "people")[:CANDIDATES]
    )
    candidates = {
        *highlighted.order_by("-highlighted_at").values_list("item", flat=True)[:CANDIDATES],
        *(int(item) for item in talked if item.isdecimal()),
        *saved,
        *flowed.order_by("-flows_at", "-item").values_list("item", flat=True)[:CANDIDATES],
    }
    found = _flows_of(flows.filter(item__in=candidates), by=by)
    standing = [
        each
        for each in found
        if f"item {each.item_id}" not in earlier and each.item.author_id not in silent and each.item.url
    ]

    def weight(flow: Flow) -> tuple[bool, float, datetime, int]:
        said = talked.get(str(flow.item_id), 0) + saved.get(flow.item_id, 0)
        first = flow.highlighted_at is not None
        return first, flow.highlighted_at.timestamp() if flow.highlighted_at else said, flow.flows_at, flow.pk

    chosen: dict[int, Flow] = {}
    of_source: Counter[int | None] = Counter()
    for flow in sorted(standing, key=weight, reverse=True):
        if flow.item_id in chosen:
            continue
        if flow.highlighted_at is None and flow.source_id is not None:
            if of_source[flow.source_id] >= ITEMS_OF_A_SOURCE:
                continue
            of_source[flow.source_id] += 1
        chosen[flow.item_id] = flow
        if len(chosen) == ITEMS:
            break
    return [of_flow(flow) for flow in chosen.values()]


def _flows_of(flows: "models.QuerySet[Flow]", *, by: Person | None) -> list[Flow]:
    rows = flows.select_related("item", "source")
    if by is not None:
        muted = Mute.objects.filter(person=by)
        by_source = muted.filter(source=OuterRef("source"))
        by_tag = muted.exclude(tag="").values("tag")
        tagged = Item.objects.filter(pk=OuterRef("item"), tags__name__in=by_tag)
        rows = rows.filter(~Exists(by_source), ~Exists(tagged))
    return list(rows)


def of_flow(flow: Flow) -> Found:
    item = flow.item
    found = of_item(item, source_name=str(flow.source) if flow.source else "")
    return replace(found, words=flow.words) if flow.highlighted_at is not None and flow.words else found


def of_item(item: Item, *, source_name: str = "") -> Found:
    return Found(
        known_by=f"item {item.pk}",
        title=str(item) or item.url,
        url=item.url,
        words=_short(item.summary, 280) if item.title else "",
        author_name=item.author_name if item.author_name != source_name else "",
        source_name=source_name,
        licence_url=item.licence_url,
        of={"item": item},
    )


# Conversations --------------------------------------------------------------------------------------------------------


def _opening() -> "Prefetch[Any]":
    return Prefetch(
        "posts",
        queryset=Post.objects.filter(removed_at__isnull=True, hidden_at__isnull=True).order_by("pk")[:1],
        to_attr="opening",
    )


def _conversations(
    newsletter: Newsletter, period: Period, *, silent: set[int], in_river: set[str]
) -> list[Found]:
    """Where most was said; an item that stands in the river already leads to its thread from there."""
    said = (
        Post.objects.filter(
            removed_at__isnull=True,
            hidden_at__isnull=True,
            thread__forum__in=audiences.forums(newsletter),
            thread__hidden_at__isnull=True,
            **period.holds("posted_at"),
        )
        .order_by()
        .values("thread")
        .annotate(posts=Count("pk"), people=Count("author", distinct=True))
        .filter(posts__gte=2)
        .order_by("-people", "-posts", "-thread")[: THREADS * 4]
    )
    numbers = {each["thread"]: (each["posts"], each["people"]) for each in said}
    rows = (
        Thread.objects.filter(pk__in=list(numbers))
        .exclude(about_kind=Item._meta.label_lower, about_id__in=in_river)
        .select_related("forum", "started_by")
        .prefetch_related(_opening())
    )
    threads = {thread.pk: thread for thread in rows if thread.started_by_id not in silent}
    return [of_thread(threads[pk], newsletter, posts=numbers[pk][0]) for pk in numbers if pk in threads]


def _unanswered(newsletter: Newsletter, period: Period, *, silent: set[int]) -> list[Found]:
    """The longest waiting first."""
    rows = (
        Thread.objects.filter(
            forum__in=audiences.forums(newsletter),
            forum__closed_at__isnull=True,
            wants_answer=True,
            first_answer_at__isnull=True,
            answer__isnull=True,
            hidden_at__isnull=True,
            closed_at__isnull=True,
            post_count__gt=0,
            started_by__isnull=False,
            started_at__lt=period.until - UNANSWERED_FOR,
            started_at__gte=period.until - UNANSWERED_SINCE,
        )
        .select_related("forum", "started_by")
        .prefetch_related(_opening())
        .order_by("started_at", "pk")[: UNANSWERED * 2]
    )
    return [of_thread(each, newsletter) for each in rows if each.started_by_id not in silent][:UNANSWERED]


def of_thread(thread: Thread, newsletter: Newsletter, *, posts: int = 0) -> Found:
    if hasattr(thread, "opening"):
        opening = thread.opening[0] if thread.opening else None
    else:
        opening = thread.posts.filter(removed_at__isnull=True, hidden_at__isnull=True).order_by("pk").first()
    words = excerpt(opening.html) if opening is not None else ""
    if posts:
        count = ngettext("%(num)s post", "%(num)s posts", posts) % {"num": posts}
        words = f"{words} ({count})" if words else count
    near = newsletter.members_id is not None and newsletter.members_id == thread.forum.members_id
    return Found(
        known_by=f"thread {thread.pk}",
        title=thread.title,
        url=reverse("conversations:thread", args=[thread.pk]),
        words=words,
        author_name=audiences.name_of(thread.started_by, newsletter, near=near),
        source_name=thread.forum.title if newsletter.ecology_id is None else "",
        of={"thread": thread},
    )


# Events ---------------------------------------------------------------------------------------------------------------


def _events(newsletter: Newsletter, period: Period) -> list[Found]:
    """What lies ahead, soonest first; then recordings of what has been."""
    standing = Occurrence.objects.filter(
        event__in=audiences.events(newsletter).values("pk"), cancelled_at__isnull=True
    ).select_related("event")
    further = max(rhythm.covers(newsletter), rhythm.AHEAD_AT_LEAST) + timedelta(days=newsletter.days_to_edit)
    ahead = standing.filter(starts_at__gte=period.until, starts_at__lt=period.until + further)
    recorded = standing.filter(**period.holds("ends_at")).exclude(recording_url="")
    return [
        *(of_occurrence(each) for each in ahead.order_by("starts_at", "pk")[:EVENTS]),
        *(of_recording(each) for each in recorded.order_by("starts_at", "pk")[:RECORDINGS]),
    ]


def of_occurrence(occurrence: Occurrence) -> Found:
    event = occurrence.event
    return Found(
        known_by=f"event {occurrence.pk}",
        title=event.title,
        url=occurrence.get_absolute_url(),
        words=excerpt(event.agenda),
        source_name=event.place,
        happens_at=occurrence.starts_at,
        of={"occurrence": occurrence},
    )


def of_recording(occurrence: Occurrence) -> Found:
    return Found(
        known_by=f"recording {occurrence.pk}",
        title=_("Recording: %(title)s") % {"title": occurrence.event.title},
        url=occurrence.get_absolute_url(),
        words=excerpt(occurrence.notes),
        of={"occurrence": occurrence},
    )


# The library ----------------------------------------------------------------------------------------------------------


def _library(
    newsletter: Newsletter, ecologies: Sequence[Ecology], period: Period, *, earlier: set[str]
) -> list[Found]:
    """What was added; most recommended first."""
    told = [int(each.partition(" ")[2]) for each in earlier if each.startswith("resource ")]
    added = (
        Resource.objects.filter(
            ecology__in=[each.pk for each in ecologies], removed_at__isnull=True, **period.holds("added_at")
        )
        .exclude(pk__in=told)
        .annotate(recommended=Count("recommendations"))
        .prefetch_related(_why())
        .defer("frozen_html", "csl", "beyond")
        .order_by("-recommended", "-added_at", "-pk")[:RESOURCES]
    )
    return [of_resource(each, newsletter) for each in added]


def _why() -> "Prefetch[Any]":
    why = Recommendation.objects.exclude(why="").select_related("person").order_by("-pk")
    return Prefetch("recommendations", queryset=why, to_attr="reasons")


def of_resource(resource: Resource, newsletter: Newsletter) -> Found:
    """With the newest word why somebody recommends it; their name only where all who read may know it."""
    if hasattr(resource, "reasons"):
        reasons: Sequence[Recommendation] = resource.reasons
    else:
        reasons = list(resource.recommendations.exclude(why="").select_related("person").order_by("-pk")[:1])
    words = _short(resource.abstract, 280)
    if reasons:
        who = audiences.name_of(reasons[0].person, newsletter)
        words = f"“{_short(reasons[0].why, 280)}”" + (f" ({who})" if who else "")
    title = f"{resource.title} ({resource.year})" if resource.year else resource.title
    return Found(
        known_by=f"resource {resource.pk}",
        title=title,
        url=resource.get_absolute_url(),
        words=words,
        author_name=resource.authors,
        licence_url=resource.licence_url,
        of={"resource": resource},
    )


# People ---------------------------------------------------------------------------------------------------------------


def _members(newsletter: Newsletter, ecologies: Sequence[Ecology], period: Period) -> list[Found]:
    """Who came in, of those whose name every reader may see."""
    if newsletter.ecology_id is None:
        came = Person.objects.filter(
            audiences.people(newsletter), account__is_active=True, **period.holds("joined_at")
        ).order_by("joined_at", "pk")
    else:
        joined = CircleMember.objects.filter(
            circle__in=[each.members_id for each in ecologies], person=OuterRef("pk"), **period.holds("since")
        )
        came = Person.objects.filter(Exists(joined), audiences.people(newsletter)).order_by("name", "pk")
    near = newsletter.ecology is not None and newsletter.members_id == newsletter.ecology.members_id
    return [of_member(each, newsletter, near=near) for each in came[:MEMBERS]]


def of_member(person: Person, newsletter: Newsletter, *, near: bool = False) -> Found:
    said = [person.role] if audiences.shows(person, "role", newsletter, near=near) else []
    if audiences.shows(person, "place", newsletter, near=near):
        said += [person.town, country_name(person.country) if person.country else ""]
    return Found(
        known_by=f"person {person.pk}",
        title=person.name,
        url=person.get_absolute_url(),
        words=", ".join(filter(None, said)),
        of={"person": person},
    )


def _holders(newsletter: Newsletter, ecologies: Sequence[Ecology], period: Period) -> list[Found]:
    """From the public register. Of an ecology: those of its members, whose being members may be known, too."""
    granted = (
        Award.objects.listed()
        .filter(state=Award.State.ACTIVE, renews__isnull=True, **period.holds("granted_at"))
        .select_related("person")
    )
    if newsletter.ecology_id is not None:
        circles = [each.members_id for each in ecologies]
        belongs = CircleMember.objects.filter(circle__in=circles, person=OuterRef("pk"))
        shown = Person.objects.filter(Exists(belongs), audiences.people(newsletter))
        granted = granted.filter(person__in=shown.values("pk"))
    return [of_award(each) for each in granted.order_by("granted_at", "pk")[:HOLDERS]]


def of_award(award: Award) -> Found:
    return Found(
        known_by=f"award {award.pk}",
        title=award.holder_name,
        url=award.get_absolute_url(),
        words=award.title,
        of={"award": award},
    )


# What may no longer be shown ------------------------------------------------------------------------------------------


def withheld(issue: Issue) -> set[int]:
    """Entries that were taken from something which not all readers may see any more: they are left out of what is sent."""
    newsletter = issue.newsletter
    entries = list(
        Entry.objects.kept()
        .filter(issue=issue)
        .only("pk", "item", "thread", "occurrence", "resource", "person", "award", "known_by")
    )

    def of(name: str) -> set[int]:
        return {pk for each in entries if (pk := getattr(each, f"{name}_id")) is not None}

    shown: dict[str, set[int]] = {
        "item": set(
            Flow.objects.filter(
                item__in=of("item"), hidden_at__isnull=True, ecology__in=_reachable(newsletter)
            ).values_list("item", flat=True)
        ),
        "thread": set(
            Thread.objects.filter(
                pk__in=of("thread"),
                hidden_at__isnull=True,
                post_count__gt=0,
                forum__in=audiences.forums(newsletter),
            ).values_list("pk", flat=True)
        ),
        "occurrence": set(
            Occurrence.objects.filter(
                pk__in=of("occurrence"),
                cancelled_at__isnull=True,
                event__in=audiences.events(newsletter).values("pk"),
            ).values_list("pk", flat=True)
        ),
        "resource": set(
            Resource.objects.filter(
                pk__in=of("resource"), removed_at__isnull=True, ecology__in=_reachable(newsletter)
            ).values_list("pk", flat=True)
        ),
        "person": set(
            Person.objects.filter(audiences.people(newsletter), pk__in=of("person")).values_list(
                "pk", flat=True
            )
        ),
        "award": set(
            Award.objects.listed()
            .filter(pk__in=of("award"), state=Award.State.ACTIVE)
            .values_list("pk", flat=True)
        ),
    }
    gone = set()
    for entry in entries:
        bound = [(name, getattr(entry, f"{name}_id")) for name in shown]
        standing = [(name, pk) for name, pk in bound if pk is not None]
        # A row that was deleted has left nothing but the key by which it was known.
        vanished = entry.known_by and not entry.known_by.startswith("url ") and not standing
        if vanished or any(pk not in shown[name] for name, pk in standing):
            gone.add(entry.pk)
    return gone


def _reachable(newsletter: Newsletter) -> "models.QuerySet[Any, Any]":
    return audiences.ecologies(newsletter).values("pk")


def known_things(things: Iterable[tuple[str, models.Model]], newsletter: Newsletter) -> Found | None:
    """The one thing that is given, as an entry; None where not all readers may see it."""
    for name, thing in things:
        if isinstance(thing, Item):
            flow = (
                Flow.objects.filter(item=thing, hidden_at__isnull=True, ecology__in=_reachable(newsletter))
                .select_related("item", "source")
                .first()
            )
            return of_flow(flow) if flow is not None else None
        if isinstance(thing, Thread):
            shown = audiences.forums(newsletter).filter(pk=thing.forum_id).exists()
            return of_thread(thing, newsletter) if shown and thing.hidden_at is None else None
        if isinstance(thing, Occurrence):
            if not audiences.events(newsletter).filter(pk=thing.event_id).exists():
                return None
            return of_occurrence(thing) if thing.starts_at >= clock.now() else of_recording(thing)
        if isinstance(thing, Resource):
            shown = audiences.ecologies(newsletter).filter(pk=thing.ecology_id).exists()
            return of_resource(thing, newsletter) if shown and thing.removed_at is None else None
        raise TypeError(f"{name} is nothing that can stand in a newsletter")
    return None


def section_of(found: Found) -> str:
    """Where a thing of that kind stands."""
    return {
        "item": Kind.RIVER,
        "thread": Kind.CONVERSATIONS,
        "event": Kind.EVENTS,
        "recording": Kind.EVENTS,
        "resource": Kind.LIBRARY,
    }.get(found.known_by.partition(" ")[0], Kind.RIVER)


def _short(text: str, most: int) -> str:
    plain = " ".join(text.split())
    if len(plain) <= most:
        return plain
    return plain[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"
