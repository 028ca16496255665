"""The library of an ecology: the list, adding, one resource and its citations, bringing and taking away, reading lists."""

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.conversations.models import Post
from collegium.design.errors import refused
from collegium.design.shortcuts import render
from collegium.ecology import citations, describing, films, licences, media, rules, tags
from collegium.ecology.actions import library as actions
from collegium.ecology.actions import reading_lists
from collegium.ecology.csl import shape
from collegium.ecology.csl.shape import Reference
from collegium.ecology.csl.wires import WIRES
from collegium.ecology.forms.library import (
    FILE_MOST_BYTES,
    AddressForm,
    BringForm,
    EntryForm,
    ListForm,
    ResourceForm,
    WhyForm,
    looked_for,
)
from collegium.ecology.media import Medium
from collegium.ecology.models import Ecology, Entry, ReadingList, Relevance, Resource
from collegium.ecology.queries import library as queries
from collegium.ecology.queries.library import Narrowing
from collegium.foundation import files, http
from collegium.foundation.fulltext import LONGEST_QUERY
from collegium.foundation.refusal import Refusal, require
from collegium.people.models import Person
from collegium.people.requests import Request, SignedInRequest, signed_in

_DIGITS = 9
SHOWN_OF_A_FILE = 50


def _load(request: HttpRequest, ecology_id: int) -> Ecology:
    return get_object_or_404(Ecology.objects.visible_to(cast("Request", request).person), pk=ecology_id)


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= _DIGITS else None


def _narrowing(given: Any) -> Narrowing:
    kind, order = given.get("kind", ""), given.get("order", "")
    return Narrowing(
        words=given.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY],
        tag=tags.fold(given.get("tag", "")[: tags.LONGEST]),
        kind=kind if kind in shape.TYPES else "",
        node=_number(given.get("node", "")),
        rotten=given.get("rotten") == "1",
        order=order if order in queries.ORDERS else "newest",
    )


# The list -------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD"])
def show_library(request: Request, ecology_id: int) -> HttpResponseBase:
    ecology = _load(request, ecology_id)
    narrowing = _narrowing(request.GET)
    number = min(_number(request.GET.get("page", "")) or 1, 2000)
    # Both of the rules below in one question.
    standing = rules.standing_in(request.person, [ecology]) if request.person else None
    is_open = ecology.closed_at is None
    context = {
        "ecology": ecology,
        "narrowing": narrowing,
        "shown": queries.library_page(ecology, request.person, narrowing, number=number),
        "lists": queries.lists_of(ecology),
        "kinds": shape.TYPES,
        "may_keep": is_open and standing is not None and ecology.pk in standing.belongs,
        "may_edit_lists": is_open and standing is not None and ecology.pk in standing.edits,
    }
    return render(request, "ecology/library.jinja", context)


@require_http_methods(["GET", "HEAD"])
def take_away(request: Request, ecology_id: int, form: str) -> HttpResponseBase:
    """All of it, or what the address narrows it to, as a file."""
    ecology = _load(request, ecology_id)
    return _file(queries.narrowed(ecology, _narrowing(request.GET)), form, ecology.title)


def _file(resources: "QuerySet[Resource] | list[Resource]", form: str, name: str) -> HttpResponse:
    if form not in WIRES:
        raise Http404
    write, media_type = WIRES[form]
    answer = HttpResponse(write(queries.references(resources)), content_type=f"{media_type}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{slugify(name) or "library"}.{form}"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def bring(request: SignedInRequest, ecology_id: int) -> HttpResponseBase:
    ecology = _load(request, ecology_id)
    require(allowed=rules.may_keep(request.person, ecology))
    form, brought = BringForm(), None
    do = request.POST.get("do") if request.method == "POST" else ""
    try:
        if do == "bring":
            waiting = queries.file_of(ecology, request.person)
            if waiting is None:
                return refused(
                    request, _("That file has been brought, or was left too long. Read it once more.")
                )
            brought = actions.bring_file(file=waiting, by=request.person)
        elif do == "leave":
            actions.leave_file(ecology=ecology, by=request.person)
            return redirect("ecology:library", ecology_id=ecology.pk)
        elif request.method == "POST":
            form = BringForm(request.POST, request.FILES)
            if form.is_valid():
                actions.look_at_file(
                    ecology=ecology,
                    by=request.person,
                    references=form.cleaned_data["upload"],
                    name=files.clean_name(form.name),
                )
                return redirect("ecology:bring_resources", ecology_id=ecology.pk)
    except Refusal as refusal:
        if not form.is_bound:
            return refused(request, str(refusal))
        form.add_error("upload", str(refusal))
    waiting = queries.file_of(ecology, request.person) if brought is None and not form.is_bound else None
    looked = actions.looked_at(file=waiting) if waiting is not None else None
    status = 422 if form.is_bound else 200
    context = {
        "ecology": ecology,
        "form": form,
        "brought": brought,
        "waiting": waiting,
        "looked": looked,
        "shown": [_line(each) for each in looked.new[:SHOWN_OF_A_FILE]] if looked is not None else [],
    }
    return render(request, "ecology/library_bring.jinja", context, status=status)


def _line(reference: Reference) -> dict[str, str]:
    csl = reference.csl
    people = "; ".join(shape.written(each) for each in shape.authors(csl))
    return {
        "title": str(csl.get("title", "")),
        "by": ", ".join(filter(None, [people[:120], shape.iso(csl.get("issued"))])),
        "kind": str(shape.TYPES.get(csl.get("type", ""), "")),
        "tags": ", ".join(reference.tags),
    }


# Keeping --------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add(request: SignedInRequest, ecology_id: int) -> HttpResponseBase:
    """An address is looked at (``do=look``), or nothing is; then what is known is kept (``do=keep``)."""
    ecology = _load(request, ecology_id)
    require(allowed=rules.may_keep(request.person, ecology))
    if request.method != "POST":
        typed = request.GET.get("url", "")[:2000]
        by_hand = ResourceForm(known={"type": "document"}) if "by-hand" in request.GET else None
        return _adding(request, ecology, AddressForm(initial={"address": typed}), by_hand)
    if request.POST.get("do") != "look":
        return _keep(request, ecology)
    asked = AddressForm(request.POST)
    if not asked.is_valid():
        return _adding(request, ecology, asked, status=422)
    return look_at(request, ecology, asked.cleaned_data["address"].strip())


def look_at(
    request: SignedInRequest, ecology: Ecology, address: str, post: Post | None = None
) -> HttpResponse:
    asked = AddressForm({"address": address})
    try:
        found = describing.describe(address)
    except http.Unreachable as fault:
        asked.add_error("address", str(fault))
        by_hand = ResourceForm(known={"type": "webpage", "URL": address})
        return _adding(request, ecology, asked, by_hand, post=post, status=422)
    return adding(request, ecology, known=found, asked=asked, post=post)


def adding(
    request: SignedInRequest,
    ecology: Ecology,
    *,
    known: describing.Described,
    asked: AddressForm | None = None,
    post: Post | None = None,
) -> HttpResponse:
    """What is known of it, to be looked over before it is kept."""
    form = ResourceForm(known=known.csl, initial={"licence_url": known.licence_url})
    return _adding(request, ecology, asked or AddressForm(), form, post=post)


def _adding(
    request: SignedInRequest,
    ecology: Ecology,
    asked: AddressForm,
    form: ResourceForm | None = None,
    *,
    post: Post | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"ecology": ecology, "asked": asked, "form": form, "post": post}
    return render(request, "ecology/library_add.jinja", context, status=status)


def _post_of(request: SignedInRequest) -> Post | None:
    """Where it was met, if the reader may read there."""
    number = _number(request.POST.get("post", ""))
    posts = Post.objects.visible_to(request.person).standing().select_related("thread")
    return posts.filter(pk=number).first() if number else None


def _keep(request: SignedInRequest, ecology: Ecology) -> HttpResponseBase:
    form = ResourceForm(request.POST, request.FILES, known={"type": "document"})
    post = _post_of(request)
    if form.is_valid():
        said, upload = form.cleaned_data, form.cleaned_data["upload"]
        try:
            blob = files.store(upload, max_bytes=FILE_MOST_BYTES) if upload else None
            resource = actions.keep(
                ecology=ecology,
                by=request.person,
                csl=form.csl(),
                why=said["why"],
                tags=said["tags"],
                licence_url=said["licence_url"],
                rights=said["rights"],
                thread=post.thread if post is not None else None,
                blob=blob,
                file_name=files.clean_name(upload.name)[:200] if upload else "",
            )
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            messages.success(request, _("It is in the library."))
            return redirect(resource)
    return _adding(request, ecology, AddressForm(), form, post=post, status=422)


# One resource ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD"])
def show_resource(request: Request, resource_id: int) -> HttpResponseBase:
    resource = _resource(request, resource_id)
    style = request.GET.get("style", citations.DEFAULT)
    style = style if style in citations.STYLES else citations.DEFAULT
    own = [each for each in resource.recommendations.all() if each.person_id == _key(request.person)]
    cited = citations.bibliography({resource.cite_key: resource.csl}, style=style)
    licence = licences.known(resource.licence_url) if resource.licence_url else None
    # Both of the rules below in one question.
    standing = rules.standing_in(request.person, [resource.ecology]) if request.person else None
    lists = queries.lists_around(resource)
    recordings = _recordings(resource, request.person)
    played = media.chosen(recordings, request.GET.get("play"))
    belongs = standing is not None and resource.ecology_id in standing.belongs
    edits = standing is not None and resource.ecology_id in standing.edits
    context = {
        "resource": resource,
        "ecology": resource.ecology,
        "kind": shape.TYPES.get(resource.csl.get("type", ""), ""),
        "style": style,
        "styles": {key: title for key, (_file_name, title) in citations.STYLES.items()},
        "cited": cited[0] if cited else None,
        "licence": licence.name if licence else resource.licence_url,
        "film": films.at(resource.url),
        "element": _element(resource),
        "media": recordings,
        "played": played,
        "recommendations": [each for each in resource.recommendations.all() if each not in own],
        "own": own[0] if own else None,
        "lists": [each for each in lists if each.has_it],
        "other_lists": [each for each in lists if not each.has_it]
        if edits and resource.ecology.closed_at is None
        else [],
        "is_frozen_shown": "frozen" in request.GET and bool(resource.frozen_html),
        "may_keep": belongs and resource.ecology.closed_at is None,
        "may_change": edits or (belongs and resource.added_by_id == _key(request.person)),
        "thread": queries.readable_thread(resource, request.person) if resource.thread_id else None,
        "why_form": WhyForm(initial={"why": own[0].why if own else ""}),
    }
    response = render(request, "ecology/resource.jinja", context)
    media.allow(response, played)
    return response


def _recordings(resource: Resource, reader: Person | None) -> list[Medium]:
    """What it leads to, and what came with the item that it was kept from; each address once."""
    enclosed = [media.of_enclosure(each) for each in queries.recordings_with(resource, reader)]
    linked = media.at(resource.url, resource.title)
    if linked is None or resource.link_failing_since or linked.url in {each.url for each in enclosed}:
        return enclosed
    return [linked, *enclosed]


def _element(resource: Resource) -> str:
    """What shows its file on the page: it is ours, so nothing is asked of anybody else."""
    kind = resource.blob.media_type.partition("/")[0] if resource.blob is not None else ""
    return {"audio": "audio", "video": "video", "image": "img"}.get(kind, "")


def _key(person: Person | None) -> int | None:
    return person.pk if person is not None else None


def _resource(request: HttpRequest, resource_id: int) -> Resource:
    resource = queries.shown(resource_id, cast("Request", request).person)
    if resource is None:
        raise Http404
    return resource


@require_http_methods(["GET", "HEAD"])
def resource_file(request: Request, resource_id: int) -> HttpResponseBase:
    resource = get_object_or_404(
        Resource.objects.visible_to(request.person).select_related("blob"), pk=resource_id, blob__isnull=False
    )
    assert resource.blob is not None  # noqa: S101  # as was asked for
    return files.serve(resource.blob, name=resource.file_name, request=request)


@require_http_methods(["GET", "HEAD"])
def take_one_away(request: Request, resource_id: int, form: str) -> HttpResponseBase:
    resource = _resource(request, resource_id)
    return _file([resource], form, resource.cite_key)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: SignedInRequest, resource_id: int) -> HttpResponseBase:
    resource = _resource(request, resource_id)
    require(allowed=rules.may_change_resource(request.person, resource))
    initial = {
        "licence_url": resource.licence_url,
        "rights": resource.rights,
        "tags": ", ".join(each.said for each in resource.tags.all()),
    }
    form = ResourceForm(request.POST or None, known=resource.csl, is_new=False, initial=initial)
    if form.is_valid():
        try:
            actions.describe(
                resource=resource,
                by=request.person,
                csl=form.csl(),
                tags=form.cleaned_data["tags"],
                licence_url=form.cleaned_data["licence_url"],
                rights=form.cleaned_data["rights"],
            )
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The description is saved."))
            return redirect(resource)
    status = 422 if form.is_bound else 200
    context = {"resource": resource, "ecology": resource.ecology, "form": form}
    return render(request, "ecology/resource_edit.jinja", context, status=status)


@require_http_methods(["POST"])
@signed_in
def recommend(request: SignedInRequest, resource_id: int) -> HttpResponseBase:
    """With a reason or without; ``do=take-back`` takes it back."""
    resource = _resource(request, resource_id)
    try:
        if request.POST.get("do") == "take-back":
            for each in resource.recommendations.filter(person=request.person):
                actions.take_back(recommendation=each, by=request.person)
            return redirect(resource)
        form = WhyForm(request.POST)
        if not form.is_valid():
            return refused(request, _("The reason is too long."))
        actions.recommend(resource=resource, by=request.person, why=form.cleaned_data["why"])
    except Refusal as refusal:
        return refused(request, str(refusal))
    messages.success(request, _("You recommend it."))
    return redirect(resource)


@require_http_methods(["POST"])
@signed_in
def remove(request: SignedInRequest, resource_id: int) -> HttpResponseBase:
    resource = _resource(request, resource_id)
    require(allowed=rules.may_change_resource(request.person, resource))
    actions.remove(resource=resource, by=request.person)
    messages.success(request, _("It is no longer in the library."))
    return redirect("ecology:library", ecology_id=resource.ecology_id)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def map_resource(request: SignedInRequest, resource_id: int) -> HttpResponseBase:
    """Which criteria of a framework it helps with. The framework is that of ``?framework=``, or of what it is mapped to."""
    resource = _resource(request, resource_id)
    require(allowed=rules.may_keep(request.person, resource.ecology))
    strengths = {each.node_id: each.strength for each in resource.relevances.all()}
    frameworks = queries.frameworks()
    wanted = _number(request.GET.get("framework", ""))
    known = {each.node.framework_id for each in resource.relevances.all()}
    framework = next((each for each in frameworks if each.pk == wanted), None) or next(
        (each for each in frameworks if each.pk in known), frameworks[0] if frameworks else None
    )
    nodes = queries.criteria(framework) if framework is not None else []
    if request.method == "POST":
        others = {each.node: each.strength for each in resource.relevances.all() if each.node not in nodes}
        said = {node: _strength(request.POST.get(f"node-{node.pk}", "")) for node in nodes}
        actions.set_relevances(
            resource=resource,
            by=request.person,
            strengths=others | {node: strength for node, strength in said.items() if strength},
        )
        messages.success(request, _("The criteria are saved."))
        return redirect(resource)
    context = {
        "resource": resource,
        "ecology": resource.ecology,
        "frameworks": frameworks,
        "framework": framework,
        "nodes": nodes,
        "strengths": strengths,
        "choices": Relevance.Strength.choices,
    }
    return render(request, "ecology/resource_map.jinja", context)


def _strength(typed: str) -> int:
    return int(typed) if typed in {str(each) for each in Relevance.Strength.values} else 0


# Reading lists --------------------------------------------------------------------------------------------------------


def _reading_list(request: HttpRequest, list_id: int) -> ReadingList:
    found = queries.reading_list(list_id, cast("Request", request).person)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD"])
def show_list(request: Request, list_id: int) -> HttpResponseBase:
    reading_list = _reading_list(request, list_id)
    may_edit = rules.may_edit_lists(request.person, reading_list.ecology)
    context = {
        "reading_list": reading_list,
        "ecology": reading_list.ecology,
        "entries": list(reading_list.entries.all()),
        "may_edit": may_edit,
        **(_to_put(request, reading_list) if may_edit else {"form": None}),
    }
    return render(request, "ecology/reading_list.jinja", context)


def _to_put(request: Request, reading_list: ReadingList) -> dict[str, Any]:
    """The form to put something on it, with what was chosen and typed before something was looked for."""
    chosen = _number(request.GET.get("resource", ""))
    offered = queries.offered(reading_list, words=looked_for(request.GET), chosen=chosen)
    if chosen is None and offered.number == 1:
        chosen = offered.resources[0].pk
    said = {
        "resource": chosen,
        "is_core": request.GET.get("is_core") == "on",
        "words": request.GET.get("words", "")[:500],
    }
    return {
        "form": EntryForm(ecology=reading_list.ecology, offered=offered, initial=said),
        "find": looked_for(request.GET),
        "offered": offered,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_list(request: SignedInRequest, ecology_id: int) -> HttpResponseBase:
    ecology = _load(request, ecology_id)
    require(allowed=rules.may_edit_lists(request.person, ecology))
    form = ListForm(request.POST or None, nodes=queries.all_criteria())
    if form.is_valid():
        try:
            made = reading_lists.make_list(ecology=ecology, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(made)
    status = 422 if form.is_bound else 200
    context = {"ecology": ecology, "form": form, "reading_list": None}
    return render(request, "ecology/reading_list_edit.jinja", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit_list(request: SignedInRequest, list_id: int) -> HttpResponseBase:
    reading_list = _reading_list(request, list_id)
    require(allowed=rules.may_edit_lists(request.person, reading_list.ecology))
    initial = {"title": reading_list.title, "words": reading_list.words, "node": reading_list.node_id}
    form = ListForm(request.POST or None, nodes=queries.all_criteria(), initial=initial)
    if request.method == "POST" and request.POST.get("do") == "remove":
        reading_lists.remove_list(reading_list=reading_list, by=request.person)
        messages.success(request, _("The list is gone; what stood on it is still in the library."))
        return redirect("ecology:library", ecology_id=reading_list.ecology_id)
    if form.is_valid():
        reading_lists.set_list(reading_list=reading_list, by=request.person, **form.cleaned_data)
        return redirect(reading_list)
    status = 422 if form.is_bound else 200
    context = {"ecology": reading_list.ecology, "form": form, "reading_list": reading_list}
    return render(request, "ecology/reading_list_edit.jinja", context, status=status)


@require_http_methods(["POST"])
@signed_in
def put_on_list(request: SignedInRequest, list_id: int) -> HttpResponseBase:
    """``do=find`` looks for words in the library first, and keeps what was chosen and typed."""
    reading_list = _reading_list(request, list_id)
    require(allowed=rules.may_edit_lists(request.person, reading_list.ecology))
    if request.POST.get("do") == "find":
        said = {name: request.POST.get(name, "")[:500] for name in ("resource", "is_core", "words")}
        return redirect(_finding(reading_list, request, **said))
    form = EntryForm(request.POST, ecology=reading_list.ecology)
    if not form.is_valid():
        return refused(request, _("Choose something that the library keeps."))
    try:
        reading_lists.put_on_list(reading_list=reading_list, by=request.person, **form.cleaned_data)
    except Refusal as refusal:
        return refused(request, str(refusal))
    return redirect(_finding(reading_list, request) if looked_for(request.POST) else reading_list)


def _finding(reading_list: ReadingList, request: HttpRequest, **said: str) -> str:
    """Its page with what was looked for: there may be more of it to put on."""
    query = urlencode(
        {name: value for name, value in {"find": looked_for(request.POST), **said}.items() if value}
    )
    return f"{reading_list.get_absolute_url()}?{query}#put"


@require_http_methods(["POST"])
@signed_in
def arrange_list(request: SignedInRequest, list_id: int) -> HttpResponseBase:
    """``order``: the keys of the entries, one after the other. For the script of the page, which shows the order already."""
    reading_list = _reading_list(request, list_id)
    require(allowed=rules.may_edit_lists(request.person, reading_list.ecology))
    order = [number for typed in request.POST.getlist("order")[:1000] if (number := _number(typed))]
    reading_lists.arrange(reading_list=reading_list, by=request.person, order=order)
    return HttpResponse(status=204)


@require_http_methods(["POST"])
@signed_in
def change_entry(request: SignedInRequest, entry_id: int) -> HttpResponseBase:
    """``do`` is up, down or off."""
    entry = get_object_or_404(Entry.objects.select_related("reading_list__ecology"), pk=entry_id)
    reading_list = _reading_list(request, entry.reading_list_id)
    require(allowed=rules.may_edit_lists(request.person, reading_list.ecology))
    do = request.POST.get("do")
    if do == "off":
        reading_lists.take_off_list(entry=entry, by=request.person)
    elif do in {"up", "down"}:
        order = [each.pk for each in reading_list.entries.all()]
        place = order.index(entry.pk)
        other = place + (1 if do == "down" else -1)
        if 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
            reading_lists.arrange(reading_list=reading_list, by=request.person, order=order)
            return redirect(f"{reading_list.get_absolute_url()}#entry-{entry.pk}")
    return redirect(reading_list)
