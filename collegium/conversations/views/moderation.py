"""Reporting a post, the moderators' queue, and the page of a measure: what was done, why, and how to appeal."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.conversations import rules, words
from collegium.conversations.actions import moderation as actions
from collegium.conversations.forms import AnswerForm, AppealForm, MeasureForm, MemberMeasureForm, ReportForm
from collegium.conversations.models import Forum, Measure, Post, Report
from collegium.conversations.queries import moderation as queries
from collegium.conversations.views.loading import number
from collegium.design.shortcuts import render
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal, require
from collegium.people.requests import SignedInRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def report(request: SignedInRequest, post_id: int) -> HttpResponseBase:
    """The form; for whoever has reported the post, what became of it, even where they no longer see it."""
    mine = (
        Report.objects.filter(post=post_id, by=request.person).select_related("post__thread__forum").first()
    )
    if mine is not None and mine.settled_at is not None:
        return render(
            request,
            "conversations/moderation/report.jinja",
            {"report": mine, "post": mine.post, "form": None},
        )
    visible = Post.objects.visible_to(request.person).select_related("thread__forum", "author__photo")
    post = get_object_or_404(visible, pk=post_id)
    require(
        allowed=rules.may_report(request.person, post),
        because=_("This post is not there for you to report: it is your own, or has been taken away."),
    )
    form = ReportForm(
        request.POST or None,
        initial={"reason": mine.reason, "words": mine.words} if mine is not None else None,
    )
    if form.is_valid():
        try:
            actions.report(post=post, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            messages.success(
                request, _("Thank you. The moderators have it, and you are told what they decide.")
            )
            return redirect(post)
    return render(
        request,
        "conversations/moderation/report.jinja",
        {"form": form, "post": post, "report": mine},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD"])
@signed_in
def show_queue(request: SignedInRequest, forum_id: int) -> HttpResponse:
    forum = get_object_or_404(Forum.objects.visible_to(request.person), pk=forum_id)
    require(
        allowed=rules.may_moderate(request.person, forum), because=_("Only its moderators see this page.")
    )
    return render(
        request,
        "conversations/moderation/queue.jinja",
        {"forum": forum, "queue": queries.queue(forum)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def moderate(request: SignedInRequest, post_id: int) -> HttpResponseBase:
    """Decide about one post: what was said about it, what was done before, and what is to be done now."""
    post = get_object_or_404(
        Post.objects.visible_to(request.person).select_related("thread__forum", "author__photo"), pk=post_id
    )
    forum = post.thread.forum
    require(
        allowed=rules.may_moderate(request.person, forum), because=_("Only its moderators see this page.")
    )
    doing = request.POST.get("do", "")
    form = MeasureForm(request.POST if doing == "measure" else None)
    trouble = ""
    try:
        if doing == "stands":
            actions.let_stand(post=post, by=request.person)
            messages.success(request, _("It stands. Whoever reported it is told that you have looked."))
            return redirect("conversations:moderation", forum_id=forum.pk)
        if doing == "measure" and form.is_valid():
            measure = actions.take_measure(post=post, by=request.person, **_measure(form.cleaned_data))
            messages.success(request, _("Done. The person is told what and why, and how to appeal."))
            return redirect("conversations:measure", measure_id=measure.pk)
    except Refusal as refusal:
        trouble = str(refusal)
    return render(
        request,
        "conversations/moderation/moderate.jinja",
        {
            "post": post,
            "forum": forum,
            "form": form,
            "trouble": trouble,
            "reports": queries.open_reports(post),
            "earlier": queries.earlier(post.author, forum),
            "may_decide": rules.may_take_measure(request.person, post),
        },
        status=409 if trouble else 422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def member(request: SignedInRequest, forum_id: int) -> HttpResponseBase:
    """Find a member, and decide about them where it is not one post: ``person`` is whom it is about."""
    forum = get_object_or_404(Forum.objects.visible_to(request.person), pk=forum_id)
    require(
        allowed=rules.may_act_on_members(request.person, forum),
        because=_("Only its moderators see this page."),
    )
    looked_for = request.GET.get("q", "").replace("\0", "")
    asked = number(request, "person")
    person = get_object_or_404(words.members_of(forum).for_display(), pk=asked) if asked is not None else None
    form = MemberMeasureForm(request.POST if request.method == "POST" else None)
    trouble = ""
    if person is not None and form.is_valid():
        try:
            measure = actions.act_on_member(
                forum=forum, person=person, by=request.person, **_measure(form.cleaned_data)
            )
        except Refusal as refusal:
            trouble = str(refusal)
        else:
            messages.success(request, _("Done. The person is told what and why, and how to appeal."))
            return redirect("conversations:measure", measure_id=measure.pk)
    return render(
        request,
        "conversations/moderation/member.jinja",
        {
            "forum": forum,
            "person": person,
            "form": form,
            "trouble": trouble,
            "looked_for": looked_for,
            "members": queries.members_named(forum, looked_for) if person is None else [],
            "earlier": queries.earlier(person, forum),
        },
        status=409 if trouble else 422 if form.is_bound else 200,
    )


def _measure(said: dict[str, Any]) -> dict[str, Any]:
    days = said["days"] if said["kind"] == Measure.Kind.MUTE else None
    until = clock.now() + timedelta(days=days) if days else None
    return {"kind": said["kind"], "reason": said["reason"], "until": until}


@require_http_methods(["GET", "HEAD"])
@signed_in
def my_measures(request: SignedInRequest) -> HttpResponse:
    return render(
        request,
        "conversations/moderation/measures.jinja",
        {"measures": queries.measures_about(request.person)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def show_measure(request: SignedInRequest, measure_id: int) -> HttpResponseBase:
    """For the person whom it concerns, who may have lost the forum with it, and for its moderators."""
    measure = get_object_or_404(
        Measure.objects.select_related("forum", "person", "by", "answered_by", "post__thread"), pk=measure_id
    )
    if not rules.may_see_measure(request.person, measure):
        raise Http404
    doing = request.POST.get("do", "")
    appeal_form = AppealForm(request.POST if doing == "appeal" else None)
    answer_form = AnswerForm(request.POST if doing == "answer" else None)
    trouble = ""
    try:
        if doing == "appeal" and appeal_form.is_valid():
            actions.appeal(measure=measure, by=request.person, **appeal_form.cleaned_data)
            messages.success(request, _("Your appeal is with the moderators. You are told what they decide."))
            return redirect("conversations:measure", measure_id=measure.pk)
        if doing == "answer" and answer_form.is_valid():
            said = answer_form.cleaned_data
            actions.answer_appeal(
                measure=measure, by=request.person, answer=said["answer"], lifts=said["decision"] == "lift"
            )
            messages.success(request, _("Your answer is with the person."))
            return redirect("conversations:measure", measure_id=measure.pk)
        if doing == "lift":
            actions.lift(measure=measure, by=request.person)
            messages.success(request, _("It is taken back, and the person is told."))
            return redirect("conversations:measure", measure_id=measure.pk)
    except Refusal as refusal:
        trouble = str(refusal)
    return render(
        request,
        "conversations/moderation/measure.jinja",
        {
            "measure": measure,
            "is_mine": measure.person_id == request.person.pk,
            "is_over": measure.lifted_at is not None
            or (measure.until is not None and measure.until <= clock.now()),
            "trouble": trouble,
            "appeal_form": appeal_form,
            "answer_form": answer_form,
            "may_appeal": rules.may_appeal(request.person, measure),
            "may_answer": rules.may_answer_appeal(request.person, measure),
            "may_lift": rules.may_lift(request.person, measure),
        },
        status=409 if trouble else 422 if appeal_form.is_bound or answer_form.is_bound else 200,
    )
