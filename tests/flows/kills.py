"""Processes of the product that die by kill -9 and are started again."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from django.conf import settings

from tests.flows.processes import ROOT, command, environment
from tests.messages_app.relay.mail_world import wait_for
from tests.servers import free_port

PATIENCE = 90.0  # seconds for things that surely come: the machine may be busy with other tests
LEASE = "10"  # LEASE_SECONDS of the Celery workers here: what a killed one held is soon taken up again
_CELERY = [sys.executable, "-m", "celery", "-A", "messaging_center"]


@dataclass
class Part:
    """One process of the product with all that it starts, in a process group of its own."""

    command: list[str]
    changes: dict[str, str] = field(default_factory=dict)
    port: int = 0  # where it listens; 0: nowhere
    processes: int = 1  # it and those that it starts at once
    kills: int = 0
    process: subprocess.Popen[bytes] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)  # one kills or starts at a time

    def start(self) -> None:
        """Starts it, unless it runs."""
        with self._lock:
            if self.is_alive:
                return
            self.process = subprocess.Popen(
                self.command,
                env=environment(**self.changes),
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL if "CRASH_LOG" not in os.environ else None,
                start_new_session=True,
            )

    def kill(self) -> bool:
        """kill -9 for the process and its children; all of them are gone then. False: it was dead already."""
        with self._lock:
            if not self.is_alive:
                return False
            self.end()
            self.kills += 1
            return True

    def end(self) -> None:
        """As `kill`, uncounted and whether it lives or not."""
        if self.process is None:
            return
        group = self.process.pid  # it began a session, so the group bears its number
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)  # at once: looking for the family first takes its time
        self.process.wait()
        wait_for(lambda: all(_is_gone(one) for one in _members(group)), PATIENCE)

    def family(self) -> list[psutil.Process]:
        """The process first, then what it started, those with a session of their own included."""
        assert self.process is not None
        try:
            first = psutil.Process(self.process.pid)
            return [first, *first.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def wait_until_it_listens(self) -> None:
        """Until somebody accepts on its port; an early end fails at once."""
        wait_for(lambda: not self.is_alive or self._is_whole(), PATIENCE)
        assert self.is_alive, "it ended instead of listening"

    def _is_whole(self) -> bool:
        return _accepts(self.port) and len(self.family()) >= self.processes

    def limit_files(self, size: int) -> None:
        """No file may be written beyond that many bytes: to the process the disk is full. -1: no limit."""
        for one in self.family():
            resource.prlimit(one.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _accepts(port: int) -> bool:
    return any(
        connection.laddr.port == port and connection.status == psutil.CONN_LISTEN
        for connection in psutil.net_connections("tcp4")
    )


@contextmanager
def running(*parts: Part) -> Iterator[None]:
    """Starts the parts, and leaves none of them behind."""
    try:
        for part in parts:
            part.start()
        for part in parts:
            if part.port:
                part.wait_until_it_listens()
        yield
    finally:
        for part in parts:
            part.end()


def door(**changes: str) -> Part:
    """The mail door on a port that stays its own over restarts."""
    port = free_port()
    return Part(command("relay_listen", "--port", str(port)), changes, port)


def web(**changes: str) -> Part:
    """The web server as the demo starts it."""
    port = free_port()
    words = f"-m gunicorn messaging_center.wsgi --bind 127.0.0.1:{port} --workers 2 --threads 4"
    return Part([sys.executable, *words.split(), "--log-level", "critical"], changes, port, processes=3)


def workers(*, redis: bool | None = None, **changes: str) -> list[Part]:
    """What works off: `run_embedded`, or with Redis a Celery worker, and beat beside it as the last."""
    if not (bool(settings.REDIS_URL) if redis is None else redis):
        return [Part(command("run_embedded"), changes)]
    changes = {"LEASE_SECONDS": LEASE, **changes}
    words = "worker --concurrency 2 --loglevel error --without-gossip --without-mingle --without-heartbeat"
    beat = ["beat", "--loglevel", "error", "--pidfile", ""]
    return [Part([*_CELERY, *words.split()], changes), Part([*_CELERY, *beat], changes)]


@contextmanager
def in_threads(*jobs: threading.Thread) -> Iterator[None]:
    """Runs the jobs beside the block and waits for their end behind it."""
    with ExitStack() as stack:
        for job in jobs:
            job.start()
            stack.callback(job.join, PATIENCE)
        yield


def files_in_store() -> list[Path]:
    """Everything that lies in the file store, half-written files included."""
    return [path for path in (Path(settings.DATA_DIR) / "media").rglob("*") if path.is_file()]


def end(family: Sequence[psutil.Process]) -> None:
    """kill -9 for these processes; they are gone when this returns, buried or not."""
    for one in family:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    for one in family:
        wait_for(lambda: _is_gone(one), PATIENCE)  # noqa: B023 - waited for within the turn


def _members(group: int) -> Iterator[psutil.Process]:
    for one in psutil.process_iter():
        with suppress(ProcessLookupError):
            if os.getpgid(one.pid) == group:
                yield one


def _is_gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
