"""Who may do what with an award. That it exists is public by its address; what is in its credential is its holder's."""

from django.utils.translation import gettext_lazy as _

from collegium.courses.rules import FACILITATOR
from collegium.credentials.models import Award, CourseBadge
from collegium.foundation.rulebook import Role, rule
from collegium.people.models import Person
from collegium.people.rules import SITE_ADMINISTRATOR
from collegium.schemes.rules import COORDINATOR

HOLDER = Role(
    key="holder",
    title=_("Holder"),
    description=_("Whoever an award was made to, or a badge of a course."),
    held_by=lambda person, thing: isinstance(thing, Award | CourseBadge) and thing.person_id == person.pk,
)


@rule(HOLDER, COORDINATOR, says=_("download a credential as JSON, PNG or SVG, and the certificate"))
def may_download(person: Person, award: Award) -> bool:  # noqa: ARG001 -- the roles settle it
    return True


@rule(HOLDER, says=_("choose which evidence their credential names"))
def may_choose_evidence(person: Person, award: Award) -> bool:  # noqa: ARG001 -- the role settles it
    return award.state == Award.State.ACTIVE


@rule(HOLDER, says=_("say whether an award of theirs is listed on the register"))
def may_set_listed(person: Person, award: Award) -> bool:  # noqa: ARG001 -- the role settles it
    return True


@rule(COORDINATOR, SITE_ADMINISTRATOR, says=_("revoke an award, with a public reason; never their own"))
def may_revoke(person: Person, award: Award) -> bool:
    return award.person_id != person.pk and award.state != Award.State.REVOKED


@rule(COORDINATOR, SITE_ADMINISTRATOR, says=_("reinstate an award that was revoked; never their own"))
def may_reinstate(person: Person, award: Award) -> bool:
    return award.person_id != person.pk and award.state == Award.State.REVOKED


@rule(HOLDER, COORDINATOR, says=_("see an award's history with who did what"))
def may_see_history(person: Person, award: Award) -> bool:  # noqa: ARG001 -- the roles settle it
    return True


@rule(HOLDER, says=_("take along the badge of a course as JSON, PNG or SVG"))
def may_download_course_badge(person: Person, badge: CourseBadge) -> bool:  # noqa: ARG001 -- the role settles it
    return True


@rule(
    FACILITATOR,
    SITE_ADMINISTRATOR,
    says=_("revoke the badge of a course, with a public reason; never their own"),
)
def may_revoke_course_badge(person: Person, badge: CourseBadge) -> bool:
    return badge.person_id != person.pk and badge.revoked_at is None
