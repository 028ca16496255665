"""Nobody unanswered: somebody takes it on, lets go of it, or has done it."""

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from collegium.activity.actions import record
from collegium.communities import rules
from collegium.communities.actions import verbs
from collegium.communities.models import Care, Community, Membership
from collegium.conversations.models import Thread
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person


@transaction.atomic
def take_care(
    *, community: Community, by: Person, thread: Thread | None = None, member: Person | None = None
) -> Care:
    """Take on a thread or a silent member. Of two who take the same at once one has it, and the other is told who."""
    if not rules.may_care(by, community):
        raise Refusal(_("Facilitators and members who offered to help take that on."))
    if (thread is None) == (member is None):
        raise TypeError("One takes care of a thread or of a member.")
    if thread is not None:
        if thread.forum_id != community.forum_id:
            raise Refusal(_("That thread is not in this community."))
        if Thread.objects.filter(pk=thread.pk, first_answer_at__isnull=False).exists():
            raise Refusal(_("Somebody has answered it meanwhile."), code="answered")
    if (
        member is not None
        and not Membership.objects.filter(community=community, person=member, may_be_asked=True).exists()
    ):
        raise Refusal(_("They did not agree to be asked."), code="not-asked")
    try:
        with transaction.atomic():
            care = Care.objects.create(
                community=community, taken_by=by, thread=thread, member=member, taken_at=clock.now()
            )
    except IntegrityError as fault:
        held = open_care(community=community, thread=thread, member=member)
        if held is None:
            raise Refusal(
                _("That was settled at this very moment. Have another look."), code="taken"
            ) from fault
        if held.taken_by_id == by.pk:
            return held
        raise Refusal(
            _("%(name)s has taken this on already.") % {"name": held.taken_by.name}, code="taken"
        ) from fault
    record(verbs.CARE_TAKEN, by=by, about=care, data=_data(care))
    return care


@transaction.atomic
def care_done(*, care: Care, by: Person | None) -> None:
    """It has been seen to; ``by`` None: the thread got its answer. Safe to repeat."""
    if by is not None and not rules.may_let_go(by, care):
        raise Refusal(_("Whoever took it on says when it is done."))
    if _open(care).update(done_at=clock.now()):
        record(verbs.CARE_DONE, by=by, about=care, data=_data(care))


@transaction.atomic
def let_go(*, care: Care, by: Person) -> None:
    """Others may take it on again. Safe to repeat."""
    if not rules.may_let_go(by, care):
        raise Refusal(_("Whoever took it on lets go of it, or a facilitator does."))
    if _open(care).update(let_go_at=clock.now()):
        record(verbs.CARE_LET_GO, by=by, about=care, data=_data(care))


def open_care(
    *, community: Community, thread: Thread | None = None, member: Person | None = None
) -> Care | None:
    return (
        Care.objects.filter(
            community=community, thread=thread, member=member, done_at__isnull=True, let_go_at__isnull=True
        )
        .select_related("taken_by")
        .first()
    )


def _open(care: Care) -> "models.QuerySet[Care]":
    return Care.objects.filter(pk=care.pk, done_at__isnull=True, let_go_at__isnull=True)


def _data(care: Care) -> dict[str, str]:
    return {
        "title": care.community.title,
        "what": care.thread.title if care.thread else _("a member who had fallen silent"),
    }
