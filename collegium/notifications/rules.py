"""Notifications are private to whom they tell."""

from django.utils.translation import gettext_lazy as _

from collegium.foundation.rulebook import rule
from collegium.notifications.models import Notification
from collegium.people.models import Person
from collegium.people.rules import OWNER


@rule(OWNER, says=_("read what they are told, and choose what comes by e-mail"))
def may_read(person: Person, notification: Notification) -> bool:  # noqa: ARG001  # the role settles it
    return True
