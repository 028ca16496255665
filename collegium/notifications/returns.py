"""Letters that came back: read from what the other mail server says (RFC 3464), and the letter that tries an address again."""

from dataclasses import dataclass
from datetime import timedelta
from email.message import Message

from django.conf import settings
from django.urls import reverse

from collegium.foundation import background, clock, letters, signing
from collegium.notifications.addresses import site
from collegium.people.models import Person

AGAIN = "notifications.arrives"
LASTS = timedelta(days=7)


@dataclass(frozen=True)
class Return:
    permanent: bool
    reason: str


def read(message: Message) -> Return | None:
    """What a delivery report says; None where it is none, or only says that it takes longer."""
    if message.get_content_type() != "multipart/report":
        return None
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
            continue
        for about in part.get_payload():
            if not isinstance(about, Message):
                continue
            action = str(about.get("Action", "")).strip().lower()
            status = str(about.get("Status", "")).strip()
            if action != "failed":
                continue
            said = " ".join(str(about.get("Diagnostic-Code", "")).split()) or status
            return Return(permanent=_is_for_good(status), reason=said[:300])
    return None


def _is_for_good(status: str) -> bool:
    """A full mailbox, a letter too large or one taken for advertising may be another matter next time."""
    return status.startswith("5.") and not status.startswith(("5.2.2", "5.2.3", "5.3.4", "5.7."))


def token_for(email: str) -> str:
    return signing.make(AGAIN, email, clock.now() + LASTS)


def read_token(token: str) -> str:
    return signing.read(AGAIN, token)


@background.task()
def ask_again(person_id: int) -> None:
    person = Person.objects.select_related("account").filter(pk=person_id).first()
    if person is None or person.account is None:
        return
    email = person.account.email
    letters.send(
        to=email,
        template="notifications/arrives_letter",
        language=person.language or settings.LANGUAGE_CODE,
        context={
            "person": person,
            "address": site(reverse("notifications:arrives", args=[token_for(email)])),
        },
        headers={"Auto-Submitted": "auto-generated"},
    )
