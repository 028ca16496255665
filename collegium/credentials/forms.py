from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collegium.credentials.baking import MAX_BYTES
from collegium.credentials.queries import register
from collegium.evidence.models import Evidence
from collegium.people.models import Audience, Person
from collegium.portfolios.models import Portfolio


class VerifyForm(forms.Form):
    """A credential in one of three ways; the first that is given counts."""

    file = forms.FileField(
        label=_("A file"),
        required=False,
        help_text=_("The JSON, or the badge as a PNG or SVG picture. Drop it here, or choose it."),
        widget=forms.FileInput(
            attrs={"accept": ".json,.jsonld,.png,.svg,application/json,image/png,image/svg+xml"}
        ),
    )
    address = forms.CharField(
        label=_("An address"),
        required=False,
        max_length=2000,
        help_text=_("Where the credential or the badge is on the web."),
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
    )
    text = forms.CharField(
        label=_("The credential itself"),
        required=False,
        max_length=1_000_000,
        help_text=_("Paste the whole text, from the first bracket to the last."),
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than ten million bytes, so it was not read."))
        return file

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(cleaned.get(name) for name in ("file", "address", "text")):
            raise forms.ValidationError(_("Give a file, an address or the text of a credential."))
        return cleaned


class RegisterForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    award = forms.ChoiceField(label=_("Award"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schemes: dict[str, int] = {}
        groups: dict[str, tuple[str, list[tuple[str, str]]]] = {}
        for choice in register.choices():
            if choice.scheme_key not in groups:
                any_of = _("Any award of %(scheme)s") % {"scheme": choice.scheme_title}
                groups[choice.scheme_key] = (choice.scheme_title, [(choice.scheme_key, str(any_of))])
                self.schemes[choice.scheme_key] = choice.scheme
            groups[choice.scheme_key][1].append((f"{choice.scheme_key}/{choice.pathway}", choice.title))
        self.fields["award"].choices = [("", _("Any award")), *groups.values()]  # type: ignore[attr-defined]
        self.fields["country"].choices = [("", _("Any country")), *register.countries()]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        help_text=_("One or two sentences. They stand on the register for everybody, so name nobody else."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class BadgeReasonForm(ReasonForm):
    """Badges of courses stand on no register; the reason stands on their page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "One or two sentences. They stand on the page of the badge, so name nobody else."
        )


class EvidenceForm(forms.Form):
    evidence = forms.ModelMultipleChoiceField(
        label=_("Evidence that the credential names"),
        queryset=Evidence.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    with_portfolio = forms.BooleanField(label=_("My published portfolio"), required=False)

    def __init__(self, *args: Any, holder: Person, portfolio: Portfolio | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if portfolio is None:
            del self.fields["with_portfolio"]
        public = Evidence.objects.filter(owner=holder, audience=Audience.PUBLIC).order_by(
            "-happened_on", "-id"
        )
        self.fields["evidence"].queryset = public  # type: ignore[attr-defined]
