"""The sheet of an issue: ordering, cutting, writing; previewing it as a letter; when it goes out."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from collegium.design.errors import refused
from collegium.design.shortcuts import render
from collegium.ecology import licences
from collegium.foundation.refusal import Refusal, require
from collegium.newsletters import actions, drafting, queries, rules, sending
from collegium.newsletters.forms import (
    EntryForm,
    HeadingForm,
    MoveForm,
    NewEntryForm,
    NewSectionForm,
    ScheduleForm,
    SectionForm,
    TakeForm,
    TitleForm,
    WithdrawForm,
)
from collegium.newsletters.models import Entry, Issue, Newsletter, Nomination, Section
from collegium.newsletters.views.loading import desk_frame, load_issue_to_edit, trying
from collegium.newsletters.views.pages import issue_page
from collegium.people.requests import SignedInRequest, signed_in

# A letter may be looked at: it runs nothing, loads nothing from elsewhere, and leads nowhere.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'; sandbox"
)


# The sheet ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    """GET the sheet; POST ``do``: rename, add (a section of one's own), gather, or discard."""
    issue = load_issue_to_edit(request.person, slug, number)
    if request.method != "POST":
        return redirect(issue) if issue.is_frozen else _page(request, issue)
    deeds: dict[str, Callable[[SignedInRequest, Issue], HttpResponseBase]] = {
        "rename": _rename,
        "add": _add_section,
        "gather": _gather,
        "discard": _discard,
    }
    deed = deeds.get(request.POST.get("do", ""))
    if deed is None:
        return redirect(_sheet_of(issue))
    return trying(request, lambda: deed(request, issue), back=_sheet_of(issue))


def _sheet_of(issue: Issue) -> str:
    return reverse("newsletters:edit", args=[issue.newsletter.slug, issue.number])


def _page(
    request: SignedInRequest,
    issue: Issue,
    *,
    said: str = "",
    refused: bool = False,
    title_form: TitleForm | None = None,
    schedule_form: ScheduleForm | None = None,
) -> HttpResponse:
    is_bad = any(form is not None and form.errors for form in (title_form, schedule_form))
    context = {
        **desk_frame(issue.newsletter, "desk"),
        "issue": issue,
        "sheet": queries.sheet(issue),
        "said": said,
        "refused": refused,
        "title_form": title_form or TitleForm(initial={"title": issue.title}, auto_id="issue-%s"),
        "schedule_form": schedule_form or ScheduleForm(issue=issue, auto_id="schedule-%s"),
        "written": NewSectionForm.base_fields["kind"].choices,  # type: ignore[attr-defined]  # a ChoiceField
        "subscribers": issue.newsletter.subscriptions.running().count(),
        "licence_name": licences.name,
    }
    return render(request, "newsletters/edit.jinja", context, block="sheet", status=422 if is_bad else 200)


def _rename(request: SignedInRequest, issue: Issue) -> HttpResponseBase:
    form = TitleForm(request.POST, auto_id="issue-%s")
    if not form.is_valid():
        return _page(request, issue, title_form=form)
    actions.rename_issue(issue=issue, by=request.person, title=form.cleaned_data["title"])
    messages.success(request, _("It is called “%(title)s” now.") % {"title": form.cleaned_data["title"]})
    return redirect(_sheet_of(issue))


def _add_section(request: SignedInRequest, issue: Issue) -> HttpResponseBase:
    """And straight on to write it."""
    form = NewSectionForm(request.POST)
    if not form.is_valid():
        return redirect(_sheet_of(issue))
    section = actions.add_section(issue=issue, by=request.person, kind=form.cleaned_data["kind"])
    return redirect("newsletters:write", section_id=section.pk)


def _gather(request: SignedInRequest, issue: Issue) -> HttpResponseBase:
    new = actions.redraft(issue=issue, by=request.person)
    messages.success(
        request,
        ngettext("One new entry.", "%(num)s new entries.", new) % {"num": new}
        if new
        else _("Nothing new since."),
    )
    return redirect(_sheet_of(issue))


def _discard(request: SignedInRequest, issue: Issue) -> HttpResponseBase:
    actions.discard_issue(issue=issue, by=request.person)
    messages.success(request, _("“%(title)s” is thrown away.") % {"title": issue.title})
    return redirect("newsletters:desk", slug=issue.newsletter.slug)


def _answer(
    request: SignedInRequest, issue: Issue, deed: Callable[[], str], *, anchor: str
) -> HttpResponseBase:
    """What became of it: the sheet anew for the page's script, and otherwise the page, at where it happened."""
    is_refused = False
    try:
        said = deed()
    except Refusal as refusal:
        said, is_refused = str(refusal), True
    if request.htmx:
        return _page(request, issue, said=said, refused=is_refused)
    if is_refused:
        return refused(request, said, back=_sheet_of(issue), kept=_kept(request))
    messages.success(request, said)
    return redirect(f"{_sheet_of(issue)}#{anchor}")


def _kept(request: SignedInRequest) -> str:
    """What was typed stands on the page that says no, to be copied."""
    return " ".join(request.POST.get(name, "") for name in ("title", "url", "words")).strip()


def _complaints(form: Any) -> str:
    return " ".join(
        f"{form.fields[name].label}: {error}" if name in form.fields else str(error)
        for name, errors in form.errors.items()
        for error in errors
    )


# Entries --------------------------------------------------------------------------------------------------------------


def _load_entry(request: SignedInRequest, entry_id: int) -> Entry:
    shown = Issue.objects.visible_to(request.person)
    entry = get_object_or_404(
        Entry.objects.filter(issue__in=shown).select_related("issue__newsletter__ecology", "section"),
        pk=entry_id,
    )
    require(allowed=rules.may_edit(request.person, entry.issue))
    return entry


@require_http_methods(["POST"])
@signed_in
def change_entry(request: SignedInRequest, entry_id: int) -> HttpResponseBase:
    """``do``: up, down, move, cut, restore, or change (its title and words)."""
    entry = _load_entry(request, entry_id)
    do = request.POST.get("do", "")
    deeds: dict[str, Callable[[SignedInRequest, Entry], str]] = {
        "cut": _cut_entry,
        "restore": _restore_entry,
        "change": _write_entry,
    }
    deed = deeds.get(do, _move_entry)
    return _answer(request, entry.issue, lambda: deed(request, entry), anchor=f"section-{entry.section_id}")


def _cut_entry(request: SignedInRequest, entry: Entry) -> str:
    actions.cut_entry(entry=entry, by=request.person)
    return _("“%(title)s” is cut. It can be put back.") % {"title": entry.title}


def _restore_entry(request: SignedInRequest, entry: Entry) -> str:
    actions.restore_entry(entry=entry, by=request.person)
    return _("“%(title)s” is back.") % {"title": entry.title}


def _write_entry(request: SignedInRequest, entry: Entry) -> str:
    form = EntryForm(request.POST)
    if not form.is_valid():
        raise Refusal(_complaints(form))
    actions.change_entry(entry=entry, by=request.person, **form.cleaned_data)
    return _("Saved: “%(title)s”.") % {"title": form.cleaned_data["title"]}


def _move_entry(request: SignedInRequest, entry: Entry) -> str:
    form = MoveForm(request.POST)
    if not form.is_valid():
        raise Refusal(_("There is no such place."))
    sections = [each for each in queries.sheet_sections(entry.issue) if not each.section.is_cut]
    here = next((place for place, each in enumerate(sections) if each.section.pk == entry.section_id), None)
    if here is None:
        raise Refusal(_("Its section is cut."))
    order = [each.pk for each in sections[here].entries]
    if entry.pk not in order:
        raise Refusal(_("It is cut: put it back first."))
    section, to = _place_of(form, sections, here, order.index(entry.pk))
    if section is not None:
        actions.move_entry(entry=entry, by=request.person, to=to, section=section.section)
    return _where_entry_is(entry)


def _place_of(
    form: MoveForm, sections: list[queries.SheetSection], here: int, place: int
) -> tuple[queries.SheetSection | None, int]:
    """From the last place of a section down is the first of the next; None: it cannot go there."""
    do, wanted = form.cleaned_data["do"], form.cleaned_data["section"]
    if do == "up":
        if place > 0:
            return sections[here], place - 1
        return (sections[here - 1], len(sections[here - 1].entries)) if here > 0 else (None, 0)
    if do == "down":
        if place < len(sections[here].entries) - 1:
            return sections[here], place + 1
        return (sections[here + 1], 0) if here + 1 < len(sections) else (None, 0)
    section = sections[here]
    if wanted is not None:
        named = next((each for each in sections if each.section.pk == wanted), None)
        if named is None:
            raise Refusal(_("That section is not there any more."))
        section = named
    to = form.cleaned_data["to"]
    return section, len(section.entries) if to is None else to


def _where_entry_is(entry: Entry) -> str:
    """For who hears the page."""
    for each in queries.sheet_sections(entry.issue):
        order = [kept.pk for kept in each.entries]
        if entry.pk in order:
            return _("“%(title)s” is in “%(section)s” now, number %(place)s of %(all)s.") % {
                "title": entry.title,
                "section": each.section.title,
                "place": order.index(entry.pk) + 1,
                "all": len(order),
            }
    return ""


# Sections -------------------------------------------------------------------------------------------------------------


def _load_section(request: SignedInRequest, section_id: int) -> Section:
    shown = Issue.objects.visible_to(request.person)
    section = get_object_or_404(
        Section.objects.filter(issue__in=shown).select_related("issue__newsletter__ecology"), pk=section_id
    )
    require(allowed=rules.may_edit(request.person, section.issue))
    return section


@require_http_methods(["POST"])
@signed_in
def change_section(request: SignedInRequest, section_id: int) -> HttpResponseBase:
    """``do``: up, down, move, cut (of a gathered one), remove (of a written one), restore, or add (an entry by hand)."""
    section = _load_section(request, section_id)
    deeds: dict[str, Callable[[SignedInRequest, Section], str]] = {
        "cut": _cut_section,
        "remove": _remove_section,
        "restore": _restore_section,
        "add": _add_entry,
    }
    deed = deeds.get(request.POST.get("do", ""), _move_section)
    return _answer(request, section.issue, lambda: deed(request, section), anchor=f"section-{section.pk}")


def _cut_section(request: SignedInRequest, section: Section) -> str:
    if section.is_written:
        raise Refusal(_("A section that you wrote is taken out where it is written, for good."))
    actions.remove_section(section=section, by=request.person)
    return _("The section “%(title)s” is cut. It can be put back.") % {"title": section.title}


def _remove_section(request: SignedInRequest, section: Section) -> str:
    actions.remove_section(section=section, by=request.person)
    return _("The section “%(title)s” is taken out.") % {"title": section.title}


def _restore_section(request: SignedInRequest, section: Section) -> str:
    actions.restore_section(section=section, by=request.person)
    return _("The section “%(title)s” is back.") % {"title": section.title}


def _add_entry(request: SignedInRequest, section: Section) -> str:
    form = NewEntryForm(request.POST)
    if not form.is_valid():
        raise Refusal(_complaints(form))
    actions.add_entry(section=section, by=request.person, **form.cleaned_data)
    return _("“%(title)s” is in “%(section)s”.") % {
        "title": form.cleaned_data["title"],
        "section": section.title,
    }


def _move_section(request: SignedInRequest, section: Section) -> str:
    form = MoveForm(request.POST)
    if not form.is_valid():
        raise Refusal(_("There is no such place."))
    order = [each.section.pk for each in queries.sheet_sections(section.issue) if not each.section.is_cut]
    if section.pk not in order:
        raise Refusal(_("It is cut: put it back first."))
    place = order.index(section.pk)
    steps = {"up": max(place - 1, 0), "down": min(place + 1, len(order) - 1)}
    to = steps.get(form.cleaned_data["do"], form.cleaned_data["to"] or 0)
    actions.move_section(section=section, by=request.person, to=to)
    return _("The section “%(title)s” is number %(place)s of %(all)s now.") % {
        "title": section.title,
        "place": min(to, len(order) - 1) + 1,
        "all": len(order),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def write(request: SignedInRequest, section_id: int) -> HttpResponseBase:
    """The words of a section, in the editor; of one that gathers by itself, what is said before its entries."""
    section = _load_section(request, section_id)
    issue = section.issue
    if issue.is_frozen:
        return redirect(issue)
    kind = SectionForm if section.is_written else HeadingForm
    form = kind(
        request.POST or None,
        initial={"title": section.title, "body": section.body, "by_line": section.by_line},
    )
    if form.is_valid():
        try:
            actions.change_section(section=section, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(f"{_sheet_of(issue)}#section-{section.pk}")
    context = {**desk_frame(issue.newsletter, "desk"), "issue": issue, "section": section, "form": form}
    return render(request, "newsletters/write.jinja", context, status=422 if form.is_bound else 200)


@require_http_methods(["POST"])
@signed_in
def take(request: SignedInRequest, slug: str, number: int, nomination_id: int) -> HttpResponseBase:
    """A nomination into the issue: into the ``section`` that is named, or where such things stand."""
    issue = load_issue_to_edit(request.person, slug, number)
    nomination = get_object_or_404(
        Nomination.objects.filter(newsletter=issue.newsletter_id), pk=nomination_id
    )
    form = TakeForm(request.POST)
    section = None
    if form.is_valid() and form.cleaned_data["section"] is not None:
        section = get_object_or_404(
            Section.objects.select_related("issue"), pk=form.cleaned_data["section"], issue=issue
        )

    def answer() -> HttpResponseBase:
        entry = actions.take_nomination(
            nomination=nomination, by=request.person, section=section, issue=issue
        )
        messages.success(request, _("“%(title)s” is in the issue.") % {"title": entry.title})
        return redirect(f"{_sheet_of(issue)}#entry-{entry.pk}")

    return trying(request, answer, back=_sheet_of(issue))


# As a letter ----------------------------------------------------------------------------------------------------------


def _as_letter(newsletter: Newsletter, issue: Issue) -> Any:
    """As it would go out now; where a reader's own link stands, the newsletter's page."""
    left_out = () if issue.is_frozen else drafting.withheld(issue)
    page = settings.SITE_URL + newsletter.get_absolute_url()
    return sending.render(issue, left_out=left_out).filled(stop=page)


@require_safe
@signed_in
def preview(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    """``?as=``: narrow, or text. The HTML comes into its frame by an address of its own."""
    issue = load_issue_to_edit(request.person, slug, number)
    wanted = request.GET.get("as", "")
    context = {
        **desk_frame(issue.newsletter, "desk"),
        "issue": issue,
        "text": _as_letter(issue.newsletter, issue).text if wanted == "text" else "",
        "form": wanted if wanted in {"narrow", "text"} else "wide",
        "subscribers": issue.newsletter.subscriptions.running().count(),
    }
    return render(request, "newsletters/preview.jinja", context)


@require_safe
@xframe_options_sameorigin
@signed_in
def letter(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    """The letter's own HTML, as a document that may do nothing but be looked at."""
    issue = load_issue_to_edit(request.person, slug, number)
    response = HttpResponse(_as_letter(issue.newsletter, issue).html)
    response["Content-Security-Policy"] = LETTER_POLICY
    return response


@require_http_methods(["POST"])
@signed_in
def send_test(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    issue = load_issue_to_edit(request.person, slug, number)

    def answer() -> HttpResponseBase:
        actions.send_test(issue=issue, by=request.person)
        email = request.person.account.email if request.person.account else ""
        messages.success(request, _("It is on its way to %(email)s, and to nobody else.") % {"email": email})
        return redirect("newsletters:preview", slug=slug, number=number)

    return trying(request, answer, back=_sheet_of(issue))


# When it goes out -----------------------------------------------------------------------------------------------------


@require_http_methods(["POST"])
@signed_in
def schedule(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    """``do``: schedule (``at``), unschedule, or now."""
    issue = load_issue_to_edit(request.person, slug, number)
    do = request.POST.get("do", "")

    def answer() -> HttpResponseBase:
        if do == "unschedule":
            actions.unschedule(issue=issue, by=request.person)
            messages.success(request, _("It is a draft again, and goes out when you say so."))
            return redirect(_sheet_of(issue))
        if do == "now":
            actions.send_now(issue=issue, by=request.person)
            messages.success(request, _("It goes out now."))
            return redirect("newsletters:desk", slug=slug)
        form = ScheduleForm(request.POST, issue=issue, auto_id="schedule-%s")
        if not form.is_valid():
            return _page(request, issue, schedule_form=form)
        actions.schedule(issue=issue, by=request.person, at=form.cleaned_data["at"])
        messages.success(request, _("Scheduled. Until then you can go on editing it, or hold it back."))
        return redirect(_sheet_of(issue))

    return trying(request, answer, back=issue.get_absolute_url() if issue.is_frozen else _sheet_of(issue))


@require_http_methods(["POST"])
@signed_in
def withdraw(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    issue = load_issue_to_edit(request.person, slug, number)
    require(allowed=rules.may_withdraw(request.person, issue))
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return issue_page(request, issue, form, status=422)

    def answer() -> HttpResponseBase:
        actions.withdraw(issue=issue, by=request.person, because=form.cleaned_data["because"])
        messages.success(request, _("Withdrawn. Its address says why."))
        return redirect(issue)

    return trying(request, answer, back=issue.get_absolute_url())
