"""What a coordinator types: an answer to an open rule, and a role for a person."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.people.models import Person
from collegium.schemes import wording
from collegium.schemes.documents import EXAMPLES, Relation, Split, UnsetRule
from collegium.schemes.documents.catalogue import (
    AMOUNT,
    CHOICE,
    DURATION,
    LINES,
    NUMBER,
    RELATIONS,
    TEXT,
    WORDS,
    YES_OR_NO,
)
from collegium.schemes.documents.reading import read_bytes
from collegium.schemes.documents.values import Unit
from collegium.schemes.models import RoleHolding, SchemeVersion

NONE = "none"
UNITS = [
    (f"{Unit.DAY}s", gettext_lazy("days")),
    (f"{Unit.WEEK}s", gettext_lazy("weeks")),
    (f"{Unit.MONTH}s", gettext_lazy("months")),
    (f"{Unit.YEAR}s", gettext_lazy("years")),
]


def _duration(rule: UnsetRule) -> dict[str, forms.Field]:
    return {
        "count": forms.IntegerField(label=rule.question, min_value=1, max_value=999),
        "unit": forms.ChoiceField(label=_("of"), choices=UNITS, initial="months"),
    }


def _number(rule: UnsetRule) -> dict[str, forms.Field]:
    return {"number": forms.IntegerField(label=rule.question, min_value=0, max_value=100)}


def _yes_or_no(rule: UnsetRule) -> dict[str, forms.Field]:
    choices = [("yes", _("Yes")), ("no", _("No"))]
    return {"yes": forms.ChoiceField(label=rule.question, choices=choices, widget=forms.RadioSelect)}


def _choice(rule: UnsetRule) -> dict[str, forms.Field]:
    choices = [(choice, wording.SPLITS[Split(choice)]) for choice in rule.choices]
    return {"choice": forms.ChoiceField(label=rule.question, choices=choices, widget=forms.RadioSelect)}


def _relations(rule: UnsetRule) -> dict[str, forms.Field]:
    who = [(relation.value, wording.RELATIONS[relation]) for relation in Relation]
    widget = forms.CheckboxSelectMultiple
    return {"relations": forms.MultipleChoiceField(label=rule.question, choices=who, widget=widget)}


def _bounds(_rule: UnsetRule) -> dict[str, forms.Field]:
    return {
        "least": forms.IntegerField(label=_("At least, in words"), min_value=0, required=False),
        "most": forms.IntegerField(label=_("At most, in words"), min_value=1, required=False),
    }


def _amount(rule: UnsetRule) -> dict[str, forms.Field]:
    return {"amount": forms.DecimalField(label=rule.question, min_value=0, max_digits=9, decimal_places=2)}


def _text(rule: UnsetRule) -> dict[str, forms.Field]:
    widget = forms.Textarea(attrs={"rows": 4})
    return {"text": forms.CharField(label=rule.question, max_length=4000, widget=widget)}


def _lines(rule: UnsetRule) -> dict[str, forms.Field]:
    widget = forms.Textarea(attrs={"rows": 6})
    return {"lines": forms.CharField(label=rule.question, max_length=8000, widget=widget)}


def _structure(rule: UnsetRule) -> dict[str, forms.Field]:
    return {
        "structure": forms.CharField(
            label=rule.question,
            help_text=_("In the words of a scheme file; beneath is an example of how it is written."),
            max_length=20_000,
            strip=False,
            widget=forms.Textarea(attrs={"rows": 8, "class": "mono", "spellcheck": "false"}),
        )
    }


_FIELDS: Mapping[str, Callable[[UnsetRule], dict[str, forms.Field]]] = {
    DURATION: _duration,
    NUMBER: _number,
    YES_OR_NO: _yes_or_no,
    CHOICE: _choice,
    RELATIONS: _relations,
    WORDS: _bounds,
    AMOUNT: _amount,
    TEXT: _text,
    LINES: _lines,
}

# From what was typed to the words of a scheme file.
_ANSWERS: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    DURATION: lambda data: f"{data['count']} {data['unit']}" if data.get("count") else None,
    NUMBER: lambda data: data.get("number"),
    YES_OR_NO: lambda data: data["yes"] == "yes" if data.get("yes") else None,
    CHOICE: lambda data: data.get("choice"),
    RELATIONS: lambda data: data.get("relations"),
    WORDS: lambda data: {side: data[side] for side in ("least", "most") if data.get(side) is not None},
    AMOUNT: lambda data: None if data.get("amount") is None else f"{data['amount']:f}",
    TEXT: lambda data: data.get("text"),
    LINES: lambda data: [line.strip() for line in data.get("lines", "").splitlines() if line.strip()],
}


class AnswerForm(forms.Form):
    """Fields after the shape of the rule; `cleaned_data["answer"]` is in the words of a scheme file."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy(
            "A sentence or two. It stands beside the rule, for candidates and assessors to read."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )

    def __init__(self, *args: Any, rule: UnsetRule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule = rule
        own = _FIELDS.get(rule.shape, _structure)(rule)
        self.answer_fields = list(own)
        self.none_words = wording.nothing(rule.name)
        if self.none_words:
            own["none"] = forms.BooleanField(label=self.none_words, required=False)
            for field in own.values():
                field.required = False
        self.fields = {**own, "reason": self.fields["reason"]}

    @property
    def example(self) -> str:
        return EXAMPLES.get(self.rule.name, "") if "structure" in self.fields else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if any(name in self.errors for name in self.answer_fields):
            return data
        if data.get("none"):
            data["answer"] = NONE
            return data
        data["answer"] = self._answer(data)
        if data["answer"] in (None, "", [], {}) and not self.errors:
            self.add_error(self.answer_fields[0], _("Give an answer."))
        return data

    def _answer(self, data: dict[str, Any]) -> Any:
        if "structure" in self.fields:
            return self._read(data["structure"])
        return _ANSWERS[self.rule.shape](data)

    def _read(self, written: str) -> Any:
        """The lines as they would stand below a name in a file."""
        inside = "\n".join(f"  {line}" for line in written.replace("\r\n", "\n").split("\n"))
        reading = read_bytes(f"answer:\n{inside}\n".encode(), file="")
        for problem in reading.problems:
            self.add_error(
                "structure",
                _("Line %(line)d: %(reason)s") % {"line": max(problem.line - 1, 1), "reason": problem.reason},
            )
        if reading.problems:
            return written
        return reading.plain["answer"]


class RoleForm(forms.Form):
    """A role for a person who was found by name."""

    person = forms.ModelChoiceField(
        queryset=Person.objects.none(), label=gettext_lazy("Who"), widget=forms.HiddenInput
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=RoleHolding.Kind.choices, widget=forms.RadioSelect
    )
    holds_pathway = forms.ChoiceField(
        label=gettext_lazy("Award held from elsewhere"),
        help_text=gettext_lazy("For an assessor whose award was not made here. Awards made here are known."),
        required=False,
    )
    earlier_assessments = forms.IntegerField(
        label=gettext_lazy("Assessments done before, as second assessor"),
        min_value=0,
        max_value=1000,
        required=False,
        initial=0,
    )

    def __init__(self, *args: Any, version: SchemeVersion | None, seen_by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.visible_to(seen_by)  # type: ignore[attr-defined]  # a model field
        pathways = [] if version is None else [(item.key, item.title) for item in version.read.pathways]
        self.fields["holds_pathway"].choices = [("", _("None, or made here")), *pathways]  # type: ignore[attr-defined]  # a choice field

    def clean_earlier_assessments(self) -> int:
        return self.cleaned_data.get("earlier_assessments") or 0
