"""Nudges: one's own, and those that one was asked to give."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collegium.courses.actions import nudges as actions
from collegium.courses.group_forms import NudgeForm
from collegium.courses.models import Iteration, Nudge
from collegium.courses.queries import nudges as queries
from collegium.design.errors import refused
from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal
from collegium.people.queries import faces
from collegium.people.requests import SignedInRequest, signed_in


def _iterations(request: SignedInRequest) -> list[Iteration]:
    return list(
        Iteration.objects.filter(
            enrolments__person=request.person,
            enrolments__left_at__isnull=True,
            state__in=[Iteration.State.OPEN, Iteration.State.RUNNING, Iteration.State.ENDED],
        ).order_by("-starts_on")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def show(request: SignedInRequest) -> HttpResponseBase:
    """All that one set oneself, and a form for another one; for whom one gives nudges."""
    iterations = _iterations(request)
    form = NudgeForm(
        request.POST or None,
        buddies=queries.possible_buddies(request.person),
        iterations=iterations,
        initial={"iteration": request.GET.get("for", ""), "weekday": 0},
    )
    if request.method == "POST" and form.is_valid():
        try:
            nudge = actions.set_nudge(by=request.person, **form.facts())
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            messages.success(
                request,
                _("%(name)s is asked. Nothing goes out before they say yes.") % {"name": nudge.buddy.name}
                if nudge.buddy is not None
                else _("It is set. You can end it at any time."),
            )
            return redirect("courses:nudges")
    found = queries.nudges_of(request.person)
    people = [each.buddy for each in found.mine if each.buddy] + [
        each.person for each in [*found.asked, *found.promised]
    ]
    return render(
        request,
        "courses/nudges/list.jinja",
        {
            "nudges": found,
            "form": form,
            "faces": faces(people, request.person),
            "zone": request.person.time_zone,
        },
        status=422 if request.method == "POST" else 200,
    )


@require_safe
@signed_in
def one(request: SignedInRequest, nudge_id: int) -> HttpResponse:
    """For what tells of a nudge: whose it is, and their buddy."""
    nudge = get_object_or_404(Nudge, Q(person=request.person) | Q(buddy=request.person), pk=nudge_id)
    return redirect(f"{reverse('courses:nudges')}#nudge-{nudge.pk}")


@require_POST
@signed_in
def end(request: SignedInRequest, nudge_id: int) -> HttpResponseBase:
    nudge = get_object_or_404(Nudge, pk=nudge_id, person=request.person)
    actions.end_nudge(nudge=nudge, by=request.person)
    messages.success(request, _("It is ended."))
    return redirect("courses:nudges")


@require_POST
@signed_in
def answer(request: SignedInRequest, nudge_id: int) -> HttpResponseBase:
    nudge = get_object_or_404(Nudge, pk=nudge_id, buddy=request.person)
    try:
        actions.answer_as_buddy(nudge=nudge, by=request.person, agrees=request.POST.get("answer") == "yes")
    except Refusal as refusal:
        return refused(request, str(refusal), back=reverse("courses:nudges"))
    return redirect("courses:nudges")
