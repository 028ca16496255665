"""What was typed: words, titles, signatures, whom to share with."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_prose_editor.fields import ProseEditorFormField
from django_prose_editor.widgets import ProseEditorWidget

from collegium.design.forms import Day
from collegium.evidence.models import PersonShown
from collegium.foundation import clock
from collegium.people.models import Audience, Circle, Person
from collegium.portfolios.models import Portfolio, Section
from collegium.schemes.models import Node

# What the editor can write, which is the vocabulary of ``foundation.richtext``. The last three are our own extensions
# (static/portfolios/js/extensions.js). The package's menu is replaced by a toolbar of ours; spelling is checked.
EXTENSIONS: dict[str, Any] = {
    "Menu": False,
    "NoSpellCheck": False,
    "Bold": True,
    "Italic": True,
    "Underline": True,
    "Strike": True,
    "Subscript": True,
    "Superscript": True,
    "Code": True,
    "CodeBlock": True,
    "Heading": {"levels": [2, 3, 4]},
    "HardBreak": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HorizontalRule": True,
    "Link": {"enableTarget": False, "openOnClick": False, "protocols": ["http", "https", "mailto", "tel"]},
    "Image": True,
    "Figure": True,
    "Caption": True,
    "Table": {"resizable": False},
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "Placeholder": True,
    "EmbeddedEvidence": True,
    "PrincipleMark": True,
    "Language": True,
}


class Editor(ProseEditorWidget):  # type: ignore[misc]  # the package has no types
    """The editor of django-prose-editor, mounted by our own module; without JavaScript a plain field."""

    @property
    def media(self) -> forms.Media:
        # The page loads its module by itself: no import map, so nothing inline that would need a nonce.
        return forms.Media()

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"rows": 12, **(attrs or {})}, preset="collegium")


class WordsForm(forms.Form):
    """The words of one part. They are cleaned when they are saved, by the action."""

    html = ProseEditorFormField(
        label=gettext_lazy("Your words"),
        extensions=dict(EXTENSIONS),
        preset="collegium",
        widget=Editor,
        required=False,
        strip=False,
        max_length=500_000,
    )
    on_revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class SettleForm(WordsForm):
    choice = forms.ChoiceField(
        choices=[
            ("mine", gettext_lazy("Keep mine")),
            ("theirs", gettext_lazy("Keep what was saved")),
            ("both", gettext_lazy("Keep both, one after the other")),
        ]
    )


class BeginForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("What will you call it?"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("You can change it at any time."),
    )


class DetailsForm(forms.ModelForm[Portfolio]):
    class Meta:
        model = Portfolio
        fields = ("title", "target_date")
        widgets = {"target_date": Day()}
        help_texts = {
            "target_date": gettext_lazy("Only for you and your mentor: it shows how much time there is.")
        }


class SectionTitleForm(forms.ModelForm[Section]):
    class Meta:
        model = Section
        fields = ("title",)
        help_texts = {
            "title": gettext_lazy(
                "What this one is about, such as “Feedback by audio”. Leave it empty to use the framework's title."
            )
        }


class DimensionsForm(forms.Form):
    nodes = forms.ModelMultipleChoiceField(
        label=gettext_lazy("What this section also speaks for"),
        queryset=Node.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, dimensions: list[Node], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["nodes"]
        field.queryset = Node.objects.filter(pk__in=[node.pk for node in dimensions])  # type: ignore[attr-defined]  # declared above


class PersonField(forms.CharField):
    """A person by their e-mail address. Finds only people whose names the writer may see anyhow."""

    widget = forms.EmailInput
    writer: Person | None = None

    def clean(self, value: Any) -> Person | None:
        address = super().clean(value)
        if not address:
            return None
        found = (
            Person.objects.visible_to(self.writer)
            .filter(account__email__iexact=address, account__is_active=True)
            .first()
        )
        if found is None:
            raise ValidationError(
                _("Nobody whom you can see here uses this address. A link needs no account: share it by one.")
            )
        return found


class _WithPeople(forms.Form):
    """A form in which the writer names somebody."""

    def __init__(self, *args: Any, writer: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, PersonField):
                field.writer = writer


class MentorForm(_WithPeople):
    mentor = PersonField(
        label=gettext_lazy("Their e-mail address"),
        help_text=gettext_lazy("They will read your drafts and see how far you are. They are told."),
    )


class DeclarationForm(_WithPeople):
    """One box for each statement of the scheme; all of them have to be ticked."""

    statements = forms.MultipleChoiceField(
        label=gettext_lazy("I declare that"), widget=forms.CheckboxSelectMultiple
    )
    collaborators = forms.CharField(
        label=gettext_lazy("Who worked on it with you"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("People whose work is part of what you show, and what they did."),
    )
    nominated_assessor = PersonField(
        label=gettext_lazy("An assessor whom you would like, by e-mail address"),
        required=False,
        help_text=gettext_lazy("The coordinator sees your wish and decides."),
    )
    signed_name = forms.CharField(
        label=gettext_lazy("Your name, as a signature"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, *args: Any, asked: list[str], may_nominate: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["statements"].choices = [(words, words) for words in asked]  # type: ignore[attr-defined]  # declared above
        self.fields["statements"].required = bool(asked)
        self.asked = asked
        if not may_nominate:
            del self.fields["nominated_assessor"]

    def clean_statements(self) -> list[str]:
        agreed: list[str] = self.cleaned_data["statements"]
        if set(self.asked) - set(agreed):
            raise ValidationError(_("Every statement has to be agreed to before you can sign."))
        return agreed


class AudienceForm(forms.Form):
    """Everything but everyone on the web: for that there is publishing."""

    audience = forms.ChoiceField(
        label=gettext_lazy("Who can see it"),
        choices=[(value, label) for value, label in Audience.choices if value != Audience.PUBLIC],
        widget=forms.RadioSelect,
    )
    circle = forms.ModelChoiceField(
        label=gettext_lazy("Which circle"),
        queryset=Circle.objects.none(),
        required=False,
        empty_label=gettext_lazy("Choose a circle"),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        circles = person.circles.order_by("name")
        self.fields["circle"].queryset = circles  # type: ignore[attr-defined]  # declared above
        if not circles.exists():
            audience = self.fields["audience"]
            audience.choices = [each for each in audience.choices if each[0] != Audience.CIRCLE]  # type: ignore[attr-defined]  # declared above

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("audience") == Audience.CIRCLE:
            if not data.get("circle"):
                self.add_error("circle", _("Say which circle may read it."))
        else:
            data["circle"] = None
        return data


class _SharingForm(_WithPeople):
    section = forms.ModelChoiceField(
        label=gettext_lazy("What they may read"),
        queryset=Section.objects.none(),
        required=False,
        empty_label=gettext_lazy("The whole portfolio"),
    )

    def __init__(self, *args: Any, portfolio: Portfolio, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.portfolio = portfolio
        field = self.fields["section"]
        field.queryset = portfolio.sections.select_related("node")  # type: ignore[attr-defined]  # declared above

    def _end_of(self, name: str) -> dt.datetime | None:
        """The end of the day that was typed, on the reader's clock."""
        day: dt.date | None = self.cleaned_data.get(name)
        if day is None:
            return None
        if day < clock.today():
            raise ValidationError(_("That day is over: choose one to come."))
        here = timezone.get_current_timezone()
        return dt.datetime.combine(day, dt.time(23, 59, 59), tzinfo=here)


class SharePersonForm(_SharingForm):
    field_order = ("person", "section", "expires_on")
    person = PersonField(label=gettext_lazy("Their e-mail address"))
    expires_on = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=Day(),
        help_text=gettext_lazy("Open-ended if left empty."),
    )

    def clean_expires_on(self) -> dt.datetime | None:
        return self._end_of("expires_on")


class ShareCircleForm(_SharingForm):
    field_order = ("circle", "section", "expires_on")
    circle = forms.ModelChoiceField(
        label=gettext_lazy("Circle"),
        queryset=Circle.objects.none(),
        empty_label=gettext_lazy("Choose a circle"),
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=Day(),
        help_text=gettext_lazy("Open-ended if left empty."),
    )

    def __init__(self, *args: Any, writer: Person, **kwargs: Any) -> None:
        super().__init__(*args, writer=writer, **kwargs)
        self.fields["circle"].queryset = writer.circles.order_by("name")  # type: ignore[attr-defined]  # declared above

    def clean_expires_on(self) -> dt.datetime | None:
        return self._end_of("expires_on")


class ShareLinkForm(_SharingForm):
    field_order = ("label", "section", "expires_on")
    label = forms.CharField(
        label=gettext_lazy("For whom"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("For you, so that you know later which link is which."),
    )
    expires_on = forms.DateField(label=gettext_lazy("Until"), widget=Day())

    def clean_expires_on(self) -> dt.datetime | None:
        return self._end_of("expires_on")


class PublishForm(forms.Form):
    slug = forms.CharField(label=gettext_lazy("Its address"), max_length=80)
    licence = forms.ChoiceField(
        label=gettext_lazy("What others may do with it"), choices=Portfolio.Licence, widget=forms.RadioSelect
    )

    def clean_slug(self) -> str:
        slug: str = slugify(self.cleaned_data["slug"])
        if not slug:
            raise ValidationError(
                _("An address is made of small letters, digits and hyphens, such as ada-on-feedback.")
            )
        return slug


class ElsewhereForm(forms.Form):
    """The address or the file, and a line for each section that says where it is."""

    url = forms.URLField(
        label=gettext_lazy("Its address"), required=False, max_length=2000, assume_scheme="https"
    )
    access = forms.CharField(
        label=gettext_lazy("How to get in"),
        required=False,
        max_length=300,
        help_text=gettext_lazy(
            "A password or a hint, if it is not open to everyone. Only your assessors see it."
        ),
    )
    upload = forms.FileField(
        label=gettext_lazy("Or as a file"),
        required=False,
        help_text=gettext_lazy("PDF, Word, PowerPoint, or web pages packed as ZIP."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.docx,.pptx,.zip"}),
    )

    def __init__(self, *args: Any, sections: list[tuple[Section, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = []
        for section, label in sections:
            name = f"where_{section.pk}"
            self.fields[name] = forms.CharField(
                label=label, required=False, max_length=500, initial=section.where_elsewhere
            )
            self.places.append((section.key, name))

    @property
    def whereabouts(self) -> dict[str, str]:
        return {key: self.cleaned_data.get(name, "") for key, name in self.places}


class ImageForm(forms.Form):
    """An image brought into the words: kept as evidence, so it can be found and used again."""

    upload = forms.FileField(
        label=gettext_lazy("Image"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
    )
    alt_text = forms.CharField(
        label=gettext_lazy("What is to be seen in it"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("For those who cannot see it, in a sentence or two."),
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200, required=False)
    people = forms.ChoiceField(
        label=gettext_lazy("Are people to be seen in it?"),
        choices=[("none", gettext_lazy("Nobody is to be seen")), *PersonShown.Permission.choices],
        initial="none",
    )


# Reading drafts -------------------------------------------------------------------------------------------------------


class CommentForm(forms.Form):
    """A passage that was selected, or else a paragraph that was chosen from a list."""

    paragraph = forms.ChoiceField(label=gettext_lazy("Which passage"), required=False)
    words = forms.CharField(
        label=gettext_lazy("Your comment"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Write what you want to say first.")},
    )
    component = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)
    exact = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)
    before = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput, strip=False)
    after = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput, strip=False)
    start = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, choices: list[tuple[str, list[tuple[str, str]]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paragraph"].choices = [("", _("Choose a paragraph")), *choices]  # type: ignore[attr-defined]  # declared above

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("exact") and not data.get("paragraph"):
            self.add_error("paragraph", _("Select a passage in the words, or choose a paragraph."))
        return data


class ReplyForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("Your reply"), max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )


class AskFeedbackForm(_WithPeople):
    """Of a person or of a circle, until a day."""

    circle = forms.ModelChoiceField(
        label=gettext_lazy("A circle of yours"),
        queryset=Circle.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody but the person named below"),
    )
    person = PersonField(
        label=gettext_lazy("Or a person, by e-mail address"),
        required=False,
    )
    until = forms.DateField(
        label=gettext_lazy("By when"),
        required=False,
        widget=Day(),
        help_text=gettext_lazy("They may read until two weeks later; without a day, until you end it."),
    )
    words = forms.CharField(
        label=gettext_lazy("What you want to know"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Such as: does the reflection say what I learnt, or only what I did?"),
    )

    def __init__(self, *args: Any, writer: Person, **kwargs: Any) -> None:
        super().__init__(*args, writer=writer, **kwargs)
        self.fields["circle"].queryset = writer.circles.order_by("name")  # type: ignore[attr-defined]  # declared above

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and bool(data.get("person")) == bool(data.get("circle")):
            self.add_error(None, _("Say whom you ask: a circle or a person, one at a time."))
        return data


class GiveFeedbackForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("Your feedback on the section as a whole"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy(
            "What works, and what you would look at next. Comments on single passages stand beside the words."
        ),
    )


class ThanksForm(forms.Form):
    words = forms.CharField(label=gettext_lazy("A word of thanks"), max_length=500, required=False)


# The gap board and groups ---------------------------------------------------------------------------------------------


class _InSectionForm(forms.Form):
    """With a choice of the sections of the plan; empty is what is left over."""

    node = forms.ModelChoiceField(
        label=gettext_lazy("Section"),
        queryset=Node.objects.none(),
        required=False,
        empty_label=gettext_lazy("Left over"),
    )

    def __init__(self, *args: Any, nodes: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["node"].queryset = Node.objects.filter(pk__in=nodes)  # type: ignore[attr-defined]  # declared above


class AddExampleForm(_InSectionForm):
    field_order = ("title", "node")
    title = forms.CharField(
        label=gettext_lazy("An example from your practice"),
        max_length=200,
        help_text=gettext_lazy("Three words are enough, such as “Audio feedback, first years”."),
    )


class MoveExampleForm(_InSectionForm):
    position = forms.IntegerField(required=False, min_value=0, max_value=1000)


class CircleForm(forms.Form):
    circle = forms.ModelChoiceField(label=gettext_lazy("Circle"), queryset=Circle.objects.none())

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["circle"].queryset = person.circles.order_by("name")  # type: ignore[attr-defined]  # declared above


class BeginGroupForm(CircleForm, BeginForm):
    field_order = ("circle", "title")
