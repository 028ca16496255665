"""Following and ending; claiming and verifying; pausing."""

import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from collegium.activity.actions import record
from collegium.ecology import rules
from collegium.ecology.actions import verbs
from collegium.ecology.actions.items import pour
from collegium.ecology.actions.wanting import forget_what_was_said, settle_wanted
from collegium.ecology.doctor import Candidate
from collegium.ecology.identity import address_key
from collegium.ecology.models import Claim, Ecology, Following, Item, Move, Source
from collegium.ecology.tags import fold
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person

MOST_SOURCES = 5000
_LONGEST_URL = 2000


@transaction.atomic
def follow(
    *,
    ecology: Ecology,
    by: Person,
    candidate: Candidate,
    only_tags: Sequence[str] = (),
    folder: str = "",
    opml: dict[str, Any] | None = None,
) -> Following:
    """Safe to repeat: what is followed already stays as it is. What its source has brought elsewhere flows in at once, the rest with the next fetch."""
    if not rules.may_add(by, ecology):
        raise Refusal(_("Only members of %(title)s add sources to it.") % {"title": ecology.title})
    source = _source_of(candidate)
    following = Following.objects.filter(ecology=ecology, source=source).first()
    if following is not None and following.ended_at is None:
        return following
    if ecology.followings.running().count() >= MOST_SOURCES:
        raise Refusal(
            _("%(most)s sources are followed here; that is as many as can be.") % {"most": MOST_SOURCES}
        )
    said: dict[str, Any] = {
        "only_tags": [folded for tag in only_tags if (folded := fold(tag))],
        "folder": folder[:300],
        "opml": opml or {},
        "added_by": by,
        "added_at": clock.now(),
        "ended_at": None,
    }
    # Two people who add it at once meet at the constraint, and the later one's words hold.
    following, _is_new = Following.objects.update_or_create(ecology=ecology, source=source, defaults=said)
    settle_wanted([source.pk])
    forget_what_was_said(source)
    pour(following=following)
    record(verbs.FOLLOWED, by=by, about=source, data={"source": str(source)[:300], "title": ecology.title})
    return following


def _source_of(candidate: Candidate) -> Source:
    url = candidate.feed_url.strip()
    key = address_key(url)
    if not key or len(url) > _LONGEST_URL:
        raise Refusal(_("This is not an address of the web."), code="url")
    moved = Move.objects.filter(from_key=key).select_related("source").first()
    if moved is not None:
        return moved.source
    source, _is_new = Source.objects.get_or_create(
        feed_key=key,
        defaults={
            "feed_url": url,
            "page_url": candidate.page_url[:_LONGEST_URL],
            "host": (urlsplit(url).hostname or "")[:255],
            "title": candidate.title[:300],
            "kind": candidate.kind if candidate.kind in Source.Kind.values else Source.Kind.BLOG,
            "format": candidate.format if candidate.format in Source.Format.values else Source.Format.FEED,
        },
    )
    return source


@transaction.atomic
def unfollow(*, following: Following, by: Person) -> None:
    """What it brought stays where it is. Safe to repeat."""
    if not rules.may_end(by, following):
        raise Refusal(_("Whoever added a source, whose it is, or an editor can take it out."))
    if not Following.objects.running().filter(pk=following.pk).update(ended_at=clock.now()):
        return
    settle_wanted([following.source_id])
    record(
        verbs.UNFOLLOWED,
        by=by,
        about=following.source,
        data={"source": str(following.source)[:300], "title": following.ecology.title},
    )


@transaction.atomic
def set_following(
    *, following: Following, by: Person, only_tags: Sequence[str], folder: str | None = None
) -> Following:
    """Which hashtags flow in from now on. What flows already stays."""
    if not rules.may_end(by, following):
        raise Refusal(_("Whoever added a source, whose it is, or an editor can change how it is followed."))
    wanted = list(dict.fromkeys(folded for tag in only_tags if (folded := fold(tag))))
    if wanted != following.only_tags:
        following.only_tags = wanted
        forget_what_was_said(following.source)
    if folder is not None:
        following.folder = folder.strip()[:300]
    following.save(update_fields=["only_tags", "folder"])
    return following


@transaction.atomic
def pause(*, source: Source, by: Person) -> None:
    """Safe to repeat."""
    if not rules.may_pause(by, source):
        raise Refusal(_("Whose source it is, or an editor, can pause it."))
    running = [Source.State.FOLLOWED, Source.State.FAILING]
    if Source.objects.filter(pk=source.pk, state__in=running).update(state=Source.State.PAUSED):
        record(verbs.PAUSED, by=by, about=source, data={"source": str(source)[:300]})


@transaction.atomic
def resume(*, source: Source, by: Person) -> None:
    """It is asked at once, as if nothing had been wrong. Safe to repeat."""
    if not rules.may_pause(by, source):
        raise Refusal(_("Whose source it is, or an editor, can go on with it."))
    if Source.objects.filter(pk=source.pk, state=Source.State.PAUSED).update(
        state=Source.State.FOLLOWED,
        next_at=clock.now(),
        failures=0,
        failing_since=None,
        told_at=None,
        finding="",
        finding_detail="",
    ):
        record(verbs.RESUMED, by=by, about=source, data={"source": str(source)[:300]})


@transaction.atomic
def look_soon(*, source: Source) -> None:
    """Due at once; how often it is asked otherwise stays as it is."""
    Source.objects.filter(pk=source.pk, next_at__gt=clock.now()).update(next_at=clock.now())


# Whose it is ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def claim(*, source: Source, by: Person) -> Claim:
    """Somebody says that it is theirs: shown as unverified until the source says so too. Safe to repeat."""
    standing = Claim.objects.filter(source=source, person=by).first()
    if standing is not None:
        return standing
    if not rules.may_claim(by, source):
        raise Refusal(_("Somebody has shown already that this source is theirs."), code="claimed")
    made = Claim.objects.create(source=source, person=by, token=f"collegium-{secrets.token_hex(12)}")
    record(verbs.CLAIMED, by=by, about=source, data={"source": str(source)[:300]})
    return made


@transaction.atomic
def verify(*, claim: Claim, found: Claim.How | None) -> bool:
    """What a look at the page found. Once verified it stays so, also when the token is taken away. Safe to repeat."""
    claim = Claim.objects.select_for_update(of=("self",)).select_related("source", "person").get(pk=claim.pk)
    if claim.verified_at is not None:
        return True
    if found is None:
        Claim.objects.filter(pk=claim.pk).update(looked_at=clock.now())
        return False
    _verify(claim, how=found, by=None)
    return True


@transaction.atomic
def vouch(*, claim: Claim, by: Person) -> None:
    """An editor knows whose it is. Safe to repeat."""
    if claim.verified_at is not None:
        return
    if not rules.may_vouch(by, claim):
        raise Refusal(_("Only an editor who follows the source vouches for it, and nobody for themselves."))
    _verify(claim, how=Claim.How.EDITOR, by=by)


def _verify(claim: Claim, *, how: Claim.How, by: Person | None) -> None:
    try:
        with transaction.atomic():
            Claim.objects.filter(pk=claim.pk).update(verified_at=clock.now(), how=how, looked_at=clock.now())
    except IntegrityError as fault:
        raise Refusal(_("Somebody has shown already that this source is theirs."), code="claimed") from fault
    claim.refresh_from_db()
    Item.objects.filter(appearances__source=claim.source_id, author__isnull=True).update(author=claim.person)
    record(
        verbs.VERIFIED,
        by=by,
        about=claim.source,
        concerns=[(claim.person, "author")],
        data={"source": str(claim.source)[:300], "name": claim.person.name},
    )


@transaction.atomic
def unclaim(*, claim: Claim, by: Person) -> None:
    """One's own."""
    if claim.person_id != by.pk:
        raise Refusal(_("Only whoever said that it is theirs takes that back."))
    _withdraw(claim)
    record(verbs.UNCLAIMED, by=by, about=claim.source, data={"source": str(claim.source)[:300]})
    claim.delete()


@transaction.atomic
def reject(*, claim: Claim, by: Person) -> None:
    """An editor knows that it is not theirs. Whoever said so is told, and may still let the source itself say it."""
    if not rules.may_reject(by, claim):
        raise Refusal(_("What a source says of itself stands; an editor takes away only what people said."))
    _withdraw(claim)
    where = (
        Ecology.objects.filter(
            followings__in=claim.source.followings.running(), editors__memberships__person=by
        )
        .order_by("pk")
        .first()
    )
    record(
        verbs.REJECTED,
        by=by,
        about=claim.source,
        concerns=[(claim.person, "author")],
        data={
            "source": str(claim.source)[:300],
            "name": claim.person.name,
            "title": where.title if where else "",
        },
    )
    claim.delete()


def _withdraw(claim: Claim) -> None:
    """What it brought is not theirs any more, unless another source of theirs brought it too."""
    if claim.verified_at is not None:
        others = Claim.objects.filter(person=claim.person_id, verified_at__isnull=False).exclude(pk=claim.pk)
        Item.objects.filter(appearances__source=claim.source_id, author=claim.person_id).exclude(
            appearances__source__in=others.values("source")
        ).update(author=None)
