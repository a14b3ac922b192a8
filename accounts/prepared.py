"""Reads that are the same each time but for an id and a moment: written once in a process, for Django takes
several times as long to write such a statement as the database to answer it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

# These stand for what differs while the statement is written; no row has them.
_AN_ID = -7_260_419_355
_A_MOMENT = datetime(1, 7, 26, 4, 19, 35, 355, tzinfo=UTC)


class _Statement(NamedTuple):
    compiler: SQLCompiler  # turns what the database answers into Python's values
    sql: str
    parameters: Sequence[Any]


class Prepared:
    """A read of plain values. `build` makes its query set, by `values_list`, for an id and, where it takes
    one, a moment; everything else in it is constant."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *, moment: bool = False) -> None:
        self._build = build
        self._markers: tuple[int | datetime, ...] = (_AN_ID, _A_MOMENT) if moment else (_AN_ID,)

    def rows(self, *values: int | datetime) -> list[tuple[Any, ...]]:
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
            raise ValueError("a statement that the id or the moment is no part of")
        return _Statement(compiler, sql, parameters)


def _parameter(value: int | datetime) -> Any:
    """As it stands among the parameters of a statement."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
