"""Hands each activity to the handlers of higher apps, after commit, at least once.

    @on("submission.judged")
    def tell(activity: Activity) -> None: ...

A handler runs in a transaction of its own together with the note that it ran, so it is done once where all that it does
is in the database; what it asks of ``background`` is owed in the same transaction.
"""

from collections.abc import Callable

from django.db import transaction

from collegium.activity.models import Activity, Handling
from collegium.foundation import background, clock

Handler = Callable[[Activity], None]
HANDLERS: dict[str, list[tuple[str, Handler]]] = {}
EVERYTHING = "*"


def on(*verbs: str) -> Callable[[Handler], Handler]:
    """Call the function with each activity of these verbs; ``"*"`` is every verb."""

    def register(handler: Handler) -> Handler:
        name = f"{handler.__module__}.{handler.__qualname__}"
        for verb in verbs:
            HANDLERS.setdefault(verb, []).append((name, handler))
        return handler

    return register


@background.task(retries=6)
def hand_over(activity_id: int) -> None:
    activity = Activity.objects.select_related("actor").filter(pk=activity_id).first()
    if activity is None or activity.handed_over_at is not None:
        return
    for name, handler in [*HANDLERS.get(activity.verb, []), *HANDLERS.get(EVERYTHING, [])]:
        with transaction.atomic():
            _, is_first = Handling.objects.get_or_create(activity=activity, handler=name)
            if is_first:
                handler(activity)
    Activity.objects.filter(pk=activity.pk).update(handed_over_at=clock.now())


@background.periodic(minutes=5)
def sweep() -> None:
    """Owes again what nobody has handed over: a queue that was lost, a release that failed half-way."""
    for activity_id in Activity.objects.filter(handed_over_at__isnull=True).values_list("pk", flat=True)[
        :1000
    ]:
        hand_over.later(activity_id)
