"""Worker and clock without Redis, in one process of their own (contract: run_embedded).

Each lane is a thread that runs its tasks when woken by a datagram, and on its own round anyway. Mail out has
a process of its own, which the thread of its lane wakes: two busy threads would only wait for each other.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from celery import Task
from django.conf import settings
from django.db import DatabaseError, close_old_connections

from accounts.wake import socket_path
from messages_app import tasks

log = logging.getLogger(__name__)

_RESTART_SECONDS = 1.0  # after a process that ended
_LOCK_SECONDS = 5.0


@dataclass
class Lane:
    """Tasks that run one after the other; `every` seconds at the latest."""

    tasks: tuple[Task[..., int], ...]
    every: float
    apart: bool = False  # in a process of its own
    woken: threading.Event = field(default_factory=threading.Event)


def lanes() -> tuple[Lane, ...]:
    """Mail in and mail out do not wait for each other, nor for the clock."""
    return (
        Lane((tasks.take_events,), every=1.0),
        Lane((tasks.process_inbound,), every=1.0),
        Lane((tasks.send_deliveries,), every=1.0, apart=True),
        Lane((tasks.keep_clocks, tasks.send_digests, tasks.sweep), every=20.0),
    )


def lock_path() -> Path:
    """The file that a runner keeps locked while it works."""
    return Path(settings.DATA_DIR) / "runner.lock"


class Runner:
    """Runs the lanes until `stop`. One per data folder: `AlreadyRunning` says that there is one."""

    def __init__(self, lanes: Iterable[Lane]) -> None:
        self._lanes = tuple(lanes)
        self._stopping = threading.Event()
        self._lock = _take_lock(lock_path())
        self._by_name = {task.name.rpartition(".")[2]: lane for lane in self._lanes for task in lane.tasks}

    def run(self) -> None:
        """Blocks until `stop` was called and the lanes have finished what they were at."""
        threads = [
            threading.Thread(target=self._run_apart if lane.apart else self._run_lane, args=[lane])
            for lane in self._lanes
        ]
        for thread in threads:
            thread.start()
        try:
            self._listen()
        finally:  # whatever ends the listening ends the lanes too: somebody starts the runner again
            self.stop()
            for thread in threads:
                thread.join()
            self._lock.close()

    def stop(self) -> None:
        self._stopping.set()
        for lane in self._lanes:
            lane.woken.set()

    def _listen(self) -> None:
        """Turns datagrams into wake-ups."""
        path = socket_path()
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
            receiver.bind(str(path))
            receiver.settimeout(0.5)
            while not self._stopping.is_set():
                try:
                    name = receiver.recv(200).decode("ascii", "replace")
                except TimeoutError:
                    continue
                if lane := self._by_name.get(name):
                    lane.woken.set()
        path.unlink(missing_ok=True)

    def _run_lane(self, lane: Lane) -> None:
        while not self._stopping.is_set():
            lane.woken.clear()
            for task in lane.tasks:
                _run_once(task)
            lane.woken.wait(lane.every)

    def _run_apart(self, lane: Lane) -> None:
        """Wakes the lane's process, and starts another where it ended."""
        while not self._stopping.is_set():
            # It holds the runner's lock too: a killed runner is replaced when its last process is gone.
            with start_lane(lane, pass_fds=(self._lock.fileno(),)) as process:
                self._wake_apart(lane, process)
            lane.woken.wait(_RESTART_SECONDS)

    def _wake_apart(self, lane: Lane, process: subprocess.Popen[bytes]) -> None:
        """Until the process ends, or the runner: then its input does, and it finishes what it is at."""
        if process.stdin is None:
            return
        with suppress(BrokenPipeError):
            while not self._stopping.is_set() and process.poll() is None:
                lane.woken.clear()
                process.stdin.write(b"\n")
                process.stdin.flush()
                lane.woken.wait(lane.every)


def start_lane(lane: Lane, *, pass_fds: tuple[int, ...]) -> subprocess.Popen[bytes]:
    """A process that runs the lane's tasks each time that something comes in."""
    names = [task.name.rpartition(".")[2] for task in lane.tasks]
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_embedded", "--lane", *names]
    return subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=pass_fds)


def serve_lane(names: Iterable[str]) -> None:
    """Such a process: runs the tasks of those names until its input ends. Signals are for the parent."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    own = [getattr(tasks, name) for name in names]
    while os.read(sys.stdin.fileno(), 4096):
        for task in own:
            _run_once(task)


class AlreadyRunning(Exception):
    """Another runner works on this data folder."""


def _take_lock(path: Path) -> IO[str]:
    """Waits a little: a runner that was killed may have left a process that is just ending."""
    file = path.open("w")
    end = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except BlockingIOError:
            if time.monotonic() > end:
                file.close()
                raise AlreadyRunning from None
        time.sleep(0.1)


def _run_once(task: Task[..., int]) -> None:
    try:
        task()
    except DatabaseError:
        log.warning("database not reached, the next round goes on", extra={"task": task.name})
    except Exception:  # a bug in one task must not end the lane: what it left is retried and counted
        log.exception("task failed", extra={"task": task.name})
    finally:
        close_old_connections()
