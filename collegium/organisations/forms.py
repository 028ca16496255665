"""What is typed about an organisation."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.organisations import domains, ror
from collegium.organisations.models import Organisation
from collegium.people import territories


class OrganisationForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=200, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    country = forms.ChoiceField(label=gettext_lazy("Country"))
    website = forms.URLField(
        label=gettext_lazy("Website"), required=False, max_length=200, assume_scheme="https"
    )
    ror_id = forms.CharField(
        label=gettext_lazy("ROR id"),
        required=False,
        max_length=40,
        help_text=gettext_lazy(
            "Its entry in the register of research organisations, such as https://ror.org/03yrm5c26."
        ),
    )

    def __init__(self, *args: Any, organisation: Organisation | None = None, **kwargs: Any) -> None:
        if organisation is not None:
            kwargs["initial"] = {name: getattr(organisation, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)  # noqa: S101  # for the type checker: declared above
        country.choices = [("", "—"), *territories.countries()]

    def clean_ror_id(self) -> str:
        typed: str = self.cleaned_data["ror_id"]
        if not typed:
            return ""
        try:
            return ror.normalise(typed)
        except ValueError as fault:
            raise ValidationError(
                _("That is not a ROR id: a character seems to be mistyped. One looks like 03yrm5c26.")
            ) from fault


class DomainForm(forms.Form):
    domain = forms.CharField(
        label=gettext_lazy("E-mail domain"),
        max_length=253,
        help_text=gettext_lazy("What stands after the @ in your addresses."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )


class MailboxForm(forms.Form):
    mailbox = forms.ChoiceField(
        label=gettext_lazy("Where the code goes"), choices=[(name, name) for name in domains.MAILBOXES]
    )

    def __init__(self, *args: Any, domain: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mailbox = self.fields["mailbox"]
        assert isinstance(mailbox, forms.ChoiceField)  # noqa: S101  # for the type checker: declared above
        mailbox.choices = [(name, f"{name}@{domain}") for name in domains.MAILBOXES]


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("The code from the letter"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class InvitationForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail address"))
    as_coordinator = forms.BooleanField(
        label=gettext_lazy("As a coordinator"),
        required=False,
        help_text=gettext_lazy("They can then do what you can do here."),
    )
