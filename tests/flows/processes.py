"""Starts the product's own commands as processes, on the database of the test that asks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent


def environment(**changes: str) -> dict[str, str]:
    """The tests' own environment with the product's settings and this test's database."""
    wanted = {
        "DJANGO_SETTINGS_MODULE": "messaging_center.settings",
        "DATA_DIR": str(settings.DATA_DIR),
        "DATABASE_URL": _database_url(),
        **changes,
    }
    return {**os.environ, **wanted}


def _database_url() -> str:
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    password = f":{found['PASSWORD']}" if found["PASSWORD"] else ""
    return f"postgres://{found['USER']}{password}@{found['HOST']}:{found['PORT']}/{found['NAME']}"


def command(*words: str) -> list[str]:
    """A management command as an argument list."""
    return [sys.executable, str(ROOT / "manage.py"), *words]


def run(*words: str, stdin: bytes = b"", **changes: str) -> subprocess.CompletedProcess[bytes]:
    """Runs a management command to its end."""
    return subprocess.run(
        command(*words),
        input=stdin,
        env=environment(**changes),
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        check=False,
    )


@dataclass(frozen=True, slots=True)
class MailDoor:
    """A running `relay_listen`."""

    process: subprocess.Popen[str]
    host: str
    port: int

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


@contextmanager
def mail_door(*words: str, **changes: str) -> Iterator[MailDoor]:
    """A mail door on a free port, ended with the block."""
    process = subprocess.Popen(
        command("relay_listen", "--port", "0", *words),
        env=environment(**changes),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        host, _, port = line.strip().partition(" ")[2].rpartition(":")
        assert port, "the mail door did not start"
        yield MailDoor(process, host, int(port))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()
