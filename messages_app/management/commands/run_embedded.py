from __future__ import annotations

import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from messages_app.runner import AlreadyRunning, Runner, lanes, serve_lane
from messages_app.services.sweep import free_deliveries, free_leases


class Command(BaseCommand):
    help = "Runs worker and clock without Redis, as a process of their own; stops on SIGTERM or Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--lane", nargs="+", metavar="TASK", help="for its own use: a process of these tasks"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["lane"]:
            if "send_deliveries" in options["lane"]:
                # Mail out has one process here: whatever is being sent was left by the one before (MAIL-20).
                free_deliveries()
            serve_lane(options["lane"])
            return
        if settings.REDIS_URL:
            raise CommandError(
                "REDIS_URL is set: Celery does this work. Start `celery -A messaging_center worker` and "
                "`celery -A messaging_center beat`, or take REDIS_URL out."
            )
        try:
            runner = Runner(lanes())
        except AlreadyRunning:
            raise CommandError("Another run_embedded works on this DATA_DIR; one is enough.") from None
        # Only one runner works here, so whatever is leased was its predecessor's (MAIL-20).
        free_leases()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: runner.stop())
        runner.run()
