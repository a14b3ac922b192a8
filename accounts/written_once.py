"""Reads that are the same each time but for an id, a day or a moment: written once in a process, for Django
takes several times as long to write such a statement as the database to answer it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

Value = int | date | datetime


class _Statement(NamedTuple):
    compiler: SQLCompiler  # turns what the database answers into Python's values
    sql: str
    parameters: Sequence[Any]


class WrittenOnce:
    """A read of plain values. `build` makes its query set, by `values_list`, for values of these types;
    everything else in it is constant, so it holds no translated word and no day of a time zone."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *types: type[Value]) -> None:
        self._build = build
        self._markers = [_marker(kind, place) for place, kind in enumerate(types or (int,))]

    def rows(self, *values: Value) -> list[tuple[Any, ...]]:
        """What `build` would read for these values; one statement."""
        compiler, sql, parameters = self._statement
        given = dict(zip(map(_parameter, self._markers), map(_parameter, values), strict=True))
        with connection.cursor() as cursor:
            cursor.execute(sql, [given.get(one, one) for one in parameters])
            found = cursor.fetchall()
        return [tuple(one) for one in compiler.results_iter([found], tuple_expected=True)]

    @cached_property
    def _statement(self) -> _Statement:
        compiler = self._build(*self._markers).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        if not all(_parameter(marker) in parameters for marker in self._markers):
            raise ValueError("a statement that one of the values is no part of")
        return _Statement(compiler, sql, parameters)


def _marker(kind: type[Value], place: int) -> Value:
    """Stands for the value while the statement is written; no row has it, and no two are the same."""
    if kind is datetime:
        return datetime(1, 7, 26, 4, 19, 35, place, tzinfo=UTC)
    return date(1, 6, 1 + place) if kind is date else -7_260_419_355 - place


def _parameter(value: Value) -> Any:
    """As it stands among the parameters of a statement."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value
