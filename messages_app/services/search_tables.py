"""Writes search entries, on SQLite with their twin in the full-text table."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction

from messages_app.models import SearchEntry
from messages_app.models.search import packed_tokens
from messages_app.sealing.search_tokens import TOKEN_BYTES

WORDS_TABLE = "messages_app_searchwords"


@transaction.atomic
def insert_entries(entries: Sequence[SearchEntry]) -> None:
    """Saves them all: one statement, on SQLite two."""
    ordered = sorted(entries, key=lambda entry: entry.place)  # FTS5 writes rising rows at once
    SearchEntry.objects.bulk_create(ordered)
    _write_words("INSERT INTO {table} (rowid, words) VALUES (%s, %s)", ordered)


@transaction.atomic
def delete_entries(message_ids: Sequence[UUID]) -> None:
    """Removes the entries of messages."""
    if connection.vendor == "sqlite":
        gone = list(SearchEntry.objects.filter(message_id__in=message_ids).order_by("place"))
        # A table without content is told what to take out.
        _write_words("INSERT INTO {table} ({table}, rowid, words) VALUES ('delete', %s, %s)", gone)
    SearchEntry.objects.filter(message_id__in=message_ids).delete()


def compact_words() -> None:
    """Writes SQLite's table anew, so that nothing is left in it of what was deleted. PostgreSQL's vacuum does
    that by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {WORDS_TABLE} ({WORDS_TABLE}) VALUES ('optimize')")  # noqa: S608 - a constant


def words_text(tokens: Sequence[int]) -> str:
    """Tokens as the words of the full-text table: sixteen hexadecimal digits each."""
    return packed_tokens(tokens).hex(" ", TOKEN_BYTES)


def _write_words(statement: str, entries: Sequence[SearchEntry]) -> None:
    if connection.vendor == "sqlite" and entries:
        rows = [(entry.place, words_text(entry.tokens)) for entry in entries]
        with connection.cursor() as cursor:
            cursor.executemany(statement.format(table=WORDS_TABLE), rows)
