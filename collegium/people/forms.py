"""Sign-up, the profile with who sees each field, the photo, and saying good-bye."""

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.foundation.files import endings_of
from collegium.people import names, orcid, territories
from collegium.people.fields import AUDIENCE_WORDS, FIELDS
from collegium.people.models import Account, Person
from collegium.people.queries import audience_of

MOST_LINKS = 5
MOST_SPECIALISMS = 12
LONGEST_SPECIALISM = 60
LONGEST_BIOGRAPHY = 3000


class NameField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "label": gettext_lazy("Name"),
                "max_length": 120,
                "widget": forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
                **kwargs,
            }
        )

    def to_python(self, value: Any) -> str:
        return names.clean(super().to_python(value) or "")


class SignupForm(forms.Form):
    """What sign-up asks beside e-mail and password. allauth makes its own form from this one."""

    name = NameField(
        help_text=gettext_lazy("As you want to be called here, and as it would stand on a certificate.")
    )
    time_zone = forms.CharField(
        required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-time-zone": True})
    )

    field_order = ("name", "email", "password1", "time_zone")

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"]
        return zone if zone in zoneinfo.available_timezones() else ""

    def signup(self, request: HttpRequest, user: Account) -> None:
        """Does nothing, though allauth asks for it: the adapter has made the person together with the account."""


class ListField(forms.CharField):
    """Several short things with commas between them."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        self.most = most
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]  # a list is what it gives
        parts = [" ".join(part.split()) for part in (value or "").replace("\n", ",").split(",")]
        return list(dict.fromkeys(part for part in parts if part))

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(value) > self.most:
            raise ValidationError(_("At most %(count)s, please.") % {"count": self.most})
        if any(len(part) > LONGEST_SPECIALISM for part in value):
            raise ValidationError(_("Each of them a few words only, please, with commas between them."))

    def run_validators(self, value: Any) -> None:
        pass


class LanguagesField(ListField):
    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(territories.language_name, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]  # a list is what it gives
        typed = super().to_python(value)
        tags = [(word, territories.language_tag(word)) for word in typed]
        unknown = [word for word, tag in tags if tag is None]
        if unknown:
            raise ValidationError(
                _("We do not know a language called “%(word)s”. Its code, such as “sw”, is understood too.")
                % {"word": unknown[0]}
            )
        return list(dict.fromkeys(tag for _word, tag in tags if tag))


def zones() -> list[Any]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for zone in sorted(zoneinfo.available_timezones()):
        region, slash, place = zone.partition("/")
        if slash and region not in {"Etc", "SystemV", "US", "posix", "right"}:
            groups.setdefault(region, []).append((zone, place.replace("_", " ").replace("/", ", ")))
    return [("UTC", "UTC"), *groups.items()]


class ProfileForm(forms.Form):
    name = NameField()
    pronouns = forms.CharField(label=FIELDS["pronouns"], max_length=40, required=False)
    role = forms.CharField(
        label=FIELDS["role"],
        max_length=120,
        required=False,
        help_text=gettext_lazy("What you do, as you would say it."),
    )
    town = forms.CharField(label=gettext_lazy("Town"), max_length=120, required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    languages = LanguagesField(
        label=FIELDS["languages"],
        required=False,
        most=12,
        help_text=gettext_lazy("With commas between them, the one you prefer first."),
    )
    specialisms = ListField(
        label=FIELDS["specialisms"],
        required=False,
        most=MOST_SPECIALISMS,
        help_text=gettext_lazy(
            "What people may ask you about, with commas between: feedback by audio, placement portfolios."
        ),
    )
    orcid = forms.CharField(
        label=FIELDS["orcid"],
        required=False,
        max_length=60,
        help_text=gettext_lazy("Sixteen digits, or the address of your ORCID page."),
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off", "spellcheck": "false"}),
    )
    biography = forms.CharField(
        label=FIELDS["biography"],
        required=False,
        max_length=LONGEST_BIOGRAPHY,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    language = forms.ChoiceField(label=gettext_lazy("Language of the pages"), required=False)
    shortcuts = forms.BooleanField(
        label=gettext_lazy("Single keys"),
        required=False,
        help_text=gettext_lazy("/ searches, c captures evidence, ? lists the keys."),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        kwargs["initial"] = {
            **{name: getattr(person, name) for name in self.base_fields},
            **{f"audience_{name}": audience_of(person, name) for name in FIELDS},
            **{
                f"link_{number}_{part}": link.get(part, "")
                for number, link in enumerate(person.links[:MOST_LINKS])
                for part in ("url", "title")
            },
        }
        super().__init__(*args, **kwargs)
        self._choice("country").choices = [("", "—"), *territories.countries()]
        self._choice("time_zone").choices = zones()
        self._choice("language").choices = [
            ("", _("As my browser asks for it")),
            *(
                (code, translation.get_language_info(code)["name_local"])
                for code, _name in settings.LANGUAGES
            ),
        ]
        for number in range(MOST_LINKS):
            self.fields[f"link_{number}_url"] = forms.URLField(
                label=_("Address %(number)s") % {"number": number + 1},
                required=False,
                max_length=500,
                assume_scheme="https",
            )
            self.fields[f"link_{number}_title"] = forms.CharField(
                label=_("What it is"), required=False, max_length=80
            )
        for name, title in FIELDS.items():
            self.fields[f"audience_{name}"] = forms.ChoiceField(
                label=_("Who sees: %(field)s") % {"field": title}, choices=list(AUDIENCE_WORDS.items())
            )

    def _choice(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # for the type checker: declared above
        return field

    def link_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"link_{number}_url"], self[f"link_{number}_title"]) for number in range(MOST_LINKS)]

    def clean_orcid(self) -> str:
        typed: str = self.cleaned_data["orcid"]
        if not typed:
            return ""
        try:
            return orcid.normalise(typed)
        except ValueError as fault:
            raise ValidationError(
                _(
                    "That is not an ORCID iD: a digit seems to be mistyped. One looks like 0000-0002-1825-0097."
                )
            ) from fault

    def facts(self) -> dict[str, Any]:
        """What ``actions.edit_profile`` takes."""
        given = {name: self.cleaned_data[name] for name in self.base_fields}
        links = [
            {
                "url": self.cleaned_data[f"link_{number}_url"],
                "title": self.cleaned_data[f"link_{number}_title"],
            }
            for number in range(MOST_LINKS)
        ]
        return {**given, "links": [link for link in links if link["url"]]}

    def audiences(self) -> dict[str, str]:
        """What ``actions.set_field_audience`` takes."""
        return {name: self.cleaned_data[f"audience_{name}"] for name in FIELDS}


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label=gettext_lazy("Photo"),
        widget=forms.FileInput(attrs={"accept": ",".join(endings_of("image"))}),
        help_text=gettext_lazy(
            "A picture of up to 15 MB. Where and with what it was taken is removed from it."
        ),
    )


class GoodbyeForm(forms.Form):
    """A code from a letter is asked for only where the account has neither password nor key to show again."""

    understood = forms.BooleanField(label=gettext_lazy("I have read what is erased and what stays"))
    code = forms.CharField(
        label=gettext_lazy("The code from the letter"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, asks_code: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_code:
            del self.fields["code"]
