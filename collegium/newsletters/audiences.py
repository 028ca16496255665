"""Who reads a newsletter, and so what may stand in it: never more than every one of its readers may see for themselves.

A public newsletter takes what is public and nothing else; one for whoever is signed in takes that too; one for a circle takes
also what that circle sees.
"""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from collegium.communities.models import Community
from collegium.conversations.models import Forum
from collegium.ecology.models import Ecology
from collegium.events.models import Event
from collegium.newsletters.models import Newsletter
from collegium.people.models import Audience, Circle, CircleMember, Person
from collegium.people.queries import audience_of


def open_to(newsletter: Newsletter) -> frozenset[str]:
    """The audiences that hold every reader."""
    if newsletter.audience == Audience.PUBLIC:
        return frozenset({Audience.PUBLIC})
    return frozenset({Audience.PUBLIC, Audience.SIGNED_IN})


def _shown(newsletter: Newsletter) -> Q:
    """Of rows with ``audience`` and ``members``."""
    shown = Q(audience__in=open_to(newsletter))
    if newsletter.audience == Audience.CIRCLE:
        shown |= Q(members=newsletter.members_id)
    return shown


def ecologies(newsletter: Newsletter) -> "QuerySet[Ecology]":
    """Those that it draws from, and may."""
    shown = Ecology.objects.filter(_shown(newsletter))
    return (
        shown.filter(within__isnull=True)
        if newsletter.ecology_id is None
        else shown.filter(pk=newsletter.ecology_id)
    )


def forums(newsletter: Newsletter) -> "QuerySet[Forum]":
    shown = Forum.objects.filter(_shown(newsletter))
    if newsletter.ecology is None:
        return shown
    return shown.filter(pk=newsletter.ecology.forum_id or 0)


def events(newsletter: Newsletter) -> "QuerySet[Event]":
    of_communities = Community.objects.filter(events=OuterRef("pk"))
    reach = open_to(newsletter)
    shown = Q(audience__in=reach) & (
        ~Exists(of_communities) | Exists(of_communities.filter(audience__in=reach))
    )
    if newsletter.audience == Audience.CIRCLE:
        shown |= Q(Exists(Circle.objects.filter(events=OuterRef("pk"), pk=newsletter.members_id or 0)))
    found = Event.objects.filter(shown, cancelled_at__isnull=True)
    if newsletter.ecology is None:
        return found
    return found.filter(
        Exists(Circle.objects.filter(events=OuterRef("pk"), pk=newsletter.ecology.members_id))
    )


def people(newsletter: Newsletter) -> Q:
    """Of persons: those whose name all readers may see."""
    shown = Q(name_audience__in=open_to(newsletter))
    if newsletter.audience == Audience.CIRCLE:
        near = CircleMember.objects.filter(circle=newsletter.members_id, person=OuterRef("pk"))
        shown |= Q(Exists(near), name_audience=Audience.CIRCLE)
    return shown & Q(erased_at__isnull=True)


def name_of(person: Person | None, newsletter: Newsletter, *, near: bool = False) -> str:
    """As it may be printed; empty where it may not. ``near``: the person is in the circle that reads."""
    return person.name if person is not None and shows(person, "name", newsletter, near=near) else ""


def shows(person: Person, field: str, newsletter: Newsletter, *, near: bool = False) -> bool:
    if person.erased_at is not None:
        return False
    audience = audience_of(person, field)
    return audience in open_to(newsletter) or (
        near and newsletter.audience == Audience.CIRCLE and audience == Audience.CIRCLE
    )


def who_may_read(newsletter: Newsletter, people_asked: Collection[int]) -> set[int]:
    """Of these people with accounts, who may read it now."""
    here = Person.objects.filter(pk__in=list(people_asked), erased_at__isnull=True, account__is_active=True)
    if newsletter.audience == Audience.CIRCLE:
        circles = [each for each in (newsletter.members_id, newsletter.editors_id) if each is not None]
        near = CircleMember.objects.filter(circle__in=circles, person=OuterRef("pk"))
        here = here.filter(Exists(near))
    return set(here.values_list("pk", flat=True))
