"""What is typed about a newsletter: its settings, an issue and what stands in it, a nomination, an address."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.communities.forms import Words
from collegium.design.forms import languages
from collegium.events import moments
from collegium.events.forms import Wall, zone_choices
from collegium.foundation import clock
from collegium.newsletters.models import Issue, Newsletter, Section
from collegium.people.models import Audience

TITLE = 200
WORDS = 600
WEEKDAYS = [
    (0, gettext_lazy("Monday")),
    (1, gettext_lazy("Tuesday")),
    (2, gettext_lazy("Wednesday")),
    (3, gettext_lazy("Thursday")),
    (4, gettext_lazy("Friday")),
    (5, gettext_lazy("Saturday")),
    (6, gettext_lazy("Sunday")),
]


def _line(label: Any, most: int, *, required: bool = True, **options: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"dir": "auto"})
    return forms.CharField(label=label, max_length=most, required=required, widget=widget, **options)


def _area(label: Any, most: int, *, rows: int = 3, required: bool = False, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
    return forms.CharField(label=label, max_length=most, required=required, widget=widget, **options)


class _Address(forms.CharField):
    """A whole web address, or a path of this site."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"})
        super().__init__(max_length=2000, widget=widget, **options)

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value)).strip()
        if not typed:
            return ""
        if typed.startswith("/") and not typed.startswith(("//", "/\\")):
            return typed
        if "://" not in typed:
            typed = f"https://{typed}"
        whole = forms.URLField(max_length=2000, assume_scheme="https").clean(typed)
        if not str(whole).lower().startswith(("http://", "https://")):
            raise ValidationError(_("An address begins with https:// or http://."))
        return str(whole)


class WhoForm(forms.Form):
    who = _line(
        gettext_lazy("Name or e-mail address"),
        254,
        help_text=gettext_lazy("Of somebody with an account here whom you can see. They are told."),
    )


class NewsletterForm(forms.Form):
    """For founding and for changing."""

    title = _line(gettext_lazy("Name"), 120)
    about = Words(
        label=gettext_lazy("What it is about"),
        required=False,
        rows=5,
        max_length=20_000,
        help_text=gettext_lazy(
            "For whom it is and what stands in it. It is read by whoever thinks of subscribing."
        ),
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("Who can read it and subscribe"),
        choices=[
            (Audience.PUBLIC, gettext_lazy("Everyone on the web, by e-mail too without an account")),
            (Audience.SIGNED_IN, gettext_lazy("Everyone signed in")),
            (Audience.CIRCLE, gettext_lazy("Members only")),
        ],
        widget=forms.RadioSelect,
        initial=Audience.SIGNED_IN,
        help_text=gettext_lazy("It only ever draws from what these readers may see."),
    )
    rhythm = forms.ChoiceField(
        label=gettext_lazy("How often"),
        choices=Newsletter.Rhythm.choices,
        initial=Newsletter.Rhythm.WEEKLY,
        help_text=gettext_lazy(
            "An issue drafts itself that often. Nothing goes out until an editor says so."
        ),
    )
    sends_on = forms.TypedChoiceField(label=gettext_lazy("On"), choices=WEEKDAYS, coerce=int, initial=4)
    sends_at = forms.TimeField(
        label=gettext_lazy("At"),
        initial="09:00",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("By the clocks of"))
    days_to_edit = forms.IntegerField(
        label=gettext_lazy("Days to edit it"),
        min_value=0,
        max_value=14,
        initial=2,
        help_text=gettext_lazy("The draft is there so many days before it is due."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=languages,
        help_text=gettext_lazy("Of the words around what people wrote."),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        zone: str = "UTC",
        newsletter: Newsletter | None = None,
        has_members: bool = True,
        initial: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        initial = {"time_zone": zone, **(initial or {})}
        if newsletter is not None:
            initial |= {name: getattr(newsletter, name) for name in self.base_fields}
        super().__init__(data, initial=initial, **kwargs)
        zones: Any = self.fields["time_zone"]
        zones.choices = zone_choices(initial["time_zone"])
        if not has_members:
            audience: Any = self.fields["audience"]
            audience.choices = [each for each in audience.choices if each[0] != Audience.CIRCLE]


class TitleForm(forms.Form):
    title = _line(gettext_lazy("Title of the issue"), TITLE)


class SectionForm(forms.Form):
    """The words of a section that editors write."""

    title = _line(gettext_lazy("Heading"), TITLE)
    body = Words(label=gettext_lazy("Words"), required=False, rows=14)
    by_line = _line(
        gettext_lazy("Who wrote it"),
        TITLE,
        required=False,
        help_text=gettext_lazy("As it is to be read under the text."),
    )


class HeadingForm(forms.Form):
    """Of a section that gathers by itself: its heading, and what is said before its entries."""

    title = _line(gettext_lazy("Heading"), TITLE)
    body = Words(label=gettext_lazy("A word before it"), required=False, rows=5, max_length=20_000)


class NewSectionForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("A section of your own"),
        choices=[(each.value, each.label) for each in Section.WRITTEN],
    )


class EntryForm(forms.Form):
    """The words of an entry."""

    title = _line(gettext_lazy("Title"), 300)
    words = _area(gettext_lazy("Words"), WORDS, rows=4)


class NewEntryForm(EntryForm):
    """Something that an editor puts in by hand."""

    url = _Address(label=gettext_lazy("Address"), required=False)


class MoveForm(forms.Form):
    """Where to: one place ``up`` or ``down``, or to the ``to``-th place, of another ``section`` where that is named."""

    do = forms.ChoiceField(choices=[(each, each) for each in ("up", "down", "move")])
    to = forms.IntegerField(required=False, min_value=0, max_value=10_000)
    section = forms.IntegerField(required=False, min_value=1, max_value=2**62)


class ScheduleForm(forms.Form):
    """When an issue goes out, by the newsletter's clocks."""

    at = Wall(label=gettext_lazy("When"))

    def __init__(self, *args: Any, issue: Issue, **kwargs: Any) -> None:
        self.zone = issue.newsletter.time_zone
        at = issue.scheduled_for
        kwargs.setdefault("initial", {"at": moments.on_the_wall(at, self.zone)} if at else {})
        super().__init__(*args, **kwargs)
        self.fields["at"].help_text = _("By the clocks of %(zone)s.") % {"zone": self.zone.replace("_", " ")}

    def clean_at(self) -> Any:
        at = moments.at_the_wall(self.cleaned_data["at"], self.zone)
        if at <= clock.now():
            raise ValidationError(_("That is in the past. To send it at once there is a button of its own."))
        return at


class WithdrawForm(forms.Form):
    because = _line(
        gettext_lazy("Why"),
        300,
        help_text=gettext_lazy("It is read where the issue stood."),
    )


class DeclineForm(forms.Form):
    because = _line(gettext_lazy("A word why"), 300, required=False)


class TakeForm(forms.Form):
    """Into which section of an issue a nomination is taken; none: where such things stand."""

    section = forms.IntegerField(required=False, min_value=1, max_value=2**62)


class NominateForm(forms.Form):
    """``newsletters``: those that the reader may nominate for; ``of``: what is nominated, or None for an address."""

    newsletter = forms.TypedChoiceField(label=gettext_lazy("For which newsletter"), coerce=int)
    url = _Address(label=gettext_lazy("Address"))
    title = _line(gettext_lazy("Title"), 300)
    why = _area(
        gettext_lazy("Why should people read it?"),
        WORDS,
        rows=3,
        help_text=gettext_lazy("A sentence for the editors, who may print it with your name."),
    )

    def __init__(self, *args: Any, newsletters: Sequence[Newsletter], of: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.newsletters = {each.pk: each for each in newsletters}
        field: Any = self.fields["newsletter"]
        field.choices = [(each.pk, each.title) for each in newsletters]
        if len(newsletters) == 1:
            field.widget = forms.HiddenInput()
            field.initial = newsletters[0].pk
        if of is not None:
            del self.fields["url"]
            del self.fields["title"]

    def clean_newsletter(self) -> Newsletter:
        return self.newsletters[self.cleaned_data["newsletter"]]


class SubscribeForm(forms.Form):
    """Of somebody without an account. ``name`` is a field that no person sees, and that programs fill in."""

    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
