"""`manage.py import_orders FILE`: orders from CSV or JSON lines (ORD-4)."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from orders.importing.reading import UnreadableFile
from orders.services.imports import ImportReport, import_orders


class Command(BaseCommand):
    help = "Imports orders from a CSV or JSON-lines file; the same file again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV with a header line, or JSON lines; UTF-8")
        parser.add_argument("--strict", action="store_true", help="a bad row stops all: nothing is kept")
        parser.add_argument("--silent", action="store_true", help="send buyers no mail about these orders")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        shown = options["verbosity"] > 0 and not options["json"] and self.stderr.isatty()
        try:
            with (
                path.open(encoding="utf-8", errors="surrogateescape", newline="") as file,
                self._counting(file) if shown else nullcontext(lambda _rows: None) as tell,
            ):
                report = import_orders(
                    file, now=timezone.now(), strict=options["strict"], silent=options["silent"], tell=tell
                )
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except UnreadableFile as error:
            raise CommandError(f"{path}: {error}") from error
        self.stdout.write(
            json.dumps(asdict(report), ensure_ascii=False) if options["json"] else in_words(report)
        )
        if not report.kept:
            raise CommandError("Nothing was kept, for --strict allows no bad row.")

    @contextmanager
    def _counting(self, file: TextIOWrapper) -> Iterator[Callable[[int], None]]:
        """Shows how far the import is: a line of the terminal, written over and at last taken away (UX-5)."""
        size = os.fstat(file.fileno()).st_size  # of a pipe 0

        def count(rows: int) -> None:
            read = os.lseek(file.fileno(), 0, os.SEEK_CUR) if size else 0
            share = f", {min(read / size, 1):.0%} of the file" if size else ""
            self._write_over(f"{rows:,} rows{share}")

        try:
            yield count
        finally:
            self._write_over("")

    def _write_over(self, line: str) -> None:
        self.stderr.write(f"\r{line}\x1b[K", style_func=str, ending="")
        self.stderr.flush()


def in_words(report: ImportReport) -> str:
    """The report for people: one line a bad row, then the sums."""
    lines = [f"line {row.line}: {row.problem}" for row in report.bad]
    if report.bad_rows > len(report.bad):
        lines.append(f"and {report.bad_rows - len(report.bad)} more bad rows")
    sums = ", ".join(f"{number} {outcome}" for outcome, number in report.orders.items())
    lines.append(f"{report.rows} rows read, {report.bad_rows} bad; orders: {sums}")
    return "\n".join(lines)
