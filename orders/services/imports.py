"""The import of a file of orders (ORD-4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import TextIO

from django.db import IntegrityError, transaction

from accounts.models import Marketplace
from accounts.wake import wake
from orders.importing.known import Known, known_for
from orders.importing.parties import FirstSeen
from orders.importing.reading import BadRow, Row, read_rows
from orders.importing.rows import OrderRow, clean_row
from orders.importing.storing import NotStored, Stored, store_order

BATCH_ROWS = 500  # a transaction; the rows of one order that follow each other stay together
LISTED = 1000  # bad rows that a report names; the rest is counted


@dataclass(slots=True)
class ImportReport:
    """What an import did. `kept` is false when a strict import found a bad row and stored nothing.

    An order whose rows lie far apart in the file counts once in every batch that names it.
    """

    rows: int = 0
    orders: dict[str, int] = field(default_factory=lambda: {"created": 0, "updated": 0, "unchanged": 0})
    bad_rows: int = 0
    bad: list[BadRow] = field(default_factory=list)  # the first LISTED, by line within each batch
    kept: bool = True

    def add_bad(self, rows: Sequence[BadRow]) -> None:
        self.bad_rows += len(rows)
        self.bad.extend(rows[: max(LISTED - len(self.bad), 0)])


def import_orders(
    file: TextIO,
    *,
    now: datetime,
    strict: bool = False,
    silent: bool = False,
    tell: Callable[[int], None] = lambda _rows: None,
) -> ImportReport:
    """Stores the orders of an open file (newline="", errors="surrogateescape"), batch by batch.

    Bad rows are reported and the rest kept; with `strict` a single bad row undoes all. With
    `silent` no event is told to a buyer. `tell` hears after each batch how many rows were read (UX-5).
    Raises UnreadableFile before anything is stored.
    """
    if not strict:
        return _import(file, now=now, silent=silent, tell=tell)
    with transaction.atomic():
        report = _import(file, now=now, silent=silent, tell=tell)
        if report.bad_rows:
            report.kept = False
            transaction.set_rollback(True)
    return report


def _import(file: TextIO, *, now: datetime, silent: bool, tell: Callable[[int], None]) -> ImportReport:
    report, first_seen = ImportReport(), FirstSeen()
    marketplaces = {marketplace.code.upper(): marketplace for marketplace in Marketplace.objects.all()}
    for batch in _batches(read_rows(file)):
        rows = [clean_row(row, marketplaces) if isinstance(row, Row) else row for row in batch]
        bad = [row for row in rows if isinstance(row, BadRow)]
        good = [row for row in rows if isinstance(row, OrderRow)]
        for outcome in _store_batch(good, first_seen, now=now, silent=silent):
            bad.extend(outcome.bad)
            if isinstance(outcome, Stored):
                report.orders[outcome.outcome] += 1
        report.rows += len(rows)
        report.add_bad(sorted(bad, key=attrgetter("line")))
        tell(report.rows)
    return report


def _batches(rows: Iterator[Row | BadRow]) -> Iterator[list[Row | BadRow]]:
    """Rows in bounded groups that do not part neighbours of one order number."""
    batch: list[Row | BadRow] = []
    number = None
    for row in rows:
        next_number = row.cells.get("order_number") if isinstance(row, Row) else None
        if len(batch) >= 2 * BATCH_ROWS or (len(batch) >= BATCH_ROWS and next_number != number):
            yield batch
            batch = []
        batch.append(row)
        number = next_number
    if batch:
        yield batch


@transaction.atomic
def _store_batch(
    rows: Sequence[OrderRow], first_seen: FirstSeen, *, now: datetime, silent: bool
) -> list[Stored | NotStored]:
    by_number: dict[str, list[OrderRow]] = {}
    for row in rows:
        by_number.setdefault(row.order_number, []).append(row)
    known = known_for(rows)
    outcomes: list[Stored | NotStored] = []
    for group in by_number.values():
        outcome = _store_or_undo(group, known, first_seen, now=now, silent=silent)
        if isinstance(outcome, NotStored):
            known = known_for(rows)  # it may hold rows that were undone
        outcomes.append(outcome)
    if any(isinstance(outcome, Stored) and outcome.has_news for outcome in outcomes):
        wake("take_events")
    return outcomes


def _store_or_undo(
    group: Sequence[OrderRow], known: Known, first_seen: FirstSeen, *, now: datetime, silent: bool
) -> Stored | NotStored:
    """One order within a savepoint: all of it or nothing, its parties included."""
    try:
        with transaction.atomic():
            outcome = store_order(group, known, first_seen, now=now, silent=silent)
            if isinstance(outcome, NotStored):
                transaction.set_rollback(True)
            return outcome
    except IntegrityError:
        problem = "Another import stores the same at this moment; import the line again."
        return NotStored(bad=tuple(BadRow(row.line, problem) for row in group))
