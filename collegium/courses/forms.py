"""Forms of courses."""

import secrets
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collegium.communities.forms import Words
from collegium.communities.models import Community
from collegium.courses import moments, surveys, wording
from collegium.courses.models import (
    Address,
    Course,
    Enrolment,
    Iteration,
    Mapping,
    PlannedWeek,
    Project,
    Week,
)
from collegium.courses.queries.projects import nodes_of
from collegium.design.forms import Day
from collegium.people import territories
from collegium.people.models import Audience, Person
from collegium.schemes.models import Node, Pathway

LONG = 20_000


def _words(label: Any, *, rows: int = 4, required: bool = False, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONG,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows, "dir": "auto"}),
    )


class FormattedField(Words):
    """Rich text. Without the editor it is written in plain words, and left as they were shown, all its formatting stays."""

    def __init__(self, *, rows: int = 6, required: bool = False, **kwargs: Any) -> None:
        super().__init__(rows=rows, required=required, **kwargs)
        self.html = ""

    def begin_with(self, html: str, *, is_shown: bool) -> None:
        """What is kept. The page hands it to the editor where it is shown and nothing else was typed."""
        self.html = html
        if is_shown:
            self.widget.attrs["data-html"] = html

    def prepare_value(self, value: Any) -> Any:
        return wording.as_text(value) if value and value == self.html else value

    def to_python(self, value: Any) -> str:
        typed = str(forms.CharField.to_python(self, value) or "")
        if self.html and typed.replace("\r\n", "\n").strip() == wording.as_text(self.html).strip():
            return self.html
        return typed if wording.is_html(typed) else wording.as_html(typed)


class Formatted(forms.Form):
    """Hands each formatted field what it begins with, unless something was typed already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            html = self.initial.get(name) if isinstance(field, FormattedField) else None
            if isinstance(field, FormattedField) and html:
                field.begin_with(html, is_shown=not self.is_bound)


# Planning -------------------------------------------------------------------------------------------------------------


def pathways() -> list[tuple[str, str]]:
    found = Pathway.objects.current().for_display().order_by("scheme_version__scheme__title", "position")
    return [
        ("", _("To none: it stands for itself")),
        *((str(each.pk), f"{each.scheme_version.scheme.title}: {each.title}") for each in found),
    ]


def _pathway(value: str) -> Pathway | None:
    return Pathway.objects.for_display().filter(pk=int(value)).first() if value else None


def audiences() -> list[tuple[str, str]]:
    return [
        (Audience.PUBLIC, _("Open: everyone on the web reads along, everyone signed in can enrol")),
        (Audience.SIGNED_IN, _("Open to members: everyone signed in sees it and can enrol")),
        (Audience.CIRCLE, _("Closed: only those whom you take in see it")),
    ]


class CourseForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title of the course"), max_length=200)
    summary = _words(
        gettext_lazy("What it is, in a few sentences"),
        rows=3,
        required=True,
        help_text=gettext_lazy("For somebody who wonders whether it is for them."),
    )
    community = forms.ChoiceField(
        label=gettext_lazy("Its community"),
        required=False,
        help_text=gettext_lazy("Whoever enrols joins it too, and stays in touch when an iteration ends."),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.led = {
            str(each.pk): each
            for each in Community.objects.filter(
                facilitators__memberships__person=person, closed_at__isnull=True
            ).order_by("title")
        }
        field: Any = self.fields["community"]
        field.choices = [("", _("None")), *((key, each.title) for key, each in self.led.items())]
        if not self.led:
            del self.fields["community"]

    def clean_community(self) -> Community | None:
        return self.led.get(self.cleaned_data["community"])


class IterationForm(Formatted):
    """All of an iteration but its weeks. ``surveys`` and the rubric are written a line at a time."""

    title = forms.CharField(
        label=gettext_lazy("Title of this iteration"),
        max_length=200,
        help_text=gettext_lazy("With its season or year, so that it is told from the next one."),
    )
    starts_on = forms.DateField(label=gettext_lazy("First day"), widget=Day)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("Hours are kept by the clocks there, also when these change."),
    )
    audience = forms.ChoiceField(label=gettext_lazy("Who it is for"), widget=forms.RadioSelect)
    pathway = forms.ChoiceField(label=gettext_lazy("Towards which award its weeks lead"), required=False)
    about = FormattedField(label=gettext_lazy("About it"), rows=6)
    hashtag = forms.CharField(
        label=gettext_lazy("Hashtag"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Without the sign."),
    )
    enrol_until = forms.DateField(
        label=gettext_lazy("Last day to enrol"),
        required=False,
        widget=Day,
        help_text=gettext_lazy("Left empty, late-comers are welcome: they get a plan of their own."),
    )
    weeks_for_participation = forms.IntegerField(
        label=gettext_lazy("Weeks of contributing that count as having taken part"),
        min_value=1,
        max_value=52,
        initial=3,
    )
    weeks_for_completion = forms.IntegerField(
        label=gettext_lazy("Weeks that count as having completed it"),
        min_value=0,
        max_value=52,
        initial=0,
        help_text=gettext_lazy("0: all of them."),
    )
    rubric_lines = _words(
        gettext_lazy("Small rubric for the project bank"),
        rows=3,
        help_text=gettext_lazy("One line for each thing that peers look for. Two to four are enough."),
    )
    information_sheet = _words(
        gettext_lazy("Information for research"),
        rows=8,
        help_text=gettext_lazy(
            "Only if you do research with this iteration: what for, by whom, what is used, for how long it is kept, and whom to ask. Left empty, nobody is asked."
        ),
    )

    def __init__(self, *args: Any, iteration: Iteration | None = None, **kwargs: Any) -> None:
        if iteration is not None:
            names = (
                "title",
                "starts_on",
                "time_zone",
                "audience",
                "about",
                "hashtag",
                "enrol_until",
                "weeks_for_participation",
                "weeks_for_completion",
                "information_sheet",
            )
            kwargs["initial"] = {
                **{name: getattr(iteration, name) for name in names},
                "pathway": str(iteration.pathway_id or ""),
                "rubric_lines": "\n".join(each.question for each in surveys.read_rubric(iteration.rubric)),
                **kwargs.get("initial", {}),
            }
        super().__init__(*args, **kwargs)
        self.iteration = iteration
        zone: Any = self.fields["time_zone"]
        zone.choices = [(name, name.replace("_", " ")) for name in moments.zone_names()]
        audience: Any = self.fields["audience"]
        audience.choices = audiences()
        pathway: Any = self.fields["pathway"]
        pathway.choices = pathways()
        if iteration is not None and iteration.pathway is not None:
            kept = (str(iteration.pathway_id), str(iteration.pathway))
            if kept[0] not in dict(pathway.choices):
                pathway.choices = [*pathway.choices, kept]
        if iteration is not None and iteration.state != Iteration.State.DRAFTED:
            del self.fields["starts_on"]

    def clean_pathway(self) -> Pathway | None:
        return _pathway(self.cleaned_data["pathway"])

    def facts(self) -> dict[str, Any]:
        facts = dict(self.cleaned_data)
        lines = [line.strip() for line in facts.pop("rubric_lines").split("\n") if line.strip()][:6]
        old = {
            each.question: each.key
            for each in surveys.read_rubric(self.iteration.rubric if self.iteration else [])
        }
        if lines or self.iteration is not None:
            facts["rubric"] = [
                {"key": old.get(line) or f"r{secrets.token_hex(3)}", "question": line[:200]} for line in lines
            ]
        return facts


class WeekForm(Formatted):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("What kind of week"))
    starts_on = forms.DateField(label=gettext_lazy("Begins on"), widget=Day)
    summary = _words(
        gettext_lazy("In a sentence or two"),
        rows=2,
        help_text=gettext_lazy("Shown ahead, to everybody who sees the course."),
    )
    trigger_title = forms.CharField(
        label=gettext_lazy("Triggering event"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "A question, a provocation, something to try. It is announced two days ahead, then posted, pinned and told to all by itself."
        ),
    )
    trigger_html = FormattedField(label=gettext_lazy("What it asks"), rows=6)
    trigger_day = forms.DateField(label=gettext_lazy("Goes out on"), required=False, widget=Day)
    trigger_time = forms.TimeField(
        label=gettext_lazy("at"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("By the clocks of the course. Nine in the morning unless you say otherwise."),
    )
    activity_html = FormattedField(label=gettext_lazy("Activity"), rows=8)
    draft_node = forms.ChoiceField(
        label=gettext_lazy("The section of which it yields a draft"), required=False
    )
    drafts_due_on = forms.DateField(label=gettext_lazy("Drafts by"), required=False, widget=Day)
    prompts = _words(
        gettext_lazy("Prompts"),
        rows=4,
        help_text=gettext_lazy("One a line: questions that get the writing going."),
    )

    def __init__(self, *args: Any, iteration: Iteration, week: Week | None = None, **kwargs: Any) -> None:
        zone = ZoneInfo(iteration.time_zone)
        if week is not None:
            names = (
                "title",
                "kind",
                "starts_on",
                "summary",
                "trigger_title",
                "trigger_html",
                "activity_html",
                "drafts_due_on",
            )
            at = week.trigger_at.astimezone(zone) if week.trigger_at else None
            kwargs["initial"] = {
                **{name: getattr(week, name) for name in names},
                "trigger_day": at.date() if at else None,
                "trigger_time": at.time().replace(second=0, microsecond=0) if at else None,
                "draft_node": str(week.draft_node_id or ""),
                "prompts": "\n".join(week.prompts),
                **kwargs.get("initial", {}),
            }
        super().__init__(*args, **kwargs)
        self.iteration, self.week = iteration, week
        self.nodes = {str(node.pk): node for node in nodes_of(iteration)}
        kind: Any = self.fields["kind"]
        kind.choices = Week.Kind.choices
        draft: Any = self.fields["draft_node"]
        draft.choices = [("", _("None")), *((key, str(node)) for key, node in self.nodes.items())]
        if not self.nodes:
            del self.fields["draft_node"]
        if week is not None and week.triggered_at is not None:
            for name in ("trigger_title", "trigger_html", "trigger_day", "trigger_time"):
                del self.fields[name]
        if week is not None and iteration.state != Iteration.State.DRAFTED:
            del self.fields["starts_on"]
        given = {each.node_id: each.strength for each in week.mappings.all()} if week is not None else {}
        for key, node in self.nodes.items():
            self.fields[f"maps_{key}"] = forms.TypedChoiceField(
                label=str(node),
                required=False,
                coerce=int,
                empty_value=None,
                choices=[("", _("not relevant")), *Mapping.Strength.choices],
                initial=given.get(node.pk, ""),
            )

    @property
    def mapping_names(self) -> list[str]:
        return [f"maps_{key}" for key in self.nodes]

    def clean_draft_node(self) -> Node | None:
        return self.nodes.get(self.cleaned_data["draft_node"])

    def facts(self) -> dict[str, Any]:
        facts = {name: value for name, value in self.cleaned_data.items() if not name.startswith("maps_")}
        facts["prompts"] = facts["prompts"].split("\n")
        day, hour = facts.pop("trigger_day", None), facts.pop("trigger_time", None)
        if facts.get("trigger_title"):
            first: date = (
                day
                or facts.get("starts_on")
                or (self.week.starts_on if self.week else self.iteration.starts_on)
            )
            facts["trigger_at"] = moments.at(first, hour or moments.IN_THE_MORNING, self.iteration.time_zone)
        return facts

    def strengths(self) -> dict[Node, int | None]:
        return {node: self.cleaned_data.get(f"maps_{key}") for key, node in self.nodes.items()}


class MoveForm(forms.Form):
    starts_on = forms.DateField(label=gettext_lazy("New first day"), widget=Day)
    and_following = forms.BooleanField(
        label=gettext_lazy("Move the weeks after it by as many days"), required=False
    )


class MeetingForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200, required=False)
    day = forms.DateField(label=gettext_lazy("Day"), widget=Day)
    hour = forms.TimeField(
        label=gettext_lazy("Begins at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Lasts, in minutes"), min_value=5, max_value=1440, initial=60
    )
    meeting_url = forms.URLField(
        label=gettext_lazy("Meeting address"),
        required=False,
        max_length=2000,
        assume_scheme="https",
        help_text=gettext_lazy("Shown to those who take part."),
    )


class BecauseForm(forms.Form):
    because = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=300,
        help_text=gettext_lazy("All who enrolled are told, in these words."),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )


class DecisionForm(forms.Form):
    what = forms.CharField(
        label=gettext_lazy("What you change, or keep as it is"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    why = forms.CharField(
        label=gettext_lazy("Why: what you saw that led to it"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


class CopyForm(DecisionForm):
    title = forms.CharField(label=gettext_lazy("Title of the new iteration"), max_length=200)
    starts_on = forms.DateField(label=gettext_lazy("First day"), widget=Day)

    field_order = ("title", "starts_on", "what", "why")


class TakeInForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("With which they have their account here."),
    )
    role = forms.ChoiceField(label=gettext_lazy("As"), choices=Enrolment.Role.choices)


# Taking part ----------------------------------------------------------------------------------------------------------


class EnrolForm(forms.Form):
    """What one says of oneself. Nothing of it has to be said."""

    goals = _words(
        gettext_lazy("What do you want from it?"),
        rows=3,
        help_text=gettext_lazy("In your own words, a line for each. Only you see them unless you show one."),
    )
    addresses = _words(
        gettext_lazy("Where else can people read you?"),
        rows=3,
        help_text=gettext_lazy(
            "Your blog or portfolio, a profile such as ORCID, a channel: an address a line. All who take part see them."
        ),
    )
    hashtag_names = forms.CharField(
        label=gettext_lazy("Names under which you post with the hashtag"),
        required=False,
        max_length=400,
        help_text=gettext_lazy("Parted by commas, such as @ada@mastodon.example."),
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        required=False,
        help_text=gettext_lazy("For a place on the map of the community. Left empty, you are not on it."),
    )
    town = forms.CharField(label=gettext_lazy("Town"), required=False, max_length=120)

    def __init__(self, *args: Any, iteration: Iteration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        country: Any = self.fields["country"]
        country.choices = [("", _("Not on the map")), *territories.countries()]
        if iteration.course.community_id is None:
            del self.fields["country"], self.fields["town"]
        if not iteration.hashtag:
            del self.fields["hashtag_names"]

    def clean_goals(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["goals"].split("\n") if line.strip()]

    def clean_addresses(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["addresses"].split() if line.strip()]
        return [line if "://" in line else f"https://{line}" for line in lines]

    def clean_hashtag_names(self) -> list[str]:
        return [name.strip() for name in self.cleaned_data["hashtag_names"].split(",") if name.strip()]


class PlanWeekForm(forms.Form):
    state = forms.ChoiceField(choices=PlannedWeek.State.choices)
    due_on = forms.DateField(label=gettext_lazy("A day of your own"), required=False, widget=Day)
    note = _words(gettext_lazy("A note for yourself"), rows=2)


class CatchUpForm(forms.Form):
    days_per_week = forms.IntegerField(min_value=1, max_value=28, initial=4)


class GoalForm(forms.Form):
    words = forms.CharField(label=gettext_lazy("A goal of yours"), max_length=300)
    shown = forms.BooleanField(label=gettext_lazy("Show it to all who take part"), required=False)


class AddressesForm(forms.Form):
    addresses = _words(
        gettext_lazy("Your addresses"),
        rows=3,
        help_text=gettext_lazy("An address a line. All who take part see them."),
    )
    hashtag_names = forms.CharField(
        label=gettext_lazy("Names under which you post with the hashtag"), required=False, max_length=400
    )

    clean_addresses = EnrolForm.clean_addresses
    clean_hashtag_names = EnrolForm.clean_hashtag_names


def addresses_as_text(addresses: list[Address]) -> str:
    return "\n".join(each.url for each in addresses)


# The project bank -----------------------------------------------------------------------------------------------------


class ProjectForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    description = _words(
        gettext_lazy("What it is"),
        rows=6,
        required=True,
        help_text=gettext_lazy("What you did, for whom, and what came of it. Unfinished is fine."),
    )
    url = forms.URLField(
        label=gettext_lazy("Address"), required=False, max_length=2000, assume_scheme="https"
    )
    picture = forms.FileField(
        label=gettext_lazy("Picture"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )
    alt_text = forms.CharField(
        label=gettext_lazy("What is to be seen in the picture"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("For those who can’t see it."),
    )
    without_picture = forms.BooleanField(label=gettext_lazy("Take the picture away"), required=False)
    week = forms.ChoiceField(label=gettext_lazy("Week"), required=False)
    nodes = forms.MultipleChoiceField(
        label=gettext_lazy("What it speaks for"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, *args: Any, iteration: Iteration, project: Project | None = None, **kwargs: Any
    ) -> None:
        if project is not None:
            kwargs["initial"] = {
                **{name: getattr(project, name) for name in ("title", "description", "url", "alt_text")},
                "week": str(project.week_id or ""),
                "nodes": [str(node.pk) for node in project.nodes.all()],
            }
        super().__init__(*args, **kwargs)
        self.weeks = {str(week.pk): week for week in iteration.weeks.all()}
        self.criteria = {str(node.pk): node for node in nodes_of(iteration)}
        week: Any = self.fields["week"]
        week.choices = [
            ("", _("To none")),
            *((key, f"{each.number}. {each.title}") for key, each in self.weeks.items()),
        ]
        if self.criteria:
            nodes: Any = self.fields["nodes"]
            nodes.choices = [(key, str(node)) for key, node in self.criteria.items()]
        else:
            del self.fields["nodes"]
        if project is None or project.picture_id is None:
            del self.fields["without_picture"]

    def clean_week(self) -> Week | None:
        return self.weeks.get(self.cleaned_data["week"])

    def clean_nodes(self) -> list[Node]:
        return [self.criteria[key] for key in self.cleaned_data["nodes"]]

    def facts(self) -> dict[str, Any]:
        facts = dict(self.cleaned_data)
        without = facts.pop("without_picture", False)
        if not facts["picture"]:
            facts.pop("picture")
            if without:
                facts["picture"] = None
        return facts


class AppreciationForm(forms.Form):
    words = _words(gettext_lazy("What you take from it"), rows=3)

    def __init__(self, *args: Any, aspects: list[surveys.Aspect], **kwargs: Any) -> None:
        marks: dict[str, int] = kwargs.pop("marks", {})
        super().__init__(*args, **kwargs)
        said = surveys.mark_words()
        for aspect in aspects:
            self.fields[f"mark_{aspect.key}"] = forms.ChoiceField(
                label=aspect.question,
                required=False,
                choices=[
                    ("", _("I say nothing of it")),
                    *((str(mark), said[mark]) for mark in surveys.MARKS),
                ],
                initial=str(marks.get(aspect.key, "")),
            )
        self.order_fields([*(f"mark_{aspect.key}" for aspect in aspects), "words"])

    def marks(self) -> dict[str, str]:
        return {
            name.removeprefix("mark_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("mark_") and value
        }


class SayForm(forms.Form):
    words = FormattedField(label=gettext_lazy("Your words"), rows=4, required=True)
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class NarrowingForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=200)
    week = forms.ChoiceField(label=gettext_lazy("Week"), required=False)
    node = forms.ChoiceField(label=gettext_lazy("Speaks for"), required=False)


class NewCourseForm(CourseForm, IterationForm):
    """A course with its first iteration, and a number of weeks to begin with."""

    title = forms.CharField(label=gettext_lazy("Title of the course"), max_length=200)
    iteration_title = forms.CharField(
        label=gettext_lazy("Title of its first iteration"),
        max_length=200,
        help_text=gettext_lazy("With its season or year, so that it is told from the next one."),
    )
    weeks = forms.IntegerField(label=gettext_lazy("How many weeks"), min_value=1, max_value=30, initial=7)


def weeks_in_words(count: int) -> str:
    return ngettext("%(count)s week", "%(count)s weeks", count) % {"count": count}


def shapes() -> list[tuple[str, str]]:
    return [(str(value), str(label)) for value, label in Course.Shape.choices]
