"""Background work by name: each task drains what waits and carries no data (MAIL-4).

With Redis they are Celery tasks, woken by `accounts.wake` and by the beat; without, the embedded
runner calls the same functions.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from celery import shared_task
from django.utils import timezone

from accounts.wake import begin, wake
from messages_app.relay.receive import process_waiting
from messages_app.relay.send import send_due
from messages_app.services.clock import remind_due
from messages_app.services.digests import queue_digests
from messages_app.services.events import take_events as take_waiting_events
from messages_app.services.sweep import sweep as sweep_rows

BATCH = 50  # rows a call takes; a task calls until a call finds nothing
MAILS_IN = 16  # the same for mail in, which takes longer
TURN_SECONDS = 0.5  # then it ends and asks to be called again, so that other tasks get their turn


def _drain(task: str, work: Callable[[], int]) -> int:
    """Batches until one finds nothing. Where its turn is over before the work is, it wakes itself: Celery
    kills a task at its time limit, and a mail that is on its way then would be sent twice."""
    begin(task)
    turn = time.monotonic() + TURN_SECONDS
    done = 0
    while taken := work():
        done += taken
        if time.monotonic() >= turn:
            wake(task)
            break
    return done


@shared_task(name="messages_app.tasks.process_inbound")
def process_inbound() -> int:
    """Mail in: what the doors accepted."""
    return _drain("process_inbound", lambda: process_waiting(MAILS_IN))


@shared_task(name="messages_app.tasks.send_deliveries")
def send_deliveries() -> int:
    """Mail out: deliveries that are due."""
    return _drain("send_deliveries", lambda: send_due(BATCH))


@shared_task(name="messages_app.tasks.take_events")
def take_events() -> int:
    """What accounts and orders have to tell."""
    return _drain("take_events", lambda: take_waiting_events(timezone.now()))


@shared_task(name="messages_app.tasks.keep_clocks")
def keep_clocks() -> int:
    """Reminders of the response clock (RSP-6)."""
    return _drain("keep_clocks", lambda: remind_due(timezone.now()))


@shared_task(name="messages_app.tasks.send_digests")
def send_digests() -> int:
    """Daily digests of sellers (ACC-5)."""
    return _drain("send_digests", lambda: queue_digests(timezone.now()))


@shared_task(name="messages_app.tasks.sweep")
def sweep() -> int:
    """What a killed process left behind, and the hourly lists of notices."""
    return sweep_rows(timezone.now())
