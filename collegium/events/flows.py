"""What events tell the map of an ecology: the meetings of its people, and how many came."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collegium.ecology.flows import SINGLED_OUT, Look, Place, Stage, Stream, people, tells
from collegium.events.models import Attendance, Occurrence


@tells(order=40)
def of_events(look: Look) -> Iterator[Place | Stream]:
    """Meetings are told by when they begin; those that lie ahead have not happened."""
    held = Occurrence.objects.visible_to(look.reader).filter(
        look.within("starts_at"),
        event__circles=look.ecology.members_id,
        cancelled_at__isnull=True,
        event__cancelled_at__isnull=True,
    )
    url = reverse("events:list") if look.reader is not None else ""
    yield Place("events", _("Meetings"), "calendar", Stage.TAKEN_UP, held, _meetings, url)
    came = Attendance.objects.filter(occurrence__in=held.values("pk")).values("person").distinct()
    yield Stream("people", "events", came, people, "talk", floor=SINGLED_OUT)


def _meetings(number: int, written: str) -> str:
    return ngettext("%(num)s meeting", "%(num)s meetings", number) % {"num": written}
