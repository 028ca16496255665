"""Forms of writing groups and of nudges."""

from datetime import date
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.courses import groups, moments, pairs
from collegium.courses.actions.groups import Line, Times
from collegium.courses.forms import Formatted, FormattedField, _words
from collegium.courses.models import Enrolment, Iteration, Nudge, Rhythm, Week
from collegium.design.forms import Day
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.schemes.models import Pathway


def weekdays() -> list[tuple[int, str]]:
    return [(number, str(name)) for number, name in sorted(WEEKDAYS.items())]


def pair_rules() -> list[tuple[str, str]]:
    return [
        (pairs.ROUND, _("In turn: everybody reads everybody else, someone new each time")),
        (pairs.FIXED, _("The same friends from beginning to end")),
        (pairs.MENTOR, _("The mentor reads")),
    ]


def _pathways() -> list[tuple[str, str]]:
    found = Pathway.objects.current().for_display().order_by("scheme_version__scheme__title", "position")
    return [("", _("Choose one"))] + [
        (str(each.pk), f"{each.scheme_version.scheme.title}: {each.title}") for each in found
    ]


class TimesForm(forms.Form):
    first = forms.DateField(
        label=gettext_lazy("First meeting, on this day or after it"),
        widget=Day,
    )
    every = forms.TypedChoiceField(
        label=gettext_lazy("How often"),
        choices=Rhythm.Every.choices,
        coerce=int,
        initial=Rhythm.Every.FORTNIGHT,
    )
    weekday = forms.TypedChoiceField(label=gettext_lazy("On which day"), choices=weekdays, coerce=int)
    hour = forms.TimeField(
        label=gettext_lazy("At"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        initial="12:30",
        help_text=gettext_lazy("By the clocks of the group's time zone, also when they change."),
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Lasts, in minutes"), min_value=15, max_value=480, initial=75
    )
    skipped = forms.CharField(
        label=gettext_lazy("Days without a meeting"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "One a line: 2027-03-29, or 2027-03-29 to 2027-04-09. A meeting that would fall on one is a week later."
        ),
    )
    days_for_reading = forms.IntegerField(
        label=gettext_lazy("Drafts are due so many days before a meeting"),
        min_value=0,
        max_value=13,
        initial=3,
    )
    meeting_url = forms.URLField(
        label=gettext_lazy("Meeting address"),
        required=False,
        max_length=2000,
        assume_scheme="https",
        help_text=gettext_lazy("The same room each time; those who take part see it."),
    )
    place = forms.CharField(label=gettext_lazy("Or a place"), required=False, max_length=200)

    def __init__(
        self, *args: Any, rhythm: Rhythm | None = None, first: date | None = None, **kwargs: Any
    ) -> None:
        if rhythm is not None:
            kwargs["initial"] = {
                "first": first,
                "every": rhythm.every,
                "weekday": rhythm.weekday,
                "hour": rhythm.hour,
                "minutes": rhythm.minutes,
                "skipped": groups.skipped_in_words(rhythm.skipped),
                "days_for_reading": rhythm.days_for_reading,
                "meeting_url": rhythm.meeting_url,
                "place": rhythm.place,
            } | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)

    def clean_skipped(self) -> tuple[date, ...]:
        try:
            return tuple(groups.skipped_days(self.cleaned_data["skipped"]))
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def times(self) -> Times:
        said = self.cleaned_data
        return Times(
            **{
                name: said[name]
                for name in (
                    "first",
                    "weekday",
                    "hour",
                    "every",
                    "minutes",
                    "skipped",
                    "days_for_reading",
                    "meeting_url",
                    "place",
                )
            }
        )


class NewGroupForm(TimesForm):
    """The whole of a new group; its meetings are seen, and changed, in the next step."""

    title = forms.CharField(
        label=gettext_lazy("Name of the group"),
        max_length=200,
        help_text=gettext_lazy("With its season or place, so that it is told from the next one."),
    )
    pathway = forms.ChoiceField(label=gettext_lazy("Portfolios for"))
    in_parts = forms.BooleanField(
        label=gettext_lazy("A meeting for each part of a section"),
        required=False,
        help_text=gettext_lazy(
            "Where a section is written in several parts. More meetings, with more time for each."
        ),
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    pair_rule = forms.ChoiceField(
        label=gettext_lazy("Who reads whom"),
        choices=pair_rules,
        initial=pairs.ROUND,
        widget=forms.RadioSelect,
    )
    is_mentor = forms.BooleanField(label=gettext_lazy("I mentor this group"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone: Any = self.fields["time_zone"]
        zone.choices = [(name, name.replace("_", " ")) for name in moments.zone_names()]
        pathway: Any = self.fields["pathway"]
        pathway.choices = _pathways()

    def clean_pathway(self) -> Pathway | None:
        return Pathway.objects.for_display().filter(pk=int(self.cleaned_data["pathway"])).first()

    def facts(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "title": said["title"],
            "pathway": said["pathway"],
            "in_parts": said["in_parts"],
            "time_zone": said["time_zone"],
            "pair_rule": said["pair_rule"],
            "is_mentor": said["is_mentor"],
            "times": self.times(),
        }


class LineForm(forms.Form):
    """One meeting in the preview."""

    order = forms.IntegerField(label=gettext_lazy("Order"), min_value=1, max_value=999)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    day = forms.DateField(label=gettext_lazy("Day"), widget=Day)
    drop = forms.BooleanField(label=gettext_lazy("Leave out"), required=False)

    def __init__(self, data: Any = None, *, week: Week) -> None:
        super().__init__(
            data,
            prefix=f"m{week.pk}",
            initial={"order": week.number, "title": week.title, "day": week.starts_on},
        )
        self.week = week
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label}: {week.title}"

    def line(self) -> Line:
        said = self.cleaned_data
        return Line(self.week.pk, said["order"], said["title"], said["day"], keep=not said["drop"])


class MeetingTextForm(Formatted):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    summary = _words(gettext_lazy("In a sentence or two"), rows=2)
    activity_html = FormattedField(label=gettext_lazy("Agenda"), rows=7)
    prompts = _words(
        gettext_lazy("Questions that get people writing"),
        rows=8,
        help_text=gettext_lazy("One a line. They stand beside the words that people write."),
    )
    drafts_due_on = forms.DateField(label=gettext_lazy("Drafts by"), required=False, widget=Day)

    def __init__(self, data: Any = None, *, week: Week) -> None:
        super().__init__(
            data,
            initial={
                "title": week.title,
                "summary": week.summary,
                "activity_html": week.activity_html,
                "prompts": "\n".join(week.prompts),
                "drafts_due_on": week.drafts_due_on,
            },
        )

    def clean_prompts(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["prompts"].splitlines() if line.strip()]


class MoveMeetingForm(forms.Form):
    day = forms.DateField(label=gettext_lazy("Day"), widget=Day)
    hour = forms.TimeField(
        label=gettext_lazy("At"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )


class AddMeetingForm(MoveMeetingForm):
    title = forms.CharField(label=gettext_lazy("What it is about"), max_length=200)
    field_order = ("title", "day", "hour")


class InviteForm(forms.Form):
    who = _words(
        gettext_lazy("Names or e-mail addresses"),
        rows=4,
        required=True,
        help_text=gettext_lazy("One a line. Who has no account yet gets a letter, and makes one on the way."),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("As"),
        choices=[
            (Enrolment.Role.PARTICIPANT, gettext_lazy("Member, who writes")),
            (Enrolment.Role.MENTOR, gettext_lazy("Mentor, who runs the group too")),
        ],
    )
    words = _words(gettext_lazy("A word with it"), rows=2)


class PairRuleForm(forms.Form):
    pair_rule = forms.ChoiceField(
        label=gettext_lazy("Who reads whom"), choices=pair_rules, widget=forms.RadioSelect
    )


class NotesForm(Formatted):
    notes = FormattedField(label=gettext_lazy("Notes of the meeting"), rows=5)
    recording_url = forms.URLField(
        label=gettext_lazy("Recording"), required=False, max_length=2000, assume_scheme="https"
    )


class ClosingForm(Formatted):
    words = FormattedField(label=gettext_lazy("Closing words"), rows=6)


class SayingForm(forms.Form):
    words = _words(gettext_lazy("What the group was to you"), rows=4)
    by_name = forms.BooleanField(
        label=gettext_lazy("You may quote me by name"),
        required=False,
        help_text=gettext_lazy(
            "Without it your words stand there as those of a member. You can change it at any time."
        ),
    )


class NudgeForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("What you want to be reminded of"),
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("How"), choices=Nudge.Kind.choices, initial=Nudge.Kind.DATE)
    on = forms.DateField(label=gettext_lazy("On"), required=False, widget=Day)
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Every"), required=False, choices=weekdays, coerce=int, empty_value=None
    )
    buddy = forms.ChoiceField(label=gettext_lazy("Buddy"), required=False)
    iteration = forms.ChoiceField(label=gettext_lazy("For"), required=False)

    def __init__(self, *args: Any, buddies: list[Person], iterations: list[Iteration], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.buddies = {str(each.pk): each for each in buddies}
        self.iterations = {str(each.pk): each for each in iterations}
        buddy: Any = self.fields["buddy"]
        buddy.choices = [("", _("Nobody")), *((key, each.name) for key, each in self.buddies.items())]
        of: Any = self.fields["iteration"]
        of.choices = [("", _("For myself")), *((key, each.title) for key, each in self.iterations.items())]
        if not self.buddies:
            del self.fields["buddy"]
            kind: Any = self.fields["kind"]
            kind.choices = [each for each in Nudge.Kind.choices if each[0] != Nudge.Kind.BUDDY]
        if not self.iterations:
            del self.fields["iteration"]

    def facts(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "words": said["words"],
            "kind": said["kind"],
            "on": said["on"],
            "weekday": said["weekday"],
            "buddy": self.buddies.get(said.get("buddy", "")),
            "iteration": self.iterations.get(said.get("iteration", "")),
        }
