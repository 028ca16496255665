"""How Django's forms and widgets are rendered: by templates of ours, in Jinja2, with markup for everybody.

`{{ form }}` and `{{ bound_field }}` work; pages rather use `ui.form`, `ui.fields` and `ui.field`.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.forms.renderers import BaseRenderer
from django.template import loader
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

DJANGOS = "django/forms/"
WIDGETS = {
    "textarea": "textarea",
    "select": "select",
    "select_option": "option",
    "radio": "choices",
    "checkbox_select": "choices",
    "checkbox": "checkbox",
    "clearable_file_input": "file",
    "multiple_hidden": "several",
    "multiwidget": "several",
    "splitdatetime": "several",
    "splithiddendatetime": "several",
    "select_date": "several",
}


class Renderer(BaseRenderer):
    form_template_name = "design/forms/form.jinja"
    formset_template_name = "design/forms/formset.jinja"
    field_template_name = "design/forms/field.jinja"

    def get_template(self, template_name: str) -> Any:
        """Django names its own templates; ours stand in for them. Other packages' widgets keep theirs."""
        return loader.get_template(ours(template_name))


def ours(template_name: str) -> str:
    if not template_name.startswith(DJANGOS):
        return template_name
    kind, _, name = template_name.removeprefix(DJANGOS).rpartition("/")
    stem = name.removesuffix(".html")
    if kind == "widgets":
        return f"design/forms/{WIDGETS.get(stem, 'input')}.jinja"
    if kind.startswith("errors"):
        return "design/forms/errors.jinja"
    if stem == "label":
        return "design/forms/label.jinja"
    return "design/forms/form.jinja"


class Day(forms.DateInput):
    """A date by the browser's own picker, which wants ISO and shows what the reader is used to."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class DayAndTime(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M")


def languages() -> list[tuple[str, str]]:
    """Each language by its own name, as its speakers look for it."""
    return [(code, str(get_language_info(code)["name_local"])) for code, _name in settings.LANGUAGES]


class AppearanceForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=languages)
    theme = forms.ChoiceField(
        label=_("Light or dark"),
        choices=[("auto", _("As my device")), ("light", _("Light")), ("dark", _("Dark"))],
        widget=forms.RadioSelect,
    )
    shortcuts = forms.BooleanField(
        label=_("Single keys"),
        help_text=_(
            "/ searches, c captures evidence, ? lists the keys. Turn them off if you speak to your computer, or press keys by accident."
        ),
        required=False,
    )
