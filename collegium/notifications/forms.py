"""By which way each kind of thing comes, and when."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from collegium.conversations.models import Forum
from collegium.notifications.models import Hours, Way
from collegium.notifications.queries import Choice, Topic


class PreferencesForm(forms.Form):
    """Its fields are named after the kinds, which have a point that a field's name may have too."""

    def __init__(self, *args: Any, topics: list[Topic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.topics = topics
        for topic in topics:
            for choice in topic.choices:
                self.fields[choice.kind] = forms.ChoiceField(
                    label=choice.sentences[0], choices=Way.choices, initial=choice.way, required=False
                )

    @property
    def ways_to_choose(self) -> list[tuple[str, str]]:
        return [(way.value, str(way.label)) for way in Way]

    def now(self, choice: Choice) -> str:
        """What its field shows."""
        return self.data.get(choice.kind, "") or choice.way.value

    def ways(self) -> dict[str, str]:
        """Only what differs from how it stood, so that a default stays a default."""
        return {
            choice.kind: chosen
            for topic in self.topics
            for choice in topic.choices
            if (chosen := self.cleaned_data[choice.kind]) and chosen != choice.way
        }


def _hours() -> list[tuple[int, str]]:
    return [(hour, f"{hour:02}:00") for hour in range(24)]


class HoursForm(forms.ModelForm[Hours]):
    digest_hour = forms.TypedChoiceField(label=_("Digests come at"), choices=_hours, coerce=int)
    digest_weekday = forms.TypedChoiceField(
        label=_("The weekly one on"), choices=lambda: list(WEEKDAYS.items()), coerce=int
    )
    quiet_from = forms.TypedChoiceField(
        label=_("No letters from"),
        choices=lambda: [("", _("no quiet hours")), *_hours()],
        coerce=int,
        empty_value=None,
        required=False,
    )
    quiet_until = forms.TypedChoiceField(
        label=_("until"),
        choices=lambda: [("", _("no quiet hours")), *_hours()],
        coerce=int,
        empty_value=None,
        required=False,
    )

    class Meta:
        model = Hours
        fields = ("digest_hour", "digest_weekday", "quiet_from", "quiet_until", "confirms_replies")


class CalendarForm(forms.Form):
    calendar_letters = forms.BooleanField(
        label=_("Letters that bring what I come to into my calendar, and change or remove it there"),
        help_text=_(
            "You can do without them if your calendar subscribes to your events. What is changed or cancelled then "
            "comes to you in an ordinary letter."
        ),
        required=False,
    )


class MailingListsForm(forms.Form):
    """One check box a forum."""

    def __init__(self, *args: Any, lists: list[tuple[Forum, bool]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lists = lists
        for forum, on in lists:
            self.fields[f"forum-{forum.pk}"] = forms.BooleanField(
                label=forum.title, required=False, initial=on
            )

    def changed(self) -> list[tuple[Forum, bool]]:
        return [
            (forum, wanted)
            for forum, on in self.lists
            if (wanted := self.cleaned_data[f"forum-{forum.pk}"]) != on
        ]
