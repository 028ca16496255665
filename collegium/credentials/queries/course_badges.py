"""The badge of a course as the credential says it, and as its page shows it."""

import secrets
import uuid
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collegium.courses.models import Course, Enrolment
from collegium.courses.queries.progress import Progress
from collegium.credentials import badges, openbadges
from collegium.credentials.models import CourseBadge
from collegium.credentials.queries import issuing
from collegium.credentials.queries.awards import Standing
from collegium.people.models import Person

# As the standard names them. Neither claims that anything was judged.
ACHIEVEMENT_TYPES = {
    CourseBadge.Kind.TOOK_PART.value: "Course",
    CourseBadge.Kind.COMPLETED.value: "CertificateOfCompletion",
}


def at_address(public_id: uuid.UUID) -> CourseBadge | None:
    return CourseBadge.objects.visible_to(None).for_display().filter(public_id=public_id).first()


def badges_of(person: Person) -> list[CourseBadge]:
    return list(CourseBadge.objects.filter(person=person).select_related("iteration__course"))


def enrolment_of(enrolment_id: int) -> Enrolment | None:
    return (
        Enrolment.objects.select_related("person__account", "iteration__course", "iteration__pathway")
        .filter(pk=enrolment_id)
        .first()
    )


def title(enrolment: Enrolment, kind: str) -> str:
    named = {"title": enrolment.iteration.title}
    if kind == CourseBadge.Kind.COMPLETED:
        return _("Completed “%(title)s”") % named
    return _("Took part in “%(title)s”") % named


def criteria(found: Progress, kind: str) -> str:
    """What was asked, and that it was not judged: whoever trusts the badge should know what to trust."""
    iteration = found.enrolment.iteration
    is_group = iteration.course.shape == Course.Shape.GROUP
    needed = (
        found.needed_for_completion if kind == CourseBadge.Kind.COMPLETED else found.needed_for_participation
    )
    asked = ngettext(
        "To contribute to at least one of the %(all)d weeks or meetings.",
        "To contribute to at least %(needed)d of the %(all)d weeks or meetings.",
        max(needed, 1),
    ) % {"needed": max(needed, 1), "all": len(found.counted)}
    lines = [iteration.course.summary.strip(), asked]
    lines.append("\n".join(f"- {line.week.title}" for line in found.counted))
    lines.append(
        _(
            "A meeting of this writing group counts for who was there, wrote in its thread, or marked its work as done."
        )
        if is_group
        else _(
            "A week counts for who wrote in its thread, submitted a project to it, was at its meeting, or marked it as done."
        )
    )
    lines.append(_("It says that somebody took part. Nobody has judged what they wrote or made."))
    return "\n\n".join(line for line in lines if line)


def badge_of(badge: CourseBadge) -> badges.Badge:
    """Drawn like an award's, and told apart by what it says: no letters after a name are on it."""
    return badges.Badge(
        seed=f"course/{badge.iteration.slug}/{badge.kind}",
        letters=_("completed") if badge.kind == CourseBadge.Kind.COMPLETED else _("took part"),
        title=badge.iteration.title,
        partner=settings.SITE_NAME,
        spines=badge.weeks_in_all,
    )


def achievement(badge: CourseBadge, *, language: str) -> openbadges.Achievement:
    iteration = badge.iteration
    address = issuing.absolute(iteration.get_absolute_url())
    return openbadges.Achievement(
        address=f"{address}#{badge.kind}",
        name=badge.title,
        description=ngettext(
            "%(name)s contributed to one of %(all)d weeks or meetings of “%(title)s”.",
            "%(name)s contributed to %(weeks)d of %(all)d weeks or meetings of “%(title)s”.",
            badge.weeks,
        )
        % {
            "name": badge.holder_name,
            "weeks": badge.weeks,
            "all": badge.weeks_in_all,
            "title": iteration.title,
        },
        criteria=badge.criteria,
        criteria_address=address,
        framework="",
        version=iteration.title,
        language=language,
        image=issuing.absolute(f"{badge.get_absolute_url()}picture.png"),
        image_caption=_("Round badge: %(title)s.") % {"title": badge.title},
        tags=[iteration.course.title],
        kind=ACHIEVEMENT_TYPES[badge.kind],
    )


def content(badge: CourseBadge, *, status: dict[str, Any], language: str) -> dict[str, Any]:
    """The credential, to be signed. The e-mail address goes in only as a salted hash."""
    account = badge.person.account
    return openbadges.credential(
        address=issuing.absolute(badge.credential_address()),
        issuer=issuing.issuer(),
        achievement=achievement(badge, language=language),
        holder=openbadges.Holder(
            badge.holder_name,
            account.email if account is not None else "",
            salt=secrets.token_hex(12) if account is not None else "",
        ),
        sections=[],
        evidence=[],
        awarded_at=badge.granted_at,
        valid_from=badge.granted_at,
        valid_until=None,
        status=status,
    )


def standing(badge: CourseBadge) -> Standing:
    if badge.revoked_at is not None:
        return Standing("revoked", "bad", _("Revoked"), _("This badge was revoked and may not be used."))
    return Standing(
        "in-force", "good", _("Genuine"), _("This badge was issued here, and holds without an end.")
    )
