"""Nobody unanswered: the queue, and how long a first reply takes."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.communities import actions, plots, queries, rules
from collegium.communities.models import Care
from collegium.communities.views.loading import frame, load_as_member, trying
from collegium.conversations.models import Thread
from collegium.design import filters
from collegium.design.shortcuts import render
from collegium.foundation.refusal import require
from collegium.people.models import Person
from collegium.people.queries import faces
from collegium.people.requests import SignedInRequest, signed_in


@require_http_methods(["GET", "HEAD"])
@signed_in
def show(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """Members who do not help see how the community fares, and can offer to."""
    community, membership = load_as_member(request, slug)
    waiting = queries.care_queue(community, request.person)
    weeks = queries.first_reply_times(community)
    people = [
        person
        for each in waiting
        for person in (
            each.member,
            each.thread.started_by if each.thread else None,
            each.care.taken_by if each.care else None,
        )
        if person is not None
    ]
    return render(
        request,
        "communities/care.jinja",
        {
            **frame(community, request.person, "care"),
            "waiting": waiting,
            "faces": faces(people, request.person),
            "weeks": weeks,
            "plot": plots.reply_plot(weeks, promise=community.forum.answer_within_hours),
            "plots": plots,
            "week_rows": [
                [
                    filters.date(week.start, "medium"),
                    _hours(week.newcomers_median_hours),
                    _hours(week.all_median_hours),
                    week.threads,
                    week.unanswered,
                ]
                for week in reversed(weeks)
            ],
            "helps": rules.may_care(request.person, community),
            "own": membership,
        },
    )


def _hours(hours: float | None) -> str:
    return "–" if hours is None else filters.number(hours)


@require_http_methods(["POST"])
@signed_in
def take(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """Take on a thread or a silent member, which ``thread`` or ``member`` names."""
    community, _membership = load_as_member(request, slug)
    require(allowed=rules.may_care(request.person, community))
    thread_id, member_id = request.POST.get("thread", ""), request.POST.get("member", "")
    thread = (
        get_object_or_404(Thread, pk=int(thread_id), forum=community.forum_id)
        if thread_id.isdecimal()
        else None
    )
    member = (
        get_object_or_404(Person, pk=int(member_id), community_memberships__community=community)
        if thread is None and member_id.isdecimal()
        else None
    )
    back = f"{community.get_absolute_url()}care/"
    if thread is None and member is None:
        return redirect(back)

    def answer() -> HttpResponseBase:
        actions.take_care(community=community, by=request.person, thread=thread, member=member)
        if thread is not None:
            return redirect(thread)
        messages.success(request, _("It is yours. Write a kind word, and say here when you have."))
        return redirect(back)

    return trying(request, answer, back=back)


@require_http_methods(["POST"])
@signed_in
def settle(request: SignedInRequest, slug: str, care_id: int) -> HttpResponseBase:
    """Done, or let go: ``do`` says which."""
    community, _membership = load_as_member(request, slug)
    care = get_object_or_404(
        Care.objects.select_related("thread", "member", "taken_by"), pk=care_id, community=community
    )
    care.community = community
    require(allowed=rules.may_let_go(request.person, care))
    back = f"{community.get_absolute_url()}care/"

    def answer() -> HttpResponseBase:
        if request.POST.get("do") == "done":
            actions.care_done(care=care, by=request.person)
            messages.success(request, _("Thank you."))
        else:
            actions.let_go(care=care, by=request.person)
            messages.success(request, _("Others can take it on now."))
        return redirect(back)

    return trying(request, answer, back=back)
