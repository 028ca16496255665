"""Who may read: audience, people, circles, links, everyone on the web."""

import datetime as dt
import re

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.evidence.models import Evidence, PersonShown
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.foundation.signing import hashed, new_token
from collegium.people.models import Audience, Circle, Person
from collegium.portfolios.models import Portfolio, Section, Share
from collegium.portfolios.words import index_portfolios, index_sections

AUDIENCE_SET = verb(
    "portfolio.audience_set", history=gettext_lazy("%(actor)s changed who can see it: %(audience)s")
)
SHARED = verb(
    "portfolio.shared",
    history=gettext_lazy("%(actor)s shared it with %(reader)s"),
    tells={"reader": Told(gettext_lazy("%(actor)s lets you read “%(title)s”"), "portfolios:portfolio")},
)
SECTION_SHARED = verb(
    "portfolio.section_shared",
    history=gettext_lazy("%(actor)s shared %(section)s with %(reader)s"),
    tells={
        "reader": Told(
            gettext_lazy("%(actor)s lets you read “%(section)s” of “%(title)s”"), "portfolios:a_section"
        )
    },
)
SHARE_ENDED = verb(
    "portfolio.share_ended", history=gettext_lazy("%(actor)s stopped sharing it with %(reader)s")
)
PUBLISHED = verb("portfolio.published", history=gettext_lazy("%(actor)s published it under %(licence)s"))
UNPUBLISHED = verb("portfolio.unpublished", history=gettext_lazy("%(actor)s took it off the web"))


@transaction.atomic
def set_audience(*, portfolio: Portfolio, audience: str, by: Person, circle: Circle | None = None) -> None:
    """Anything but everyone on the web: for that a portfolio is published, with a licence and an address."""
    if audience == Audience.PUBLIC:
        raise Refusal(_("To show a portfolio to everyone on the web, publish it: then it has a licence too."))
    if (audience == Audience.CIRCLE) != (circle is not None):
        raise Refusal(_("Say which circle may read it."))
    if circle is not None and not by.circles.filter(pk=circle.pk).exists():
        raise Refusal(_("You can show it only to circles that you belong to."))
    portfolio.audience, portfolio.circle, portfolio.published_at = audience, circle, None
    portfolio.save(update_fields=["audience", "circle", "published_at"])
    index_portfolios([portfolio.pk])
    record(
        AUDIENCE_SET,
        by=by,
        about=portfolio,
        data={"audience": circle.name if circle else str(Audience(audience).label)},
    )


@transaction.atomic
def share_with_person(
    *,
    portfolio: Portfolio,
    person: Person,
    by: Person,
    section: Section | None = None,
    expires_at: dt.datetime | None = None,
) -> Share:
    if person.pk == portfolio.owner_id:
        raise Refusal(_("You can read it already."))
    _require_future(expires_at)
    share, is_new = Share.objects.open().get_or_create(
        portfolio=portfolio,
        section=section,
        person=person,
        ended_at=None,
        defaults={"expires_at": expires_at, "label": person.name},
    )
    if is_new:
        _index(share)
    else:
        share.expires_at = expires_at
        share.save(update_fields=["expires_at"])
    _record_share(portfolio, section, by, person.name, [person])
    return share


@transaction.atomic
def share_with_circle(
    *,
    portfolio: Portfolio,
    circle: Circle,
    by: Person,
    section: Section | None = None,
    expires_at: dt.datetime | None = None,
) -> Share:
    """With whoever is in the circle at the time of reading. Nobody is told: a circle can be large."""
    if not by.circles.filter(pk=circle.pk).exists():
        raise Refusal(_("You can share it only with circles that you belong to."))
    _require_future(expires_at)
    share, is_new = Share.objects.open().get_or_create(
        portfolio=portfolio,
        section=section,
        circle=circle,
        ended_at=None,
        defaults={"expires_at": expires_at, "label": circle.name[:120]},
    )
    if is_new:
        _index(share)
    else:
        share.expires_at = expires_at
        share.save(update_fields=["expires_at"])
    _record_share(portfolio, section, by, circle.name, [])
    return share


@transaction.atomic
def share_by_link(
    *,
    portfolio: Portfolio,
    by: Person,
    expires_at: dt.datetime,
    label: str = "",
    section: Section | None = None,
) -> str:
    """The token is returned this once and kept nowhere: only its hash is."""
    _require_future(expires_at)
    token = new_token()
    share = Share.objects.create(
        portfolio=portfolio,
        section=section,
        token_hash=hashed(token),
        label=label.strip()[:120],
        expires_at=expires_at,
    )
    _record_share(portfolio, section, by, share.label or _("whoever has the link"), [])
    return token


@transaction.atomic
def end_share(*, share: Share, by: Person) -> None:
    if share.ended_at is not None:
        return
    share.ended_at = clock.now()
    share.save(update_fields=["ended_at"])
    if not share.is_link:
        _index(share)
    record(
        SHARE_ENDED, by=by, about=share.portfolio, data={"reader": share.label or _("whoever has the link")}
    )


def _index(share: Share) -> None:
    """Of what is shared, so that whoever reads it from now on finds it."""
    if share.section_id is None:
        index_portfolios([share.portfolio_id])
    else:
        index_sections([share.section_id])


def _record_share(
    portfolio: Portfolio, section: Section | None, by: Person, reader: str, told: list[Person]
) -> None:
    data = {"title": portfolio.title, "reader": reader}
    concerns = [(person, "reader") for person in told]
    if section is None:
        record(SHARED, by=by, about=portfolio, concerns=concerns, data=data)
    else:
        record(
            SECTION_SHARED, by=by, about=section, concerns=concerns, data={**data, "section": str(section)}
        )


def _require_future(expires_at: dt.datetime | None) -> None:
    if expires_at is not None and expires_at <= clock.now():
        raise Refusal(_("That day is over: choose one to come."))


@transaction.atomic
def publish(*, portfolio: Portfolio, by: Person, slug: str, licence: str) -> None:
    """Everyone on the web may read it at a readable address, and what is written from then on as well.

    Refused while evidence in it shows people who have neither agreed nor been made unrecognisable.
    """
    if portfolio.group_id is not None:
        raise Refusal(
            _("A group portfolio is not published by one for all. Show it to people and circles instead.")
        )
    slug = slug.strip().lower()
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", slug):
        raise Refusal(_("An address is made of small letters, digits and hyphens, such as ada-on-feedback."))
    if licence not in Portfolio.Licence.values:
        raise Refusal(_("Choose a licence."))
    shown = shown_without_permission(portfolio)
    if shown:
        raise Refusal(
            _(
                "Some evidence in it shows people who have not agreed. Ask them, anonymise it, or take it out first."
            ),
            code="people-shown",
            details=[evidence.title for evidence in shown],
        )
    portfolio.slug, portfolio.licence = slug, licence
    portfolio.audience, portfolio.circle = Audience.PUBLIC, None
    portfolio.published_at = portfolio.published_at or clock.now()
    try:
        with transaction.atomic():
            portfolio.save(update_fields=["slug", "licence", "audience", "circle", "published_at"])
    except IntegrityError as fault:
        raise Refusal(_("Another portfolio has this address already: choose another.")) from fault
    index_portfolios([portfolio.pk])
    record(PUBLISHED, by=by, about=portfolio, data={"licence": portfolio.get_licence_display(), "slug": slug})


@transaction.atomic
def unpublish(*, portfolio: Portfolio, by: Person) -> None:
    """Private again. The address stays reserved for it."""
    if not portfolio.is_published:
        return
    portfolio.audience, portfolio.published_at = Audience.PRIVATE, None
    portfolio.save(update_fields=["audience", "published_at"])
    index_portfolios([portfolio.pk])
    record(UNPUBLISHED, by=by, about=portfolio)


def shown_without_permission(portfolio: Portfolio) -> list[Evidence]:
    open_questions = [PersonShown.Permission.ASKED, PersonShown.Permission.UNASKED]
    return list(
        Evidence.objects.filter(
            placements__section__portfolio=portfolio, people_shown__permission__in=open_questions
        )
        .distinct()
        .order_by("pk")
    )
