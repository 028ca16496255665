"""Reading a draft with its writer: comments on a passage, feedback asked for, given and thanked."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, trigger_client_event

from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal, require
from collegium.people.queries import faces
from collegium.people.requests import SignedInRequest, signed_in
from collegium.portfolios import actions, anchors, queries, rules
from collegium.portfolios.forms import (
    AskFeedbackForm,
    CommentForm,
    GiveFeedbackForm,
    ReplyForm,
    ThanksForm,
)
from collegium.portfolios.models import Comment, Feedback, FeedbackRequest, Part, Section
from collegium.portfolios.views.loading import complaints, load_section, typed

CHOSEN = ":"  # between component and number of a chosen paragraph


def reading(
    request: SignedInRequest, found: Section, *, form: CommentForm | None = None, status: int = 200
) -> HttpResponseBase:
    """The page of a section for whoever does not write in it at this moment."""
    person = request.person
    laid = queries.desk(found.portfolio)
    here = laid.by_pk[found.pk]
    taken = queries.snapshot(found.portfolio, laid=laid, only=found)
    sees_progress = rules.may_see_progress(person, found.portfolio)
    comments = rules.may_comment(person, found)
    parts = [each.part for each in here.components if each.part is not None]
    commented = queries.comments_on(found, parts) if comments else queries.Commented()
    for component in taken["sections"][0]["components"]:
        component["html"] = commented.marked(component["key"], component["html"])
    writes = rules.may_write(person, found)
    is_shared = found.portfolio.group_id is not None and found.writer_id is None
    asked = queries.asked_here(person, found) if comments else None
    return render(
        request,
        "portfolios/read_section.jinja",
        {
            "portfolio": found.portfolio,
            "section": found,
            "here": here,
            "taken": taken if sees_progress else queries.public(taken),
            "evidence_by_id": queries.evidence_by_id(taken),
            "sees_progress": sees_progress,
            "may_comment": comments,
            "commented": commented,
            "faces": faces(commented.people(), person),
            "comment_form": (form or CommentForm(choices=_choices(here), auto_id="comment-%s"))
            if comments and here.words
            else None,
            "reply_form": ReplyForm(auto_id=False),
            "settles": writes or rules.may_see_versions(person, found),
            "asked": asked,
            "turn": queries.turn_of(found) if writes and is_shared else None,
            "may_take_turn": writes and is_shared,
            "asides": queries.set_aside_by(person, found) if writes and is_shared else [],
            "may_copy": is_shared and rules.may_take_copy(person, found),
        },
        status=status,
    )


def _choices(here: queries.DeskSection) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (
            component.title,
            [
                (f"{component.key}{CHOSEN}{each.number}", each.lead)
                for each in queries.paragraphs(component.part.html)
            ],
        )
        for component in here.components
        if component.part is not None and component.part.html
    ]


# Comments -------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@signed_in
def comments(request: SignedInRequest, portfolio_id: int, section_id: int) -> HttpResponseBase:
    """POST comments on a passage; GET is where a reload after that leads."""
    found = load_section(request.person, portfolio_id, section_id)
    require(allowed=rules.may_comment(request.person, found))
    if request.method == "GET":
        return redirect(found)
    here = queries.desk(found.portfolio).by_pk[found.pk]
    form = CommentForm(request.POST, choices=_choices(here), auto_id="comment-%s")
    if form.is_valid():
        component, anchor = _chosen(form.cleaned_data, here)
        if anchor is None:
            form.add_error("paragraph", _("The words have changed since. Choose the passage again."))
        else:
            try:
                made = actions.comment(
                    section=found,
                    component=component,
                    anchor=anchor,
                    words=form.cleaned_data["words"],
                    by=request.person,
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                return redirect(f"{found.get_absolute_url()}#comment-{made.pk}")
    return reading(request, found, form=form, status=422)


def _chosen(data: dict[str, Any], here: queries.DeskSection) -> tuple[str, anchors.Anchor | None]:
    """What was selected, or the paragraph that was chosen."""
    if data["exact"]:
        exact = anchors.plain(data["exact"])[: anchors.LONGEST]
        around = data["before"][-anchors.AROUND :], data["after"][: anchors.AROUND]
        return data["component"], anchors.Anchor(exact, *around, data["start"] or 0) if exact else None
    component, _colon, number = data["paragraph"].partition(CHOSEN)
    part: Part | None = next((each.part for each in here.components if each.key == component), None)
    return component, queries.paragraph_anchor(part.html, int(number)) if part else None


def _load_comment(request: SignedInRequest, comment_id: int) -> Comment:
    found = queries.comment_seen_by(request.person, comment_id)
    if found is None or not rules.may_comment(request.person, found.part.section):
        raise Http404
    return found


@require_http_methods(["GET"])
@signed_in
def comment(request: SignedInRequest, comment_id: int) -> HttpResponseBase:
    """Where a notification leads: the section, at the comment."""
    found = _load_comment(request, comment_id)
    return redirect(f"{found.part.section.get_absolute_url()}#comment-{found.reply_to_id or found.pk}")


@require_http_methods(["POST"])
@signed_in
def reply(request: SignedInRequest, comment_id: int) -> HttpResponseBase:
    found = _load_comment(request, comment_id)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _not_said(request, found, complaints(form))
    try:
        actions.reply(comment=found, words=form.cleaned_data["words"], by=request.person)
    except Refusal as refusal:
        return _not_said(request, found, str(refusal))
    return _again(request, found)


@require_http_methods(["POST"])
@signed_in
def change_comment(request: SignedInRequest, comment_id: int) -> HttpResponseBase:
    """Other words for a comment, or a reply, that was sent already."""
    found = _load_comment(request, comment_id)
    require(allowed=rules.may_change_comment(request.person, found))
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _not_said(request, found, complaints(form))
    try:
        actions.change_comment(comment=found, words=form.cleaned_data["words"], by=request.person)
    except Refusal as refusal:
        return _not_said(request, found, str(refusal))
    return _again(request, found)


@require_http_methods(["GET"])
@signed_in
def comment_history(request: SignedInRequest, comment_id: int) -> HttpResponseBase:
    """What it said before: for whoever may read the comment."""
    found = _load_comment(request, comment_id)
    return render(
        request,
        "portfolios/comment_history.jinja",
        {
            "comment": found,
            "section": found.part.section,
            "back": f"{found.part.section.get_absolute_url()}#comment-{found.reply_to_id or found.pk}",
            "versions": list(found.versions.all()),
        },
    )


@require_http_methods(["POST"])
@signed_in
def settle_comment(request: SignedInRequest, comment_id: int) -> HttpResponseBase:
    """Settled, or with ``again`` open once more."""
    found = _load_comment(request, comment_id)
    require(allowed=rules.may_settle(request.person, found))
    if "again" in request.POST:
        actions.reopen_comment(comment=found, by=request.person)
    else:
        actions.settle_comment(comment=found, by=request.person)
    return _again(request, found)


@require_http_methods(["POST"])
@signed_in
def take_back(request: SignedInRequest, comment_id: int) -> HttpResponseBase:
    found = _load_comment(request, comment_id)
    require(allowed=rules.may_take_back(request.person, found))
    actions.take_back(comment=found, by=request.person)
    return _again(request, found)


def _not_said(request: SignedInRequest, found: Comment, why: str) -> HttpResponseBase:
    """Beside the editor the words stay in their field; without a script the section is shown again, with the reason."""
    if not request.htmx:
        messages.error(request, why)
        return _again(request, found)
    return trigger_client_event(reswap(HttpResponse(), "none"), "toast", {"value": why})


def _again(request: SignedInRequest, found: Comment) -> HttpResponseBase:
    section = found.part.section
    if not request.htmx:
        root = found.reply_to_id or found.pk
        return redirect(f"{section.get_absolute_url()}#comment-{root or 's'}")
    parts = list(section.parts.all())
    return render(request, "portfolios/notes_beside.jinja", beside(request, section, parts))


def beside(request: SignedInRequest, section: Section, parts: list[Part]) -> dict[str, Any]:
    """What the desk shows of comments beside its editors."""
    commented = queries.comments_on(section, parts)
    return {
        "commented": commented,
        "faces": faces(commented.people(), request.person),
        "settles": True,
        "reply_form": ReplyForm(auto_id=False),
    }


# Feedback -------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET"])
@signed_in
def drafts(request: SignedInRequest) -> HttpResponseBase:
    """What mentors and critical friends are asked to read, the next due first."""
    person = request.person
    waiting = queries.to_read(person)
    expected = queries.expected_of(person)
    return render(
        request,
        "portfolios/drafts.jinja",
        {
            "waiting": waiting,
            "expected": expected,
            "given": queries.given_by(person),
            "mentored": queries.mentored(person),
            "faces": faces([*(each.by for each in waiting), *(each.writer for each in expected)], person),
        },
    )


@require_http_methods(["GET", "POST"])
@signed_in
def feedback(request: SignedInRequest, portfolio_id: int, section_id: int) -> HttpResponseBase:
    """The writer's page: whom one asked, what they said, and asking."""
    found = load_section(request.person, portfolio_id, section_id)
    require(allowed=rules.may_ask_feedback(request.person, found))
    form = AskFeedbackForm(typed(request), writer=request.person, auto_id="ask-%s")
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask_feedback(section=found, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Asked. It is on their page of drafts to read."))
            return redirect("portfolios:feedback", portfolio_id=portfolio_id, section_id=section_id)
    requests = queries.requests_on(found)
    people = [each.person for each in requests if each.person]
    people += [given.by for each in requests for given in each.given.all()]
    return render(
        request,
        "portfolios/feedback.jinja",
        {
            "portfolio": found.portfolio,
            "section": found,
            "form": form,
            "requests": requests,
            "offers": queries.offers(request.person, found),
            "shares": [
                share for share in queries.shares_of(found.portfolio) if share.section_id in {None, found.pk}
            ],
            "faces": faces(people, request.person),
            "thanks_form": ThanksForm(auto_id=False),
        },
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["POST"])
@signed_in
def until_meeting(request: SignedInRequest, portfolio_id: int, section_id: int) -> HttpResponseBase:
    """One step: the group, or the critical friend of this meeting, may read until it is over; ``ask`` asks them too."""
    found = load_section(request.person, portfolio_id, section_id)
    require(allowed=rules.may_ask_feedback(request.person, found))
    offer = next(
        (
            each
            for each in queries.offers(request.person, found)
            if str(each.week.pk) == request.POST.get("week")
        ),
        None,
    )
    if offer is None:
        raise Http404
    friend = next((each for each in offer.friends if str(each.pk) == request.POST.get("friend")), None)
    try:
        if "ask" in request.POST:
            actions.ask_feedback(
                section=found,
                by=request.person,
                person=friend,
                circle=None if friend else offer.circle,
                until=offer.until.date(),
            )
            messages.success(request, _("Asked. It is on their page of drafts to read."))
        elif friend is not None:
            actions.share_with_person(
                portfolio=found.portfolio,
                section=found,
                person=friend,
                expires_at=offer.until,
                by=request.person,
            )
            messages.success(request, _("%(name)s can read it until the meeting is over.") % {"name": friend})
        else:
            actions.share_with_circle(
                portfolio=found.portfolio,
                section=found,
                circle=offer.circle,
                expires_at=offer.until,
                by=request.person,
            )
            messages.success(
                request, _("%(name)s can read it until the meeting is over.") % {"name": offer.circle}
            )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("portfolios:feedback", portfolio_id=portfolio_id, section_id=section_id)


def _load_request(request: SignedInRequest, request_id: int) -> FeedbackRequest:
    found = queries.request_seen_by(request.person, request_id)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@signed_in
def feedback_request(request: SignedInRequest, request_id: int) -> HttpResponseBase:
    """For whom it was asked of: read, and say. Its writer is led to what was said."""
    found = _load_request(request, request_id)
    section = found.section
    if found.by_id == request.person.pk:
        return redirect("portfolios:feedback", portfolio_id=section.portfolio_id, section_id=section.pk)
    given = Feedback.objects.filter(request=found, by=request.person).first()
    form = GiveFeedbackForm(typed(request), initial={"words": given.words if given else ""})
    if request.method == "POST":
        require(
            allowed=rules.may_give_feedback(request.person, found),
            because=_("This request has ended: its writer has what they need."),
        )
        if form.is_valid():
            try:
                actions.give_feedback(request=found, words=form.cleaned_data["words"], by=request.person)
            except Refusal as refusal:
                form.add_error("words", str(refusal))
            else:
                messages.success(request, _("Your feedback is with its writer."))
                return redirect("portfolios:drafts")
    return render(
        request,
        "portfolios/feedback_request.jinja",
        {
            "asked": found,
            "section": section,
            "portfolio": section.portfolio,
            "given": given,
            "form": form,
            "may_give": rules.may_give_feedback(request.person, found),
            "faces": faces([found.by], request.person),
        },
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["POST"])
@signed_in
def end_request(request: SignedInRequest, request_id: int) -> HttpResponseBase:
    found = _load_request(request, request_id)
    require(allowed=rules.may_thank(request.person, found))
    actions.end_request(request=found, by=request.person)
    messages.success(request, _("The request has ended. Who may read is as it was."))
    return redirect(
        "portfolios:feedback", portfolio_id=found.section.portfolio_id, section_id=found.section_id
    )


@require_http_methods(["POST"])
@signed_in
def thank(request: SignedInRequest, feedback_id: int) -> HttpResponseBase:
    given = get_object_or_404(Feedback.objects.select_related("by"), pk=feedback_id)
    given.request = _load_request(request, given.request_id)
    require(allowed=rules.may_thank(request.person, given.request))
    form = ThanksForm(request.POST)
    if form.is_valid():
        actions.thank(feedback=given, words=form.cleaned_data["words"], by=request.person)
        messages.success(request, _("%(name)s is thanked.") % {"name": given.by.name})
    else:
        messages.error(request, complaints(form))
    section = given.request.section
    return redirect("portfolios:feedback", portfolio_id=section.portfolio_id, section_id=section.pk)
