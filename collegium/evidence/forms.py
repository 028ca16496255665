"""What is typed about evidence. One field is enough to capture it; everything else can wait."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.design.forms import Day
from collegium.evidence import actions, queries
from collegium.evidence.models import Alignment, Evidence, PersonShown
from collegium.foundation import files, richtext
from collegium.people.models import Audience, Circle, Person

Upload = Any  # a Django upload


class _SeveralFilesInput(forms.FileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Any number of files; without JavaScript, a plain multiple file input."""

    widget = _SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:  # noqa: ARG002 -- Django's signature
        """All that came: what is empty or unknown is refused by the action, one by one, not all for one bad one."""
        return [upload for upload in (data if isinstance(data, list) else [data]) if upload is not None]


_A_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MOST_FILES = 30


class CaptureForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("A link or a note"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True, "dir": "auto"}),
        help_text=gettext_lazy("Paste an address, or write a few words while you remember."),
    )
    uploads = SeveralFilesField(label=gettext_lazy("Files"), required=False)
    title = forms.CharField(
        label=gettext_lazy("Title"),
        required=False,
        max_length=actions.TITLE_MOST,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=gettext_lazy("Left empty, it is taken from the page, the file or the note."),
    )
    happened_on = forms.DateField(label=gettext_lazy("When it happened"), required=False, widget=Day)
    description = forms.CharField(
        label=gettext_lazy("What it is"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    impact = forms.CharField(
        label=gettext_lazy("Impact"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=gettext_lazy("What became different, for whom, and how you know."),
    )
    said_by = forms.CharField(
        label=gettext_lazy("Said by"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=gettext_lazy(
            "If these are somebody else’s words about your work: whose? It is then kept as a testimonial."
        ),
    )

    def clean_uploads(self) -> list[Upload]:
        uploads: list[Upload] = self.cleaned_data["uploads"]
        if len(uploads) > _MOST_FILES:
            raise forms.ValidationError(_("At most %(most)s files at once, please.") % {"most": _MOST_FILES})
        return uploads

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("words", "").strip() and not cleaned.get("uploads"):
            self.add_error("words", _("Give a link, a file or a note: one of them is enough."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """What was typed, as the words of ``actions.capture``; the files come to it one by one."""
        cleaned = self.cleaned_data
        url, note = link_and_note(cleaned["words"])
        facts: dict[str, Any] = {
            name: cleaned[name] for name in ("title", "happened_on", "impact", "said_by")
        }
        description = cleaned["description"]
        if url or cleaned["uploads"]:
            facts |= {"url": url, "description": "\n\n".join(filter(None, [description, note]))}
        else:
            facts |= {"body": actions.as_html(note), "description": description}
        if cleaned["said_by"]:
            facts["kind"] = Evidence.Kind.TESTIMONIAL
        return facts


def link_and_note(words: str) -> tuple[str, str]:
    """A link that stands on a line of its own, and the rest; a link within a sentence belongs to the note."""
    lines = words.strip().splitlines()
    for number, line in enumerate(lines):
        if _A_LINK.fullmatch(line.strip()):
            rest = "\n".join([*lines[:number], *lines[number + 1 :]]).strip()
            return line.strip(), rest
    return "", words.strip()


def words_from_elsewhere(*, url: str, text: str) -> str:
    """What a bookmarklet or a phone's share sheet hands over, as one would have typed it.

    Phones often put the address into the text.
    """
    url, text = url.strip(), text.strip()
    if not url and (found := _A_LINK.search(text)):
        url = found.group()
        text = text.replace(url, "").strip()
    return "\n\n".join(filter(None, [url, text if text != url else ""]))


class EvidenceForm(forms.Form):
    """All that can be said about one piece; which fields there are depends on what it is."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=actions.TITLE_MOST,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    alt_text = forms.CharField(
        label=gettext_lazy("Text alternative"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=gettext_lazy(
            "What the image shows and why it is here, in a sentence or two, for those who can't see it."
        ),
    )
    body = forms.CharField(
        label=gettext_lazy("The note"),
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 10, "dir": "auto"}),
    )
    url = forms.CharField(
        label=gettext_lazy("Address"),
        required=False,
        max_length=2000,
        widget=forms.URLInput(attrs={"dir": "ltr"}),
    )
    access = forms.CharField(
        label=gettext_lazy("How to get in"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("If a password or a log-in is needed: what must a reader do?"),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Evidence.Kind.choices)
    said_by = forms.CharField(label=gettext_lazy("Said by"), required=False, max_length=200)
    happened_on = forms.DateField(label=gettext_lazy("When it happened"), required=False, widget=Day)
    description = forms.CharField(
        label=gettext_lazy("What it is"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=gettext_lazy(
            "What did you do, where and with whom? A reader who was not there should understand."
        ),
    )
    impact = forms.CharField(
        label=gettext_lazy("Impact"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=gettext_lazy("What became different, for whom, and how you know."),
    )
    upload = forms.FileField(
        label=gettext_lazy("Another file in its place"), required=False, widget=forms.FileInput
    )

    def __init__(self, *args: Any, evidence: Evidence, **kwargs: Any) -> None:
        self.evidence = evidence
        initial = {
            name: getattr(evidence, name)
            for name in ("title", "alt_text", "url", "access", "kind", "said_by")
        }
        initial |= {name: getattr(evidence, name) for name in ("happened_on", "description", "impact")}
        self.body_as_text = body_as_text(evidence.body)
        kwargs["initial"] = initial | {"body": self.body_as_text}
        super().__init__(*args, **kwargs)
        self._leave_out()
        if "kind" in self.fields:
            self.fields["kind"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
                (value, label) for value, label in Evidence.Kind.choices if value in self._possible_kinds()
            ]

    def _leave_out(self) -> None:
        evidence = self.evidence
        if evidence.blob_id is None:
            del self.fields["upload"]
        if evidence.kind != Evidence.Kind.IMAGE:
            del self.fields["alt_text"]
        if not evidence.body:
            del self.fields["body"]
        if not evidence.url and evidence.blob_id is None:
            del self.fields["url"], self.fields["access"]
        elif evidence.blob_id is None:
            self.fields["url"].required = True
        elif not evidence.url:
            del self.fields["access"]
        if len(self._possible_kinds()) == 1:
            del self.fields["kind"]
        if evidence.kind != Evidence.Kind.TESTIMONIAL and not evidence.body:
            del self.fields["said_by"]

    def _possible_kinds(self) -> set[str]:
        """What content says holds; a table may also be called a document, and any words a testimonial."""
        kinds = {self.evidence.kind}
        if self.evidence.blob is not None:
            kinds |= {
                files.kind_of(self.evidence.blob.media_type) or Evidence.Kind.DOCUMENT,
                *actions.FREE_KINDS,
            }
        elif self.evidence.url:
            kinds |= {Evidence.Kind.LINK, Evidence.Kind.TESTIMONIAL, Evidence.Kind.DATA}
        else:
            kinds |= {Evidence.Kind.NOTE, Evidence.Kind.TESTIMONIAL}
        return kinds

    def changes(self) -> dict[str, Any]:
        """What was changed, as the words of ``actions.edit``. A note whose words are the same keeps its formatting."""
        changes = {name: value for name, value in self.cleaned_data.items() if name in self.changed_data}
        if "body" in changes:
            typed = changes["body"].replace("\r\n", "\n").strip()
            if typed == self.body_as_text:
                del changes["body"]
            else:
                changes["body"] = actions.as_html(typed)
        return changes


def body_as_text(html: str) -> str:
    """The words of a note as they were typed: a line for a line, an empty line between paragraphs."""
    gap = "\ue000"  # of private use, so nobody types it
    return richtext.plain(html.replace("</p><p>", f"</p><p>{gap}</p><p>")).replace(f"\n{gap}\n", "\n\n")


def strength_choices() -> list[tuple[int, str]]:
    """The strengths in words short enough to stand in a row; the page says what each means."""
    return [
        (0, _("not")),
        (Alignment.Strength.MAY_ALSO, _("may also")),
        (Alignment.Strength.PRIMARILY, _("primarily")),
        (Alignment.Strength.DIRECTLY, _("directly")),
    ]


class PersonShownForm(forms.Form):
    who = forms.CharField(
        label=gettext_lazy("Who is shown"),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=gettext_lazy("A name, or words such as “my students of 2025”."),
    )
    permission = forms.ChoiceField(
        label=gettext_lazy("Do they agree?"),
        choices=PersonShown.Permission.choices,
        initial=PersonShown.Permission.UNASKED,
    )
    note = forms.CharField(
        label=gettext_lazy("How and when they agreed"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


class PermissionForm(forms.Form):
    permission = forms.ChoiceField(
        label=gettext_lazy("Do they agree?"), choices=PersonShown.Permission.choices
    )
    note = forms.CharField(label=gettext_lazy("How and when they agreed"), required=False, max_length=300)


class AudienceForm(forms.Form):
    """Who can see it, as one choice: each of one's circles is a choice of its own."""

    audience = forms.ChoiceField(label=gettext_lazy("Who can see this"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, person: Person, evidence: Evidence, **kwargs: Any) -> None:
        self._circles: dict[str, Circle] = {
            f"circle-{circle.pk}": circle for circle in queries.circles(person)
        }
        now = f"circle-{evidence.circle_id}" if evidence.circle_id else evidence.audience
        kwargs["initial"] = {"audience": now}
        super().__init__(*args, **kwargs)
        self.fields["audience"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (Audience.PRIVATE, Audience.PRIVATE.label),
            *((key, circle.name) for key, circle in self._circles.items()),
            (Audience.SIGNED_IN, Audience.SIGNED_IN.label),
            (Audience.PUBLIC, Audience.PUBLIC.label),
        ]

    def choice(self) -> dict[str, Any]:
        """The words of ``actions.set_audience``."""
        chosen = self.cleaned_data["audience"]
        circle = self._circles.get(chosen)
        return {"audience": Audience.CIRCLE if circle else chosen, "circle": circle}


class NarrowingForm(forms.Form):
    """What the list is narrowed to. What cannot be read is left out, and never an error page."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    speaks_for = forms.ChoiceField(label=gettext_lazy("Speaks for"), required=False)
    q = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=100)

    def __init__(self, *args: Any, offers: list[queries.Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("Every kind")), *Evidence.Kind.choices]  # type: ignore[attr-defined]
        groups: list[Any] = [("", _("Anything"))]
        for offer in offers:
            choices = [
                *(choice for heading in offer.headings for choice in heading.choices),
                *offer.principles,
            ]
            groups.append(
                (str(offer.framework), [(each.key, f"{each.code} {each.title}") for each in choices])
            )
        self.fields["speaks_for"].choices = groups  # type: ignore[attr-defined]

    def narrowing(self, show: queries.Show) -> queries.Narrowing:
        cleaned = (
            self.cleaned_data
            if self.is_valid()
            else {name: self.data.get(name, "") for name in ("kind", "q")}
        )
        kind, _dash, number = (cleaned.get("speaks_for") or "").partition("-")
        return queries.Narrowing(
            show=show,
            kind=cleaned["kind"] if cleaned["kind"] in Evidence.Kind.values else "",
            node=int(number) if kind == "node" else None,
            principle=int(number) if kind == "principle" else None,
            words=cleaned["q"][:100].replace("\x00", ""),
        )
