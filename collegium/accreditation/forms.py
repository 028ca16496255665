"""The shape of what is typed between registration and outcome."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.accreditation.models import Assignment, JointJudgement
from collegium.accreditation.queries import Area
from collegium.accreditation.terms import Terms
from collegium.design.forms import Day
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.schemes.documents import UNSET
from collegium.schemes.models import RoleHolding, Scheme

LONG = 20_000  # characters of a comment or statement


def refuse(form: forms.BaseForm, refusal: Refusal) -> None:
    """Shows a refusal where errors of the form stand, with each of its details."""
    form.add_error(None, str(refusal))
    if refusal.code == "incomplete":
        for detail in refusal.details:
            form.add_error(None, str(detail))


class Words(forms.CharField):
    """Several lines of plain text."""

    def __init__(self, *, rows: int = 4, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **{"max_length": LONG, **options})


class ExtensionForm(forms.Form):
    until = forms.DateField(label=gettext_lazy("Until when?"), widget=Day)
    reason = Words(
        label=gettext_lazy("Why do you need more time?"),
        help_text=gettext_lazy("In a few words. Only you and the coordinator can read this."),
        max_length=2000,
    )


class ExtensionAnswerForm(forms.Form):
    GRANT, REFUSE = "grant", "refuse"

    answer = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=[(GRANT, gettext_lazy("Grant it")), (REFUSE, gettext_lazy("It can't be granted"))],
        widget=forms.RadioSelect,
    )
    until = forms.DateField(
        label=gettext_lazy("Valid until"),
        widget=Day,
        required=False,
        help_text=gettext_lazy("The day that was asked for, or another one."),
    )
    words = Words(
        label=gettext_lazy("A few words to the candidate"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("Needed where it can't be granted."),
    )


class RefereeForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Their name"), max_length=120)
    email = forms.EmailField(
        label=gettext_lazy("Their e-mail address"),
        help_text=gettext_lazy("They get a letter with a link of their own; they need no account."),
    )
    position = forms.CharField(
        label=gettext_lazy("Position and organisation"), max_length=200, required=False
    )


class ReferenceForm(forms.Form):
    statement = Words(
        label=gettext_lazy("Your statement"),
        rows=14,
        help_text=gettext_lazy("Plain text. An empty line begins a new paragraph."),
    )


class SubmitForm(forms.Form):
    """The declaration of the scheme, signed with the submission; access to what is behind a password; a nomination."""

    def __init__(
        self,
        *args: Any,
        terms: Terms,
        candidate: Person,
        scheme: Scheme,
        has_open_findings: bool,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        if has_open_findings:
            self.fields["all_the_same"] = forms.BooleanField(
                label=_("I have read what is still open, and submit all the same"),
                help_text=_("The coordinator sees the same list, and may return the portfolio to you."),
            )
        declared = terms.declaration.value
        self.statements = [] if declared is UNSET else [statement.text for statement in declared]
        if self.statements:
            self.fields["statements"] = forms.MultipleChoiceField(
                label=_("You declare"),
                choices=[(text, text) for text in self.statements],
                widget=forms.CheckboxSelectMultiple,
                error_messages={"required": _("Each of these has to be true before you submit.")},
            )
        self.fields["collaborators"] = Words(
            label=_("Who worked on it with you?"),
            rows=2,
            required=False,
            max_length=2000,
            help_text=_("Name whoever had a part in what you show. Leave it empty if nobody had."),
        )
        if terms.rules.nominated_assessor.value is True:
            self.fields["nominated_assessor"] = forms.ModelChoiceField(
                label=_("Is there an assessor whom you would like to nominate?"),
                queryset=Person.objects.visible_to(candidate)
                .filter(
                    scheme_roles__scheme=scheme,
                    scheme_roles__kind=RoleHolding.Kind.ASSESSOR,
                    scheme_roles__withdrawn_at__isnull=True,
                )
                .exclude(pk=candidate.pk)
                .order_by("name"),
                required=False,
                empty_label=_("Nobody in particular"),
                help_text=_("The coordinator decides, and looks for conflicts of interest."),
            )
        self.fields["access"] = forms.CharField(
            label=_("How do assessors get in?"),
            max_length=300,
            required=False,
            help_text=_(
                "Only if something you link to is behind a password or a guest key. Try it out first."
            ),
        )
        self.fields["signed_name"] = forms.CharField(
            label=_("Sign with your name"), max_length=120, initial=candidate.name
        )

    def clean_statements(self) -> list[str]:
        agreed: list[str] = self.cleaned_data["statements"]
        if set(self.statements) - set(agreed):
            raise forms.ValidationError(_("Each of these has to be true before you submit."))
        return agreed

    def facts(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "statements": given.get("statements", []),
            "signed_name": given["signed_name"],
            "collaborators": given["collaborators"],
            "nominated_assessor": given.get("nominated_assessor"),
            "access": given["access"],
        }


class ReasonForm(forms.Form):
    reason = Words(label=gettext_lazy("Why?"), max_length=2000, rows=3)


class ScreeningForm(forms.Form):
    words = Words(
        label=gettext_lazy("A few words"),
        required=False,
        rows=5,
        help_text=gettext_lazy(
            "If you return it: what is missing, so that it can be put right. If you accept it: a note that only coordinators see."
        ),
    )


class AllotForm(forms.Form):
    assessor = forms.IntegerField(widget=forms.HiddenInput)
    role = forms.ChoiceField(choices=Assignment.Role.choices, widget=forms.HiddenInput)
    due_on = forms.DateField(label=gettext_lazy("Judgement due on"), widget=Day, required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why you ask them all the same"), max_length=500, required=False
    )


class AnswerForm(forms.Form):
    ACCEPT, DECLINE = "accept", "decline"

    answer = forms.ChoiceField(
        label=gettext_lazy("Can you judge this portfolio?"),
        choices=[
            (ACCEPT, gettext_lazy("Yes, and nothing stands in the way")),
            (DECLINE, gettext_lazy("No, not this one")),
        ],
        widget=forms.RadioSelect,
    )
    reason = Words(
        label=gettext_lazy("If not, why?"),
        required=False,
        rows=3,
        max_length=2000,
        help_text=gettext_lazy(
            "A few words for the coordinator, such as “I know her well” or “no time before June”."
        ),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("answer") == self.DECLINE and not (given.get("reason") or "").strip():
            self.add_error("reason", _("A few words, so that the coordinator asks the right person next."))
        return given


class DateForm(forms.Form):
    until = forms.DateField(label=gettext_lazy("Submit again by"), widget=Day)

    def clean_until(self) -> dt.date:
        until: dt.date = self.cleaned_data["until"]
        if until <= clock.today():
            raise forms.ValidationError(_("Choose a day to come."))
        return until


class AreasForm(forms.Form):
    """A level and a comment for each area. A draft may lack anything; what is not sent is left as it is."""

    comment_label: str

    def __init__(
        self,
        *args: Any,
        areas: Sequence[Area],
        terms: Terms,
        draft: Mapping[str, tuple[str, str]],
        initial: Mapping[str, Any],
        **options: Any,
    ) -> None:
        self.areas = list(areas)
        self.draft = draft
        begun = dict(initial)
        for index, area in enumerate(self.areas):
            level, comment = draft.get(area.key, ("", ""))
            begun |= {f"level_{index}": level, f"comment_{index}": comment}
        options["initial"] = begun
        super().__init__(*args, **options)
        levels = (
            [(level.key, level.title) for level in terms.scale.value]
            if terms.scale.value is not UNSET
            else []
        )
        for index, area in enumerate(self.areas):
            self.fields[f"level_{index}"] = forms.ChoiceField(
                label=_("Level for %(area)s") % {"area": area.label},
                choices=levels,
                widget=forms.RadioSelect,
                required=False,
            )
            self.fields[f"comment_{index}"] = Words(label=_("Comment"), required=False, rows=4)

    def by_area(self) -> list[dict[str, Any]]:
        return [
            {
                "area": area,
                "index": index,
                "level": self[f"level_{index}"],
                "comment": self[f"comment_{index}"],
            }
            for index, area in enumerate(self.areas)
        ]

    def marks(self) -> dict[str, tuple[str, str]]:
        """The areas of which anything was sent: saving as one types sends only what was touched."""
        return {
            area.key: (
                self.cleaned_data.get(f"level_{index}", ""),
                self.cleaned_data.get(f"comment_{index}", ""),
            )
            for index, area in enumerate(self.areas)
            if f"level_{index}" in self.data or f"comment_{index}" in self.data
        }


class JudgementForm(AreasForm):
    overall = Words(
        label=gettext_lazy("Overall comment"),
        required=False,
        rows=6,
        help_text=gettext_lazy("What struck you, what you valued, what you would ask for."),
    )

    def sent_overall(self) -> str | None:
        return self.cleaned_data["overall"] if "overall" in self.data else None


class JointForm(AreasForm):
    """What the candidate gets, and the note that they do not get."""

    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), widget=forms.RadioSelect, required=False)
    referred = forms.MultipleChoiceField(
        label=gettext_lazy("If referred: which areas?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy(
            "Only these are opened for the candidate to revise, and only these are judged again."
        ),
    )
    feedback = Words(
        label=gettext_lazy("Feedback to the candidate"),
        required=False,
        rows=8,
        help_text=gettext_lazy(
            "They may be afraid of this page. Begin with what you valued; say plainly what is asked for, and where."
        ),
    )
    note = Words(
        label=gettext_lazy("How the differences were settled"),
        required=False,
        rows=4,
        help_text=gettext_lazy("For the assessors and the coordinator; the candidate does not see it."),
    )

    def __init__(
        self,
        *args: Any,
        areas: Sequence[Area],
        terms: Terms,
        joint: JointJudgement | None,
        draft: Mapping[str, tuple[str, str]],
        outcomes: Mapping[str, str],
        **options: Any,
    ) -> None:
        self.joint = joint
        initial = {
            "outcome": joint.outcome if joint else "",
            "referred": joint.referred_sections if joint else [],
            "feedback": joint.feedback if joint else "",
            "note": joint.note if joint else "",
        }
        super().__init__(*args, areas=areas, terms=terms, draft=draft, initial=initial, **options)
        self.fields["outcome"].choices = list(outcomes.items())  # type: ignore[attr-defined]  # a ChoiceField, above
        self.fields["referred"].choices = [(area.key, area.label) for area in areas]  # type: ignore[attr-defined]
        if JointJudgement.Outcome.REFER not in outcomes:
            del self.fields["referred"]

    def facts(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "outcome": given["outcome"],
            "feedback": given["feedback"],
            "note": given["note"],
            "referred_sections": given.get("referred", []),
            "marks": self.marks(),
        }
