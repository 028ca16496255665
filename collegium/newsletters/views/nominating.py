"""Nominating something for the next issue: an item, a thread, a resource, or an address elsewhere."""

from typing import Any

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.conversations.models import Thread
from collegium.design.shortcuts import render
from collegium.ecology.models import Item, Resource
from collegium.foundation.refusal import Refusal
from collegium.newsletters import actions, queries
from collegium.newsletters.forms import NominateForm
from collegium.people.requests import SignedInRequest, signed_in

_KINDS: dict[str, Any] = {"item": Item, "thread": Thread, "resource": Resource}
_DIGITS = 18


def _number(typed: str) -> int:
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= _DIGITS):
        raise Http404
    return int(typed)


def _thing(request: SignedInRequest) -> tuple[str, Any]:
    """What is nominated, by the address; nothing, for one that is typed in."""
    for kind, model in _KINDS.items():
        typed = request.GET.get(kind, "")
        if typed:
            return kind, get_object_or_404(model.objects.visible_to(request.person), pk=_number(typed))
    return "", None


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def nominate(request: SignedInRequest) -> HttpResponseBase:
    """``?item=``, ``?thread=``, ``?resource=``, or none of them; ``?newsletter=`` for one of them alone."""
    kind, thing = _thing(request)
    offered = queries.to_nominate_for(request.person, **({kind: thing} if kind else {}))
    only = request.GET.get("newsletter", "")
    if only:
        offered = [each for each in offered if each.pk == _number(only)]
    form = NominateForm(request.POST or None, newsletters=offered, of=thing)
    back = thing.get_absolute_url() if thing is not None else ""
    if offered and form.is_valid():
        given = {
            name: form.cleaned_data[name] for name in ("url", "title", "why") if name in form.cleaned_data
        }
        newsletter = form.cleaned_data["newsletter"]
        try:
            actions.nominate(
                newsletter=newsletter, by=request.person, **given, **({kind: thing} if kind else {})
            )
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            messages.success(
                request, _("Nominated. The editors of “%(title)s” see it.") % {"title": newsletter.title}
            )
            return redirect(back or newsletter)
    context = {
        "form": form,
        "of": thing,
        "newsletters": offered,
        "back": back or (offered[0].get_absolute_url() if len(offered) == 1 else None),
    }
    return render(request, "newsletters/nominate.jinja", context, status=422 if form.is_bound else 200)
