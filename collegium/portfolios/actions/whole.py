"""The portfolio as a whole: details, mentor, declaration, lock, deletion, and being made elsewhere."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.ecology import citations
from collegium.foundation import clock, files
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.portfolios.actions.guarding import require_free
from collegium.portfolios.models import Declaration, Portfolio, Revision, Section
from collegium.portfolios.queries.plans import plan_of
from collegium.portfolios.words import forget, index_portfolios, index_titles

ELSEWHERE_TYPES = frozenset(
    files.kinds["document"]
    & {
        "application/pdf",
        "application/zip",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    }
)

DETAILS_CHANGED = verb(
    "portfolio.details_changed", history=gettext_lazy("%(actor)s changed the title or the target date")
)
BIBLIOGRAPHY_PUT = verb(
    "portfolio.bibliography_put", history=gettext_lazy("%(actor)s put a bibliography at the end")
)
BIBLIOGRAPHY_TAKEN = verb(
    "portfolio.bibliography_taken", history=gettext_lazy("%(actor)s took the bibliography away from the end")
)
MENTOR_SET = verb(
    "portfolio.mentor_set",
    history=gettext_lazy("%(actor)s asked %(mentor)s to be mentor"),
    tells={
        "mentor": Told(
            gettext_lazy("%(actor)s asks you to be the mentor of “%(title)s”"), "portfolios:portfolio"
        )
    },
)
MENTOR_LEFT = verb("portfolio.mentor_left", history=gettext_lazy("%(actor)s ended the mentoring"))
DECLARED = verb("portfolio.declared", history=gettext_lazy("%(actor)s signed the declaration"))
MADE_ELSEWHERE = verb(
    "portfolio.made_elsewhere", history=gettext_lazy("%(actor)s said where the portfolio is")
)
MADE_HERE = verb("portfolio.made_here", history=gettext_lazy("%(actor)s decided to write the portfolio here"))
LOCKED = verb("portfolio.locked", history=gettext_lazy("It was locked, since it is being assessed"))
OPENED = verb("portfolio.opened", history=gettext_lazy("It was opened for writing again"))
DELETED = verb("portfolio.deleted", history=gettext_lazy("%(actor)s deleted “%(title)s”"))


@transaction.atomic
def change_details(*, portfolio: Portfolio, title: str, target_date: dt.date | None, by: Person) -> None:
    portfolio.title = title.strip()
    portfolio.target_date = target_date
    portfolio.save(update_fields=["title", "target_date"])
    index_titles(Portfolio.objects.filter(pk=portfolio.pk))
    record(DETAILS_CHANGED, by=by, about=portfolio)


@transaction.atomic
def put_bibliography(*, portfolio: Portfolio, by: Person, style: str) -> None:
    """At the end of it, in this style; an empty one takes it away. What it lists follows what is written."""
    require_free(portfolio)
    if style and style not in citations.STYLES:
        raise Refusal(_("Choose one of the styles."))
    if style == portfolio.bibliography:
        return
    portfolio.bibliography = style
    portfolio.save(update_fields=["bibliography"])
    record(BIBLIOGRAPHY_PUT if style else BIBLIOGRAPHY_TAKEN, by=by, about=portfolio, data={"style": style})


@transaction.atomic
def set_mentor(*, portfolio: Portfolio, mentor: Person | None, by: Person) -> None:
    """A mentor reads the draft, sees its progress, and may be asked to step back by None."""
    if mentor is not None and mentor.pk == portfolio.owner_id:
        raise Refusal(_("A mentor is somebody else than the writer."))
    if portfolio.mentor_id == (mentor.pk if mentor else None):
        return
    portfolio.mentor = mentor
    portfolio.save(update_fields=["mentor"])
    index_portfolios([portfolio.pk])
    if mentor is None:
        record(MENTOR_LEFT, by=by, about=portfolio)
    else:
        record(
            MENTOR_SET,
            by=by,
            about=portfolio,
            concerns=[(mentor, "mentor")],
            data={"title": portfolio.title, "mentor": mentor.name},
        )


@transaction.atomic
def declare(
    *,
    portfolio: Portfolio,
    by: Person,
    statements: list[str],
    signed_name: str,
    collaborators: str = "",
    nominated_assessor: Person | None = None,
) -> Declaration:
    """Sign: every statement of the scheme has to be agreed to. Signing again replaces the declaration."""
    if portfolio.group_id is not None:
        raise Refusal(
            _(
                "Nobody declares for all: a group portfolio is not handed in. Take a copy of a section into your own"
                " portfolio; who wrote it with you is named there."
            )
        )
    if portfolio.is_locked:
        raise Refusal(_("The portfolio is being assessed, so its declaration stands as it was signed."))
    asked = list(plan_of(portfolio.pathway).declaration)
    if set(asked) - set(statements):
        raise Refusal(_("Every statement has to be agreed to."))
    if not signed_name.strip():
        raise Refusal(_("A declaration is signed with your name."))
    if nominated_assessor is not None and nominated_assessor.pk == portfolio.owner_id:
        raise Refusal(_("You cannot nominate yourself."))
    declaration, _made = Declaration.objects.update_or_create(
        portfolio=portfolio,
        defaults={
            "statements": asked,
            "collaborators": collaborators.strip(),
            "nominated_assessor": nominated_assessor,
            "signed_name": signed_name.strip(),
            "signed_at": clock.now(),
        },
    )
    record(DECLARED, by=by, about=portfolio)
    return declaration


@transaction.atomic
def delete(*, portfolio: Portfolio, by: Person) -> None:
    """All its words go. Refused once it is submitted; what was submitted is kept apart from it in any case."""
    require_free(portfolio)
    written = Revision.objects.filter(part__section__portfolio=portfolio)
    if portfolio.group_id is not None and written.exclude(saved_by=by).exists():
        raise Refusal(_("Others have written in it too, so it is not deleted by one of you."))
    record(DELETED, by=by, about=portfolio, data={"title": portfolio.title})
    forget(Portfolio.objects.filter(pk=portfolio.pk))
    portfolio.delete()


@transaction.atomic
def lock(*, portfolio: Portfolio, by: Person | None, open_codes: list[str] | None) -> None:
    """Leave only the sections with these keys open; an empty list locks all of it, None opens all again."""
    portfolio.open_codes = open_codes
    portfolio.save(update_fields=["open_codes"])
    record(
        OPENED if open_codes is None or open_codes else LOCKED,
        by=by,
        about=portfolio,
        data={"open": open_codes or []},
    )


@transaction.atomic
def made_elsewhere(
    *,
    portfolio: Portfolio,
    by: Person,
    url: str = "",
    access: str = "",
    upload: Any = None,
    whereabouts: Mapping[str, str],
) -> None:
    """The portfolio is at an address or in a file; ``whereabouts`` says by ``Section.key`` where each section is in it.

    Without a new upload the file that is there stays, unless an address takes its place.
    """
    require_free(portfolio)
    if upload is None and not url and portfolio.elsewhere_blob_id is None:
        raise Refusal(_("Give the address of your portfolio, or bring it as a file."))
    if upload is not None:
        name = files.clean_name(upload.name or "")
        portfolio.elsewhere_blob = files.store(
            upload, max_bytes=settings.UPLOAD_MAX_BYTES, name=name, allowed=ELSEWHERE_TYPES
        )
        portfolio.elsewhere_name = name
    if url != portfolio.elsewhere_url:
        portfolio.elsewhere_checked_at = portfolio.elsewhere_answers = None
        portfolio.elsewhere_finding = ""
    portfolio.made_elsewhere = True
    portfolio.elsewhere_url, portfolio.elsewhere_access = url, access.strip()
    portfolio.edited_at = clock.now()
    portfolio.save()
    sections = list(portfolio.sections.select_related("node"))
    for section in sections:
        section.where_elsewhere = whereabouts.get(section.key, section.where_elsewhere).strip()
    Section.objects.bulk_update(sections, ["where_elsewhere"])
    record(MADE_ELSEWHERE, by=by, about=portfolio, data={"url": url})


@transaction.atomic
def made_here(*, portfolio: Portfolio, by: Person) -> None:
    """It is written here after all. The table of where things are is kept, in case of another change of mind."""
    require_free(portfolio)
    portfolio.made_elsewhere = False
    portfolio.elsewhere_url = portfolio.elsewhere_access = portfolio.elsewhere_name = ""
    portfolio.elsewhere_blob = None
    portfolio.elsewhere_answers = portfolio.elsewhere_checked_at = None
    portfolio.elsewhere_finding = ""
    portfolio.save()
    record(MADE_HERE, by=by, about=portfolio)


@transaction.atomic
def note_link_elsewhere(*, portfolio: Portfolio, url: str, answers: bool, finding: str) -> None:
    """What the look at the address found; of no interest if the address has changed meanwhile. Leaves no activity."""
    Portfolio.objects.filter(pk=portfolio.pk, elsewhere_url=url).update(
        elsewhere_answers=answers, elsewhere_finding=finding[:300], elsewhere_checked_at=clock.now()
    )
