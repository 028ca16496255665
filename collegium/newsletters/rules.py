"""Who may do what with a newsletter. ``thing`` is a Newsletter, or a row that has one, or an Issue's."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from collegium.ecology import rules as of_ecologies
from collegium.ecology.models import Ecology
from collegium.foundation.rulebook import Role, rule
from collegium.newsletters.models import Issue, Newsletter
from collegium.people.models import CircleMember, Person
from collegium.people.rules import ANYONE_SIGNED_IN, SITE_ADMINISTRATOR


def newsletter_of(thing: Any) -> Newsletter | None:
    for found in (thing, getattr(thing, "newsletter", None), getattr(thing, "issue", None)):
        if isinstance(found, Newsletter):
            return found
        if isinstance(found, Issue):
            return found.newsletter
    return None


def _edits(person: Person, thing: object) -> bool:
    newsletter = newsletter_of(thing)
    return newsletter is not None and (
        CircleMember.objects.filter(person=person, circle=newsletter.editors_id).exists()
    )


EDITOR = Role(
    key="newsletter_editor",
    title=_("Editor of a newsletter"),
    description=_("Orders, cuts and writes the issues of a newsletter, and says when they go out."),
    held_by=_edits,
)


@rule(
    of_ecologies.EDITOR,
    SITE_ADMINISTRATOR,
    says=_("found a newsletter: of what they look after; a site administrator one of the whole house"),
)
def may_found(person: Person, ecology: Ecology | None) -> bool:
    if ecology is None:
        return person.is_site_administrator
    return ecology.closed_at is None and of_ecologies.EDITOR.held_by(person, ecology)


@rule(EDITOR, says=_("draft and edit issues, send a trial letter to themselves, schedule and send them"))
def may_edit(person: Person, thing: Any) -> bool:  # noqa: ARG001  # the role settles who
    return True


@rule(EDITOR, says=_("change what a newsletter says of itself, its rhythm and who reads it, and close it"))
def may_set(person: Person, thing: Any) -> bool:  # noqa: ARG001  # the role settles who
    return True


@rule(
    EDITOR,
    SITE_ADMINISTRATOR,
    says=_("name the editors of a newsletter of the whole house, and release them, save the last one"),
)
def may_name_editors(person: Person, newsletter: Newsletter) -> bool:  # noqa: ARG001  # the role settles who
    return newsletter.ecology_id is None


@rule(EDITOR, says=_("see how many subscribe to the newsletter, and the names of those who show theirs"))
def may_see_subscribers(person: Person, thing: Any) -> bool:  # noqa: ARG001  # the role settles who
    return True


@rule(ANYONE_SIGNED_IN, says=_("propose something for the next issue of a newsletter that they can read"))
def may_nominate(person: Person, newsletter: Newsletter) -> bool:
    return (
        newsletter.closed_at is None
        and Newsletter.objects.visible_to(person).filter(pk=newsletter.pk).exists()
    )


@rule(EDITOR, says=_("withdraw an issue that went out from the pages, with a reason"))
def may_withdraw(person: Person, issue: Issue) -> bool:  # noqa: ARG001  # the role settles who
    return issue.state in {Issue.State.SENDING, Issue.State.SENT}
