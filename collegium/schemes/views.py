"""Public pages of schemes, and what a coordinator does with one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal, require
from collegium.people.requests import Request, SignedInRequest, signed_in
from collegium.schemes import actions, queries, requirements, rules, wording
from collegium.schemes.documents import (
    UNSET,
    FrameworkDocument,
    NodeDocument,
    PathwayDocument,
    SchemeDocument,
    UnsetRule,
)
from collegium.schemes.forms import AnswerForm, RoleForm
from collegium.schemes.models import RoleHolding, Scheme, SchemeVersion, UnsetAnswer


@require_http_methods(["GET", "HEAD"])
def index(request: Request) -> HttpResponse:
    shown = []
    for version in queries.current_versions():
        scheme, framework = queries.in_force(version), version.framework.read
        shown.append((version, scheme, _with_spines(scheme, framework)))
    return render(request, "schemes/list.jinja", {"shown": shown, "wording": wording})


@require_http_methods(["GET", "HEAD"])
def show(request: Request, key: str) -> HttpResponse:
    version = _version(request, key)
    scheme, framework = queries.in_force(version), version.framework.read
    context = _frame(request, version, scheme) | {
        "framework": framework,
        "pathways": _with_spines(scheme, framework),
        "chapters": wording.chapters(scheme.rules, scheme),
        "fees": [(fee, wording.amount(fee)) for fee in scheme.fees],
    }
    return render(request, "schemes/scheme.jinja", context)


@require_http_methods(["GET", "HEAD"])
def pathway(request: Request, key: str, pathway_key: str) -> HttpResponse:
    version = _version(request, key)
    scheme, framework = queries.in_force(version), version.framework.read
    if pathway_key not in {item.key for item in scheme.pathways}:
        raise Http404
    document = scheme.pathway(pathway_key)
    context = _frame(request, version, scheme) | {
        "framework": framework,
        "pathway": document,
        "row": get_object_or_404(version.pathways, key=pathway_key),
        "written": _written(document, framework),
        "spines": _spines(document, framework),
        "outline": None
        if document.requires.value is UNSET
        else requirements.outline(document.requires.value, framework.titles),
        "groups": [node for node in framework.nodes if node.nodes and node.nodes[0] in framework.dimensions],
        "criteria": [framework.node(code) for code in document.criteria],
        "needed": _needed_codes(document),
        "own_rules": wording.chapters(document.rules, scheme, only=document.own_rules),
        "facts": _facts(document, scheme),
        "upgrades": [item for item in scheme.upgrades if pathway_key in (item.start, item.end)],
    }
    return render(request, "schemes/pathway.jinja", context)


@require_http_methods(["GET", "HEAD"])
def history(request: Request, key: str) -> HttpResponse:
    version = _version(request, key)
    steps = queries.version_history(version.scheme)
    context = _frame(request, version, version.read) | {"steps": steps}
    return render(request, "schemes/history.jinja", context)


@require_http_methods(["GET", "HEAD"])
def document(request: Request, key: str) -> JsonResponse:
    """The scheme and its framework as loaded, for programs: the words of the file as JSON."""
    version = _version(request, key)
    answer = JsonResponse(
        {"scheme": version.document, "framework": version.framework.document, "sha256": version.sha256},
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )
    name = f"{version.scheme.key}-{version.version}.json"
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


@require_http_methods(["GET", "HEAD"])
def by_id(_request: Request, scheme_id: int) -> HttpResponse:
    """Where a notification leads, which knows only the id."""
    return redirect(get_object_or_404(Scheme, pk=scheme_id))


# Coordinator ----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD"])
@signed_in
def open_rules(request: SignedInRequest, key: str) -> HttpResponse:
    version = _version(request, key)
    require(allowed=rules.may_answer_unset_rules(request.person, version))
    scheme = queries.in_force(version)
    decided = _newest(version.unset_answers.all())
    open_now = scheme.unset_rules()
    titles = {item.path: item for item in (*version.read.unset_rules(), *open_now)}
    context = _frame(request, version, scheme) | {
        "open": open_now,
        "decided": [(titles.get(answer.path), answer) for answer in decided],
    }
    return render(request, "schemes/open_rules.jinja", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def answer(request: SignedInRequest, key: str) -> HttpResponse:
    """One rule, named by `?path=`: asked for, and asked for again when a decision is to change."""
    version = _version(request, key)
    require(allowed=rules.may_answer_unset_rules(request.person, version))
    asked = _asked(version, request.GET.get("path", ""))
    form = AnswerForm(request.POST or None, rule=asked)
    if form.is_valid():
        try:
            actions.answer_unset_rule(
                scheme_version=version,
                path=asked.path,
                answer=form.cleaned_data["answer"],
                reason=form.cleaned_data["reason"],
                by=request.person,
            )
        except Refusal as refusal:
            form.add_error(None, [str(refusal), *map(str, refusal.details)])
        else:
            messages.success(request, _("“%(rule)s” is decided.") % {"rule": asked.title})
            return redirect("schemes:open_rules", key=key)
    earlier = [item for item in version.unset_answers.all() if item.path == asked.path]
    context = _frame(request, version, queries.in_force(version)) | {
        "asked": asked,
        "form": form,
        "earlier": sorted(earlier, key=lambda item: item.answered_at, reverse=True),
    }
    return render(request, "schemes/answer.jinja", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def roles(request: SignedInRequest, key: str) -> HttpResponse:
    version = _version(request, key)
    require(allowed=rules.may_see_roles(request.person, version))
    words = request.GET.get("q", "")
    form = RoleForm(
        request.POST or None,
        version=version,
        seen_by=request.person,
        initial={"kind": RoleHolding.Kind.ASSESSOR},
    )
    if form.is_valid():
        require(allowed=rules.may_grant_roles(request.person, version))
        try:
            holding = actions.grant_role(scheme=version.scheme, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("%(name)s is now: %(role)s.")
                % {"name": holding.person.name, "role": holding.get_kind_display()},
            )
            return redirect("schemes:roles", key=key)
    context = _frame(request, version, queries.in_force(version)) | {
        "holdings": queries.role_holdings(version.scheme),
        "titles": {item.key: item.title for item in version.read.pathways},
        "q": words,
        "found": queries.people_named(words, seen_by=request.person),
        "form": form,
        "may_grant": rules.may_grant_roles(request.person, version),
    }
    return render(request, "schemes/roles.jinja", context, status=422 if form.errors else 200)


@require_http_methods(["POST"])
@signed_in
def withdraw(request: SignedInRequest, holding_id: int) -> HttpResponse:
    holding = get_object_or_404(RoleHolding.objects.select_related("scheme", "person"), pk=holding_id)
    # Whoever may not see the roles does not learn that there is such a one.
    if not rules.may_see_roles(request.person, holding.scheme):
        raise Http404
    require(allowed=rules.may_grant_roles(request.person, holding.scheme))
    try:
        actions.withdraw_role(holding=holding, by=request.person)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("%(name)s no longer has the role: %(role)s.")
            % {"name": holding.person.name, "role": holding.get_kind_display()},
        )
    return redirect("schemes:roles", key=holding.scheme.key)


# What the pages share -------------------------------------------------------------------------------------------------


def _version(request: Request, key: str) -> SchemeVersion:
    named = request.GET.get("version", "")
    version = (
        queries.version_of(get_object_or_404(Scheme, key=key), named)
        if named
        else queries.current_version_of(key)
    )
    if version is None:
        raise Http404
    return version


def _frame(request: Request, version: SchemeVersion, scheme: SchemeDocument) -> dict[str, Any]:
    """What every page of a scheme needs: its names, its address, what the reader may do."""
    at = "" if version.is_current else f"?version={version.version}"
    coordinates = rules.may_answer_unset_rules(request.person, version) if request.person else False
    return {
        "version": version,
        "scheme": scheme,
        "at": at,
        "scheme_url": reverse("schemes:scheme", args=[version.scheme.key]) + at,
        "coordinates": coordinates,
        "sees_roles": coordinates or (request.person is not None and request.person.is_site_administrator),
        "answers": {item.path: item for item in _newest(version.unset_answers.all())},
        "wording": wording,
        "unset": UNSET,
    }


def _newest(answers: Iterable[UnsetAnswer]) -> list[UnsetAnswer]:
    """The answer that holds for each path, latest first."""
    held: dict[str, UnsetAnswer] = {}
    for item in sorted(answers, key=lambda one: (one.answered_at, one.pk), reverse=True):
        held.setdefault(item.path, item)
    return list(held.values())


def _asked(version: SchemeVersion, path: str) -> UnsetRule:
    """The rule that the file leaves open, answered already or not."""
    asked = {item.path: item for item in queries.in_force(version).unset_rules()}
    asked |= {item.path: item for item in version.read.unset_rules()}
    if path not in asked:
        raise Http404
    return asked[path]


def _with_spines(
    scheme: SchemeDocument, framework: FrameworkDocument
) -> list[tuple[PathwayDocument, list[tuple[NodeDocument, bool]]]]:
    """Each pathway with the nodes that it is seen by, and whether each is judged or, of dimensions, required."""
    found = []
    for item in scheme.pathways:
        counts = _needed_codes(item)
        nodes = queries.spines(framework, item)
        found.append(
            (
                item,
                [
                    (node, counts.get(node.code, 0) > 0 if framework.dimensions else node.assessed)
                    for node in nodes
                ],
            )
        )
    return found


@dataclass(frozen=True)
class WrittenNode:
    """A section as the page of a pathway shows it."""

    node: NodeDocument
    title: str
    asks: str
    called: str
    count: int
    words: str
    words_unset: bool


def _written(
    document: PathwayDocument, framework: FrameworkDocument
) -> list[tuple[NodeDocument | None, list[WrittenNode]]]:
    """The sections in reading order, those of one group together under it."""
    if document.sections.value is UNSET:
        return []
    counts = _needed_codes(document)
    runs: list[tuple[NodeDocument | None, list[WrittenNode]]] = []
    for section in document.sections.value:
        node = framework.node(section.code)
        words = document.words_of(node)
        group = framework.node(node.parent) if node.parent else None
        if group is None or not runs or runs[-1][0] is not group:
            runs.append((group, []))
        runs[-1][1].append(
            WrittenNode(
                node=node,
                title=section.title or node.title,
                asks=section.asks,
                called=section.called if section.repeats else "",
                count=counts.get(section.code, 0),
                words=wording.words_of(words),
                words_unset=words is not None and not words.is_set,
            )
        )
    return runs


def _needed_codes(document: PathwayDocument) -> dict[str, int]:
    """How many instances are required whatever else is chosen; a code that may be chosen stands as 0."""
    if document.requires.value is UNSET:
        return {}
    chosen = dict.fromkeys(requirements.codes(document.requires.value), 0)
    return chosen | requirements.needed(document.requires.value)


def _spines(document: PathwayDocument, framework: FrameworkDocument) -> list[dict[str, Any]]:
    counts = _needed_codes(document)
    found = []
    for node in queries.spines(framework, document):
        count = counts.get(node.code, 0)
        if count > 1:
            note = ngettext("%(number)s needed", "%(number)s needed", count) % {
                "number": requirements.number_in_words(count)
            }
        elif not count:
            note = _("a choice") if node.code in counts else _("if you like")
        else:
            note = _("assessed") if node.assessed else _("required")
        found.append(
            {
                "code": node.code if node.is_coded else "",
                "title": node.short,
                "href": f"#node-{node.code}",
                "state": "started" if count else "empty",
                "fill": 100 if count and (node.assessed or framework.dimensions) else 0,
                "note": note,
            }
        )
    return found


def _facts(document: PathwayDocument, scheme: SchemeDocument) -> list[tuple[str, str | None]]:
    """What one wants to know at a glance; None is unset."""
    own = document.rules
    facts: list[tuple[str, str | None]] = []
    if document.post_nominals:
        facts.append((_("Letters after your name"), document.post_nominals))
    facts.append((_("The award"), document.award))
    for name, rule in (
        ("award validity", own.award_validity),
        ("assessors", own.assessors),
        ("time to outcome", own.time_to_outcome),
    ):
        said = wording.say(name, rule, scheme)
        title = {
            "award validity": _("Valid for"),
            "assessors": _("Who reads it"),
            "time to outcome": _("Time to the outcome"),
        }[name]
        facts.append((title, said.sentence if said else None))
    assessed_by = document.assessed_by.value
    facts.append(
        (
            _("Assessed by holders of"),
            None
            if assessed_by is UNSET
            else wording.either([scheme.pathway(key).title for key in assessed_by]),
        )
    )
    if document.words is not None:
        facts.append((_("Length of the whole"), wording.words_of(document.words) or None))
    return facts
