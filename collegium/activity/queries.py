"""Histories: activities with their sentence."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models
from django.utils.translation import gettext as _

from collegium.activity.models import Activity
from collegium.activity.verbs import VERBS
from collegium.design.filters import day_in_words


@dataclass(frozen=True)
class Line:
    at: datetime
    sentence: str
    activity: Activity


_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2}) \(([^)]+)\))?")


def sentence(activity: Activity, pattern: object | None = None) -> str:
    """The activity's history sentence in the present language, or ``pattern`` filled with the same facts."""
    facts = {"actor": activity.actor.name if activity.actor else _("Collegium")}
    facts |= {key: _in_words(value) for key, value in activity.data.items()}
    declared = VERBS.get(activity.verb)
    if pattern is None and declared is None:
        return activity.verb  # of a release that knew more verbs than this one
    return str(pattern if pattern is not None else declared.history if declared else "") % facts


def _in_words(fact: object) -> object:
    """Days are kept as 2026-03-18 and hours as 2026-03-18 13:00 (Europe/London): said as the reader's language does."""
    found = _DAY.fullmatch(fact) if isinstance(fact, str) else None
    if found is None:
        return fact
    day, hour, zone = found.groups()
    words = day_in_words(date.fromisoformat(day))
    return f"{words}, {hour} ({zone})" if hour else words


def history(thing: models.Model) -> list[Line]:
    """All that happened to a thing, newest first. Whoever may see the thing's history page may see this."""
    return [
        Line(activity.at, sentence(activity), activity)
        for activity in Activity.objects.about(thing).select_related("actor")
    ]
