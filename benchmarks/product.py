"""Starts the product's own processes for a measurement, on a folder and database of their own."""

from __future__ import annotations

import base64
import json
import os
import secrets
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.world import Writer
from tests.servers import free_port

ROOT = Path(__file__).resolve().parent.parent
SETTLE_SECONDS = 30.0


@dataclass(frozen=True)
class Product:
    """A running product: its mail door, who can write, and where its outgoing mail is noted."""

    port: int
    writers: list[Writer]
    notes: Path


def new_keys() -> dict[str, str]:
    """Keys of an installation, as its environment has them."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "MASTER_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }


def environment(
    folder: Path, *, sink_port: int, database: str = "", redis: str = "", keys: dict[str, str] | None = None
) -> dict[str, str]:
    """The demo's settings with `keys` or with new ones; mail leaves to the sink."""
    made = (keys or new_keys()) | {
        "DEMO": "on",
        "ENV_FILE": "",
        "DATA_DIR": str(folder),
        "EMAIL_URL": f"smtp://127.0.0.1:{sink_port}",
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "messaging_center.settings",
    }
    if database:
        made |= {"DATABASE_URL": database, "REDIS_URL": redis}
    return {**os.environ, **made}


@contextmanager
def sink(mode: str, notes: Path | None = None) -> Iterator[int]:
    """A bare aiosmtpd; yields its port."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.sink", str(port), mode, *([str(notes)] if notes else [])]
    with running_process(command, dict(os.environ)):
        _wait_for(port)
        yield port


@contextmanager
def product(
    *, pairs: int, messages: int, database: str = "", redis: str = "", worker: bool = True
) -> Iterator[Product]:
    """Door and worker on a fresh store of `messages`; outgoing mail is noted in a file."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        notes = folder / "arrived.txt"
        notes.touch()
        with sink("record", notes) as sink_port:
            env = environment(folder, sink_port=sink_port, database=database, redis=redis)
            _manage(env, "migrate", "--verbosity", "0")
            printed = run_python(env, "-m", "benchmarks.fill", str(pairs), str(messages))
            writers = [Writer(**row) for row in json.loads(printed)]
            port = free_port()
            door = [sys.executable, "manage.py", "relay_listen", "--port", str(port)]
            with running_process(door, env), _workers(env, redis=bool(redis), wanted=worker):
                _wait_for(port)
                yield Product(port, writers, notes)


def arrivals(notes: Path) -> dict[str, float]:
    """When each mail reached the sink, by mark."""
    lines = notes.read_text("ascii").splitlines()
    return {mark: float(at) for mark, at in (line.split() for line in lines if line.count(" ") == 1)}


def wait_for_arrivals(notes: Path, count: int, seconds: float) -> dict[str, float]:
    """The arrivals once `count` have come, or what has come when nothing more does for `seconds`."""
    last, changed = 0, time.monotonic()
    while True:
        found = arrivals(notes)
        if len(found) >= count:
            return found
        if len(found) != last:
            last, changed = len(found), time.monotonic()
        if time.monotonic() - changed > seconds:
            raise RuntimeError(f"Only {len(found)} of {count} mails arrived.")
        time.sleep(0.02)


@contextmanager
def _workers(env: dict[str, str], *, redis: bool, wanted: bool) -> Iterator[None]:
    if not wanted:
        yield
        return
    celery = [sys.executable, "-m", "celery", "-A", "messaging_center", "worker"]
    command = [sys.executable, "manage.py", "run_embedded"]
    if redis:
        command = [
            *celery,
            "--concurrency",
            "2",
            "--loglevel",
            "error",
            "--without-gossip",
            "--without-mingle",
        ]
    with running_process(command, env):
        time.sleep(4)  # a worker says nothing when it is ready; it is not what is timed
        yield


@contextmanager
def running_process(command: list[str], env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with the block."""
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(SETTLE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _manage(env: dict[str, str], *arguments: str) -> None:
    run_python(env, "manage.py", *arguments)


def run_python(env: dict[str, str], *arguments: str) -> str:
    """What a Python of ours prints."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def _wait_for(port: int) -> None:

    end = time.monotonic() + SETTLE_SECONDS
    while True:
        try:
            with smtplib.SMTP("127.0.0.1", port, local_hostname="bench.example") as client:
                client.noop()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
