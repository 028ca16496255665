"""Who adds to an ecology and who looks after it. ``thing`` is an Ecology, or what belongs to one (``thing.ecology``)."""

from typing import Any

from django.utils.translation import gettext_lazy

from collegium.ecology.models import Ecology
from collegium.foundation.rulebook import Role, rule
from collegium.people.models import CircleMember, Person


def ecology_of(thing: Any) -> Ecology | None:
    found = thing if isinstance(thing, Ecology) else getattr(thing, "ecology", None)
    return found if isinstance(found, Ecology) else None


def _is_in(person: Person, circle_id: int) -> bool:
    return CircleMember.objects.filter(circle=circle_id, person=person).exists()


def _belongs(person: Person, thing: object) -> bool:
    ecology = ecology_of(thing)
    return ecology is not None and _is_in(person, ecology.members_id)


def _edits(person: Person, thing: object) -> bool:
    ecology = ecology_of(thing)
    return ecology is not None and _is_in(person, ecology.editors_id)


MEMBER = Role(
    key="ecology_member",
    title=gettext_lazy("Member of an ecology"),
    description=gettext_lazy("Belongs to the community, course or group whose sources these are."),
    held_by=_belongs,
)
EDITOR = Role(
    key="ecology_editor",
    title=gettext_lazy("Editor of an ecology"),
    description=gettext_lazy("Looks after the sources, the river and the library of a community or course."),
    held_by=_edits,
)


@rule(
    EDITOR, says=gettext_lazy("highlight items of the river with a word why, and hide what does not belong")
)
def may_edit_river(person: Person, thing: Any) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(MEMBER, EDITOR, says=gettext_lazy("begin to talk about an item of the river"))
def may_talk(person: Person, ecology: Ecology) -> bool:  # noqa: ARG001  # whether they may post, the forum says
    return ecology.forum_id is not None
