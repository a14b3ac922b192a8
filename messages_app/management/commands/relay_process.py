"""`manage.py relay_process [--once]`: works off the mail that waits, without Celery."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from messages_app.models import InboundMail
from messages_app.relay.receive import process_waiting

BATCH = 100
PAUSE = 1.0  # seconds between looks when nothing waited


class Command(BaseCommand):
    help = "Work off the mail that waits."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when nothing waits any more")
        parser.add_argument("--json", action="store_true", help="print counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            tries = _drain()
            if tries or options["once"]:
                self._print(tries, as_json=options["json"])
            if options["once"]:
                return
            time.sleep(PAUSE)

    def _print(self, tries: int, *, as_json: bool) -> None:
        states = InboundMail.State
        counts = {
            "tries": tries,
            "waiting": InboundMail.objects.filter(state=states.WAITING).count(),
            "held": InboundMail.objects.filter(state=states.HELD).count(),
            "quarantined": InboundMail.objects.filter(state=states.QUARANTINED).count(),
        }
        words = ", ".join(f"{name} {count}" for name, count in counts.items())
        self.stdout.write(json.dumps(counts) if as_json else words)
        self.stdout.flush()


def _drain() -> int:
    tries = 0
    while tried := process_waiting(BATCH):
        tries += tried
    return tries
