"""What load balancers and supervisors ask (REL-6)."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from redis import Redis, RedisError


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while this process answers at all; asks nothing else, so that a slow database restarts nobody."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when this process can do its work, else 503; names each part, never a cause with data in it."""
    parts = {"database": database_state()}
    if settings.REDIS_URL:
        parts["broker"] = broker_state()
    ready = set(parts.values()) == {"ok"}
    return JsonResponse({"status": "ok" if ready else "not ready", **parts}, status=200 if ready else 503)


def database_state() -> str:
    """`ok`, `migrations missing`, or `unreachable`."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "unreachable"
    return "migrations missing" if waiting else "ok"


def broker_state() -> str:
    """`ok` or `unreachable`, within a few seconds."""
    try:
        with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2) as broker:
            broker.ping()
    except RedisError:
        return "unreachable"
    return "ok"
