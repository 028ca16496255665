"""Who may read, write and pass on a portfolio. What one may see at all is ``visible_to`` in the models."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from collegium.foundation.rulebook import Role, rule
from collegium.people.models import Person
from collegium.people.rules import ANYONE_SIGNED_IN, OWNER
from collegium.portfolios.models import Portfolio, Section


def portfolio_of(thing: Any) -> Portfolio:
    return thing.portfolio if isinstance(thing, Section) else thing


def _mentors(person: Person, thing: Any) -> bool:
    return bool(getattr(portfolio_of(thing), "mentor_id", None) == person.pk)


def _owns(person: Person, thing: Any) -> bool:
    return OWNER.held_by(person, portfolio_of(thing))


MENTOR = Role(
    key="mentor",
    title=_("Mentor"),
    description=_("The person whom a writer has asked to stand by while a portfolio is written."),
    held_by=_mentors,
)
WRITER = Role(key=OWNER.key, title=OWNER.title, description=OWNER.description, held_by=_owns)


@rule(
    ANYONE_SIGNED_IN,
    says=_("read a portfolio, or a section of one, that is shared with them or with everyone"),
)
def may_read(person: Person, thing: Portfolio | Section) -> bool:
    return type(thing).objects.visible_to(person).filter(pk=thing.pk).exists()


@rule(WRITER, MENTOR, says=_("see how far a portfolio has come, what is thin in it and whether it is ready"))
def may_see_progress(person: Person, portfolio: Portfolio) -> bool:  # noqa: ARG001  # the roles settle it
    return True


@rule(WRITER, says=_("write, and place evidence, in the sections that are not locked by a submission"))
def may_write(person: Person, section: Section) -> bool:  # noqa: ARG001  # the role and the lock settle it
    return section.is_open


@rule(WRITER, says=_("add and remove sections, while nothing is submitted"))
def may_arrange(person: Person, portfolio: Portfolio) -> bool:  # noqa: ARG001  # the role and the lock settle it
    return portfolio.is_free


@rule(
    WRITER,
    says=_("give their portfolio a title, a target date, a mentor, an audience, a licence and readers"),
)
def may_manage(person: Person, portfolio: Portfolio) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(
    WRITER,
    says=_("sign the declaration of their portfolio, until it is submitted and again after a referral"),
)
def may_declare(person: Person, portfolio: Portfolio) -> bool:  # noqa: ARG001  # the role and the lock settle it
    return not portfolio.is_locked


@rule(WRITER, says=_("delete a portfolio that is not submitted"))
def may_delete(person: Person, portfolio: Portfolio) -> bool:  # noqa: ARG001  # the role and the lock settle it
    return portfolio.is_free


@rule(WRITER, MENTOR, says=_("take a portfolio along as a folder of pages or as a PDF"))
def may_export(person: Person, portfolio: Portfolio) -> bool:  # noqa: ARG001  # the roles settle it
    return True
