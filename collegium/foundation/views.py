"""Health, for whoever watches over the servers."""

from datetime import timedelta

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from collegium.foundation import clock
from collegium.foundation.background import last_heartbeat

SILENCE = timedelta(seconds=60)


@require_safe
@never_cache
def alive(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Say that the process answers. Asks nothing of anybody else, so a slow database does not get the process killed."""
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Whether requests can be served whole; 503 with the parts that fail."""
    parts = {"database": _database()}
    if parts["database"] == "ok":
        parts["migrations"] = _migrations()
    if parts.get("migrations") == "ok":
        parts["background"] = _background()
    is_ready = all(state == "ok" for state in parts.values())
    return JsonResponse({"ready": is_ready, "parts": parts}, status=200 if is_ready else 503)


def _database() -> str:
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return "ok"


_migrated = False


def _migrations() -> str:
    global _migrated  # noqa: PLW0603 -- once applied they stay applied while this process lives
    if not _migrated:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "some are not applied: run collegium migrate"
        _migrated = True
    return "ok"


def _background() -> str:
    if settings.BACKGROUND == "immediate":
        return "ok"
    heartbeat = last_heartbeat()
    if heartbeat is None:
        return "no consumer has ever run"
    if clock.wall() - heartbeat > SILENCE:
        return f"no consumer since {heartbeat:%Y-%m-%d %H:%M:%S} UTC"
    return "ok"
