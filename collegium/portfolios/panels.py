"""What portfolios put on the pages of other rooms: the bar, what to do next, who reads evidence, what is mine."""

from typing import cast

from django.db.models import Exists, Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collegium.courses.models import Course, Enrolment, Iteration, Week
from collegium.courses.queries.iterations import Standing
from collegium.courses.reports import Part, of, report_part
from collegium.design.places import bar_item, panel, signed_in
from collegium.evidence.models import Evidence
from collegium.evidence.queries import register_aim, register_use
from collegium.evidence.rules import register_reader
from collegium.foundation.files import holds_blobs
from collegium.people.erasure import erases, goes, stays
from collegium.people.export import File, exports
from collegium.people.models import CircleMember, Person
from collegium.people.requests import Request
from collegium.people.waiting import waiting_for, waits
from collegium.people.words import names_stand_in
from collegium.portfolios import export, queries, words
from collegium.portfolios.models import (
    Comment,
    CommentVersion,
    Example,
    Feedback,
    FeedbackRequest,
    Placement,
    Portfolio,
    Revision,
    Section,
    SetAside,
    Share,
    Turn,
)
from collegium.portfolios.queries import meetings

bar_item(
    key="portfolio",
    title=gettext_lazy("Portfolio"),
    url="portfolios:list",
    icon="book-open",
    order=60,
    shown_to=signed_in,
    namespace="portfolios",
)


def _at_hand(request: HttpRequest, person: Person) -> tuple[Portfolio | None, list[Portfolio]]:
    """Asked by two panels of home: read once a request."""
    kept: tuple[Portfolio | None, list[Portfolio]] | None = getattr(request, "portfolios_at_hand", None)
    if kept is None:
        kept = queries.at_hand(person)
        request.portfolios_at_hand = kept  # type: ignore[attr-defined]  # ours, for this request only
    return kept


@panel("home.next", order=30)
def write_on(request: HttpRequest) -> str | None:
    """The section to write next, how much is open, how much time there is."""
    person = cast("Request", request).person
    if person is None:
        return None
    portfolio, _mentored = _at_hand(request, person)
    if portfolio is None or portfolio.is_locked:  # home itself offers the first steps
        return None
    desk = queries.desk(portfolio, with_evidence=False)
    return render_to_string(
        "portfolios/next.jinja",
        {
            "portfolio": portfolio,
            "desk": desk,
            "readiness": queries.check(desk, with_met=False),
            "section": desk.next_section,
        },
        request,
    )


@panel("home.next", order=45)
def read_for(request: HttpRequest) -> str | None:
    """Drafts that wait for a mentor."""
    person = cast("Request", request).person
    if person is None:
        return None
    _own, mentored = _at_hand(request, person)
    if not mentored:
        return None
    return render_to_string("portfolios/next_mentor.jinja", {"portfolios": mentored}, request)


waits("drafts_to_read", lambda person, _now: Exists(queries.asked_anything(person)))


@panel("home.next", order=7)
def read_drafts(request: HttpRequest) -> str | None:
    """What a mentor or a critical friend is asked to read, the next due first."""
    person = cast("Request", request).person
    if person is None or not waiting_for(request, "drafts_to_read"):
        return None
    count, first = queries.to_read_count(person)
    if first is None:
        return None
    return render_to_string("portfolios/next_drafts.jinja", {"count": count, "first": first}, request)


# Courses --------------------------------------------------------------------------------------------------------------


@panel("week.page", order=20)
def draft_of_week(request: HttpRequest, *, week: Week, enrolment: Enrolment | None = None) -> str | None:
    """Begin or continue the section that the week leads to; for whoever takes part."""
    person = cast("Request", request).person
    pathway = week.iteration.pathway
    if person is None or enrolment is None or pathway is None or week.draft_node is None:
        return None
    portfolio, section = queries.draft_of(person, week, pathway)
    return render_to_string(
        "portfolios/of_week.jinja",
        {"week": week, "portfolio": portfolio, "section": section, "title": week.draft_node.title},
        request,
    )


@panel("iteration.page", order=20)
def portfolio_for_iteration(
    request: HttpRequest, *, iteration: Iteration, standing: Standing, **_context: object
) -> str | None:
    """How far one's own portfolio on the pathway has come; for whoever takes part."""
    person = cast("Request", request).person
    if person is None or iteration.pathway is None or not standing.takes_part:
        return None
    found = queries.in_iteration(person, iteration, iteration.pathway)
    return render_to_string(
        "portfolios/of_iteration.jinja",
        {
            "iteration": iteration,
            "portfolio": found.portfolio,
            "begun": sum(words > 0 for words in found.words),
            "sections": len(found.words),
            "written": sum(found.words),
            "is_group": iteration.course.shape == Course.Shape.GROUP,
            "together": found.together,
        },
        request,
    )


def _progress(request: HttpRequest, iteration: Iteration) -> list[queries.Progress]:
    """Asked by a panel for each member: read once a request."""
    kept = request.__dict__.setdefault("progress_of_iterations", {})
    if iteration.pk not in kept:
        kept[iteration.pk] = queries.progress(iteration)
    found: list[queries.Progress] = kept[iteration.pk]
    return found


@panel("group.member", order=20)
def member_of_group(
    request: HttpRequest,
    *,
    iteration: Iteration,
    person: Person | None = None,
    enrolment: Enrolment | None = None,
    **_context: object,
) -> str | None:
    """Drafts and feedback of one member, in numbers and not in words. Whoever may open the page may see it."""
    member_id = person.pk if person is not None else enrolment.person_id if enrolment is not None else None
    each = next((each for each in _progress(request, iteration) if each.person.pk == member_id), None)
    if each is None:
        return None
    return render_to_string("portfolios/of_member.jinja", {"each": each}, request)


def _drafts_for(request: HttpRequest, week: Week, reader: Person) -> meetings.MeetingDrafts:
    """Asked by a panel for each member, and by that for one's own: read once a request."""
    kept = request.__dict__.setdefault("drafts_for_meetings", {})
    if week.pk not in kept:
        kept[week.pk] = meetings.drafts_for(week, reader)
    found: meetings.MeetingDrafts = kept[week.pk]
    return found


@panel("meeting.member", order=10)
@panel("group.member", order=10)
def draft_for_meeting(
    request: HttpRequest, *, person: Person | None = None, week: Week | None = None, **_context: object
) -> str | None:
    """Whether a member's draft for the meeting is there for the reader to be read; that it is not, is said of nobody."""
    reader = cast("Request", request).person
    if reader is None or person is None or week is None:
        return None
    sections = _drafts_for(request, week, reader).by_writer.get(person.pk, [])
    if not sections:
        return None
    return render_to_string("portfolios/in_meeting.jinja", {"sections": sections}, request)


@panel("meeting.share", order=20)
def share_for_meeting(
    request: HttpRequest, *, week: Week, enrolment: Enrolment | None = None, **_context: object
) -> str | None:
    """In one step: the group, or the critical friend, reads one's draft until the meeting is over."""
    person = cast("Request", request).person
    if person is None or enrolment is None:
        return None
    drafts = meetings.own_drafts(person, week, _drafts_for(request, week, person))
    if not drafts:
        return None
    return render_to_string("portfolios/for_meeting.jinja", {"drafts": drafts, "week": week}, request)


@report_part("drafts", order=30)
def drafts_in_report(iteration: Iteration) -> Part | None:
    """As beside each member, in numbers that can be kept when a group ends."""
    members = queries.progress(iteration)
    if not members:
        return None
    said = {
        "none": _("none yet"),
        "writing": _("being written"),
        "submitted": _("submitted"),
        "referred": _("back for changes"),
    }
    return Part(
        _("Drafts and feedback"),
        [
            _("Member"),
            _("Sections begun"),
            _("Words"),
            _("Feedback asked"),
            _("received"),
            _("given"),
            _("Comments made"),
            _("Portfolio"),
        ],
        [
            [
                of(each.person),
                f"{each.begun}/{each.sections}" if each.portfolio else "—",
                each.words,
                each.asked,
                each.received,
                each.given,
                each.comments,
                said.get(each.state, ""),
            ]
            for each in members
        ],
    )


# Evidence -------------------------------------------------------------------------------------------------------------


@register_reader
def reads_in_portfolio(person: Person | None, evidence: Evidence, request: HttpRequest | None) -> bool:
    """Whoever may read where it is placed, by account or by a link opened in this session."""
    return queries.opens_evidence(
        person, evidence, queries.opened_by(getattr(request, "session", None) if request else None)
    )


@panel("evidence.page", order=20)
def used_in(request: HttpRequest, *, evidence: Evidence) -> str | None:
    """Where its owner has placed it; of no concern to other readers."""
    person = cast("Request", request).person
    if person is None or person.pk != evidence.owner_id:
        return None
    placements = Placement.objects.filter(evidence=evidence).select_related(
        "section__portfolio", "section__node"
    )
    return render_to_string("portfolios/used_in.jinja", {"placements": list(placements)}, request)


@register_use
def used() -> "QuerySet[Placement, int]":
    return Placement.objects.values_list("evidence", flat=True)


@register_aim
def aimed_at(person: Person) -> list[int]:
    return queries.frameworks_of(person)


@holds_blobs
def elsewhere_files() -> "QuerySet[Portfolio, str]":
    return Portfolio.objects.filter(elsewhere_blob__isnull=False).values_list("elsewhere_blob", flat=True)


@names_stand_in
def title_of_their_portfolios(person: Person) -> None:
    words.index_titles(Portfolio.objects.filter(owner=person))


# Mine -----------------------------------------------------------------------------------------------------------------


@erases(order=40)
def erase_portfolios(person: Person) -> None:
    """With all words and revisions. What was submitted is a frozen copy, of which accreditation speaks."""
    shares = Share.objects.filter(person=person)
    shared = list(shares.filter(section__isnull=True).values_list("portfolio", flat=True))
    in_part = list(shares.filter(section__isnull=False).values_list("section", flat=True))
    mentored = list(Portfolio.objects.filter(mentor=person).values_list("pk", flat=True))
    shares.delete()
    Portfolio.objects.filter(mentor=person).update(mentor=None)
    Turn.objects.filter(person=person).delete()
    SetAside.objects.filter(person=person).delete()
    FeedbackRequest.objects.filter(Q(by=person) | Q(person=person)).delete()
    Feedback.objects.filter(by=person).delete()
    said = Comment.objects.filter(by=person)
    answered = Comment.objects.filter(reply_to__by=person).exclude(by=person)
    CommentVersion.objects.filter(comment__by=person).delete()
    said.filter(pk__in=list(answered.values_list("reply_to", flat=True))).update(
        words="", edited_at=None, by=None
    )
    Comment.objects.filter(by=person).delete()
    own_pages = Section.objects.filter(writer=person)
    words.forget_sections(own_pages)
    own_pages.delete()
    Example.objects.filter(by=person, portfolio__group__isnull=False).delete()
    for portfolio in Portfolio.objects.filter(owner=person, group__isnull=False):
        # What several wrote is not one's own to delete: somebody else of the group keeps it.
        heir = (
            CircleMember.objects.filter(circle=portfolio.group_id)
            .exclude(person=person)
            .order_by("since", "pk")
            .first()
        )
        if heir is not None:
            Portfolio.objects.filter(pk=portfolio.pk).update(owner=heir.person)
            shared.append(portfolio.pk)
    own = Portfolio.objects.filter(owner=person)
    words.forget(own)
    own.delete()
    words.index_portfolios([*shared, *mentored])
    words.index_sections(in_part)


@goes
def portfolios_go(person: Person) -> list[str]:
    count = Portfolio.objects.own().filter(owner=person).count()
    goes_too: list[str] = []
    if Comment.objects.filter(by=person).exists() or Feedback.objects.filter(by=person).exists():
        goes_too.append(_("Comments and feedback that you gave on drafts of others"))
    if Section.objects.filter(writer=person).exists():
        goes_too.append(_("Pages of your own in the portfolios of groups"))
    if not count:
        return goes_too
    return [
        *goes_too,
        ngettext(
            "Your portfolio, with its words and their earlier versions",
            "Your %(count)d portfolios, with their words and earlier versions",
            count,
        )
        % {"count": count},
    ]


@stays
def words_written_together_stay(person: Person) -> list[str]:
    shared = Revision.objects.filter(
        saved_by=person, part__section__portfolio__group__isnull=False, part__section__writer__isnull=True
    )
    if not shared.exists():
        return []
    return [_("Words that you wrote with others in shared sections: they are the group's too")]


@exports("feedback", title=gettext_lazy("Comments and feedback"))
def my_feedback(person: Person) -> tuple[dict[str, object], list[File]]:
    comments = (
        Comment.objects.filter(by=person)
        .select_related("part__section__node")
        .prefetch_related("versions")
        .order_by("pk")
    )
    given = Feedback.objects.filter(by=person).select_related("request__section__node").order_by("pk")
    asked = FeedbackRequest.objects.filter(by=person).for_display().order_by("pk")
    aside = SetAside.objects.filter(person=person).select_related("part__section__node").order_by("pk")
    return {
        "comments": [
            {
                "section": str(each.part.section),
                "passage": each.passage,
                "words": each.words,
                "made_at": each.made_at.isoformat(),
                "said_before": [version.words for version in each.versions.all()],
            }
            for each in comments
        ],
        "feedback_given": [
            {
                "section": str(each.request.section),
                "words": each.words,
                "given_at": each.given_at.isoformat(),
                "thanks": each.thanks,
            }
            for each in given
        ],
        "feedback_asked": [
            {
                "section": str(each.section),
                "of": str(each.asked),
                "words": each.words,
                "asked_at": each.asked_at.isoformat(),
            }
            for each in asked
        ],
        "set_aside": [{"section": str(each.part.section), "html": each.html} for each in aside],
    }, []


@exports("portfolios", title=gettext_lazy("Portfolios"))
def my_portfolios(person: Person) -> tuple[list[dict[str, object]], list[File]]:
    facts: list[dict[str, object]] = []
    brought: list[File] = []
    circles = CircleMember.objects.filter(person=person).values("circle")
    mine = Q(owner=person, group__isnull=True) | Q(group__in=circles)
    for portfolio in Portfolio.objects.filter(mine).for_display().order_by("pk"):
        taken = queries.snapshot(portfolio)
        facts.append(
            {
                **taken,
                "begun_at": portfolio.begun_at.isoformat(),
                "edited_at": portfolio.edited_at.isoformat(),
                "audience": str(portfolio.get_audience_display()),
                "address": portfolio.slug,
                "earlier_versions": queries.revisions_of(portfolio),
                "group": portfolio.group.name if portfolio.group else None,
                "examples": [
                    {"title": each.title, "section": each.node.code if each.node else None}
                    for each in portfolio.examples.select_related("node")
                ],
            }
        )
        pages = export.html_folder(taken, queries.files_of(portfolio), show_access=True)
        brought.append((f"{portfolio.pk}.zip", pages))
    return facts, brought
