"""What the database does for a statement: which tables it reads from end to end (PERF-6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

Statement = tuple[str, Any]
# The whole of an index that holds the few rows of its condition alone is no whole table.
_SQLITE = re.compile(r"^SCAN (?!CONSTANT)(\w+)(?! USING (?:COVERING )?INDEX users_of_the_staff)\b")
_POSTGRES = re.compile(r"Seq Scan on (\w+)")


@contextmanager
def statements() -> Iterator[list[Statement]]:
    """The statements that are executed within, with their parameters."""
    seen = list[Statement]()

    def record(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        yield seen


def plan_of(statement: Statement) -> list[str]:
    """The lines of the plan. PostgreSQL is told to read whole tables only where there is no other way: those
    of tests are too small to do anything else by itself."""
    sql, params = statement
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            return [row[3] for row in cursor.fetchall()]
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", params)
        lines = [row[0] for row in cursor.fetchall()]
        cursor.execute("SET LOCAL enable_seqscan = on")
        return lines


def read_whole(seen: list[Statement]) -> set[str]:
    """The tables that one of the statements reads from end to end, or in the order of a key without a bound
    but its limit."""
    pattern = _SQLITE if connection.vendor == "sqlite" else _POSTGRES
    selects = [one for one in seen if one[0].startswith("SELECT")]
    return {match[1] for one in selects for line in plan_of(one) if (match := pattern.search(line.strip()))}
