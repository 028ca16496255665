"""What is typed about a community."""

from html import escape
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from collegium.communities.models import Community, Membership
from collegium.design.forms import languages
from collegium.foundation.files import endings_of
from collegium.people import territories
from collegium.people.models import Audience, Person

# What the editor's tools are called.
_TOOLS = {
    "data-tools": gettext_lazy("Tools for the words"),
    "data-heading": gettext_lazy("Heading"),
    "data-bold": gettext_lazy("Bold"),
    "data-italic": gettext_lazy("Italic"),
    "data-bullets": gettext_lazy("List"),
    "data-numbers": gettext_lazy("Numbered list"),
    "data-quote": gettext_lazy("Quotation"),
    "data-link": gettext_lazy("Link"),
    "data-ask": gettext_lazy("Where does it lead? Leave it empty to take the link away."),
    "data-undo": gettext_lazy("Undo"),
    "data-redo": gettext_lazy("Redo"),
    "data-placeholder": gettext_lazy("Write here…"),
}


class Words(forms.CharField):
    """Rich text by the editor; without it plain words, whose blank lines make paragraphs."""

    def __init__(self, *, rows: int = 12, **kwargs: Any) -> None:
        attrs: dict[str, Any] = {"rows": rows, "dir": "auto", "data-words": True, **_TOOLS}
        super().__init__(widget=forms.Textarea(attrs=attrs), **{"max_length": 200_000, **kwargs})

    def to_python(self, value: Any) -> str:
        typed = str(super().to_python(value) or "")
        return typed if "<" in typed and ">" in typed else paragraphs(typed)


def paragraphs(typed: str) -> str:
    blocks = [block.strip() for block in typed.replace("\r\n", "\n").split("\n\n") if block.strip()]
    return "".join(f"<p>{escape(block, quote=False).replace(chr(10), '<br>')}</p>" for block in blocks)


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "dir": "auto"})


class CommunityForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    domain = forms.CharField(
        label=gettext_lazy("Domain: what you care about"),
        max_length=2000,
        widget=_area(3),
        help_text=gettext_lazy(
            "The question or concern that brings you together. One or two sentences, as you would say it to a colleague."
        ),
    )
    people = forms.CharField(
        label=gettext_lazy("Community: who you are to each other"),
        required=False,
        max_length=2000,
        widget=_area(3),
        help_text=gettext_lazy("Who belongs, and how you meet and help each other."),
    )
    practice = forms.CharField(
        label=gettext_lazy("Practice: what you do and make"),
        required=False,
        max_length=2000,
        widget=_area(3),
        help_text=gettext_lazy("What you share and build: methods, stories, materials, ways of working."),
    )
    joining = forms.ChoiceField(
        label=gettext_lazy("How one joins"),
        choices=Community.Joining.choices,
        widget=forms.RadioSelect,
        initial=Community.Joining.OPEN,
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("Who can see it"),
        choices=[
            (Audience.CIRCLE, gettext_lazy("Its members only")),
            (Audience.SIGNED_IN, gettext_lazy("Everyone signed in")),
            (Audience.PUBLIC, gettext_lazy("Everyone on the web")),
        ],
        widget=forms.RadioSelect,
        initial=Audience.SIGNED_IN,
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=languages)
    welcome = Words(
        label=gettext_lazy("Welcome"),
        required=False,
        rows=5,
        help_text=gettext_lazy("What whoever joins reads first."),
    )
    first_steps = forms.CharField(
        label=gettext_lazy("First steps"),
        required=False,
        widget=_area(4),
        help_text=gettext_lazy("What a newcomer may do first, one on each line. They tick them off."),
    )
    answer_within_hours = forms.IntegerField(
        label=gettext_lazy("Nobody waits longer than (hours)"),
        min_value=1,
        max_value=720,
        initial=48,
        required=False,
        help_text=gettext_lazy("A post without a reply for so long is offered to facilitators and helpers."),
    )
    asks_silent_after_days = forms.IntegerField(
        label=gettext_lazy("Ask how it goes after (days of silence)"),
        min_value=3,
        max_value=365,
        initial=21,
        required=False,
        help_text=gettext_lazy("Only members who agreed to be asked."),
    )

    def __init__(
        self, *args: Any, community: Community | None = None, language: str = "", **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {"language": language or languages()[0][0]}
        if community is not None:
            initial = {name: getattr(community, name, None) for name in self.base_fields}
            initial["first_steps"] = "\n".join(community.first_steps)
            initial["answer_within_hours"] = community.forum.answer_within_hours
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)

    def clean_first_steps(self) -> list[str]:
        return [line for each in self.cleaned_data["first_steps"].splitlines() if (line := each.strip())]

    def clean_answer_within_hours(self) -> int:
        return int(self.cleaned_data["answer_within_hours"] or self.fields["answer_within_hours"].initial)

    def clean_asks_silent_after_days(self) -> int:
        return int(
            self.cleaned_data["asks_silent_after_days"] or self.fields["asks_silent_after_days"].initial
        )


class PictureForm(forms.Form):
    """A new picture with its words, or other words for the one that is there."""

    picture = forms.FileField(
        label=gettext_lazy("Picture"),
        widget=forms.FileInput(attrs={"accept": ",".join(endings_of("image"))}),
        help_text=gettext_lazy(
            "Wide is best. Up to 15 MB; where and with what it was taken is removed from it."
        ),
    )
    alt = forms.CharField(
        label=gettext_lazy("What can be seen on it"),
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=gettext_lazy("For those who do not see it: a sentence that a screen reader says instead."),
    )

    def __init__(self, *args: Any, community: Community, **kwargs: Any) -> None:
        kwargs["initial"] = {"alt": community.picture_alt}
        super().__init__(*args, **kwargs)
        self.fields["picture"].required = community.picture_id is None


class AskForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("What brings you here"), required=False, max_length=1000, widget=_area(3)
    )


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=gettext_lazy("A word with your answer"), required=False, max_length=1000, widget=_area(2)
    )


class InvitationForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail address"))
    words = forms.CharField(
        label=gettext_lazy("A word with it"), required=False, max_length=1000, widget=_area(2)
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=_area(3),
        help_text=gettext_lazy("It is told to the member, who can appeal."),
    )


class ChoicesForm(forms.Form):
    in_directory = forms.BooleanField(
        label=gettext_lazy("List me in the directory of members"), required=False
    )
    may_be_asked = forms.BooleanField(
        label=gettext_lazy("Ask me how it goes when I have been silent for a while"), required=False
    )
    helps_out = forms.BooleanField(
        label=gettext_lazy("I help so that nobody stays unanswered"),
        required=False,
        help_text=gettext_lazy("You see who waits, and take on what you like."),
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(membership, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)


class LinkItemForm(forms.Form):
    url = forms.URLField(
        label=gettext_lazy("Address"), required=False, max_length=2000, assume_scheme="https"
    )
    upload = forms.FileField(
        label=gettext_lazy("or a file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ",".join(endings_of())}),
    )
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=200, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    why = forms.CharField(
        label=gettext_lazy("Why it is worth keeping"), required=False, max_length=1000, widget=_area(2)
    )


class ItemForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=200, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    why = forms.CharField(
        label=gettext_lazy("Why it is worth keeping"), required=False, max_length=1000, widget=_area(2)
    )


class PageForm(forms.Form):
    html = Words(label=gettext_lazy("The page"), required=False, rows=20)
    note = forms.CharField(
        label=gettext_lazy("What you changed"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    on_revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class NewPageForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=200, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    html = Words(label=gettext_lazy("The page"), required=False, rows=16)


class LinkForm(forms.Form):
    target = forms.ModelChoiceField(label=gettext_lazy("Community"), queryset=Community.objects.none())
    words = forms.CharField(
        label=gettext_lazy("What connects you"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def __init__(self, *args: Any, among: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        target = self.fields["target"]
        assert isinstance(target, forms.ModelChoiceField)  # noqa: S101  # for the type checker: declared above
        target.queryset = among


class PlaceForm(forms.Form):
    country = forms.ChoiceField(label=gettext_lazy("Country"))
    town = forms.CharField(
        label=gettext_lazy("Town"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "address-level2"}),
        help_text=gettext_lazy("Leave it out to stand for your country alone."),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"country": person.country, "town": person.town})
        super().__init__(*args, **kwargs)
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)  # noqa: S101  # for the type checker: declared above
        country.choices = [("", "—"), *territories.countries()]
