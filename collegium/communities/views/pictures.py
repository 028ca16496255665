"""The picture of a community: looked at by whoever may see the community, set by its conveners."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.communities import actions, rules
from collegium.communities.forms import PictureForm
from collegium.communities.views.loading import frame, load
from collegium.design.shortcuts import render
from collegium.foundation import files
from collegium.foundation.models import Blob
from collegium.foundation.refusal import Refusal, require
from collegium.people.requests import SignedInRequest, signed_in

MOST_BYTES = 15_000_000
A_WEEK = 60 * 60 * 24 * 7


@require_http_methods(["GET", "HEAD"])
def show(request: HttpRequest, slug: str, size: int) -> HttpResponseBase:
    community, _membership = load(request, slug)
    if community.picture is None or size not in files.THUMBNAIL_SIZES:
        raise Http404
    blob = files.thumbnail(community.picture, size) or community.picture
    return files.serve(blob, name=f"{community.slug}.webp", request=request, max_age=A_WEEK)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def change(request: SignedInRequest, slug: str) -> HttpResponseBase:
    community, _membership = load(request, slug)
    require(
        allowed=rules.may_edit(request.person, community),
        because=_("Only a convener of %(community)s can do that.") % {"community": community.title},
    )
    if request.method == "POST" and request.POST.get("do") == "remove":
        actions.set_picture(community=community, by=request.person, picture=None)
        messages.success(request, _("The picture is taken away."))
        return redirect("communities:change_picture", slug=slug)
    form = PictureForm(request.POST or None, request.FILES or None, community=community)
    if form.is_valid():
        try:
            upload = form.cleaned_data["picture"]
            picture = _kept(upload) if upload else community.picture
            actions.set_picture(
                community=community, by=request.person, picture=picture, alt=form.cleaned_data["alt"]
            )
        except Refusal as refusal:
            form.add_error("alt" if refusal.code == "alt" else "picture", str(refusal))
        else:
            messages.success(request, _("The picture is set."))
            return redirect(community)
    return render(
        request,
        "communities/picture.jinja",
        {**frame(community, request.person, "manage"), "form": form},
        status=422 if form.is_bound else 200,
    )


def _kept(upload: "UploadedFile[Any]") -> Blob:
    """Drawn anew, so that nothing stays in the file but what can be seen."""
    brought = files.store(upload, max_bytes=MOST_BYTES, allowed=files.kinds["image"])
    cleaned = files.without_metadata(brought)
    if cleaned is None:
        raise Refusal(_("That picture cannot be read."))
    return cleaned
