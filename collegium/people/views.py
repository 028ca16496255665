"""A person's page, one's own profile, one's own data, and leaving for good."""

from typing import cast

from allauth.account.internal.flows.reauthentication import (
    did_recently_reauthenticate,
    get_reauthentication_flows,
    suspend_request,
)
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.design.appearance import Appearance, appearance, remember
from collegium.design.shortcuts import render
from collegium.foundation import clock, files
from collegium.foundation.refusal import Refusal, require
from collegium.people import actions, archive, erasure, goodbye, queries, rules, territories
from collegium.people.fields import AUDIENCE_WORDS, FIELDS
from collegium.people.forms import GoodbyeForm, PhotoForm, ProfileForm
from collegium.people.models import Account, Person
from collegium.people.requests import Request, SignedInRequest, signed_in

PHOTO_MAX_BYTES = 15_000_000
A_WEEK = 60 * 60 * 24 * 7


@require_http_methods(["GET", "HEAD"])
def show_person(request: HttpRequest, person_id: int) -> HttpResponse:
    viewer = cast("Request", request).person
    person = get_object_or_404(Person.objects.visible_to(viewer).for_display(), pk=person_id)
    profile = queries.profile(person, viewer)
    audiences = {name: queries.audience_of(person, name) for name in FIELDS} if profile.is_own else {}
    return render(
        request,
        "people/person.jinja",
        {
            "person": person,
            "profile": profile,
            "audiences": audiences,
            "audience_words": AUDIENCE_WORDS,
            "field_titles": FIELDS,
            "country": territories.country_name(profile.country),
            "languages_in_words": [territories.language_name(tag) for tag in profile.languages],
        },
    )


@require_http_methods(["GET", "HEAD"])
def photo(request: HttpRequest, person_id: int, size: int) -> HttpResponseBase:
    viewer = cast("Request", request).person
    person = get_object_or_404(Person.objects.visible_to(viewer).for_display(), pk=person_id)
    shown = queries.profile(person, viewer).photo
    if not shown or person.photo is None or size not in files.THUMBNAIL_SIZES:
        raise Http404
    blob = files.thumbnail(person.photo, size) or person.photo
    return files.serve(blob, name=f"{person.name}.webp", request=request, max_age=A_WEEK)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def profile(request: SignedInRequest) -> HttpResponseBase:
    person = request.person
    require(allowed=rules.may_edit(person, person))
    form = ProfileForm(request.POST or None, person=person)
    if form.is_valid():
        try:
            actions.edit_profile(person=person, by=person, **form.facts())
            actions.set_field_audience(person=person, by=person, **form.audiences())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your profile is saved."))
            return _with_choices(redirect("people:person", person_id=person.pk), request, person)
    return render(
        request,
        "people/profile.jinja",
        {"form": form, "photo_form": PhotoForm(), "person": person, "photo": queries.face(person, person)},
        status=422 if form.is_bound else 200,
    )


def _with_choices(response: HttpResponse, request: HttpRequest, person: Person) -> HttpResponse:
    """The looks are kept by the browser, so that they hold before anybody is known: tell it what was chosen."""
    theme = appearance(request).theme
    remember(response, Appearance(theme=theme, shortcuts=person.shortcuts), secure=request.is_secure())
    if person.language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            person.language,
            max_age=A_WEEK * 52,
            samesite="Lax",
            secure=request.is_secure(),
        )
    else:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
    return response


@require_http_methods(["POST"])
@signed_in
def set_photo(request: SignedInRequest) -> HttpResponseBase:
    person = request.person
    require(allowed=rules.may_edit(person, person))
    if "remove" in request.POST:
        actions.set_photo(person=person, by=person, photo=None)
        messages.success(request, _("Your photo is removed."))
        return redirect("people:profile")
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            brought = files.store(
                form.cleaned_data["photo"], max_bytes=PHOTO_MAX_BYTES, allowed=files.kinds["image"]
            )
            cleaned = files.without_metadata(brought)
            if cleaned is None:
                raise Refusal(_("That picture cannot be read."))  # noqa: TRY301  # answered just below, as the others
            actions.set_photo(person=person, by=person, photo=cleaned)
        except Refusal as refusal:
            form.add_error("photo", str(refusal))
        else:
            messages.success(request, _("Your photo is set."))
            return redirect("people:profile")
    return render(
        request,
        "people/profile.jinja",
        {
            "form": ProfileForm(person=person),
            "photo_form": form,
            "person": person,
            "photo": queries.face(person, person),
        },
        status=422,
    )


# My data --------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD"])
@signed_in
def my_data(request: SignedInRequest) -> HttpResponseBase:
    return render(request, "people/my_data.jinja", {"person": request.person})


@require_http_methods(["GET", "HEAD"])
@signed_in
def download(request: SignedInRequest) -> HttpResponseBase:
    require(allowed=rules.may_download(request.person, request.person))
    response = StreamingHttpResponse(archive.stream(request.person), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="collegium-{clock.today():%Y-%m-%d}.zip"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def delete_account(request: SignedInRequest) -> HttpResponseBase:
    """Says what goes and what stays; asks to see once more that it is they; then does it."""
    person = request.person
    require(allowed=rules.may_erase(person, person))
    account = cast("Account", person.account)
    asks_code = not get_reauthentication_flows(account)
    form = GoodbyeForm(
        request.POST if "understood" in request.POST or "code" in request.POST else None, asks_code=asks_code
    )
    if request.method == "POST" and "send_code" in request.POST and asks_code:
        goodbye.send_code(request, account)
        return redirect("people:delete_account")
    if form.is_valid():
        if not asks_code and not did_recently_reauthenticate(request):
            return cast("HttpResponseBase", suspend_request(request, reverse("account_reauthenticate")))
        if asks_code and not goodbye.is_code(request, form.cleaned_data["code"]):
            form.add_error("code", _("That is not the code from the newest letter, or it has run out."))
        else:
            actions.erase(person=person, by=person)
            logout(request)
            return redirect("people:gone")
    return render(
        request,
        "people/delete_account.jinja",
        {
            "form": form,
            "goes": erasure.what_goes(person),
            "stays": erasure.what_stays(person),
            "asks_code": asks_code,
            "code_sent": goodbye.was_sent(request),
            "email": account.email,
        },
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD"])
def gone(request: HttpRequest) -> HttpResponse:
    return render(request, "people/gone.jinja")
