"""What changes an award, its credential, the status list, or the issuer's keys."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.accreditation.models import Submission
from collegium.accreditation.terms import decided, terms_of
from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.courses.models import Enrolment
from collegium.courses.queries.progress import progress
from collegium.credentials import dids, names, proofs, statuslists
from collegium.credentials.models import (
    Award,
    AwardStatus,
    ChosenEvidence,
    CourseBadge,
    Credential,
    IssuerKey,
    RegisterName,
    StatusList,
)
from collegium.credentials.queries import awards, course_badges, issuing
from collegium.credentials.rules import (
    may_choose_evidence,
    may_reinstate,
    may_revoke,
    may_revoke_course_badge,
    may_set_listed,
)
from collegium.credentials.words import index_awards
from collegium.evidence.models import Evidence
from collegium.foundation import clock, crypto
from collegium.foundation.refusal import Refusal, require
from collegium.people.models import Audience, Person
from collegium.schemes.models import RoleHolding, Scheme

GRANTED = verb(
    "award.granted",
    history=gettext_lazy("%(holder)s was awarded %(title)s"),
    tells={
        "holder": Told(
            gettext_lazy("You are awarded %(title)s. Your credential is ready."), "credentials:award_number"
        ),
    },
)
ISSUED = verb("credential.issued", history=gettext_lazy("A new credential was issued for %(title)s"))
EVIDENCE_CHOSEN = verb(
    "award.evidence_chosen", history=gettext_lazy("%(actor)s chose what evidence the credential names")
)
REVOKED = verb(
    "award.revoked",
    history=gettext_lazy("%(actor)s revoked %(title)s"),
    tells={
        "holder": Told(
            gettext_lazy("Your award %(title)s was revoked: %(reason)s"), "credentials:award_number"
        )
    },
)
REINSTATED = verb(
    "award.reinstated",
    history=gettext_lazy("%(actor)s reinstated %(title)s"),
    tells={
        "holder": Told(gettext_lazy("Your award %(title)s is in force again"), "credentials:award_number")
    },
)
LISTED = verb("award.listed", history=gettext_lazy("%(actor)s had the award listed on the register"))
UNLISTED = verb("award.unlisted", history=gettext_lazy("%(actor)s took the award off the register's list"))
WAITING = verb(
    "award.waiting",
    history=gettext_lazy("The award waits: the scheme has not said for how long it is valid"),
    tells={
        "coordinator": Told(
            gettext_lazy(
                "The award of %(holder)s waits for you: the scheme has not said for how long %(title)s is valid"
            ),
            "accreditation:submission",
        )
    },
)
RENEWAL_DUE = verb(
    "award.renewal_due",
    history=gettext_lazy("%(title)s is due for renewal by %(until)s"),
    tells={
        "holder": Told(gettext_lazy("%(title)s is due for renewal by %(until)s"), "credentials:award_number"),
    },
)
BADGE_ISSUED = verb(
    "badge.issued",
    history=gettext_lazy("%(holder)s received the badge %(title)s"),
    tells={
        "holder": Told(
            gettext_lazy("Your badge %(title)s is ready to take along."), "credentials:course_badge_number"
        )
    },
)
BADGE_REVOKED = verb(
    "badge.revoked",
    history=gettext_lazy("%(actor)s revoked the badge %(title)s"),
    tells={
        "holder": Told(
            gettext_lazy("Your badge %(title)s was revoked: %(reason)s"), "credentials:course_badge_number"
        )
    },
)
KEYS_ROTATED = verb("issuer.keys_rotated", history=gettext_lazy("A new signing key was taken into use"))


# Keys -----------------------------------------------------------------------------------------------------------------


def _make_key() -> IssuerKey:
    key = Ed25519PrivateKey.generate()
    public = dids.multikey(key.public_key())
    sealed = crypto.encrypt(key.private_bytes_raw(), purpose=issuing.PURPOSE)
    # Named by the day and by itself, so that people can tell keys apart and two sites never share a name.
    return IssuerKey.objects.create(
        name=f"key-{clock.today():%Y-%m}-{public[-6:]}",
        public_multibase=public,
        private_encrypted=sealed.encode(),
        made_at=clock.now(),
    )


def make_first_key() -> IssuerKey:
    """The key in use, made if there is none: on first start, or with the first award."""
    found = issuing.key_in_use()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return _make_key()
    except IntegrityError:  # another process was first
        return IssuerKey.objects.get(retired_at__isnull=True)


@transaction.atomic
def rotate_key(*, by: Person | None) -> IssuerKey:
    """Sign with a new key from now on. The old one stays public, and what it signed stays good."""
    IssuerKey.objects.filter(retired_at__isnull=True).update(retired_at=clock.now())
    key = _make_key()
    record(KEYS_ROTATED, by=by, about=key)
    return key


# Places on status lists -----------------------------------------------------------------------------------------------

_HALF = 9  # bits; two halves cover a little more than a list has places


def _shuffled(number: int, seed: str) -> int:
    """The number-th place of a list in its own order: each place once, and none tells how many went before it."""
    place = number
    while True:
        left, right = divmod(place, 1 << _HALF)
        for turn in range(4):
            digest = hashlib.sha256(f"{seed}/{turn}/{right}".encode()).digest()
            mixed = int.from_bytes(digest[:4]) % (1 << _HALF)
            left, right = right, left ^ mixed
        place = left << _HALF | right
        if place < statuslists.MINIMUM:
            return place


def _take_place() -> tuple[StatusList, int]:
    row = StatusList.objects.select_for_update().order_by("-number").first()
    if row is None or row.taken >= statuslists.MINIMUM:
        row = StatusList(
            number=row.number + 1 if row else 1,
            bits=bytes(statuslists.MINIMUM // 8),
            seed=secrets.token_hex(16),
        )
        _publish(row)
    place = _shuffled(row.taken, row.seed)
    row.taken += 1
    row.save()
    return row, place


def _publish(row: StatusList) -> None:
    """Sign the list as it stands now. The caller saves the row."""
    key = make_first_key()
    row.changed_at = clock.now()
    address = issuing.absolute(row.get_absolute_url())
    plain = statuslists.published(
        statuslists.Bits(content=bytes(row.bits)),
        address=address,
        issuer=issuing.did(),
        purpose="revocation",
        valid_from=row.changed_at,
    )
    row.document = proofs.sign(
        plain, key=issuing.private_key(key), method=issuing.method(key), created=row.changed_at
    )


def _mark_revoked(credentials: Iterable[Credential | CourseBadge]) -> None:
    places: dict[int, list[int]] = {}
    for credential in credentials:
        places.setdefault(credential.status_list_id, []).append(credential.status_index)
    for row in StatusList.objects.select_for_update().filter(pk__in=places):
        bits = statuslists.Bits(content=bytes(row.bits))
        for place in places[row.pk]:
            bits.set(place)
        row.bits = bits.content
        _publish(row)
        row.save()


# Granting -------------------------------------------------------------------------------------------------------------


def _coordinators(scheme: Scheme) -> list[tuple[Person, str]]:
    holdings = RoleHolding.objects.filter(
        scheme=scheme, kind=RoleHolding.Kind.COORDINATOR, withdrawn_at__isnull=True
    ).select_related("person")
    return [(holding.person, "coordinator") for holding in holdings]


@transaction.atomic
def grant(*, submission: Submission, by: Person | None = None) -> Award:
    """The award that a pass makes, with its first credential. Asking again gives the same award.

    Refuses, with the code "unset", while the scheme has not said for how long an award is valid.
    """
    submission = Submission.objects.select_for_update(of=("self",)).select_related(
        "registration__person__account", "registration__pathway__scheme_version__framework",
        "registration__pathway__scheme_version__scheme",
    ).get(pk=submission.pk)  # fmt: skip
    existing = Award.objects.filter(submission=submission).first()
    if existing is not None:
        return existing
    if submission.state != Submission.State.PASSED:
        raise Refusal(_("Only a submission that has passed makes an award."))
    pathway, person = submission.registration.pathway, submission.registration.person
    terms = terms_of(pathway)
    validity = decided(terms.rules.award_validity)
    before = awards.renewable(person, pathway) if submission.kind == Submission.Kind.RENEWAL else None
    today = clock.today()
    # Whoever renews early loses nothing: the new term begins where the old one ends.
    start = max(today, before.valid_until) if before is not None and before.valid_until else today
    award = Award.objects.create(
        person=person,
        submission=submission,
        pathway=pathway,
        scheme=pathway.scheme_version.scheme,
        pathway_key=pathway.key,
        title=terms.pathway.award or pathway.title,
        holder_name=person.name,
        sort_name=names.folded(person.name),
        holder_country=person.country,
        post_nominals=pathway.post_nominals,
        granted_at=clock.now(),
        valid_from=today,
        valid_until=validity.after(start) if validity is not None else None,
        renews=before,
        listed=before.listed if before is not None else True,
    )
    RegisterName.objects.bulk_create(
        RegisterName(award=award, text=text) for text in names.rotations(award.holder_name)
    )
    index_awards([award.pk])
    AwardStatus.objects.create(award=award, state=Award.State.ACTIVE, at=award.granted_at, by=by)
    _issue(award)
    record(
        GRANTED,
        by=by,
        about=award,
        concerns=[(person, "holder")],
        data={"holder": award.holder_name, "title": award.title},
    )
    return award


@transaction.atomic
def note_waiting(*, submission: Submission) -> None:
    """Tell the scheme's coordinators that an award waits for a rule that only they can answer."""
    pathway = submission.registration.pathway
    record(
        WAITING,
        by=None,
        about=submission,
        concerns=_coordinators(pathway.scheme_version.scheme),
        data={"holder": submission.registration.person.name, "title": pathway.title},
    )


# Credentials ----------------------------------------------------------------------------------------------------------


def _issue(award: Award) -> Credential:
    """Sign the award as it stands. An older credential is superseded, and stays good until the award is revoked."""
    key = make_first_key()
    award.credentials.filter(superseded_at__isnull=True).update(superseded_at=clock.now())
    row, place = _take_place()
    credential = Credential(award=award, key=key, status_list=row, status_index=place, issued_at=clock.now())
    status = statuslists.entry(address=issuing.absolute(row.get_absolute_url()), index=place)
    plain = awards.content(award, address=issuing.absolute(credential.get_absolute_url()), status=status)
    credential.document = proofs.sign(
        plain, key=issuing.private_key(key), method=issuing.method(key), created=credential.issued_at
    )
    credential.save()
    return credential


@transaction.atomic
def issue(*, award: Award, by: Person | None = None) -> Credential:
    """A fresh credential for an award in force, as after a change of name or of address."""
    award = _locked(award)
    if award.state != Award.State.ACTIVE:
        raise Refusal(_("A credential is only issued for an award that is in force."))
    credential = _issue(award)
    record(ISSUED, by=by, about=award, data={"title": award.title})
    return credential


def _locked(award: Award) -> Award:
    Award.objects.select_for_update().filter(pk=award.pk).first()
    return Award.objects.for_display().get(pk=award.pk)


@transaction.atomic
def choose_evidence(
    *, award: Award, by: Person, evidence: Sequence[Evidence], with_portfolio: bool = False
) -> Credential:
    """Name exactly this evidence in the credential. Only what is already public: a link in a credential goes anywhere."""
    award = _locked(award)
    require(
        allowed=may_choose_evidence(by, award), because=_("Only the holder of an award in force may do that.")
    )
    links = []
    if with_portfolio:
        portfolio = awards.published_portfolio(award)
        if portfolio is None:
            raise Refusal(_("The portfolio is not published, so a credential can't lead to it."))
        links.append(
            ChosenEvidence(award=award, title=portfolio.title, url=awards.portfolio_address(portfolio))
        )
    for item in evidence:
        if item.owner_id != by.pk:
            raise Refusal(_("You can only name evidence of your own."))
        if item.audience != Audience.PUBLIC:
            raise Refusal(
                _(
                    "“%(title)s” is not public. A credential may be shown to anybody, so make it public first, or leave it out."
                )
                % {"title": item.title}
            )
        links.append(
            ChosenEvidence(award=award, evidence=item, title=item.title, url=_evidence_address(item))
        )
    award.chosen_evidence.all().delete()
    ChosenEvidence.objects.bulk_create(links)
    credential = _issue(award)
    record(EVIDENCE_CHOSEN, by=by, about=award, data={"title": award.title, "count": len(links)})
    return credential


def _evidence_address(item: Evidence) -> str:
    return issuing.absolute(reverse("evidence:evidence", kwargs={"evidence_id": item.pk}))


# Standing -------------------------------------------------------------------------------------------------------------


def _concerned(award: Award) -> list[tuple[Person, str]]:
    return [(award.person, "holder")] if award.person is not None else []


@transaction.atomic
def revoke(*, award: Award, by: Person, reason: str) -> Award:
    """Every credential of the award shows as revoked from now on. The reason is public."""
    award = _locked(award)
    reason = reason.strip()
    if award.state == Award.State.REVOKED:
        return award
    require(
        allowed=may_revoke(by, award),
        because=_("Only a coordinator of the scheme may revoke an award, and never their own."),
    )
    if not reason:
        raise Refusal(_("Please give a reason. It will stand on the register."))
    award.state = Award.State.REVOKED
    award.save(update_fields=["state"])
    AwardStatus.objects.create(award=award, state=award.state, at=clock.now(), by=by, reason=reason)
    _mark_revoked(award.credentials.all())
    record(REVOKED, by=by, about=award, concerns=_concerned(award), data=_told(award, reason=reason))
    return award


@transaction.atomic
def reinstate(*, award: Award, by: Person, reason: str) -> Award:
    """The award is in force again, with a new credential: a revocation on a status list can't be taken back."""
    award = _locked(award)
    reason = reason.strip()
    if award.state != Award.State.REVOKED:
        raise Refusal(_("This award is not revoked."))
    require(
        allowed=may_reinstate(by, award),
        because=_("Only a coordinator of the scheme may reinstate an award, and never their own."),
    )
    if not reason:
        raise Refusal(_("Please give a reason. It will stand on the register."))
    award.state = Award.State.ACTIVE
    award.save(update_fields=["state"])
    AwardStatus.objects.create(award=award, state=award.state, at=clock.now(), by=by, reason=reason)
    _issue(award)
    record(REINSTATED, by=by, about=award, concerns=_concerned(award), data=_told(award, reason=reason))
    return award


def _told(award: Award, **more: Any) -> dict[str, Any]:
    return {"holder": award.holder_name, "title": award.title, **more}


@transaction.atomic
def set_listed(*, award: Award, by: Person, listed: bool) -> Award:
    """Whether the register's list and search show it. Its own page stays: whoever has its address may check it.

    Refuses to take it off where the scheme lists every holder.
    """
    award = _locked(award)
    require(
        allowed=may_set_listed(by, award), because=_("Only its holder decides whether an award is listed.")
    )
    if not listed and awards.listing(award) is awards.Listing.ALWAYS:
        raise Refusal(_("The scheme lists every holder, so an award of it can't be taken off the list."))
    if award.listed != listed:
        award.listed = listed
        award.save(update_fields=["listed"])
        index_awards([award.pk])
        record(LISTED if listed else UNLISTED, by=by, about=award, data={"title": award.title})
    return award


# Badges of courses ----------------------------------------------------------------------------------------------------


@transaction.atomic
def issue_course_badge(*, enrolment: Enrolment, kind: str) -> CourseBadge | None:
    """The badge for having taken part, or completed: one for each person, iteration and kind, whatever repeats.

    None for who only runs the course, and for somebody who has not got so far. One that was revoked is not issued again.
    """
    existing = CourseBadge.objects.filter(
        person=enrolment.person_id, iteration=enrolment.iteration_id, kind=kind
    ).first()
    if existing is not None:
        return existing
    reached = (
        enrolment.completed_at if kind == CourseBadge.Kind.COMPLETED else enrolment.took_part_at
    )  # noted once, by the course: what is counted again later may be less
    if reached is None or enrolment.role != Enrolment.Role.PARTICIPANT:
        return None
    found = progress(enrolment)
    language = settings.LANGUAGE_CODE
    with translation.override(language):  # for whoever reads it, anywhere: not for whoever made it come about
        badge = CourseBadge(
            person=enrolment.person,
            iteration=enrolment.iteration,
            kind=kind,
            title=course_badges.title(enrolment, kind),
            holder_name=enrolment.person.name,
            criteria=course_badges.criteria(found, kind),
            weeks=found.contributed,
            weeks_in_all=len(found.counted),
            granted_at=reached,
            key=make_first_key(),
        )
        badge.status_list, badge.status_index = _take_place()
        status = statuslists.entry(
            address=issuing.absolute(badge.status_list.get_absolute_url()), index=badge.status_index
        )
        plain = course_badges.content(badge, status=status, language=language)
    badge.document = proofs.sign(
        plain, key=issuing.private_key(badge.key), method=issuing.method(badge.key), created=clock.now()
    )
    badge.save()
    record(
        BADGE_ISSUED,
        by=None,
        about=badge,
        concerns=[(badge.person, "holder")],
        data={"holder": badge.holder_name, "title": badge.title},
    )
    return badge


@transaction.atomic
def revoke_course_badge(*, badge: CourseBadge, by: Person, reason: str) -> CourseBadge:
    """For what was counted wrongly, or for somebody else. The reason is public, and there is no way back."""
    badge = CourseBadge.objects.select_for_update(of=("self",)).for_display().get(pk=badge.pk)
    if badge.revoked_at is not None:
        return badge
    require(
        allowed=may_revoke_course_badge(by, badge),
        because=_("Only who facilitates the course may revoke a badge of it, and never their own."),
    )
    reason = reason.strip()
    if not reason:
        raise Refusal(_("Please give a reason. It will stand on the page of the badge."))
    badge.revoked_at, badge.revoked_by, badge.revoked_because = clock.now(), by, reason
    badge.save(update_fields=["revoked_at", "revoked_by", "revoked_because"])
    _mark_revoked([badge])
    record(
        BADGE_REVOKED,
        by=by,
        about=badge,
        concerns=[(badge.person, "holder")],
        data={"holder": badge.holder_name, "title": badge.title, "reason": reason},
    )
    return badge


@transaction.atomic
def remind_of_renewal(*, award: Award) -> None:
    """Tell the holder, once for each award, that it runs out."""
    record(
        RENEWAL_DUE,
        by=None,
        about=award,
        concerns=_concerned(award),
        data=_told(award, until=award.valid_until.isoformat() if award.valid_until else ""),
    )
