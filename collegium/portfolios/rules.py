"""Who may read, write and pass on a portfolio. What one may see at all is ``visible_to`` in the models."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collegium.foundation.rulebook import Role, rule
from collegium.people.models import CircleMember, Person
from collegium.people.rules import ANYONE_SIGNED_IN, OWNER
from collegium.portfolios.models import (
    Comment,
    Feedback,
    FeedbackRequest,
    Portfolio,
    Section,
    Share,
)


def section_of(thing: Any) -> Section | None:
    if isinstance(thing, Comment):
        return thing.part.section
    if isinstance(thing, Feedback):
        return thing.request.section
    if isinstance(thing, FeedbackRequest):
        return thing.section
    return thing if isinstance(thing, Section) else None


def portfolio_of(thing: Any) -> Portfolio:
    section = section_of(thing)
    return thing if section is None else section.portfolio


def in_group(person: Person, portfolio: Portfolio) -> bool:
    """At this moment: nothing of who is in a circle is kept anywhere else."""
    return (
        getattr(portfolio, "group_id", None) is not None
        and CircleMember.objects.filter(circle=portfolio.group_id, person=person).exists()
    )


def _mentors(person: Person, thing: Any) -> bool:
    return bool(getattr(portfolio_of(thing), "mentor_id", None) == person.pk)


def _owns(person: Person, thing: Any) -> bool:
    """One's own; of a group, that which one keeps, or which nobody keeps since its keeper has left."""
    portfolio = portfolio_of(thing)
    if getattr(portfolio, "group_id", None) is None:
        return OWNER.held_by(person, portfolio)
    if not in_group(person, portfolio):
        return False
    return portfolio.owner_id == person.pk or not in_group(portfolio.owner, portfolio)


def _writes_with(person: Person, thing: Any) -> bool:
    return in_group(person, portfolio_of(thing))


def _reads_drafts(person: Person, thing: Any) -> bool:
    """By a share with them or a circle of theirs; not because everybody may read it."""
    portfolio, section = portfolio_of(thing), section_of(thing)
    wanted = Q(section__isnull=True) if section is None else Q(section__isnull=True) | Q(section=section.pk)
    return Share.objects.reaching(person).filter(wanted, portfolio=portfolio.pk).exists()


MENTOR = Role(
    key="mentor",
    title=_("Mentor"),
    description=_("The person whom a writer has asked to stand by while a portfolio is written."),
    held_by=_mentors,
)
WRITER = Role(key=OWNER.key, title=OWNER.title, description=OWNER.description, held_by=_owns)
GROUP_WRITER = Role(
    key="group_writer",
    title=_("Member of a group that writes"),
    description=_("Somebody in the circle that a portfolio belongs to, for as long as they are in it."),
    held_by=_writes_with,
)
CRITICAL_FRIEND = Role(
    key="critical_friend",
    title=_("Critical friend"),
    description=_(
        "Somebody with whom a writer shares a section or a portfolio: by name, or by a circle of theirs."
    ),
    held_by=_reads_drafts,
)


@rule(
    ANYONE_SIGNED_IN,
    says=_("read a portfolio, or a section of one, that is shared with them or with everyone"),
)
def may_read(person: Person, thing: Portfolio | Section) -> bool:
    return type(thing).objects.visible_to(person).filter(pk=thing.pk).exists()


@rule(
    WRITER,
    MENTOR,
    GROUP_WRITER,
    says=_("see how far a portfolio has come, what is thin in it and whether it is ready"),
)
def may_see_progress(person: Person, portfolio: Portfolio) -> bool:  # noqa: ARG001  # the roles settle it
    return True


@rule(
    WRITER,
    GROUP_WRITER,
    says=_(
        "write, and place evidence, in the sections that are not locked by a submission; in a group, in the shared"
        " ones and their own"
    ),
)
def may_write(person: Person, section: Section) -> bool:
    return section.is_open and section.writer_id in {None, person.pk}


@rule(WRITER, GROUP_WRITER, says=_("see the earlier versions of what they write"))
def may_see_versions(person: Person, section: Section) -> bool:
    return section.writer_id in {None, person.pk}


@rule(WRITER, says=_("add and remove sections, while nothing is submitted"))
def may_arrange(person: Person, portfolio: Portfolio) -> bool:  # noqa: ARG001  # the role and the lock settle it
    return portfolio.is_free


@rule(WRITER, GROUP_WRITER, says=_("remove a page of their own from the portfolio of a group"))
def may_remove_page(person: Person, section: Section) -> bool:
    if section.writer_id is not None:
        return section.writer_id == person.pk
    return may_arrange(person, section.portfolio)


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
    return not portfolio.is_locked and portfolio.group_id is None


@rule(WRITER, says=_("delete a portfolio that is not submitted"))
def may_delete(person: Person, portfolio: Portfolio) -> bool:  # noqa: ARG001  # the role and the lock settle it
    return portfolio.is_free


@rule(WRITER, MENTOR, GROUP_WRITER, says=_("take a portfolio along as a folder of pages or as a PDF"))
def may_export(person: Person, portfolio: Portfolio) -> bool:  # noqa: ARG001  # the roles settle it
    return True


# Reading drafts -------------------------------------------------------------------------------------------------------


@rule(
    WRITER,
    MENTOR,
    GROUP_WRITER,
    CRITICAL_FRIEND,
    says=_("comment on a passage of a section, and reply, where its writer and its other readers see it"),
)
def may_comment(person: Person, section: Section) -> bool:  # noqa: ARG001  # the roles settle it
    return True


@rule(
    WRITER,
    MENTOR,
    GROUP_WRITER,
    CRITICAL_FRIEND,
    says=_("settle a comment of their own or on their words, and open it again"),
)
def may_settle(person: Person, comment: Comment) -> bool:
    section = comment.part.section
    writes = may_write(person, section) or may_see_versions(person, section)
    return comment.by_id == person.pk or writes


@rule(ANYONE_SIGNED_IN, says=_("change a comment that they made; what it said before stays readable"))
def may_change_comment(person: Person, comment: Comment) -> bool:
    return comment.by_id == person.pk


@rule(ANYONE_SIGNED_IN, says=_("take back a comment that they made"))
def may_take_back(person: Person, comment: Comment) -> bool:
    return comment.by_id == person.pk


@rule(WRITER, GROUP_WRITER, says=_("ask a person or a circle for feedback on a section that they write"))
def may_ask_feedback(person: Person, section: Section) -> bool:
    return section.writer_id in {None, person.pk}


@rule(MENTOR, GROUP_WRITER, CRITICAL_FRIEND, says=_("give the feedback that they are asked for"))
def may_give_feedback(person: Person, request: FeedbackRequest) -> bool:
    return (
        request.ended_at is None
        and request.by_id != person.pk
        and FeedbackRequest.objects.asked_of(person).filter(pk=request.pk).exists()
    )


@rule(ANYONE_SIGNED_IN, says=_("thank for the feedback that they asked for, and end the request"))
def may_thank(person: Person, request: FeedbackRequest) -> bool:
    return request.by_id == person.pk


# The gap board and the portfolio of a group ---------------------------------------------------------------------------


@rule(WRITER, GROUP_WRITER, says=_("put examples on the gap board of their portfolio, and move them"))
def may_use_board(person: Person, portfolio: Portfolio) -> bool:  # noqa: ARG001  # the roles settle it
    return True


@rule(WRITER, GROUP_WRITER, says=_("see who contributed what to the portfolio of a group"))
def may_see_ledger(person: Person, portfolio: Portfolio) -> bool:  # noqa: ARG001  # the roles settle it
    return portfolio.group_id is not None


@rule(GROUP_WRITER, says=_("take a copy of a section of the group into their own portfolio, with credit"))
def may_take_copy(person: Person, section: Section) -> bool:
    return section.writer_id in {None, person.pk}
