"""What is typed about sources."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.ecology import doctor, opml

_BETWEEN_TAGS = re.compile(r"[\s,;]+")
_MOST_TAGS = 20


class LookForm(forms.Form):
    """Any address; the doctor finds out what it is."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2000,
        help_text=gettext_lazy(
            "A blog, a post, a video channel, a profile, a podcast, a calendar, a Zotero group. Paste what your browser shows."
        ),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"}),
    )


class FollowForm(forms.Form):
    candidate = forms.CharField(max_length=10_000, widget=forms.HiddenInput)
    only_tags = forms.CharField(
        label=gettext_lazy("Only what has one of these hashtags"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Leave it empty and everything flows in."),
    )
    folder = forms.CharField(
        label=gettext_lazy("Folder"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("To put a long list in order. “Teaching/Assessment” is a folder in a folder."),
    )

    def clean_candidate(self) -> doctor.Candidate:
        found = doctor.unsealed(self.cleaned_data["candidate"])
        if found is None:
            raise forms.ValidationError(
                _("This was looked at too long ago. Have the address looked at again.")
            )
        return found

    def clean_only_tags(self) -> list[str]:
        return tags_of(self.cleaned_data["only_tags"])


class FollowingForm(forms.Form):
    only_tags = forms.CharField(
        label=gettext_lazy("Only what has one of these hashtags"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Leave it empty and everything flows in. What flows already stays."),
    )
    folder = forms.CharField(label=gettext_lazy("Folder"), required=False, max_length=300)

    def clean_only_tags(self) -> list[str]:
        return tags_of(self.cleaned_data["only_tags"])


def tags_of(typed: str) -> list[str]:
    return [word for word in _BETWEEN_TAGS.split(typed) if word][:_MOST_TAGS]


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("OPML file"),
        help_text=gettext_lazy("A list of sources, as other feed readers export it."),
        widget=forms.ClearableFileInput(attrs={"accept": ".opml,.xml,text/x-opml,application/xml,text/xml"}),
    )

    def clean_file(self) -> opml.Outlines:
        upload: Any = self.cleaned_data["file"]
        if upload.size > opml.MOST_BYTES:
            raise forms.ValidationError(_words("large"))
        try:
            return opml.read(upload.read())
        except opml.NotOutlines as fault:
            raise forms.ValidationError(_words(fault.code)) from fault


def _words(code: str) -> str:
    return {
        "large": _("The file is too large to be a list of sources."),
        "many": _("The file names more than %(most)s sources. Bring them in several files.")
        % {"most": opml.MOST_OUTLINES},
        "deep": _("The folders of this file lie in each other too deeply."),
        "entities": _(
            "The file defines entities of its own, which no list of sources needs. It is not read."
        ),
    }.get(code, _("This file is no OPML. Export it again from your feed reader."))
