"""Grows the demo's store through the gate: `python -m benchmarks.grow MESSAGES`. What is there stays."""

from __future__ import annotations

import os
import sys

import django

django.setup()

from django.utils import timezone  # noqa: E402 - models need Django set up

from messages_app.models import Message  # noqa: E402
from messages_app.services.bulk import preparing_processes  # noqa: E402
from messaging_center.demo_world.growth import Growth  # noqa: E402
from messaging_center.demo_world.progress import Progress  # noqa: E402
from messaging_center.demo_world.seed import is_seeded, seed  # noqa: E402


def grow(messages: int) -> None:
    """The sample and then more, until there are so many messages."""
    if not is_seeded():
        seed(timezone.now(), say=lambda _text: None)
    more = messages - Message.objects.count()
    if more <= 0:
        return
    progress = Progress(messages, "messages", sys.stderr)
    with preparing_processes(max((os.cpu_count() or 2) - 1, 1)) as pool:
        Growth(messages, timezone.now(), pool).run(progress.add, progress.known)
    progress.close()


if __name__ == "__main__":
    grow(int(sys.argv[1]))
