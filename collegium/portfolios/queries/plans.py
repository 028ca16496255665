"""What a pathway asks for, kept in memory: a loaded version never changes, so only answers can make a plan old."""

from django.db.models import QuerySet
from django.utils.translation import get_language

from collegium.foundation.prepared import prepared
from collegium.schemes import queries as schemes
from collegium.schemes.models import Pathway, UnsetAnswer

MOST_KEPT = 64  # pathways times languages; beyond it, begin anew

_kept: dict[tuple[object, ...], schemes.PathwayPlan] = {}


@prepared
def _newest_answer(version: int) -> "QuerySet[UnsetAnswer, int]":
    return UnsetAnswer.objects.filter(scheme_version=version).order_by("-pk").values_list("pk", flat=True)[:1]


def plan_of(pathway: Pathway) -> schemes.PathwayPlan:
    """One query where the plan is known, four more where it is not. Its rows are shared: read them, change nothing."""
    version = pathway.scheme_version
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
