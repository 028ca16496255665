"""The project bank."""

import secrets

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collegium.conversations.models import Post
from collegium.courses import rules, surveys, wording
from collegium.courses.actions import projects as actions
from collegium.courses.forms import AppreciationForm, NarrowingForm, ProjectForm, SayForm
from collegium.courses.models import Appreciation, Project
from collegium.courses.queries import projects as queries
from collegium.courses.queries.projects import Narrowing
from collegium.courses.views.loading import frame, load, load_project, person_of, reads
from collegium.design.errors import refused
from collegium.design.shortcuts import render
from collegium.foundation import files
from collegium.foundation.refusal import Refusal, require
from collegium.people.models import Person
from collegium.people.queries import faces
from collegium.people.requests import SignedInRequest, signed_in

_LONGEST = 18  # digits of a key
COMMENTS = 30


def _number(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) <= _LONGEST else None


@require_safe
def show_bank(request: HttpRequest, slug: str) -> HttpResponse:
    """Latest first, by key; as open as its iteration. What somebody is made of is not counted, and nothing is ranked."""
    iteration, found = load(request, slug)
    person = person_of(request)
    narrowing = Narrowing(
        week=_number(request, "week"),
        node=_number(request, "node"),
        person=_number(request, "person"),
        words=request.GET.get("q", "").replace("\x00", "").strip()[:200],
    )
    bank = queries.bank(
        iteration, person, narrowing, after=_number(request, "after"), before=_number(request, "before")
    )
    form = NarrowingForm(
        initial={"q": narrowing.words, "week": narrowing.week or "", "node": narrowing.node or ""}
    )
    week_field, node_field = form.fields["week"], form.fields["node"]
    week_field.choices = [  # type: ignore[attr-defined]  # a ChoiceField
        ("", _("All weeks")),
        *((str(each.number), f"{each.number}. {each.title}") for each in bank.weeks),
    ]
    node_field.choices = [  # type: ignore[attr-defined]  # a ChoiceField
        ("", _("Everything")),
        *((str(each.pk), str(each)) for each in bank.nodes),
    ]
    of_person = (
        Person.objects.visible_to(person).filter(pk=narrowing.person).first() if narrowing.person else None
    )
    return render(
        request,
        "courses/bank.jinja",
        {
            **frame(iteration, found, "projects"),
            "bank": bank,
            "form": form,
            "of_person": of_person,
            "may_submit": rules.may_submit(person, iteration) if found.is_inside else False,
        },
        block="results",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def submit(request: SignedInRequest, slug: str) -> HttpResponseBase:
    iteration, found = load(request, slug)
    require(
        allowed=rules.may_submit(request.person, iteration),
        because=_("Only those who take part can submit to the project bank."),
    )
    week = iteration.weeks.filter(number=_number(request, "week") or 0).first()
    form = ProjectForm(
        request.POST or None,
        request.FILES or None,
        iteration=iteration,
        # What a week speaks for, what is made in it will mostly speak for too.
        initial={
            "week": str(week.pk),
            "nodes": [str(node) for node in week.mappings.values_list("node", flat=True)],
        }
        if week
        else None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            project = actions.submit_project(iteration=iteration, by=request.person, **form.facts())
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else "picture", str(refusal))
        else:
            messages.success(request, _("It is in the bank, for everybody to see and to talk about."))
            return redirect(project)
    return render(
        request,
        "courses/project_edit.jinja",
        {**frame(iteration, found, "projects"), "form": form, "project": None},
        status=422 if request.method == "POST" else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: SignedInRequest, project_id: int) -> HttpResponseBase:
    project, found = load_project(request, project_id)
    require(allowed=rules.may_edit_project(request.person, project))
    form = ProjectForm(
        request.POST or None, request.FILES or None, iteration=project.iteration, project=project
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_project(project=project, by=request.person, **form.facts())
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else "picture", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(project)
    return render(
        request,
        "courses/project_edit.jinja",
        {**frame(project.iteration, found, "projects"), "form": form, "project": project},
        status=422 if request.method == "POST" else 200,
    )


@require_safe
def show(request: HttpRequest, project_id: int) -> HttpResponse:
    return _show(request, project_id)


def _show(
    request: HttpRequest, project_id: int, *, form: AppreciationForm | None = None, status: int = 200
) -> HttpResponse:
    project, found = load_project(request, project_id)
    person = person_of(request)
    page = queries.project_page(project, person)
    iteration = project.iteration
    shown = reads(project.thread, iteration, found, person)
    comments = (
        list(
            Post.objects.standing()
            .filter(thread=project.thread)
            .exclude(via=Post.Via.MACHINE)
            .select_related("author__photo")
            .order_by("-pk")[: COMMENTS + 1]
        )
        if shown
        else []
    )
    is_own = person is not None and project.person_id == person.pk
    return render(
        request,
        "courses/project.jinja",
        {
            **frame(iteration, found, "projects"),
            "project": project,
            "page": page,
            "comments": comments[:COMMENTS][::-1],
            "has_more_comments": len(comments) > COMMENTS,
            "comment_faces": faces([each.author for each in comments if each.author], person),
            "form": form
            or AppreciationForm(
                aspects=page.aspects,
                marks=page.mine.marks if page.mine else {},
                initial={"words": page.mine.words if page.mine else ""},
            ),
            "say": SayForm(initial={"key": secrets.token_urlsafe(16)}),
            "mark_words": surveys.mark_words(),
            "is_own": is_own,
            "may_appreciate": found.is_inside and rules.may_appreciate(person, project),
            "may_discuss": found.is_inside and rules.may_discuss(person, project),
            "may_remove": (is_own or found.facilitates) and rules.may_remove_project(person, project),
        },
        status=status,
    )


@require_POST
@signed_in
def appreciate(request: SignedInRequest, project_id: int) -> HttpResponseBase:
    project, _found = load_project(request, project_id)
    form = AppreciationForm(request.POST, aspects=surveys.read_rubric(project.iteration.rubric))
    if form.is_valid():
        try:
            actions.appreciate(
                project=project, by=request.person, marks=form.marks(), words=form.cleaned_data["words"]
            )
        except Refusal as refusal:
            if refusal.code in {"own", "not_yours"}:
                return refused(request, str(refusal), back=project.get_absolute_url(), status=403)
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            return redirect(f"{project.get_absolute_url()}#appreciation")
    return _show(request, project_id, form=form, status=422)


@require_POST
@signed_in
def take_back(request: SignedInRequest, project_id: int) -> HttpResponseBase:
    project, _found = load_project(request, project_id)
    given = get_object_or_404(Appreciation, project=project, person=request.person)
    actions.take_back(appreciation=given, by=request.person)
    return redirect(f"{project.get_absolute_url()}#appreciation")


@require_POST
@signed_in
def discuss(request: SignedInRequest, project_id: int) -> HttpResponseBase:
    project, found = load_project(request, project_id)
    require(allowed=found.is_inside and rules.may_discuss(request.person, project))
    form = SayForm(request.POST)
    if form.is_valid():
        try:
            actions.discuss(
                project=project,
                by=request.person,
                html=form.cleaned_data["words"],
                submission_key=form.cleaned_data["key"],
            )
        except Refusal as refusal:
            return refused(
                request,
                str(refusal),
                kept=wording.as_text(form.cleaned_data["words"]),
                back=project.get_absolute_url(),
            )
    return redirect(f"{project.get_absolute_url()}#talk")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def remove(request: SignedInRequest, project_id: int) -> HttpResponseBase:
    project, found = load_project(request, project_id)
    require(allowed=rules.may_remove_project(request.person, project))
    if request.method == "POST":
        actions.remove_project(project=project, by=request.person)
        messages.success(request, _("It is out of the bank."))
        return redirect("courses:projects", slug=project.iteration.slug)
    return render(
        request,
        "courses/project_remove.jinja",
        {**frame(project.iteration, found, "projects"), "project": project},
    )


@require_safe
def picture(request: HttpRequest, project_id: int, size: int) -> HttpResponseBase:
    """As small as is asked for; to whoever may see the project."""
    project = get_object_or_404(
        Project.objects.visible_to(person_of(request)).select_related("picture"), pk=project_id
    )
    if project.picture is None or size not in files.THUMBNAIL_SIZES:
        raise Http404
    small = files.thumbnail(project.picture, size)
    if small is None:
        raise Http404
    return files.serve(small, name=f"{project.title}.webp", request=request, max_age=3600)
