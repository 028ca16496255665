"""Beginning, writing, arranging, signing, sharing: the only code that changes a portfolio."""

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.evidence.models import Evidence, PersonShown
from collegium.foundation import clock, files, richtext
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience, Circle, Person
from collegium.portfolios import passages
from collegium.portfolios.models import Declaration, Part, Placement, Portfolio, Revision, Section, Share
from collegium.portfolios.queries.plans import plan_of
from collegium.schemes.models import Node, Pathway

SITTING = dt.timedelta(minutes=10)  # saves of one person within it share a revision
ELSEWHERE_TYPES = frozenset(
    files.kinds["document"]
    & {
        "application/pdf",
        "application/zip",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    }
)

BEGUN = verb("portfolio.begun", history=gettext_lazy("%(actor)s began “%(title)s”"))
WRITTEN = verb("portfolio.written", history=gettext_lazy("%(actor)s wrote in %(section)s"))
SETTLED = verb(
    "portfolio.settled", history=gettext_lazy("%(actor)s brought two versions of %(section)s together")
)
RESTORED = verb(
    "portfolio.restored", history=gettext_lazy("%(actor)s went back to an earlier version in %(section)s")
)
SECTION_ADDED = verb("portfolio.section_added", history=gettext_lazy("%(actor)s added %(section)s"))
SECTION_REMOVED = verb("portfolio.section_removed", history=gettext_lazy("%(actor)s removed %(section)s"))
SECTION_NAMED = verb("portfolio.section_named", history=gettext_lazy("%(actor)s named %(section)s"))
SECTION_TAGGED = verb(
    "portfolio.section_tagged", history=gettext_lazy("%(actor)s said which dimensions %(section)s speaks for")
)
PLACED = verb("portfolio.evidence_placed", history=gettext_lazy("%(actor)s placed evidence in %(section)s"))
UNPLACED = verb(
    "portfolio.evidence_unplaced", history=gettext_lazy("%(actor)s took evidence out of %(section)s")
)
DETAILS_CHANGED = verb(
    "portfolio.details_changed", history=gettext_lazy("%(actor)s changed the title or the target date")
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
MADE_ELSEWHERE = verb(
    "portfolio.made_elsewhere", history=gettext_lazy("%(actor)s said where the portfolio is")
)
MADE_HERE = verb("portfolio.made_here", history=gettext_lazy("%(actor)s decided to write the portfolio here"))
LOCKED = verb("portfolio.locked", history=gettext_lazy("It was locked, since it is being assessed"))
OPENED = verb("portfolio.opened", history=gettext_lazy("It was opened for writing again"))
DELETED = verb("portfolio.deleted", history=gettext_lazy("%(actor)s deleted “%(title)s”"))


class Conflict(Refusal):
    """Somebody saved the part meanwhile: ``current`` is what stands, ``difference`` how ``mine`` differs from it."""

    def __init__(self, current: Part, mine: SafeString) -> None:
        super().__init__(
            _("This was saved from another place meanwhile. Both versions are here: choose what to keep."),
            code="conflict",
        )
        self.current = current
        self.mine = mine
        self.difference = richtext.difference(current.html, mine)


# Beginning ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def begin(*, by: Person, pathway: Pathway, title: str = "") -> Portfolio:
    """A portfolio with a page for each section that the pathway names; none yet where the scheme has not said which."""
    portfolio = Portfolio.objects.create(
        owner=by,
        pathway=pathway,
        title=title.strip() or _("My %(pathway)s portfolio") % {"pathway": pathway.title},
    )
    _bring_in_sections(portfolio)
    record(BEGUN, by=by, about=portfolio, data={"title": portfolio.title})
    return portfolio


@transaction.atomic
def bring_in_sections(*, portfolio: Portfolio, by: Person) -> int:
    """Add the sections that the scheme names and the portfolio lacks, such as when a coordinator has answered a rule."""
    _require_free(portfolio)
    made = _bring_in_sections(portfolio)
    for section in made:
        record(SECTION_ADDED, by=by, about=portfolio, data={"section": str(section.node)})
    return len(made)


def _bring_in_sections(portfolio: Portfolio) -> list[Section]:
    there: dict[int, int] = {}
    for node_id in Section.objects.filter(portfolio=portfolio).values_list("node_id", flat=True):
        there[node_id] = there.get(node_id, 0) + 1
    made = []
    for planned in plan_of(portfolio.pathway).sections:
        wanted = max(planned.min_instances, 1)
        for instance in range(there.get(planned.node.pk, 0) + 1, wanted + 1):
            section = Section.objects.create(portfolio=portfolio, node=planned.node, instance=instance)
            Part.objects.bulk_create(
                Part(section=section, component=component.key) for component in planned.components
            )
            made.append(section)
    return made


@transaction.atomic
def add_instance(*, portfolio: Portfolio, node: Node, by: Person) -> Section:
    """One more section of a node that may come several times, such as a second specialist area."""
    _require_free(portfolio)
    planned = next((each for each in plan_of(portfolio.pathway).sections if each.node.pk == node.pk), None)
    if planned is None:
        raise Refusal(_("This pathway has no section “%(section)s”.") % {"section": node.title})
    instances = list(
        Section.objects.filter(portfolio=portfolio, node=node).values_list("instance", flat=True)
    )
    most = planned.max_instances
    if len(instances) >= most:
        raise Refusal(
            _("“%(section)s” can be there %(most)s times at most.") % {"section": node.title, "most": most}
            if most > 1
            else _("“%(section)s” can be there only once.") % {"section": node.title}
        )
    section = Section.objects.create(portfolio=portfolio, node=node, instance=max(instances, default=0) + 1)
    Part.objects.bulk_create(
        Part(section=section, component=component.key) for component in planned.components
    )
    record(SECTION_ADDED, by=by, about=portfolio, data={"section": str(node)})
    _touch(portfolio)
    return section


@transaction.atomic
def remove_instance(*, section: Section, by: Person) -> None:
    """Its words and their revisions go with it; the evidence placed in it stays with its owner."""
    portfolio = section.portfolio
    _require_free(portfolio)
    if not Section.objects.filter(portfolio=portfolio, node=section.node).exclude(pk=section.pk).exists():
        raise Refusal(
            _("This is the only “%(section)s” of the portfolio, so it stays.")
            % {"section": section.node.title}
        )
    record(SECTION_REMOVED, by=by, about=portfolio, data={"section": str(section)})
    section.delete()
    _touch(portfolio)


# Writing --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def write(*, section: Section, component: str, html: str, on_revision: int, by: Person) -> Part:
    """Save the words of one part. ``on_revision`` is the revision that they were written on.

    Saving the same words again changes nothing, so a save whose answer was lost can be repeated. Raises ``Conflict`` if
    the part was saved meanwhile. Leaves an activity for each sitting, not for each save.
    """
    _require_open(section)
    part = _held_part(section, component)
    words = passages.tidy(html)
    if words == part.html:
        return part
    if on_revision != part.revision:
        raise Conflict(part, words)
    if _save(part, words, by):
        record(WRITTEN, by=by, about=section.portfolio, data={"section": str(section)})
    return part


Choice = Literal["mine", "theirs", "both"]


@transaction.atomic
def settle(
    *, section: Section, component: str, mine: str, choice: Choice, on_revision: int, by: Person
) -> Part:
    """End a conflict. What is not chosen is kept as a revision of its own, whatever the choice."""
    _require_open(section)
    part = _held_part(section, component)
    words, theirs = passages.tidy(mine), part.html
    if on_revision != part.revision:
        raise Conflict(part, words)
    if words != theirs:
        _save(part, words, by, apart=True)
        if choice == "theirs":
            _save(part, theirs, by, apart=True)
        elif choice == "both":
            _save(part, passages.tidy(f"{theirs}<hr>{words}"), by, apart=True)
        record(SETTLED, by=by, about=section.portfolio, data={"section": str(section)})
    return part


@transaction.atomic
def restore(*, revision: Revision, by: Person) -> Part:
    """The part says again what it said then; what it said in between stays among its revisions."""
    section = revision.part.section
    _require_open(section)
    part = _held_part(section, revision.part.component)
    if part.html != revision.html:
        _save(part, revision.html, by, apart=True)
        record(RESTORED, by=by, about=section.portfolio, data={"section": str(section)})
    return part


def _held_part(section: Section, component: str) -> Part:
    part = Part.objects.select_for_update().filter(section=section, component=component).first()
    if part is None:
        raise Refusal(_("This section has no such part."))
    return part


def _save(part: Part, html: str, by: Person, *, apart: bool = False) -> bool:
    """True if a sitting began with it. ``apart``: as a revision of its own, so that it can be gone back to."""
    now = clock.now()
    part.html = html
    part.words = richtext.word_count(html)
    part.marks = richtext.marked_principles(html)
    part.revision += 1
    part.saved_at = now
    part.save(update_fields=["html", "words", "marks", "revision", "saved_at"])
    last = Revision.objects.filter(part=part).first()
    is_same_sitting = (
        not apart
        and last is not None
        and last.saved_by_id == by.pk
        and now - last.begun_at < SITTING
        and last.number == part.revision - 1
    )
    if is_same_sitting and last is not None:
        last.number, last.html, last.words, last.saved_at = part.revision, html, part.words, now
        last.save(update_fields=["number", "html", "words", "saved_at"])
    else:
        Revision.objects.create(
            part=part,
            number=part.revision,
            html=html,
            words=part.words,
            saved_by=by,
            begun_at=now,
            saved_at=now,
        )
    _note_embedded(part.section_id)
    Portfolio.objects.filter(sections=part.section_id).update(edited_at=now)
    return not is_same_sitting


def _note_embedded(section_id: int) -> None:
    """Keep placements in step with the words: only the owner's own evidence, whatever number somebody writes."""
    needed: set[int] = set()
    for html in Part.objects.filter(section=section_id).values_list("html", flat=True):
        needed.update(passages.evidence_in(html))
    placed = {placement.evidence_id: placement for placement in Placement.objects.filter(section=section_id)}
    changed = []
    for evidence_id, placement in placed.items():
        if placement.embedded != (evidence_id in needed):
            placement.embedded = evidence_id in needed
            changed.append(placement)
    Placement.objects.bulk_update(changed, ["embedded"])
    missing = needed - placed.keys()
    if missing:
        own = Evidence.objects.filter(pk__in=missing, owner__portfolios__sections=section_id)
        Placement.objects.bulk_create(
            Placement(section_id=section_id, evidence=evidence, embedded=True)
            for evidence in own.order_by("pk")
        )


# Evidence, dimensions, titles -----------------------------------------------------------------------------------------


@transaction.atomic
def place(*, section: Section, evidence: Evidence, by: Person) -> Placement:
    """Put evidence beside the words of a section. Whoever may read the section may then read it too."""
    _require_open(section)
    if evidence.owner_id != section.portfolio.owner_id:
        raise Refusal(_("Only your own evidence can be placed in your portfolio."))
    placement, is_new = Placement.objects.get_or_create(section=section, evidence=evidence)
    if is_new:
        record(
            PLACED, by=by, about=section.portfolio, data={"section": str(section), "evidence": evidence.title}
        )
        _touch(section.portfolio)
    return placement


@transaction.atomic
def unplace(*, section: Section, evidence: Evidence, by: Person) -> None:
    _require_open(section)
    placement = Placement.objects.filter(section=section, evidence=evidence).first()
    if placement is None:
        return
    if placement.embedded:
        raise Refusal(
            _("“%(title)s” stands in your words: take it out there, then it can be taken from beside them.")
            % {"title": evidence.title}
        )
    placement.delete()
    record(
        UNPLACED, by=by, about=section.portfolio, data={"section": str(section), "evidence": evidence.title}
    )
    _touch(section.portfolio)


@transaction.atomic
def tag(*, section: Section, nodes: Iterable[Node], by: Person) -> None:
    """Say which dimensions of the framework the section also speaks for: these, and no others."""
    _require_open(section)
    wanted = list(nodes)
    known = {each.node.pk for each in plan_of(section.portfolio.pathway).dimensions}
    if any(node.pk not in known for node in wanted):
        raise Refusal(_("One of these is not a dimension of this framework."))
    section.dimensions.set(wanted)
    record(
        SECTION_TAGGED,
        by=by,
        about=section.portfolio,
        data={"section": str(section), "dimensions": [node.code for node in wanted]},
    )
    _touch(section.portfolio)


@transaction.atomic
def name_section(*, section: Section, title: str, by: Person) -> None:
    """An own title; an empty one gives the framework's title back."""
    _require_open(section)
    section.title = title.strip()
    section.save(update_fields=["title"])
    record(SECTION_NAMED, by=by, about=section.portfolio, data={"section": str(section)})
    _touch(section.portfolio)


# The portfolio as a whole ---------------------------------------------------------------------------------------------


@transaction.atomic
def change_details(*, portfolio: Portfolio, title: str, target_date: dt.date | None, by: Person) -> None:
    portfolio.title = title.strip()
    portfolio.target_date = target_date
    portfolio.save(update_fields=["title", "target_date"])
    record(DETAILS_CHANGED, by=by, about=portfolio)


@transaction.atomic
def set_mentor(*, portfolio: Portfolio, mentor: Person | None, by: Person) -> None:
    """A mentor reads the draft, sees its progress, and may be asked to step back by None."""
    if mentor is not None and mentor.pk == portfolio.owner_id:
        raise Refusal(_("A mentor is somebody else than the writer."))
    if portfolio.mentor_id == (mentor.pk if mentor else None):
        return
    portfolio.mentor = mentor
    portfolio.save(update_fields=["mentor"])
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
    _require_free(portfolio)
    record(DELETED, by=by, about=portfolio, data={"title": portfolio.title})
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


# Made elsewhere -------------------------------------------------------------------------------------------------------


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
    _require_free(portfolio)
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
    _require_free(portfolio)
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


# Who may read ---------------------------------------------------------------------------------------------------------


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
    if not is_new:
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
    if not is_new:
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
    token = secrets.token_urlsafe(24)
    share = Share.objects.create(
        portfolio=portfolio,
        section=section,
        token_hash=token_hash(token),
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
    record(
        SHARE_ENDED, by=by, about=share.portfolio, data={"reader": share.label or _("whoever has the link")}
    )


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


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
    record(PUBLISHED, by=by, about=portfolio, data={"licence": portfolio.get_licence_display(), "slug": slug})


@transaction.atomic
def unpublish(*, portfolio: Portfolio, by: Person) -> None:
    """Private again. The address stays reserved for it."""
    if not portfolio.is_published:
        return
    portfolio.audience, portfolio.published_at = Audience.PRIVATE, None
    portfolio.save(update_fields=["audience", "published_at"])
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


# --------------------------------------------------------------------------------------------------------------------


def _touch(portfolio: Portfolio) -> None:
    portfolio.edited_at = clock.now()
    portfolio.save(update_fields=["edited_at"])


def _require_open(section: Section) -> None:
    if not section.is_open:
        raise Refusal(
            _("“%(section)s” is locked: it is being assessed, or was not referred back to you.")
            % {"section": section.name},
            code="locked",
        )


def _require_free(portfolio: Portfolio) -> None:
    if not portfolio.is_free:
        raise Refusal(
            _("The portfolio has been submitted, so its sections stay as they are for now."), code="locked"
        )
