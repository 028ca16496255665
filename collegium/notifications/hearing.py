"""What somebody hears of one community, chosen on its page: a single choice over how they follow and the mailing list."""

from typing import Any

from django.db import models, transaction
from django.db.models import Exists, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.conversations import actions as conversations
from collegium.conversations.models import Following, Forum, Level
from collegium.foundation.prepared import prepared
from collegium.foundation.refusal import Refusal
from collegium.notifications import actions
from collegium.notifications.models import MailingList
from collegium.people.models import Person


class Hearing(models.TextChoices):
    LETTERS = "letters", gettext_lazy("Each post as a letter")
    EVERYTHING = Level.EVERYTHING.value, gettext_lazy("Every new post")
    REPLIES = Level.REPLIES.value, gettext_lazy("Replies and mentions")
    DIGEST = Level.DIGEST.value, gettext_lazy("A summary now and then")
    NOTHING = Level.NOTHING.value, gettext_lazy("Nothing")


def hearing(person: Person, forum_id: int) -> Hearing:
    """One query."""
    found: Any = next(iter(_heard(person.pk, forum_id)), None)
    if found is None:
        return Hearing.REPLIES
    return Hearing.LETTERS if found.by_list else Hearing(found.level or Level.REPLIES)


@prepared
def _heard(person: int, forum: int) -> "QuerySet[Person, Any]":
    """One row, of the person."""
    followed = Following.objects.filter(person=person, forum=forum, thread__isnull=True)
    return (
        Person.objects.filter(pk=person)
        .only("pk")
        .annotate(
            by_list=Exists(MailingList.objects.filter(person=person, forum=forum)),
            level=Subquery(followed.values("level")[:1]),
        )
    )


@transaction.atomic
def hear(*, person: Person, forum: Forum, of: str) -> Hearing:
    """From now on so much of the whole forum; single threads keep what was chosen for them."""
    if of not in Hearing.values:
        raise Refusal(_("There is no such choice."), code="of")
    wanted = Hearing(of)
    before = hearing(person, forum.pk)
    actions.set_mailing_list(person=person, forum=forum, on=wanted == Hearing.LETTERS)
    if wanted != Hearing.LETTERS:
        conversations.follow(person=person, level=wanted.value, forum=forum)
    elif before in {Hearing.DIGEST, Hearing.NOTHING}:
        # Who has each post as a letter needs no summary of them, and is no longer somebody who hears nothing.
        conversations.follow(person=person, level=Level.REPLIES, forum=forum)
    return wanted
