"""Copies a store to another database, row by row: `python -m benchmarks.copy_rows DATABASE_URL`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

import django
import environ
from django.conf import settings

settings.DATABASES["copy"] = environ.Env.db_url_config(sys.argv[1])
django.setup()

from django.apps import apps  # noqa: E402 - models need Django set up
from django.core.management.color import no_style  # noqa: E402
from django.db import connections, transaction  # noqa: E402
from django.db.models import Model, QuerySet  # noqa: E402

ROWS = 2000  # at a time


def copy_rows(source: str, target: str) -> None:
    """Every row of the product as it is, the migrations' own ones replaced."""
    models = [model for model in apps.get_models() if model._meta.managed]  # noqa: SLF001 - its public name
    tables = ", ".join(f'"{model._meta.db_table}"' for model in models)  # noqa: SLF001
    with connections[target].cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables} CASCADE")
    with transaction.atomic(using=target):
        for model in models:
            for rows in _batches(_rows_in(model, source).iterator(ROWS)):
                _rows_in(model, target).bulk_create(rows)
    with connections[target].cursor() as cursor:
        for statement in connections[target].ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
        cursor.execute("ANALYZE")


def _rows_in(model: type[Model], database: str) -> QuerySet[Any]:
    return model._default_manager.using(database)  # noqa: SLF001 - its public name


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(rows, ROWS)):
        yield batch


if __name__ == "__main__":
    copy_rows("default", "copy")
