"""Histories: activities with their sentence."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _

from collegium.activity.models import Activity
from collegium.activity.verbs import VERBS


@dataclass(frozen=True)
class Line:
    at: datetime
    sentence: str
    activity: Activity


def sentence(activity: Activity, pattern: object | None = None) -> str:
    """The activity's history sentence in the present language, or ``pattern`` filled with the same facts."""
    facts = {"actor": activity.actor.name if activity.actor else _("Collegium"), **activity.data}
    declared = VERBS.get(activity.verb)
    if pattern is None and declared is None:
        return activity.verb  # of a release that knew more verbs than this one
    return str(pattern if pattern is not None else declared.history if declared else "") % facts


def history(thing: models.Model) -> list[Line]:
    """All that happened to a thing, newest first. Whoever may see the thing's history page may see this."""
    return [
        Line(activity.at, sentence(activity), activity)
        for activity in Activity.objects.about(thing).select_related("actor")
    ]
