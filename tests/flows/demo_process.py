"""Starts `python -m messaging_center.demo` as `make demo` does, with a DATA_DIR and ports of its own."""

from __future__ import annotations

import os
import signal
import smtplib
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.flows.processes import ROOT
from tests.servers import free_port

START_SECONDS = 120


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Looks again and again; fails when it never comes to that."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.05)


@dataclass
class Demo:
    """A demo that was started. `output` and `errors` hold what all of its processes wrote."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int
    smtp_port: int
    output: Path
    errors: Path

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def said(self) -> str:
        return self.output.read_text("utf-8") + self.logs()

    def logs(self) -> str:
        return self.errors.read_text("utf-8")

    def wait_ready(self, times: int = 1) -> None:
        wait_until(lambda: self.said().count("Ready: ") >= times or self._ended(), START_SECONDS)
        assert not self._ended(), self.said()

    def _ended(self) -> bool:
        return self.process.poll() is not None

    def parts(self) -> dict[str, psutil.Process]:
        """The living direct children by what they are."""
        words = {"relay_listen": "mail door", "gunicorn": "web", "run_embedded": "worker", "celery": "worker"}
        return {
            name: child
            for child in psutil.Process(self.process.pid).children()
            for word, name in words.items()
            if word in _command_of(child)
        }

    def everybody(self) -> list[psutil.Process]:
        """All processes that belong to it."""
        leader = psutil.Process(self.process.pid)
        return [leader, *leader.children(recursive=True)]

    def interrupt(self) -> int:
        """Ctrl-C, and the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)

    def threads(self) -> int:
        """How many there are, without a process that would have to start first."""
        with closing(sqlite3.connect(f"file:{self.folder / 'db.sqlite3'}?mode=ro", uri=True)) as database:
            return int(database.execute("SELECT count(*) FROM messages_app_thread").fetchone()[0])

    def answers(self) -> bool:
        """Whether the mail door greets."""
        try:
            with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=5) as door:
                return door.noop()[0] == 250
        except OSError:
            return False


def _command_of(process: psutil.Process) -> list[str]:
    try:
        words: list[str] = process.cmdline()
    except psutil.Error:  # it ended meanwhile
        return []
    # The wrapper that starts a part shows the same words for a moment.
    return [] if "messaging_center.demo_part" in words else words


def demo_environment(folder: Path, port: int, smtp_port: int, **changes: str) -> dict[str, str]:
    """The tests' environment with this demo's own folder, SQLite and ports."""
    own = {
        "DJANGO_SETTINGS_MODULE": "messaging_center.settings",
        "DATA_DIR": str(folder),
        "PORT": str(port),
        "SMTP_PORT": str(smtp_port),
        "LOG_LEVEL": "INFO",
        "PYTHONUNBUFFERED": "1",
    }
    inherited = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
    }
    return {**inherited, **own, **changes}


@contextmanager
def started_demo(folder: Path, *, ports: tuple[int, int] | None = None, **changes: str) -> Iterator[Demo]:
    """Starts it without waiting; whatever is left of it ends with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    port, smtp_port = ports or (free_port(), free_port())
    output, errors = folder.with_suffix(".out"), folder.with_suffix(".log")
    with output.open("ab") as out, errors.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "messaging_center.demo"],
            env=demo_environment(folder, port, smtp_port, **changes),
            cwd=ROOT,
            stdout=out,
            stderr=log,
        )
    demo = Demo(process, folder, port, smtp_port, output, errors)
    try:
        yield demo
    finally:
        if process.poll() is None:
            left = demo.everybody()
            process.send_signal(signal.SIGTERM)
            for one in psutil.wait_procs(left, timeout=30)[1]:
                one.kill()
        process.wait()
