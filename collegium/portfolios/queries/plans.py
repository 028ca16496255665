"""What a pathway asks for, kept in memory: a loaded version never changes, so only answers can make a plan old."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language

from collegium.foundation.prepared import prepared
from collegium.schemes import queries as schemes
from collegium.schemes.models import Pathway, UnsetAnswer

MOST_KEPT = 64  # pathways times languages; beyond it, begin anew

_kept: dict[tuple[object, ...], schemes.PathwayPlan] = {}


UNREAD = -1


def newest_answer(version: Any) -> "QuerySet[UnsetAnswer, int]":
    """The id of a coordinator's last answer to a version, for a query that reads it along with a portfolio."""
    return UnsetAnswer.objects.filter(scheme_version=version).order_by("-pk").values_list("pk", flat=True)[:1]


_newest_answer = prepared(newest_answer)


def plan_of(pathway: Pathway, *, newest: int | None = UNREAD) -> schemes.PathwayPlan:
    """One query where the plan is known, four more where it is not. Its rows are shared: read them, change nothing.

    ``newest`` is the id of the last answer, where it was read along: then a plan that is known takes no query.
    """
    version = pathway.scheme_version
    if newest == UNREAD:
        newest = next(iter(_newest_answer(version.pk)), None)
    framework = version.framework
    key = (
        pathway.pk,
        (version.pk, version.sha256, version.loaded_at),
        (framework.pk, framework.sha256, framework.loaded_at),
        newest,
        get_language(),  # the questions about what is unset are in the reader's
    )
    found = _kept.get(key)
    if found is None:
        found = schemes.plan(pathway)
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = found
    return found
