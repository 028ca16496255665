"""Having an address looked at: asked for here, done by a task, forgotten after a day."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from collegium.ecology import rules
from collegium.ecology.models import Ecology, Look
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person

KEPT_FOR = timedelta(days=1)


@transaction.atomic
def ask_look(*, ecology: Ecology, by: Person, url: str) -> Look:
    """Nothing is asked yet; that is the task's."""
    if not rules.may_add(by, ecology):
        raise Refusal(_("Only members of %(title)s add sources to it.") % {"title": ecology.title})
    return Look.objects.create(ecology=ecology, by=by, asked=url)


@transaction.atomic
def settle_look(*, look: Look, found: dict[str, Any]) -> None:
    """``found`` is ``doctor.Examination.as_json``. Safe to repeat: what was found first stays."""
    Look.objects.filter(pk=look.pk, finished_at__isnull=True).update(found=found, finished_at=clock.now())


@transaction.atomic
def forget_looks(*, before: datetime) -> int:
    number, _by_kind = Look.objects.filter(at__lt=before).delete()
    return number
