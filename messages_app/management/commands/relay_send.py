from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from messages_app.relay.send import BATCH, hang_up, send_due

PAUSE = 1.0  # seconds between looks when nothing was due


class Command(BaseCommand):
    help = "Sends what waits, without Celery; with --once until nothing is due, else until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when nothing is due")
        parser.add_argument("--json", action="store_true", help="print the count as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        settled = 0
        try:
            while True:
                taken = send_due(BATCH)
                settled += taken
                if taken:
                    continue
                if options["once"]:
                    break
                time.sleep(PAUSE)
        except KeyboardInterrupt:
            pass  # what is leased runs out and is taken up again
        finally:
            hang_up()
        count = json.dumps({"sent": settled}) if options["json"] else f"{settled} deliveries settled."
        self.stdout.write(count)
