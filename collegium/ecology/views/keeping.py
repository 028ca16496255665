"""Into a library from where it was met: an item of the river, a link in a post, a whole conversation."""

from collections.abc import Sequence

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.conversations.models import Post
from collegium.design.shortcuts import render
from collegium.ecology import describing
from collegium.ecology.actions import library as actions
from collegium.ecology.forms.library import KeepForm, LinkForm
from collegium.ecology.models import Ecology
from collegium.ecology.queries import items, links
from collegium.ecology.queries import library as queries
from collegium.ecology.views.library import adding, look_at
from collegium.foundation.refusal import Refusal
from collegium.people.requests import SignedInRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def keep_item(request: SignedInRequest, item_id: int) -> HttpResponseBase:
    """What is known of it stands; asked is where, why, and what it helps with."""
    item = items.readable(item_id, request.person)
    if item is None:
        raise Http404
    among = queries.kept_in_by(request.person)
    there = {each.ecology_id: each for each in queries.already(item, among)}
    form = KeepForm(
        request.POST or None,
        among=among,
        criteria=list(queries.all_criteria()),
        initial={
            "tags": ", ".join(each.said.lstrip("#") for each in item.tags.all()),
            "licence_url": item.licence_url,
            "ecology": queries.nearest(item, among),
        },
    )
    if form.is_valid():
        said, described = form.cleaned_data, describing.of_item(item)
        try:
            resource = actions.keep(
                ecology=said["ecology"],
                by=request.person,
                csl=described.csl,
                why=said["why"],
                tags=said["tags"],
                licence_url=said["licence_url"] or described.licence_url,
                item=item,
                helps_with=form.helps_with(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _kept(said["ecology"], is_there=said["ecology"].pk in there))
            return redirect(resource)
    context = {"item": item, "form": form, "among": list(among), "there": there.values()}
    return render(request, "ecology/keep_item.jinja", context, status=422 if form.is_bound else 200)


def _kept(ecology: Ecology, *, is_there: bool) -> str:
    if is_there:
        return _("It was in the library of %(title)s already; you recommend it too now.") % {
            "title": ecology.title
        }
    return _("It is in the library of %(title)s.") % {"title": ecology.title}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def keep_from_post(request: SignedInRequest, post_id: int) -> HttpResponseBase:
    """One of its links, or the conversation; then it is described as anything else that is added."""
    post = get_object_or_404(
        Post.objects.visible_to(request.person)
        .standing()
        .select_related("thread__forum", "thread__started_by"),
        pk=post_id,
    )
    among = queries.kept_in_by(request.person)
    found = links.of_html(post.html)
    form = LinkForm(
        request.POST or None,
        among=among,
        links=_choices(found, post),
        initial={
            "address": found[0].address if found else "thread",
            "ecology": _of_forum(among, post),
        },
    )
    if form.is_valid():
        return _go_on(request, form, post)
    context = {"post": post, "form": form, "among": list(among)}
    return render(request, "ecology/keep_from_post.jinja", context, status=422 if form.is_bound else 200)


def _go_on(request: SignedInRequest, form: LinkForm, post: Post) -> HttpResponse:
    ecology, address = form.cleaned_data["ecology"], form.cleaned_data["address"]
    if address == "thread":
        return adding(request, ecology, known=describing.of_thread(post.thread), post=post)
    return look_at(request, ecology, address, post=post)


def _choices(found: Sequence[links.Link], post: Post) -> list[tuple[str, str]]:
    said = [
        (each.address, f"{each.words} ({each.address})" if each.words else each.address) for each in found
    ]
    return [*said, ("thread", _("The conversation itself: “%(title)s”") % {"title": post.thread.title})]


def _of_forum(among: "QuerySet[Ecology]", post: Post) -> int | None:
    of_it = among.filter(forum=post.thread.forum_id).values_list("pk", flat=True)
    return of_it.first() or among.values_list("pk", flat=True).first()
