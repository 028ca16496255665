"""What a community keeps."""

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.communities import actions, queries, rules
from collegium.communities.forms import ItemForm, LinkItemForm
from collegium.communities.models import Community, RepertoireItem
from collegium.communities.views.loading import frame, load, trying
from collegium.conversations.models import Post
from collegium.design.shortcuts import render
from collegium.foundation import files
from collegium.foundation.refusal import Refusal, require
from collegium.people.requests import Request, SignedInRequest, signed_in

MOST_BYTES = 50_000_000


@require_http_methods(["GET", "HEAD"])
def show(request: Request, slug: str) -> HttpResponseBase:
    community, _membership = load(request, slug)
    return _page(request, community, LinkItemForm())


def _page(request: Request, community: Community, form: LinkItemForm, status: int = 200) -> HttpResponseBase:
    person = request.person
    items = queries.repertoire(community)
    for item in items:
        item.community = community
    may_keep = rules.may_keep(person, community)
    return render(
        request,
        "communities/repertoire.jinja",
        {
            **frame(community, person, "repertoire"),
            "items": items,
            "changeable": {item.pk for item in items if rules.may_change_item(person, item)},
            "pages": queries.pages_of(community),
            "form": form if may_keep else None,
            "may_keep": may_keep,
            "may_arrange": rules.may_arrange(person, community),
        },
        status=status,
    )


@require_http_methods(["POST"])
@signed_in
def add(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """A link or a file."""
    community, _membership = load(request, slug)
    require(allowed=rules.may_keep(request.person, community))
    form = LinkItemForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["upload"]
        try:
            blob = files.store(upload, max_bytes=MOST_BYTES) if upload else None
            actions.add_to_repertoire(
                community=community,
                by=request.person,
                title=form.cleaned_data["title"],
                why=form.cleaned_data["why"],
                url=form.cleaned_data["url"],
                blob=blob,
                file_name=files.clean_name(upload.name)[:200] if upload else "",
            )
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else "upload", str(refusal))
        else:
            messages.success(request, _("It is in the repertoire now."))
            return redirect("communities:repertoire", slug=slug)
    return _page(request, community, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def keep_post(request: SignedInRequest, slug: str, post_id: int) -> HttpResponseBase:
    """A post of this community's, with why it is worth keeping."""
    community, _membership = load(request, slug)
    require(allowed=rules.may_keep(request.person, community))
    post = get_object_or_404(
        Post.objects.standing().select_related("thread", "author"),
        pk=post_id,
        thread__forum=community.forum_id,
    )
    form = ItemForm(request.POST or None, initial={"title": post.thread.title})
    if form.is_valid():
        try:
            actions.add_to_repertoire(community=community, by=request.person, post=post, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is in the repertoire now."))
            return redirect("communities:repertoire", slug=slug)
    return render(
        request,
        "communities/item.jinja",
        {**frame(community, request.person, "repertoire"), "form": form, "item": None, "post": post},
        status=422 if form.is_bound else 200,
    )


def _item(community: Community, item_id: int) -> RepertoireItem:
    item = get_object_or_404(RepertoireItem.objects.select_related("blob"), pk=item_id, community=community)
    item.community = community
    return item


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def change(request: SignedInRequest, slug: str, item_id: int) -> HttpResponseBase:
    community, _membership = load(request, slug)
    item = _item(community, item_id)
    require(allowed=rules.may_change_item(request.person, item))
    form = ItemForm(request.POST or None, initial={"title": item.title, "why": item.why})
    if form.is_valid():
        try:
            actions.change_item(item=item, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("communities:repertoire", slug=slug)
    return render(
        request,
        "communities/item.jinja",
        {**frame(community, request.person, "repertoire"), "form": form, "item": item, "post": None},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["POST"])
@signed_in
def move(request: SignedInRequest, slug: str, item_id: int) -> HttpResponseBase:
    """Up, down, to the top, or out of it: ``do`` says which."""
    community, _membership = load(request, slug)
    item = _item(community, item_id)
    where = request.POST.get("do", "")
    require(
        allowed=rules.may_change_item(request.person, item)
        if where == "out"
        else rules.may_arrange(request.person, item)
    )

    def answer() -> HttpResponseBase:
        if where == "out":
            actions.take_out(item=item, by=request.person)
            messages.success(request, _("“%(title)s” is taken out.") % {"title": item.title})
            return redirect("communities:repertoire", slug=slug)
        if where in {"up", "down", "top"}:
            actions.move_item(item=item, by=request.person, to=where)  # type: ignore[arg-type]  # one of the three
        return redirect(f"{community.get_absolute_url()}repertoire/#item-{item.pk}")

    return trying(request, answer, back=community.get_absolute_url())


@require_http_methods(["GET", "HEAD"])
def file(request: HttpRequest, slug: str, item_id: int) -> HttpResponseBase:
    """For whoever sees the community."""
    community, _membership = load(request, slug)
    item = _item(community, item_id)
    if item.blob is None:
        raise Http404
    return files.serve(item.blob, name=item.file_name or item.title, request=request)
