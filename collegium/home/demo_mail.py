"""Where the demo's letters go: into a table, to be read at ``/demo/mail``, and never out of the house."""

from collections.abc import Sequence
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

from collegium.foundation import clock
from collegium.home.models import DemoLetter


class DemoMailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            DemoLetter.objects.create(
                to=", ".join(message.recipients())[:500],
                subject=str(message.subject)[:500],
                text=str(message.body),
                html=_html(message),
                raw=message.message().as_string(),
                sent_at=clock.now(),
            )
        return len(email_messages)


def _html(message: EmailMessage) -> str:
    alternatives: Sequence[Any] = getattr(message, "alternatives", ())
    return next((str(content) for content, kind in alternatives if kind == "text/html"), "")
