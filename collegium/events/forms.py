"""What is typed about an event."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.html import linebreaks, urlize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_prose_editor.fields import ProseEditorFormField

from collegium.communities.models import Community
from collegium.conversations.forms import EXTENSIONS, Editor
from collegium.design.forms import DayAndTime
from collegium.events import actions, moments
from collegium.events.models import Event, Occurrence
from collegium.foundation import clock, richtext
from collegium.people.models import Audience, Person

LENGTHS = (30, 45, 60, 90, 120)


class Wall(forms.DateTimeField):
    """What the clocks show in a zone that another field names: naive, where Django would take the reader's zone."""

    widget = DayAndTime

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value.replace(tzinfo=None)
        try:
            return datetime.fromisoformat(str(value).strip()).replace(tzinfo=None, second=0, microsecond=0)
        except ValueError as fault:
            raise ValidationError(
                _("That is not a day and a time, as in %(example)s."), params={"example": "2026-11-03 14:00"}
            ) from fault


class Words(ProseEditorFormField):  # type: ignore[misc]  # the package has no types
    """Rich text: the editor of conversations over a plain field, in which lines become paragraphs."""

    def __init__(self, **options: Any) -> None:
        extensions = {**EXTENSIONS, "Heading": {"levels": [2, 3]}}
        super().__init__(
            extensions=extensions, preset="collegium", widget=Editor, required=False, strip=False, **options
        )

    def clean(self, value: Any) -> str:
        return as_html(super().clean(value).replace("\r\n", "\n").strip())


class PlanForm(forms.Form):
    """For planning and for changing; ``event`` is what is changed."""

    title = forms.CharField(
        label=gettext_lazy("What is it called?"),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    communities = forms.ModelMultipleChoiceField(
        label=gettext_lazy("For which communities?"),
        queryset=Community.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Say for which community it is.")},
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("Who can see it and come?"),
        choices=[
            (Audience.CIRCLE, gettext_lazy("The members")),
            (Audience.SIGNED_IN, gettext_lazy("Everyone signed in")),
            (Audience.PUBLIC, gettext_lazy("Everyone on the web can see it; whoever is signed in can come")),
        ],
        initial=Audience.CIRCLE,
        widget=forms.RadioSelect,
    )
    starts_at = Wall(label=gettext_lazy("Starts"))
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy(
            "Everybody sees it in their own. A series keeps its time on the clocks of this one."
        ),
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Lasts, in minutes"), min_value=1, max_value=actions.LONGEST, initial=60
    )
    repeats = forms.ChoiceField(
        label=gettext_lazy("Repeats"),
        choices=Event.Repeats.choices,
        initial=Event.Repeats.NEVER,
        help_text=gettext_lazy("The fifth of a weekday in a month counts as its last."),
    )
    times = forms.IntegerField(
        label=gettext_lazy("How many times"),
        min_value=1,
        max_value=actions.MOST_TIMES,
        initial=1,
        help_text=gettext_lazy("All together, the first one too."),
    )
    meeting_url = forms.URLField(
        label=gettext_lazy("Meeting address"),
        required=False,
        max_length=2000,
        assume_scheme="https",
        help_text=gettext_lazy("Of the video meeting. Only those who may come see it."),
    )
    place = forms.CharField(
        label=gettext_lazy("Room or place"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Whoever sees the event sees this too."),
    )
    capacity = forms.IntegerField(
        label=gettext_lazy("Room for how many?"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text=gettext_lazy(
            "Leave it empty for everyone. Beyond it people wait, and get a place that becomes free."
        ),
    )
    agenda = Words(label=gettext_lazy("What is it about?"), max_length=100_000)

    def __init__(
        self,
        *args: Any,
        by: Person,
        led: QuerySet[Community],
        event: Event | None = None,
        community: Community | None = None,
        **kwargs: Any,
    ) -> None:
        self.event = event
        initial: dict[str, Any] = {
            "time_zone": by.time_zone,
            "communities": [community.pk] if community else [],
        }
        if event is not None:
            initial |= {
                name: getattr(event, name)
                for name in self.base_fields
                if name not in {"communities", "starts_at"}
            }
            initial |= {
                "communities": [each.pk for each in event.communities.all()],
                "starts_at": moments.on_the_wall(event.first_starts_at, event.time_zone),
            }
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        own = led if event is None else (led | Community.objects.filter(events=event)).distinct()
        communities = self.fields["communities"]
        assert isinstance(communities, forms.ModelMultipleChoiceField)  # noqa: S101  # for the type checker
        communities.queryset = own
        if event is not None and not event.communities.all():
            del self.fields["communities"]  # an event of a course
        elif event is None and community is None and len(own) == 1:
            self.initial["communities"] = [own[0].pk]
        zones = self.fields["time_zone"]
        assert isinstance(zones, forms.ChoiceField)  # noqa: S101  # for the type checker
        zones.choices = zone_choices(event.time_zone if event else by.time_zone)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        wall, zone = cleaned.get("starts_at"), cleaned.get("time_zone")
        if wall and zone and ("starts_at" in self.changed_data or self.event is None):
            there = moments.at_the_wall(wall, zone)
            if moments.on_the_wall(there, zone) != wall:
                self.add_error(
                    "starts_at",
                    _("The clocks there go forward over this time on that day. Choose another one."),
                )
            elif self.event is None and there < clock.now():
                self.add_error("starts_at", _("That is in the past."))
        if cleaned.get("repeats") != Event.Repeats.NEVER and cleaned.get("times") == 1:
            self.add_error("times", _("How many times does it take place, all together?"))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """What the action takes: all for a plan, and for a change what was changed."""
        cleaned = dict(self.cleaned_data)
        cleaned["starts_at"] = moments.at_the_wall(cleaned["starts_at"], cleaned["time_zone"])
        if self.event is None:
            return cleaned
        changed = {name for name in self.changed_data if name in cleaned}
        if "time_zone" in changed:
            changed.add("starts_at")
        if richtext.is_same(cleaned["agenda"], self.event.agenda):
            changed.discard("agenda")  # the editor writes some things otherwise than they are kept
        return {name: cleaned[name] for name in changed}


class MoveForm(forms.Form):
    starts_at = Wall(label=gettext_lazy("New start"))
    minutes = forms.IntegerField(
        label=gettext_lazy("Lasts, in minutes"), min_value=1, max_value=actions.LONGEST
    )

    def __init__(self, *args: Any, occurrence: Occurrence, **kwargs: Any) -> None:
        self.zone = occurrence.event.time_zone
        length = occurrence.ends_at - occurrence.starts_at
        initial = {
            "starts_at": moments.on_the_wall(occurrence.starts_at, self.zone),
            "minutes": int(length.total_seconds() // 60),
        }
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.fields["starts_at"].help_text = _("By the clocks of %(zone)s.") % {"zone": self.zone}

    def clean_starts_at(self) -> datetime:
        wall: datetime = self.cleaned_data["starts_at"]
        there = moments.at_the_wall(wall, self.zone)
        if moments.on_the_wall(there, self.zone) != wall:
            raise ValidationError(
                _("The clocks there go forward over this time on that day. Choose another one.")
            )
        if there < clock.now():
            raise ValidationError(_("That is in the past."))
        return there


class CancelForm(forms.Form):
    because = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=300,
        help_text=gettext_lazy("Those who wanted to come read it."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


class RecordForm(forms.Form):
    recording_url = forms.URLField(
        label=gettext_lazy("Address of the recording"), required=False, max_length=2000, assume_scheme="https"
    )
    notes = Words(label=gettext_lazy("Notes"), max_length=200_000)

    def __init__(self, *args: Any, occurrence: Occurrence, **kwargs: Any) -> None:
        initial = {"recording_url": occurrence.recording_url, "notes": occurrence.notes}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("The code that the room shows"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}
        ),
    )

    def clean_code(self) -> str:
        code = actions.plain_code(self.cleaned_data["code"])
        if not code or not code.isascii():
            raise ValidationError(_("A code is of letters and figures, such as K7M2-QX4D."))
        return code


def zone_choices(own: str) -> list[tuple[str, Any]]:
    """The reader's first, then UTC, then all by continents."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in moments.zones():
        continent, _slash, place = name.partition("/")
        if place:
            groups.setdefault(continent, []).append((name, place.replace("_", " ")))
    first = list(dict.fromkeys([own if moments.is_zone(own) else "UTC", "UTC"]))
    return [*((name, name.replace("_", " ")) for name in first), *sorted(groups.items())]


def editor_says() -> dict[str, str]:
    """The words of the editor's tools."""
    return {
        "tools": _("Tools"),
        "bold": _("Bold"),
        "italic": _("Italic"),
        "bullets": _("List"),
        "numbers": _("Numbered list"),
        "quote": _("Quotation"),
        "link": _("Link"),
        "link_address": _("Address of the link"),
        "undo": _("Undo"),
        "redo": _("Redo"),
    }


def as_html(typed: str) -> str:
    """Paragraphs and links of what was typed plainly; who types HTML means it."""
    if not typed:
        return ""
    return richtext.clean(typed if "</" in typed else linebreaks(urlize(typed), autoescape=False))
