"""Reads that are the same each time but for one id: written once in a process, for Django takes several times
as long to write such a statement as the database to answer it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

_AN_ID = -7_260_419_355  # stands for the id while the statement is written; no row has it


class _Statement(NamedTuple):
    compiler: SQLCompiler  # turns what the database answers into Python's values
    sql: str
    parameters: Sequence[Any]


class Prepared:
    """A read of plain values. `build` makes its query set for an id, by `values_list`; everything else in it
    is constant."""

    def __init__(self, build: Callable[[int], QuerySet[Any, Any]]) -> None:
        self._build = build

    def rows(self, an_id: int) -> list[tuple[Any, ...]]:
        """What `build(an_id)` would read; one statement."""
        compiler, sql, parameters = self._statement
        with connection.cursor() as cursor:
            cursor.execute(sql, [an_id if one == _AN_ID else one for one in parameters])
            found = cursor.fetchall()
        return [tuple(one) for one in compiler.results_iter([found], tuple_expected=True)]

    @cached_property
    def _statement(self) -> _Statement:
        compiler = self._build(_AN_ID).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        if _AN_ID not in parameters:
            raise ValueError("a statement that the id is no part of")
        return _Statement(compiler, sql, parameters)
