"""A file of orders as rows of text, one after the other: CSV or JSON lines, told apart by content.

Memory stays bounded whatever the file: one line at a time, none longer than a limit.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TextIO

MAX_LINE = 1024 * 1024  # characters
REQUIRED = (
    "order_number", "marketplace", "seller", "seller_name", "seller_email", "buyer", "buyer_email",
    "buyer_name", "language", "status", "placed_at", "sku", "title", "quantity",
)  # fmt: skip
OPTIONAL = (
    "selling_since", "fulfilment", "shipped_at", "delivered_at", "cancelled_at", "returned_at",
    "refunded_at", "carrier", "tracking", "traits",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One line's cells by column; a cell that is not there is absent or empty."""

    line: int  # of the file, counted from 1
    cells: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that cannot be taken, and why, in a sentence."""

    line: int
    problem: str


class UnreadableFile(Exception):
    """The file as a whole cannot be read as orders; the text says why."""


def read_rows(file: TextIO) -> Iterator[Row | BadRow]:
    """The rows of an open text file (newline="", errors="surrogateescape").

    Raises UnreadableFile when the CSV header lacks a column.
    """
    lines = _Lines(file)
    first = next((text for text in lines if text.strip()), "")
    if first.lstrip("\ufeff \t").startswith("{"):
        yield from _json_rows(lines, first)
    elif first:
        yield from _csv_rows(lines, first)


class _Lines:
    """The lines of a file, cut at MAX_LINE, and the number of the last one."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(MAX_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        while not line.endswith(("\n", "\r")) and (more := self._file.readline(MAX_LINE)):
            # The rest of an over-long line is read past; what was cut will not parse.
            if more.endswith(("\n", "\r")):
                break
        return line


def _json_rows(lines: _Lines, first: str) -> Iterator[Row | BadRow]:
    yield _json_row(lines.number, first.lstrip("\ufeff"))
    for text in lines:
        if text.strip():
            yield _json_row(lines.number, text)


def _json_row(number: int, text: str) -> Row | BadRow:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return BadRow(number, "The line is not JSON.")
    if not isinstance(value, dict):
        return BadRow(number, "The line is not a JSON object.")
    cells = {_column(name): _cell(cell) for name, cell in value.items()}
    wrong = next((name for name, cell in cells.items() if cell is None), None)
    if wrong is not None:
        return BadRow(number, f"{wrong} is neither a text nor a number.")
    return _checked(number, {name: cell or "" for name, cell in cells.items()})


def _cell(value: object) -> str | None:
    """A JSON value as the text that CSV would have; None for what has no such text."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "|".join(value)
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    return None


def _csv_rows(lines: _Lines, first: str) -> Iterator[Row | BadRow]:
    first = first.lstrip("\ufeff")
    delimiter = ";" if first.count(";") > first.count(",") else ","
    columns = [_column(name) for name in next(csv.reader([first], delimiter=delimiter))]
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise UnreadableFile(f"The first line must name the columns; missing: {', '.join(missing)}.")
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        number = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield BadRow(number, "The line is not CSV: a quote that never ends, or a cell too long.")
            continue
        if any(cells):
            yield _csv_row(number, columns, cells)


def _csv_row(number: int, columns: list[str], cells: list[str]) -> Row | BadRow:
    if len(cells) > len(columns):
        return BadRow(number, f"The line has {len(cells)} cells, the header names {len(columns)} columns.")
    return _checked(number, dict(zip(columns, cells, strict=False)))


def _checked(number: int, cells: dict[str, str]) -> Row | BadRow:
    if any("\ud800" <= letter <= "\udfff" for cell in cells.values() for letter in cell):
        return BadRow(number, "The line is not UTF-8.")
    return Row(number, cells)


def _column(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")
