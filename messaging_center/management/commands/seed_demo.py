from __future__ import annotations

import argparse
import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from messages_app.models import Message
from messages_app.sealing.seal import SealBroken
from messages_app.services.bulk import preparing_processes
from messages_app.tasks import send_deliveries, take_events
from messages_app.vault.keys import installation_key
from messaging_center.demo_world.growth import Growth
from messaging_center.demo_world.moderation import seed_queue
from messaging_center.demo_world.progress import Progress
from messaging_center.demo_world.seed import is_seeded, seed
from messaging_center.demo_world.talk import LINES


class Command(BaseCommand):
    help = "Loads the sample marketplace, the same each time; does nothing where it is loaded already."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--scale",
            type=int,
            default=1,
            metavar="N",
            help=f"N times as many messages ({len(LINES)} each): the same people and talk, then more sellers "
            "and buyers over a year. Ctrl-C stops it cleanly; the same command goes on from there.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("seed_demo is for the demo alone: write DEMO=on, on a database of its own.")
        if options["scale"] < 1:
            raise CommandError("--scale N makes N times as many messages: write for instance --scale 100.")
        _check_keys()
        if not is_seeded():
            self.stdout.write("Loading the sample marketplace ...")
            seed(timezone.now(), say=self._say)
            seed_queue(timezone.now(), say=self._say)
        elif options["scale"] == 1:
            return
        if options["scale"] > 1:
            self._grow((options["scale"] - 1) * len(LINES))
        # Their mails belong to the world too; what cannot leave now, the worker goes on with.
        with _without_the_planned_leak():
            take_events()
            send_deliveries()

    def _say(self, text: str) -> None:
        self.stdout.write(f"  {text}")

    def _grow(self, messages: int) -> None:
        progress = Progress(messages, "messages", self.stdout)  # type: ignore[arg-type]
        with preparing_processes(max((os.cpu_count() or 2) - 1, 1)) as pool:
            growth = Growth(messages, timezone.now(), pool)
            before = signal.signal(signal.SIGINT, _stopping(growth))
            try:
                growth.run(progress.add, progress.known)
            finally:
                signal.signal(signal.SIGINT, before)
        progress.close()
        if growth.stopped:
            self.stdout.write(f"Stopped with {Message.objects.count():,} messages; the same command goes on.")


@contextmanager
def _without_the_planned_leak() -> Iterator[None]:
    """One mail of the sample is made for the leak gate to stop: no news to a newcomer's terminal."""

    def is_news(record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("leak gate")

    ready = logging.getLogger("messages_app.relay.ready")
    ready.addFilter(is_news)
    try:
        yield
    finally:
        ready.removeFilter(is_news)


def _stopping(growth: Growth) -> Any:
    """A handler for Ctrl-C: what is in hand is finished."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        growth.stop()

    return stop


def _check_keys() -> None:
    """Data of another installation would look whole and open nowhere."""
    try:
        installation_key("message_ids")
    except SealBroken:
        raise CommandError(
            f"MASTER_KEYS do not open what is stored in {settings.DATA_DIR}: bring back the .env that it was "
            "made with, or write another DATA_DIR."
        ) from None
