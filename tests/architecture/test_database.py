"""Tests with transactions of their own leave the database as the migrations made it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from pytest_django import DjangoDbBlocker

from messages_app.models import SealingKey, SearchEntry
from messages_app.services.search_tables import WORDS_TABLE
from tests.database import filled_tables, rows_of
from tests.messages_app.views.world import make_world

pytestmark = pytest.mark.both_databases

Rows = dict[str, list[tuple[object, ...]]]


def everything() -> Rows:
    """All rows, also of SQLite's table of words, which is no model's."""
    found: Rows = dict(rows_of(*filled_tables()))
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {WORDS_TABLE}_idx")
            found[WORDS_TABLE] = cursor.fetchall()
    return found


@pytest.fixture(scope="module")
def migrated(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Rows]:
    """What is there before the test, and behind it again."""
    with django_db_blocker.unblock():
        rows = everything()
        yield rows
        assert everything() == rows


@pytest.mark.django_db(transaction=True)
def test_what_a_test_commits_is_gone_and_what_it_took_is_back(migrated: Rows) -> None:
    make_world()
    assert SearchEntry.objects.exists()
    SealingKey.objects.filter(purpose__in=SealingKey.INSTALLATION).update(wrapped=b"lost")
    Permission.objects.all().delete()
    assert len(everything()) > len(migrated) >= 3
