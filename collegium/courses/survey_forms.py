"""Answering a survey, and writing one: its questions as a list of small forms that works without scripts."""

import secrets
from dataclasses import replace
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.courses import surveys
from collegium.courses.surveys import Kind, Question

BLANK = 3  # empty ones at the end, each time the page is opened


class SurveyForm(forms.Form):
    """Nobody has to answer it. Whoever does, answers what is asked of everybody."""

    def __init__(self, *args: Any, questions: list[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            self.fields[question.key] = self._field(question)

    def clean(self) -> dict[str, Any]:
        for question in surveys.missing(self.questions, self.cleaned_data):
            self.add_error(question.key, _("This is asked of everybody who answers."))
        return self.cleaned_data

    @staticmethod
    def _field(question: Question) -> forms.Field:
        asked: dict[str, Any] = {"label": question.words, "required": False}
        if question.kind == "text":
            return forms.CharField(
                **asked, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"})
            )
        if question.kind == "choice":
            return forms.ChoiceField(
                **asked, widget=forms.RadioSelect, choices=[(each, each) for each in question.options]
            )
        marks = [(str(mark), str(mark)) for mark in surveys.SCALE]
        if question.options:
            marks[0] = ("1", f"1 – {question.lowest}")
            marks[-1] = (str(surveys.SCALE[-1]), f"{surveys.SCALE[-1]} – {question.highest}")
        return forms.ChoiceField(**asked, choices=marks, widget=forms.RadioSelect(attrs={"class": "scale"}))


def _lines(said: dict[str, Any]) -> tuple[str, ...]:
    return tuple(line.strip()[:200] for line in said.get("options", "").splitlines() if line.strip())


def _new_key() -> str:
    return f"q{secrets.token_hex(4)}"


class QuestionForm(forms.Form):
    key = forms.SlugField(required=False, max_length=40, widget=forms.HiddenInput)
    words = forms.CharField(
        label=gettext_lazy("What you ask"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("How it is answered"),
        choices=[
            ("text", gettext_lazy("In their own words")),
            ("choice", gettext_lazy("By choosing one of several")),
            ("scale", gettext_lazy("On a scale from 1 to 5")),
        ],
    )
    options = forms.CharField(
        label=gettext_lazy("Choices, or the two ends of the scale"),
        required=False,
        max_length=3000,
        help_text=gettext_lazy("One a line. For a scale: what 1 means, then what 5 means."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    required = forms.BooleanField(
        label=gettext_lazy("Whoever answers the survey answers this too"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.question: Question | None = None

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        options = _lines(said)
        kind = cast("Kind", said.get("kind", "text"))
        words = " ".join(said.get("words", "").split())
        is_left_empty = not (words or options or self.initial)
        if self.errors or said.get("DELETE") or is_left_empty:
            return said
        self.question = Question(
            key=said.get("key") or _new_key(),
            kind=kind,
            words=words,
            options=() if kind == "text" else options,
            required=said.get("required", False),
        )
        if (found := surveys.fault(self.question)) is not None:
            self.add_error(*found)
        return said

    @property
    def title(self) -> str:
        return str(self.initial.get("words") or _("One more question"))


class RewordForm(forms.Form):
    """Of a question that somebody has answered."""

    words = forms.CharField(
        label=gettext_lazy("What you ask"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    options = QuestionForm.base_fields["options"]

    def __init__(self, data: Any, *, question: Question) -> None:
        super().__init__(
            data,
            prefix=question.key,
            initial={"words": question.words, "options": "\n".join(question.options)},
        )
        self.question = question
        if not question.options:
            del self.fields["options"]

    @property
    def title(self) -> str:
        return self.question.words

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if "options" in self.fields and len(_lines(said)) != len(self.question.options):
            self.add_error(
                "options",
                _("There were %(count)s, and somebody has answered: word them otherwise, line by line.")
                % {"count": len(self.question.options)},
            )
        elif not self.errors and (found := surveys.fault(self.reworded())) is not None:
            self.add_error(*found)
        return said

    def reworded(self) -> Question:
        said = self.cleaned_data
        return Question(
            self.question.key,
            self.question.kind,
            " ".join(said["words"].split()),
            _lines(said),
            self.question.required,
        )


class _Questions(forms.BaseFormSet[QuestionForm]):
    def add_fields(self, form: QuestionForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = _("Place")
        form.fields["DELETE"].label = _("Leave it out")

    def clean(self) -> None:
        if len(self.questions()) > surveys.MOST_QUESTIONS:
            raise forms.ValidationError(
                _("Nobody answers that many: %(most)s questions at most."),
                params={"most": surveys.MOST_QUESTIONS},
            )

    def questions(self) -> list[Question]:
        """In the order of their places; those without one come last, as they stand on the page."""
        seen: set[str] = set()
        for form in self.forms:
            if form.question is not None and form.question.key in seen:
                form.question = replace(form.question, key=_new_key())
            if form.question is not None:
                seen.add(form.question.key)
        placed = [
            (form.cleaned_data.get("ORDER") or surveys.MOST_QUESTIONS * 10, number, form.question)
            for number, form in enumerate(self.forms)
            if form.question is not None
        ]
        return [question for _place, _number, question in sorted(placed, key=lambda each: each[:2])]


_questions_formset = forms.formset_factory(
    QuestionForm,
    formset=_Questions,
    extra=BLANK,
    can_order=True,
    can_delete=True,
    max_num=surveys.MOST_QUESTIONS + BLANK,
    absolute_max=surveys.MOST_QUESTIONS + 20,
)


def questions_form(data: Any, questions: list[Question]) -> _Questions:
    return cast(
        "_Questions",
        _questions_formset(
            data,
            prefix="q",
            initial=[
                {
                    "key": each.key,
                    "words": each.words,
                    "kind": each.kind,
                    "options": "\n".join(each.options),
                    "required": each.required,
                }
                for each in questions
            ],
        ),
    )
