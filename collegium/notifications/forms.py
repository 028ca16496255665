"""Which verbs come by e-mail: one check box each."""

from typing import Any

from django import forms

from collegium.notifications.queries import Topic


class PreferencesForm(forms.Form):
    """Its fields are named after the verbs, which have a point that a field's name may have too."""

    def __init__(self, *args: Any, topics: list[Topic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.topics = topics
        for topic in topics:
            for choice in topic.choices:
                self.fields[choice.verb] = forms.BooleanField(
                    label=choice.sentences[0], required=False, initial=choice.by_email
                )

    def by_email(self) -> dict[str, bool]:
        """Only what differs from how it stood, so that a default stays a default."""
        return {
            choice.verb: self.cleaned_data[choice.verb]
            for topic in self.topics
            for choice in topic.choices
            if self.cleaned_data[choice.verb] != choice.by_email
        }
