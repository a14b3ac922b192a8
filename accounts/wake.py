"""Starts background work by name after the commit, so that nothing needs to import tasks.

A wake-up may be lost without harm: rows carry the truth and a sweeper finds them (MAIL-4).
"""

from __future__ import annotations

import logging
import os
import socket
import tempfile
import time
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError
from redis import Redis, RedisError

log = logging.getLogger(__name__)

_SOCKET_PATH = 100  # bytes; Linux takes 107, others 103
_BROKER_PAUSE = 5.0  # seconds without a try after the broker failed
_ASKED = 5000  # milliseconds in which one call of a task that has not begun yet is enough


def wake(task: str) -> None:
    """Asks for `messages_app.tasks.<task>` once the current transaction is committed."""
    transaction.on_commit(lambda: _send(task))


def socket_path() -> Path:
    """Where the embedded runner listens for task names.

    The kernel takes a hundred bytes of a socket's path; for a longer DATA_DIR a name made from it lies in
    the folder for temporary files.
    """
    path = Path(settings.DATA_DIR) / "wake.sock"
    if len(os.fsencode(path)) <= _SOCKET_PATH:
        return path
    digest = sha256(os.fsencode(path)).hexdigest()[:24]
    return Path(tempfile.gettempdir()) / f"messaging-center-{digest}.sock"


def _send(task: str) -> None:
    if settings.REDIS_URL:
        _broker.send(task)
    else:
        _send_to_runner(task)


def begin(task: str) -> None:
    """The task begins: whatever is committed from now on may be too late for it, and calls it again."""
    if settings.REDIS_URL:
        _broker.begin(task)


class _Broker:
    """Calls a task once until it begins, however many rows wait for it; remembers a broker that failed, so
    that no request waits for it twice."""

    def __init__(self) -> None:
        self._down_until = 0.0

    def send(self, task: str) -> None:
        if time.monotonic() < self._down_until:
            return
        try:
            if _redis(settings.REDIS_URL).set(_asked(task), 1, nx=True, px=_ASKED):
                current_app.send_task(f"messages_app.tasks.{task}")
        except (OperationalError, RedisError, OSError):
            self._down_until = time.monotonic() + _BROKER_PAUSE
            log.warning("broker not reached, the sweeper will find the work", extra={"task": task})

    def begin(self, task: str) -> None:
        with suppress(RedisError, OSError):  # it runs out by itself
            _redis(settings.REDIS_URL).delete(_asked(task))


def _asked(task: str) -> str:
    return f"messaging-center:asked:{task}"


@lru_cache(maxsize=1)
def _redis(url: str) -> Redis:
    return Redis.from_url(url, socket_timeout=5, socket_connect_timeout=2)


_broker = _Broker()


def _send_to_runner(task: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        try:
            sender.sendto(task.encode(), str(socket_path()))
        except OSError:
            # No runner, or its queue is full: it is awake then, or sweeps when it starts.
            return
