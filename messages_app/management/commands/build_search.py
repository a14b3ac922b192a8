from __future__ import annotations

import json
from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand

from messages_app.services.search_build import Built, build_search, waiting
from messages_app.services.search_tables import compact_words

DEFAULT_BATCH = 500  # messages


class Command(BaseCommand):
    """Makes messages findable that have no search tokens yet (BOX-6)."""

    help = (
        "Makes messages findable that have no search tokens yet: run it once after an import or an update. "
        "It can be stopped and run again, and messages may come in meanwhile."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which messages, how many at a time, and what is printed."""
        parser.add_argument("--all", action="store_true", help="build the tokens of all messages anew")
        parser.add_argument(
            "--batch", type=int, default=DEFAULT_BATCH, help="messages in one transaction (default 500)"
        )
        parser.add_argument(
            "--compact",
            action="store_true",
            help="on SQLite, write the index anew afterwards: nothing of erased messages stays in it",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON line a batch")

    def handle(self, *args: Any, **options: Any) -> None:
        """Works through the messages, newest first."""
        everything, batch = options["all"], min(max(options["batch"], 1), 10_000)
        total, started, built = waiting(everything=everything), monotonic(), Built(0, 0)
        for built in build_search(everything=everything, batch=batch):
            self._tell(built, max(total, built.done), monotonic() - started, as_json=options["json"])
        if options["compact"]:
            compact_words()
        if not built.done:
            self._tell(built, 0, 0, as_json=options["json"])
        if built.unreadable:
            self.stderr.write(f"{built.unreadable} messages could not be opened: is a master key missing?")

    def _tell(self, built: Built, total: int, seconds: float, *, as_json: bool) -> None:
        done = built.done
        rate = round(done / seconds) if seconds else 0
        percent = round(100 * done / total, 1) if total else 100.0
        if as_json:
            told = {"done": done, "total": total, "percent": percent, "per_second": rate}
            self.stdout.write(json.dumps({**told, "unreadable": built.unreadable}))
        elif total:
            self.stdout.write(f"{done} of {total} messages ({percent} %), {rate} a second")
        else:
            self.stdout.write("All messages can be found.")
