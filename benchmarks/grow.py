"""Grows the demo's store: `python -m benchmarks.grow MESSAGES [DATABASE_URL]` prints as JSON who can be asked
for what; with an address the same rows are then copied to that database, and the session is made there."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

import django
import environ
from django.conf import settings

COPY_TO = sys.argv[2] if len(sys.argv) > 2 else ""
if COPY_TO:
    settings.DATABASES["copy"] = environ.Env.db_url_config(COPY_TO)
django.setup()

from django.apps import apps  # noqa: E402 - models need Django set up
from django.contrib.auth import login  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.db import connections, transaction  # noqa: E402
from django.db.models import Count, F, Func, Model, QuerySet, Value  # noqa: E402
from django.http import HttpRequest  # noqa: E402
from django.utils import timezone  # noqa: E402
from django.utils.module_loading import import_string  # noqa: E402

from accounts.models import User  # noqa: E402
from messages_app.models import Message, Thread  # noqa: E402
from messages_app.services.bulk import preparing_processes  # noqa: E402
from messaging_center.demo_world.growth import Growth  # noqa: E402
from messaging_center.demo_world.seed import is_seeded, seed  # noqa: E402


def main(messages: int) -> dict[str, str]:
    """The store at that size, all through the gate; the largest seller's owner signed in."""
    grow(messages)
    if COPY_TO:
        copy_rows("default", "copy")
    return {
        "session": session_for("ana@alder-pine.example", "copy" if COPY_TO else "default")
    } | long_thread()


def grow(messages: int) -> None:
    """The sample and then more, until there are so many messages; what is there stays."""

    if not is_seeded():
        seed(timezone.now(), say=lambda _text: None)
    if Message.objects.count() >= messages:
        return
    with preparing_processes(max((os.cpu_count() or 2) - 1, 1)) as pool:
        Growth(messages, timezone.now(), pool).run(lambda _count: None)


def copy_rows(source: str, target: str) -> None:
    """Every row of the product as it is, the migrations' own ones replaced."""

    models = [model for model in apps.get_models() if model._meta.managed]  # noqa: SLF001 - its public name
    tables = ", ".join(f'"{model._meta.db_table}"' for model in models)  # noqa: SLF001
    with connections[target].cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables} CASCADE")
    with transaction.atomic(using=target):
        for model in models:
            for rows in _batches(_rows_in(model, source).iterator(2000)):
                _rows_in(model, target).bulk_create(rows)
    with connections[target].cursor() as cursor:
        cursor.execute("ANALYZE")


def _rows_in(model: type[Model], database: str) -> QuerySet[Any]:
    return model._default_manager.using(database)  # noqa: SLF001 - its public name


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(rows, 2000)):
        yield batch


def session_for(email: str, database: str) -> str:
    """The session key of a browser of that person."""

    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    request.session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")()
    login(request, User.objects.get(email=email), backend="django.contrib.auth.backends.ModelBackend")
    request.session.save()
    if database != "default":
        kept = Session.objects.get(pk=request.session.session_key)
        Session.objects.using(database).bulk_create([kept])
    return str(request.session.session_key)


def long_thread() -> dict[str, str]:
    """A thread of the largest seller with twenty messages or as near as there is, the first by time."""

    distance = Func(F("said") - Value(20), function="ABS")
    threads = Thread.objects.filter(seller__external_id="alder-and-pine").annotate(said=Count("conversation"))
    thread = threads.order_by(distance, "created_at", "id").first()
    return {"thread": str(thread.pk) if thread else ""}


if __name__ == "__main__":
    json.dump(main(int(sys.argv[1])), sys.stdout)
