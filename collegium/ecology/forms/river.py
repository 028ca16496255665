"""What was typed at a river: how it is narrowed, why something is highlighted, what is said about an item."""

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collegium.ecology.actions.river import TALK_MOST, TITLE_MOST, WHY_MOST
from collegium.ecology.models import Ecology, Item
from collegium.ecology.queries.river import Narrowing
from collegium.ecology.tags import fold
from collegium.foundation.fulltext import LONGEST_QUERY

_DIGITS = 18
_WORD_MOST = 80


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= _DIGITS else None


class NarrowingForm(forms.Form):
    """Only days can be wrong; what is unknown otherwise is as if it had not been said."""

    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


def narrowing_of(given: Any) -> Narrowing:
    """Of an address. Whatever is not understood is left out: a link that somebody was sent still opens."""
    days = NarrowingForm({"since": given.get("since"), "until": given.get("until")})
    days.is_valid()
    kind = given.get("kind", "")
    return Narrowing(
        ecology=_number(given.get("ecology", "")),
        person=_number(given.get("person", "")),
        source=_number(given.get("source", "")),
        tag=fold(given.get("tag", "")[:_WORD_MOST]),
        kind=kind if kind in Item.Kind.values else "",
        language=given.get("language", "")[:20].replace("\0", ""),
        since=days.cleaned_data.get("since"),
        until=days.cleaned_data.get("until"),
        unread=given.get("unread") == "1",
        saved=given.get("saved") == "1",
        highlighted=given.get("highlighted") == "1",
        hidden=given.get("hidden") == "1",
        words=given.get("words", "")[:LONGEST_QUERY].replace("\0", "").strip(),
    )


class HighlightForm(forms.Form):
    words = forms.CharField(
        label=_("Why"), help_text=_("A sentence for those who pass by."), required=False, max_length=WHY_MOST
    )


class TalkForm(forms.Form):
    """What somebody says, and where. The key makes a form that is sent twice one post."""

    ecology = forms.ModelChoiceField(
        label=_("Where"), queryset=Ecology.objects.none(), empty_label=None, widget=forms.RadioSelect
    )
    title = forms.CharField(label=_("Title of the thread"), required=False, max_length=TITLE_MOST)
    words = forms.CharField(
        label=_("Your words"),
        required=False,
        max_length=TALK_MOST,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
    submission_key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, ecologies: list[Ecology], **kwargs: Any) -> None:
        kwargs["initial"] = {
            "submission_key": secrets.token_hex(16),
            "ecology": ecologies[0].pk if ecologies else None,
            **(kwargs.get("initial") or {}),
        }
        super().__init__(*args, **kwargs)
        where = self.fields["ecology"]
        where.queryset = Ecology.objects.filter(pk__in=[each.pk for each in ecologies]).select_related(  # type: ignore[attr-defined]  # of ModelChoiceField
            "forum"
        )
        # They were read already: drawing them asks nothing.
        where.choices = [(each.pk, str(each)) for each in ecologies]  # type: ignore[attr-defined]  # as above
        if len(ecologies) == 1:
            where.widget = forms.HiddenInput()
