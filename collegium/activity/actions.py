"""Recording: the one way into the log."""

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction

from collegium.activity import outbox
from collegium.activity.models import Activity, Concern
from collegium.activity.verbs import Verb
from collegium.foundation import clock
from collegium.people.models import Person


def record(
    verb: Verb,
    *,
    by: Person | None,
    about: models.Model,
    concerns: Iterable[tuple[Person, str]] = (),
    data: dict[str, Any] | None = None,
) -> Activity:
    """Write down one activity inside the caller's transaction; handlers run after its commit.

    ``by`` None is the machine. ``concerns`` are (person, role) pairs; a person named twice is concerned once, as the
    first role. Who did it is never told of it. A role that the verb has no sentence for is a KeyError.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(
            "An activity is recorded in the transaction of its action."
        )
    activity = Activity.objects.create(
        verb=verb.name,
        actor=by,
        about_kind=about._meta.label_lower,
        about_id=str(about.pk),
        at=clock.now(),
        data=data or {},
    )
    concerned: dict[int, Concern] = {}
    for person, role in concerns:
        if role not in verb.tells:
            raise KeyError(f"{verb.name} has no sentence for the role {role!r}.")
        if by is None or person.pk != by.pk:
            concerned.setdefault(person.pk, Concern(activity=activity, person=person, role=role))
    Concern.objects.bulk_create(concerned.values())
    outbox.hand_over.later(activity.pk)
    return activity
