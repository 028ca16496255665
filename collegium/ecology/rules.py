"""Who may do what in an ecology. ``thing`` is an Ecology, a row that has an ``ecology``, or a Source: then any that follows it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collegium.ecology.models import Claim, Ecology, Flow, Following, NearCopy, Resource, Source
from collegium.foundation.rulebook import Role, rule
from collegium.people.models import CircleMember, Person
from collegium.people.rules import ANYONE_SIGNED_IN


def ecology_of(thing: Any) -> Ecology | None:
    found = thing if isinstance(thing, Ecology) else getattr(thing, "ecology", None)
    return found if isinstance(found, Ecology) else None


def _ecologies_of(thing: Any) -> list[Ecology]:
    if isinstance(thing, Claim):
        thing = thing.source
    if isinstance(thing, Source):
        return list(Ecology.objects.filter(followings__in=thing.followings.running()))
    found = ecology_of(thing)
    return [found] if found is not None else []


def _stands_in(person: Person, circles: list[int]) -> bool:
    return bool(circles) and CircleMember.objects.filter(person=person, circle__in=circles).exists()


def _belongs(person: Person, thing: object) -> bool:
    return _stands_in(
        person, [each for of in _ecologies_of(thing) for each in (of.members_id, of.editors_id)]
    )


def _edits(person: Person, thing: object) -> bool:
    return _stands_in(person, [of.editors_id for of in _ecologies_of(thing)])


def _is_its_author(person: Person, thing: Any) -> bool:
    source = thing if isinstance(thing, Source) else getattr(thing, "source", None)
    return (
        isinstance(source, Source) and source.claims.filter(person=person, verified_at__isnull=False).exists()
    )


@dataclass(frozen=True)
class Standing:
    """In which of several ecologies somebody belongs, and which they edit: for a page, in one question."""

    belongs: frozenset[int]
    edits: frozenset[int]


def standing_in(person: Person, ecologies: Iterable[Ecology]) -> Standing:
    among = list(ecologies)
    circles = {circle for each in among for circle in (each.members_id, each.editors_id)}
    mine = set(
        CircleMember.objects.filter(person=person, circle__in=circles).values_list("circle", flat=True)
        if circles
        else ()
    )
    edits = frozenset(each.pk for each in among if each.editors_id in mine)
    return Standing(frozenset(each.pk for each in among if each.members_id in mine) | edits, edits)


MEMBER = Role(
    key="ecology_member",
    title=_("Member of what an ecology belongs to"),
    description=_("Belongs to the community or course whose sources flow together in an ecology."),
    held_by=_belongs,
)
EDITOR = Role(
    key="ecology_editor",
    title=_("Editor of an ecology"),
    description=_("Looks after the sources and the river of a community or course: its facilitators."),
    held_by=_edits,
)
AUTHOR = Role(
    key="source_author",
    title=_("Author of a source"),
    description=_("Has shown that a blog, channel or profile is theirs."),
    held_by=_is_its_author,
)


# Sources --------------------------------------------------------------------------------------------------------------


@rule(MEMBER, says=_("have an address looked at, and add it to the sources"))
def may_add(person: Person, ecology: Ecology) -> bool:  # noqa: ARG001  # the role settles who
    return ecology.closed_at is None


@rule(MEMBER, AUTHOR, says=_("end what they added, or what is theirs; an editor any source"))
def may_end(person: Person, following: Following) -> bool:
    return (
        following.added_by_id == person.pk or _is_its_author(person, following) or _edits(person, following)
    )


@rule(EDITOR, says=_("bring a list of sources as OPML"))
def may_import(person: Person, ecology: Ecology) -> bool:  # noqa: ARG001  # the role settles who
    return ecology.closed_at is None


@rule(EDITOR, AUTHOR, says=_("pause a source, and go on with it"))
def may_pause(person: Person, source: Source) -> bool:  # noqa: ARG001  # the role settles who
    return source.state != Source.State.GONE


@rule(MEMBER, AUTHOR, says=_("have a source looked at now"))
def may_refresh(person: Person, source: Source) -> bool:  # noqa: ARG001  # the role settles who
    return source.state in {Source.State.FOLLOWED, Source.State.FAILING}


@rule(ANYONE_SIGNED_IN, says=_("say that a source that they can see is theirs"))
def may_claim(person: Person, source: Source) -> bool:
    return (
        Source.objects.visible_to(person).filter(pk=source.pk).exists()
        and not source.claims.filter(Q(person=person) | Q(verified_at__isnull=False)).exists()
    )


@rule(EDITOR, says=_("vouch that a source is whose it is said to be; not for themselves"))
def may_vouch(person: Person, claim: Claim) -> bool:
    return claim.person_id != person.pk and claim.verified_at is None


@rule(EDITOR, says=_("take away a wrong word that a source is somebody’s, unless the source itself says so"))
def may_reject(person: Person, claim: Claim) -> bool:
    return claim.person_id != person.pk and claim.how in {"", Claim.How.EDITOR}


# The river ------------------------------------------------------------------------------------------------------------


@rule(EDITOR, says=_("highlight items of the river with a word why, and hide what does not belong"))
def may_edit_river(person: Person, thing: Any) -> bool:  # noqa: ARG001  # the role settles it
    return True


def _edits_both(person: Person, near_copy: NearCopy) -> bool:
    edited = CircleMember.objects.filter(person=person).values("circle")
    flows = Flow.objects.filter(ecology__editors__in=edited)
    both = flows.filter(
        item=near_copy.item_id, ecology__in=flows.filter(item=near_copy.other_id).values("ecology")
    )
    return both.exists()


BOTH_EDITOR = Role(
    key="copies_editor",
    title=_("Editor of a river in which two items that are nearly the same flow"),
    description=_("Looks after a river that both of them flow in."),
    held_by=lambda person, thing: isinstance(thing, NearCopy) and _edits_both(person, thing),
)


@rule(BOTH_EDITOR, says=_("say whether two items that are nearly the same are one thing or two"))
def may_settle_copy(person: Person, near_copy: NearCopy) -> bool:  # noqa: ARG001  # the role settles who
    return near_copy.settled_at is None


@rule(MEMBER, EDITOR, says=_("begin to talk about an item of the river"))
def may_talk(person: Person, ecology: Ecology) -> bool:  # noqa: ARG001  # whether they may post, the forum says
    return ecology.forum_id is not None


# The library ----------------------------------------------------------------------------------------------------------


@rule(MEMBER, says=_("keep resources in the library, recommend them and map them to criteria"))
def may_keep(person: Person, ecology: Ecology) -> bool:  # noqa: ARG001  # the role settles who
    return ecology.closed_at is None


@rule(MEMBER, says=_("change or take out what they put into the library; an editor anything"))
def may_change_resource(person: Person, resource: Resource) -> bool:
    return resource.added_by_id == person.pk or _edits(person, resource)


@rule(EDITOR, says=_("make reading lists of the library"))
def may_edit_lists(person: Person, ecology: Ecology) -> bool:  # noqa: ARG001  # the role settles who
    return ecology.closed_at is None
