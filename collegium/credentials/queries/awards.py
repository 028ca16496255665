"""An award as the credential says it, and as its page shows it."""

import secrets
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from collegium.accreditation.models import JointMark, Submission
from collegium.accreditation.queries.areas import areas, levels_of_before
from collegium.accreditation.terms import Terms, terms_of
from collegium.credentials import badges, openbadges
from collegium.credentials.models import Award, AwardStatus, ChosenEvidence, Credential
from collegium.credentials.queries import issuing
from collegium.foundation import clock
from collegium.foundation.prepared import prepared
from collegium.people.models import Audience, Person
from collegium.portfolios.models import Portfolio
from collegium.schemes.documents.values import UNSET, Partner
from collegium.schemes.models import Pathway, Scheme

# Which awards a person holds ------------------------------------------------------------------------------------------


def holdings(persons: Collection[int], scheme: Scheme) -> Mapping[int, Collection[str]]:
    """The pathways of the scheme that each of these persons holds an award of, in force today."""
    found: dict[int, set[str]] = {}
    rows = Award.objects.in_force().filter(person__in=persons, scheme=scheme)
    for person, key in rows.values_list("person_id", "pathway__key"):
        if person is not None:
            found.setdefault(person, set()).add(key)
    return found


def at_address(public_id: uuid.UUID) -> Award | None:
    """Public by its address, which nobody can guess: the same for everybody, as ``visible_to`` has it."""
    return next(iter(_at_address(public_id)), None)


@prepared
def _at_address(public_id: uuid.UUID) -> "QuerySet[Award]":
    return Award.objects.visible_to(None).for_display().filter(public_id=public_id)


def awards_of(person: Person) -> list[Award]:
    return _awards_of(person.pk)


@prepared
def _awards_of(person: int) -> "QuerySet[Award]":
    return Award.objects.filter(person=person).for_list().order_by("-granted_at")


def renewable(person: Person, pathway: Pathway) -> Award | None:
    """The newest award of this pathway, in whatever version, that a renewal would follow."""
    return (
        Award.objects.filter(
            person=person,
            scheme=pathway.scheme_version.scheme_id,
            pathway__key=pathway.key,
            state=Award.State.ACTIVE,
            renewed_by__isnull=True,
        )
        .order_by("-granted_at", "-id")
        .first()
    )


# The badge ------------------------------------------------------------------------------------------------------------


def partner_names(partners: Collection[Partner]) -> str:
    names = [partner.short or partner.name for partner in partners]
    return " · ".join(names)


def badge_of(pathway: Pathway) -> badges.Badge:
    version = pathway.scheme_version
    scheme, document = version.read, pathway.read
    framework = version.framework.read
    judged = document.judged(framework) if document.sections.value is not UNSET else ()
    one = scheme.partners[0].name if len(scheme.partners) == 1 else partner_names(scheme.partners)
    return badges.Badge(
        seed=f"{scheme.key}/{pathway.key}",
        letters=pathway.post_nominals,
        title=document.title if document.title != pathway.post_nominals else _short_award(document.award),
        partner=one,
        spines=len(judged) or 7,
    )


def _short_award(award: str) -> str:
    """“Certified Member of ALT, jointly with ASCILITE” has no room on a badge; who awards stands on its rim."""
    return award.split(",", maxsplit=1)[0].split(" of ", maxsplit=1)[0]


def badge_address(pathway: Pathway, form: str = "png") -> str:
    return reverse("credentials:badge", kwargs={"pathway_id": pathway.pk, "form": form})


# The credential -------------------------------------------------------------------------------------------------------


def _pathway_address(pathway: Pathway) -> str:
    try:
        return issuing.absolute(pathway.scheme_version.scheme.get_absolute_url())
    except NoReverseMatch:  # a site that shows no scheme pages
        return issuing.absolute("/")


def _sections(submission: Submission | None, terms: Terms) -> list[openbadges.AssessedSection]:
    if submission is None:
        return []
    judged = areas(submission, terms)
    marks = dict(
        JointMark.objects.filter(joint_judgement__submission=submission).values_list("section_key", "level")
    )
    levels = {**levels_of_before(submission, [area for area in judged if area.key in marks]), **marks}
    return [
        openbadges.AssessedSection(area.key, area.code, area.title, levels.get(area.key, ""))
        for area in judged
    ]


def _criteria(terms: Terms) -> str:
    """In words, from the scheme itself: what was asked, and who judged."""
    pathway, rules = terms.pathway, terms.rules
    lines = [pathway.summary.strip() or pathway.who.strip()]
    titles = [terms.framework.node(code).label for code in terms.judged]
    if titles:
        lines.append("\n".join(f"- {title}" for title in titles))
    if rules.assessors.value is not UNSET:
        lines.append(
            _("Judged by %(number)d peer assessors, independently at first and then together.")
            % {"number": rules.assessors.value}
        )
    return "\n\n".join(line for line in lines if line)


def achievement(pathway: Pathway, terms: Terms) -> openbadges.Achievement:
    scheme = terms.scheme
    lead = scheme.partners[0]
    address = _pathway_address(pathway)
    badge = badge_of(pathway)
    levels = [
        openbadges.Level(level.key, level.title, level.met)
        for level in (terms.scale.value if terms.scale.value is not UNSET else ())
    ]
    if levels and levels[0].suffices and not levels[-1].suffices:
        levels.reverse()  # most schemes write their best level first; a credential begins with the lowest
    partners = _(" and ").join(partner.name for partner in scheme.partners)
    return openbadges.Achievement(
        address=f"{address}#{pathway.key}",
        name=terms.pathway.award or pathway.title,
        description=_(
            "%(award)s: awarded by %(partners)s to people whose portfolio of practice was read and passed by peers."
        )
        % {"award": terms.pathway.award or pathway.title, "partners": partners},
        criteria=_criteria(terms),
        criteria_address=address,
        framework=f"{terms.framework.title}",
        version=scheme.version,
        language=scheme.language,
        image=issuing.absolute(badge_address(pathway)),
        image_caption=_("Round badge: %(letters)s, %(title)s.")
        % {"letters": badge.letters, "title": badge.title},
        creator=openbadges.Issuer(did=lead.url, name=lead.name, url=lead.url) if lead.url else None,
        levels=levels,
        tags=[scheme.title],
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def end_of(day: date) -> datetime:
    """The last second of a day: an award is in force on its last day."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=UTC)


def content(award: Award, *, address: str, status: dict[str, Any]) -> dict[str, Any]:
    """The credential of an award, to be signed."""
    terms = terms_of(award.pathway)
    email = (
        award.person.account.email if award.person is not None and award.person.account is not None else ""
    )
    chosen = award.chosen_evidence.select_related("evidence").order_by("id")
    return openbadges.credential(
        address=address,
        issuer=issuing.issuer(),
        achievement=achievement(award.pathway, terms),
        holder=openbadges.Holder(award.holder_name, email, salt=secrets.token_hex(12) if email else ""),
        sections=_sections(award.submission, terms),
        evidence=[
            openbadges.EvidenceLink(
                link.url, link.title, genre=link.evidence.get_kind_display() if link.evidence else ""
            )
            for link in chosen
        ],
        awarded_at=award.granted_at,
        valid_from=_midnight(award.valid_from),
        valid_until=end_of(award.valid_until) if award.valid_until else None,
        status=status,
        licence_number=str(award.public_id),
    )


def register_entry(award: Award, *, status: dict[str, Any]) -> dict[str, Any]:
    """What the register says of an award, as a credential of its own: no results, no evidence, no address."""
    terms = terms_of(award.pathway)
    return openbadges.credential(
        address=issuing.absolute(award.get_absolute_url()),
        issuer=issuing.issuer(),
        achievement=achievement(award.pathway, terms),
        holder=openbadges.Holder(award.holder_name),
        sections=[],
        evidence=[],
        awarded_at=award.granted_at,
        valid_from=_midnight(award.valid_from),
        valid_until=end_of(award.valid_until) if award.valid_until else None,
        status=status,
        licence_number=str(award.public_id),
    )


def published_portfolio(award: Award) -> Portfolio | None:
    """The portfolio that was judged, where its holder has published it since."""
    if award.submission is None or award.submission.portfolio is None:
        return None
    portfolio = award.submission.portfolio
    return portfolio if portfolio.slug and portfolio.audience == Audience.PUBLIC else None


def portfolio_address(portfolio: Portfolio) -> str:
    return issuing.absolute(reverse("portfolios:public", kwargs={"slug": portfolio.slug}))


class Listing(StrEnum):
    """Whether a holder may choose not to be listed."""

    CHOICE = "choice"
    UNSAID = "unsaid"  # the scheme has published nothing about it, so nothing forbids it; the page says so
    ALWAYS = "always"


def listing(award: Award) -> Listing:
    allowed = terms_of(award.pathway).rules.unlisted_holders.value
    if allowed is UNSET:
        return Listing.UNSAID
    return Listing.CHOICE if allowed else Listing.ALWAYS


# The page -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """How an award stands today, in one word and one sentence."""

    key: str  # in-force, not-yet, expired, suspended, revoked
    tone: str
    title: str
    sentence: str


def standing(award: Award) -> Standing:
    today = clock.today()
    match award.state:
        case Award.State.REVOKED:
            return Standing("revoked", "bad", _("Revoked"), _("This award was revoked and may not be used."))
        case Award.State.SUSPENDED:
            return Standing(
                "suspended", "warn", _("Suspended"), _("This award is suspended for the time being.")
            )
    if award.valid_from > today:
        return Standing("not-yet", "info", _("Not yet in force"), _("This award begins later."))
    if award.has_run_out:
        return Standing(
            "expired",
            "warn",
            _("Expired"),
            _("This award was genuine and has run out without being renewed."),
        )
    return Standing("in-force", "good", _("In force"), _("This award is genuine and in force today."))


def current_credential(award: Award) -> Credential | None:
    return award.credentials.filter(superseded_at__isnull=True).select_related("status_list", "key").first()


def status_history(award: Award) -> list[AwardStatus]:
    return _history_of(award.pk)


@prepared
def _history_of(award: int) -> "QuerySet[AwardStatus]":
    return AwardStatus.objects.filter(award=award).order_by("at", "id")


def chosen_evidence(award: Award) -> list[ChosenEvidence]:
    return _chosen_for(award.pk)


@prepared
def _chosen_for(award: int) -> "QuerySet[ChosenEvidence]":
    return ChosenEvidence.objects.filter(award=award).order_by("id")
