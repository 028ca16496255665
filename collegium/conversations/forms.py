"""What was typed: a thread, a reply, an edit, where a thread goes, a report, a measure, an appeal."""

import re
import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorFormField
from django_prose_editor.widgets import ProseEditorWidget

from collegium.conversations.actions.moderation import WORDS_MOST as MODERATION_WORDS_MOST
from collegium.conversations.actions.posting import TITLE_MOST, WORDS_MOST
from collegium.conversations.models import Forum, Level, Measure, Report
from collegium.foundation import files

# What a post can have: no headings that shout, no tables; whoever needs those attaches a file.
EXTENSIONS: dict[str, Any] = {
    "Menu": False,
    "NoSpellCheck": False,
    "Bold": True,
    "Italic": True,
    "Strike": True,
    "Code": True,
    "CodeBlock": True,
    "Heading": {"levels": [3]},
    "HardBreak": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "Link": {"enableTarget": False, "openOnClick": False, "protocols": ["http", "https", "mailto", "tel"]},
}
_BLOCK = re.compile(r"<(p|h[1-6]|ul|ol|blockquote|pre|div|table|figure|hr)\b", re.IGNORECASE)
_KEY = re.compile(r"[0-9]{1,18}")
_BLANK_LINE = re.compile(r"\n\s*\n")


class Editor(ProseEditorWidget):  # type: ignore[misc]  # the package has no types
    """The editor of django-prose-editor, mounted by our own module; without JavaScript a plain field."""

    @property
    def media(self) -> forms.Media:
        # The page loads its module by itself: no import map, so nothing inline that would need a nonce.
        return forms.Media()

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"rows": 7, **(attrs or {})}, preset="collegium")


def as_paragraphs(typed: str) -> str:
    """What came from the plain field, without an editor: its lines as paragraphs. HTML stays as it is."""
    if not typed.strip() or _BLOCK.search(typed):
        return typed
    lines = typed.replace("\r\n", "\n").strip()
    return "".join(
        "<p>" + "<br>".join(escape(line) for line in paragraph.split("\n")) + "</p>"
        for paragraph in _BLANK_LINE.split(lines)
    )


class _Words(ProseEditorFormField):  # type: ignore[misc]  # the package has no types
    def __init__(self, **options: Any) -> None:
        super().__init__(
            extensions=dict(EXTENSIONS),
            preset="collegium",
            widget=Editor,
            required=False,  # the action says what is missing, also of words that are empty in form only
            strip=False,
            max_length=WORDS_MOST,
            **options,
        )

    def clean(self, value: Any) -> str:
        return as_paragraphs(super().clean(value))


class PostForm(forms.Form):
    """A reply. The key makes a form that is sent twice one post."""

    html = _Words(label=_("Your words"))
    reply_to = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    submission_key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    upload = forms.FileField(
        label=_("A file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ",".join(files.endings_of())}),
    )
    alt_text = forms.CharField(
        label=_("What the image shows"),
        help_text=_("In words, for those who can’t see it. Only images need this."),
        required=False,
        max_length=1000,
    )
    attachments = forms.TypedMultipleChoiceField(
        required=False, coerce=int, widget=forms.MultipleHiddenInput, choices=()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"submission_key": secrets.token_hex(16), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["attachments"].choices = [  # type: ignore[attr-defined]  # what is not one's own is not taken by the action
            (number, number) for number in self._sent_files()
        ]
        self.fields["upload"].help_text = _("Up to %(most)s.") % {
            "most": files.in_words(settings.UPLOAD_MAX_BYTES)
        }

    def _sent_files(self) -> list[int]:
        sent = self.data.getlist("attachments") if hasattr(self.data, "getlist") else []
        return [int(number) for number in sent if _KEY.fullmatch(number)]

    def clean_submission_key(self) -> str:
        return str(self.cleaned_data["submission_key"]) or secrets.token_hex(16)


class ThreadForm(PostForm):
    """A new thread. Moderators may say that it waits for nobody, and pin it at once."""

    title = forms.CharField(label=_("Title"), max_length=TITLE_MOST)
    is_announcement = forms.BooleanField(
        label=_("An announcement"), help_text=_("It does not wait for an answer."), required=False
    )
    pinned = forms.BooleanField(label=_("Pin it above the others"), required=False)
    field_order = ("title", "html")

    def __init__(self, *args: Any, is_moderator: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_moderator:
            del self.fields["is_announcement"], self.fields["pinned"]


class EditForm(forms.Form):
    html = _Words(label=_("Your words"))


LEVEL_WORDS = {
    Level.EVERYTHING: _("You hear of every new post."),
    Level.REPLIES: _("You hear when somebody replies to you or mentions you."),
    Level.DIGEST: _("You get a summary now and then."),
    Level.NOTHING: _("You hear nothing, not even when you are mentioned."),
}


class FollowForm(forms.Form):
    level = forms.ChoiceField(label=_("What you want to hear"), choices=Level.choices)


class MoveForm(forms.Form):
    forum: forms.ModelChoiceField[Forum] = forms.ModelChoiceField(
        label=_("Where it goes"), queryset=Forum.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, forums: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["forum"].queryset = forums  # type: ignore[attr-defined]  # a ModelChoiceField has one


class SplitForm(forms.Form):
    title = forms.CharField(label=_("Title of the new thread"), max_length=TITLE_MOST)


# Moderation -----------------------------------------------------------------------------------------------------------


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("What is wrong with it?"), choices=Report.Reason.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("What you would say about it"),
        help_text=_("Only moderators read this. They see who reported; the author does not."),
        max_length=MODERATION_WORDS_MOST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )


class MeasureForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What is to be done"),
        widget=forms.RadioSelect,
        choices=[
            (Measure.Kind.HIDE, _("Hide this post: its author and moderators still see it")),
            (Measure.Kind.WARN, _("Warn the author, and leave the post")),
            (Measure.Kind.MUTE, _("Ask the author to read and not to post for a time")),
            (Measure.Kind.REMOVE, _("End the author’s membership")),
        ],
    )
    days = forms.TypedChoiceField(
        label=_("For how long, if it is for a time"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[
            (1, _("a day")),
            (3, _("three days")),
            (7, _("a week")),
            (28, _("four weeks")),
        ],
    )
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("The person reads this, word for word, and can appeal to another moderator."),
        max_length=MODERATION_WORDS_MOST,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )


class MemberMeasureForm(MeasureForm):
    """Of a member, and of no post."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]  # a ChoiceField has them
            (Measure.Kind.WARN, _("A warning, and nothing more")),
            (Measure.Kind.MUTE, _("Ask them to read and not to post for a time")),
            (Measure.Kind.REMOVE, _("End their membership")),
        ]


class AppealForm(forms.Form):
    words = forms.CharField(
        label=_("What you would say to it"),
        help_text=_("You can appeal once, so take your time."),
        max_length=MODERATION_WORDS_MOST,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )


class AnswerForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("Your decision"),
        widget=forms.RadioSelect,
        choices=[
            ("stands", _("It stands as it was decided")),
            ("lift", _("It is taken back")),
        ],
    )
    answer = forms.CharField(
        label=_("Why"),
        help_text=_("The person reads this."),
        max_length=MODERATION_WORDS_MOST,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
