"""The database of the tests: migrated once a run, copied for each process, as migrated before each test."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.backends.base.creation import BaseDatabaseCreation
from django.db.models import AutoField, BigAutoField
from django.test import TransactionTestCase

from messages_app.models import SearchEntry
from messages_app.services.search_tables import WORDS_TABLE
from messages_app.vault.keys import installation_key

Rows = list[tuple[Any, ...]]
_TURNS = 10
APART = 100_000


@contextmanager
def own_copy(process: str) -> Iterator[None]:
    """A copy of the migrated database for this process of the run; the first to come migrates it."""
    creation: BaseDatabaseCreation = connection.creation
    source = connection.settings_dict["TEST"]["NAME"]
    with _template() as is_migrated:
        if is_migrated.exists():
            connection.settings_dict["NAME"] = source
        else:
            creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            _number_apart()
            is_migrated.touch()
        connection.close()  # what is copied is whole then, and nobody's
        creation.clone_test_db(suffix=process, verbosity=0, autoclobber=True)
    connection.settings_dict["NAME"] = creation.get_test_db_clone_settings(process)["NAME"]
    with _emptied_quickly():
        yield
    creation.destroy_test_db(verbosity=0)
    connection.settings_dict["NAME"] = source
    with _template() as is_migrated:
        if is_migrated.exists():  # who still comes migrates again
            creation.destroy_test_db(verbosity=0)
            is_migrated.unlink()


def _number_apart() -> None:
    """Rows of each kind get numbers of their own: that of another kind is never right by chance."""
    counted = [model for model in apps.get_models() if isinstance(model._meta.pk, AutoField | BigAutoField)]
    empty = {model._meta.db_table for model in counted} - set(filled_tables())
    with connection.cursor() as cursor:
        for place, table in enumerate(sorted(empty), start=1):
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, place * APART]
                )
            else:
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, place * APART])


@contextmanager
def undone() -> Iterator[None]:
    """What is made herein is for several tests, each of which takes back its own; it goes with the block."""
    installation_key.cache_clear()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    installation_key.cache_clear()


@contextmanager
def _template() -> Iterator[Path]:
    """The sign that the migrated database is there; one process at a time."""
    folder = Path(os.environ["TEST_FOLDER"])
    with (folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder / "template.migrated"


@contextmanager
def _emptied_quickly() -> Iterator[None]:
    """Behind a test with transactions of its own Django would empty all tables and make permissions anew."""
    migrated = rows_of(*filled_tables())
    name = "_fixture_teardown"
    emptied = getattr(TransactionTestCase, name)
    setattr(TransactionTestCase, name, lambda _test: restore(migrated))
    yield
    setattr(TransactionTestCase, name, emptied)


def filled_tables() -> list[str]:
    """The tables of models that have rows."""
    quote = connection.ops.quote_name
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    looks = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quote(table)})" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(looks))
        return [table for (table,) in cursor.fetchall()]


def rows_of(*tables: str) -> dict[str, Rows]:
    """Every row, in the order of the first column."""
    found: dict[str, Rows] = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY 1")
            found[table] = cursor.fetchall()
    return found


def restore(migrated: dict[str, Rows]) -> None:
    """The tables as the migrations left them. What a page that was just closed still sends may be written
    meanwhile: then once more."""
    for _ in range(_TURNS - 1):
        try:
            return _restore(migrated)
        except (IntegrityError, OperationalError):
            continue
    return _restore(migrated)


def _restore(migrated: dict[str, Rows]) -> None:
    same = {table for table, rows in migrated.items() if rows_of(table)[table] == rows}
    changed = (set(filled_tables()) | set(migrated)) - same
    quote = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:  # foreign keys are looked at in the end
        for table in changed:
            cursor.execute(f"DELETE FROM {quote(table)}")
        for table in changed & set(migrated):
            places = ", ".join(["%s"] * len(migrated[table][0]))
            cursor.executemany(f"INSERT INTO {quote(table)} VALUES ({places})", migrated[table])
        if connection.vendor == "sqlite" and SearchEntry._meta.db_table in changed:
            cursor.execute(f"INSERT INTO {WORDS_TABLE} ({WORDS_TABLE}) VALUES ('delete-all')")
