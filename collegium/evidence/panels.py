"""Evidence in the bar, on home, on a person's page; in everything of mine, and gone when I go."""

from collections.abc import Iterable
from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from collegium.conversations.models import Post
from collegium.courses.models import Project
from collegium.design.places import bar_item, panel, signed_in
from collegium.ecology.models import Item
from collegium.events.models import Occurrence
from collegium.evidence import actions, provenance, queries, sources, words
from collegium.evidence.models import Evidence, SourceKind
from collegium.foundation.addresses import address
from collegium.people.erasure import erases, goes, stays
from collegium.people.export import File, exports
from collegium.people.models import Person
from collegium.people.requests import Request
from collegium.people.waiting import waiting_for, waits

SHOWN_ON_A_PERSONS_PAGE = 6

bar_item(
    key="evidence",
    title=_("Evidence"),
    url="evidence:list",
    icon="paperclip",
    order=50,
    shown_to=signed_in,
    namespace="evidence",
)
bar_item(
    key="capture", title=_("Capture"), url="evidence:capture", icon="plus", slot="tools", shown_to=signed_in
)


waits("evidence_to_look_at", lambda person, _now: queries.how_many_need_a_look(person))
waits("evidence_for_nothing", lambda person, _now: queries.how_many_speak_for_nothing(person))


@panel("home.next", order=60)
def what_to_sort(request: HttpRequest) -> str | None:
    if cast("Request", request).person is None:
        return None
    counts = {
        queries.Show.ATTENTION: waiting_for(request, "evidence_to_look_at") or 0,
        queries.Show.LOOSE: waiting_for(request, "evidence_for_nothing") or 0,
    }
    if not any(counts.values()):
        return None
    return render_to_string("evidence/next.jinja", {"counts": counts, "Show": queries.Show}, request)


@panel("person.page", order=40)
def evidence_of(request: HttpRequest, *, person: Person) -> str | None:
    viewer = cast("Request", request).person
    shown = queries.cards(queries.shown_to(viewer, person)[:SHOWN_ON_A_PERSONS_PAGE])
    if not shown:
        return None
    return render_to_string("evidence/of_person.jinja", {"shown": shown, "person": person}, request)


# “Use as evidence” ----------------------------------------------------------------------------------------------------


@panel("post.actions", order=20)
def use_post(request: HttpRequest, *, post: Post, **_context: Any) -> str | None:
    """Asked for each post of a page: what is named there is read once, and only where a course stands behind it."""
    if cast("Request", request).person is None or post.removed_at or post.hidden_at:
        return None
    drawn: dict[int, str] | None = getattr(request, "evidence_of_threads", None)
    if drawn is None:
        drawn = {}
        request.evidence_of_threads = drawn  # type: ignore[attr-defined]  # ours, for this request only
    if post.thread_id not in drawn:
        context = {"criteria": sources.of_thread(post.thread)}
        drawn[post.thread_id] = render_to_string("evidence/use_post.jinja", context, request)
    return drawn[post.thread_id].replace("ADDRESS", _address(SourceKind.POST, post.pk))


@panel("project.actions", order=40)
def use_project(request: HttpRequest, *, project: Project) -> str | None:
    person = cast("Request", request).person
    if person is None:
        return None
    return render_to_string(
        "evidence/use.jinja",
        {
            "address": _address(SourceKind.PROJECT, project.pk),
            "kept": queries.kept_from(person, SourceKind.PROJECT, project.pk),
            "criteria": sources.of_project(project),
            "size": None,
        },
        request,
    )


@panel("occurrence.actions", order=40)
def use_attendance(request: HttpRequest, *, occurrence: Occurrence, attended: bool) -> str | None:
    person = cast("Request", request).person
    if person is None or not attended:
        return None
    return render_to_string(
        "evidence/use_attendance.jinja",
        {
            "address": _address(SourceKind.ATTENDANCE, occurrence.pk),
            "kept": queries.kept_from(person, SourceKind.ATTENDANCE, occurrence.pk),
            "criteria": sources.of_occurrence(occurrence),
            "size": None,
        },
        request,
    )


@panel("item.actions", order=40)
def use_item(request: HttpRequest, *, item: Item, where: str = "page", **_context: Any) -> str | None:
    """In the menus of a river it is drawn once for all; on an item's own page with the criteria that it may speak for."""
    person = cast("Request", request).person
    if person is None:
        return None
    address = _address(SourceKind.ITEM, item.pk)
    if where == "menu":
        drawn: str | None = getattr(request, "evidence_of_items", None)
        if drawn is None:
            drawn = render_to_string("evidence/use_post.jinja", {"criteria": []}, request)
            request.evidence_of_items = drawn  # type: ignore[attr-defined]  # ours, for this request only
        return drawn.replace("ADDRESS", address)
    # Kept a second time it is the same piece, so nobody asks first whether it is there.
    context = {"address": address, "kept": None, "criteria": sources.of_item(item, person), "size": None}
    return render_to_string("evidence/use.jinja", context, request)


def _address(kind: SourceKind, source_id: int) -> str:
    return address("evidence:keep", kind=kind.value, source_id=source_id)


# Mine -----------------------------------------------------------------------------------------------------------------


@exports("evidence", title=_("Evidence"))
def my_evidence(person: Person) -> tuple[object, list[File]]:
    facts: list[dict[str, object]] = []
    kept: list[File] = []
    for evidence in queries.for_cards(Evidence.objects.filter(owner=person)).order_by("pk"):
        file = f"{evidence.pk} {evidence.file_name}" if evidence.blob else ""
        if evidence.blob is not None:
            kept.append((file, evidence.blob.path))
        facts.append(_facts(evidence, file))
    return facts, kept


def _facts(evidence: Evidence, file: str) -> dict[str, object]:
    words = (
        "title",
        "kind",
        "description",
        "impact",
        "body",
        "said_by",
        "url",
        "access",
        "alt_text",
        "audience",
    )
    return {
        **{name: getattr(evidence, name) for name in words},
        "happened_on": evidence.happened_on,
        "captured_at": evidence.captured_at,
        "file": file,
        "comes_from": provenance.as_data(evidence),
        "circle": evidence.circle.name if evidence.circle else "",
        "people_shown": [
            {"who": shown.who, "permission": shown.permission, "note": shown.note}
            for shown in evidence.people_shown.all()
        ],
        "speaks_for": [
            {"code": target.code, "title": target.title, "strength": alignment.get_strength_display()}
            for alignment in evidence.alignments.all()
            if (target := alignment.node or alignment.principle) is not None
        ],
    }


@goes
def evidence_goes(person: Person) -> Iterable[str]:
    number = Evidence.objects.filter(owner=person).count()
    if number:
        yield ngettext(
            "%(number)s piece of evidence, with its file",
            "%(number)s pieces of evidence, with their files",
            number,
        ) % {"number": number}


@stays
def what_others_kept_stays(person: Person) -> Iterable[str]:
    if Evidence.objects.filter(source_author=person).exclude(owner=person).exists():
        yield str(
            _("Short excerpts of your posts and projects that others kept as evidence, without your name")
        )


@erases(order=40)
def erase_evidence(person: Person) -> None:
    actions.forget_author(person=person)
    own = Evidence.objects.filter(owner=person)
    words.forget(own)
    own.delete()
