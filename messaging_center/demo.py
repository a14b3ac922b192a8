"""The demo's parent process (`python -m messaging_center.demo`): prepares the data, starts web, mail door,
worker and clock as processes of their own, and keeps them running until Ctrl-C.

Nothing of the product runs in here, so that a signal finds it ready at any moment, also while it starts.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from types import FrameType
from urllib.request import urlopen

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from redis import Redis, RedisError

from messaging_center.first_env import write_first_env

STOP_SECONDS = 15.0  # what a process gets to finish what it is at
LOOK_EVERY = 0.2
RESTART_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)  # longer each time for a part that ends again at once
REDIS_SECONDS = 2.0  # what Redis gets to answer
LASTING = 30.0  # a part that ran for so long starts from the shortest pause again

Say = Callable[[str], None]


class Stop:
    """Whether somebody has asked for the end; set by signals and looked at everywhere."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


@dataclass
class Part:
    """One process of the product."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    failures: int = 0

    def start(self, *, quiet: bool = False) -> None:
        """In a session of its own: Ctrl-C reaches the parent alone, which then ends the parts in order."""
        wrapper = [sys.executable, "-m", "messaging_center.demo_part", str(os.getpid())]
        out = subprocess.DEVNULL if quiet else None
        self.process = subprocess.Popen([*wrapper, *self.command], start_new_session=True, stdout=out)
        self.started_at = time.monotonic()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def plan_restart(self) -> float:
        """Clears away what is left of it; returns the seconds until its next start."""
        self.kill()
        lasted = time.monotonic() - self.started_at >= LASTING
        self.failures = 1 if lasted else self.failures + 1
        pause = RESTART_PAUSES[min(self.failures, len(RESTART_PAUSES)) - 1]
        self.process, self.start_at = None, time.monotonic() + pause
        return pause

    def kill(self) -> None:
        """With everything that it has started."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def parts(*, port: int, smtp_port: int, redis: bool) -> list[Part]:
    """The processes, in the order of starting; they are asked to stop in the same order, from the doors
    inwards."""
    python = sys.executable
    web = [
        *(python, "-m", "gunicorn", "messaging_center.wsgi", "--bind", f"127.0.0.1:{port}"),
        *("--workers", "2", "--threads", "4", "--graceful-timeout", "10", "--log-level", "warning"),
    ]
    door = [python, "manage.py", "relay_listen", "--host", "127.0.0.1", "--port", str(smtp_port)]
    return [Part("mail door", door), Part("web", web), *_workers(python, redis=redis)]


def _workers(python: str, *, redis: bool) -> list[Part]:
    if not redis:
        return [Part("worker and clock", [python, "manage.py", "run_embedded"])]
    celery = [python, "-m", "celery", "--quiet", "-A", "messaging_center"]
    worker = [*celery, "worker", "--concurrency", "2", "--loglevel", "warning", "--without-gossip"]
    # No pid file: one that a killed clock left behind would keep the next one from starting.
    return [
        Part("worker", [*worker, "--without-mingle"]),
        Part("clock", [*celery, "beat", "--loglevel", "warning", "--pidfile="]),
    ]


def taken_ports(ports: dict[str, int]) -> list[str]:
    """Sentences about ports that somebody else listens on, each with one that is free."""
    return [
        f"Port {port} is taken: write for instance `make demo {name}={_free_port(port, ports)}`."
        for name, port in ports.items()
        if not _is_free(port)
    ]


def _free_port(taken: int, ports: dict[str, int]) -> int:
    candidates = range(taken + 1, min(taken + 100, 65536))
    return next((port for port in candidates if port not in ports.values() and _is_free(port)), 0)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def missing_redis(url: str) -> list[str]:
    """A sentence where REDIS_URL is written and no Redis answers: everything would wait for it in vain."""
    if not url:
        return []
    try:
        with Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS) as redis:
            redis.ping()
    except (RedisError, ValueError):
        return ["No Redis answers at REDIS_URL: start it, or leave REDIS_URL out and run without one."]
    return []


@contextmanager
def lock_data(folder: Path) -> Iterator[bool]:
    """Holds the lock that one demo has on its data; False: another demo has it."""
    with (folder / "demo.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def is_ready(web: int, smtp: int) -> bool:
    """Whether /readyz says yes and the mail door greets."""
    with (
        suppress(OSError, HTTPException),
        urlopen(f"http://127.0.0.1:{web}/readyz", timeout=2),
        socket.create_connection(("127.0.0.1", smtp), timeout=2) as door,
    ):
        return door.recv(3) == b"220"
    return False


class Supervisor:
    """Starts the parts, starts again what ended by itself, ends all of them when told."""

    def __init__(self, parts: list[Part], say: Say, stop: Stop) -> None:
        self._parts = parts
        self._say = say
        self._stop = stop

    def run(self, until_ready: Callable[[], bool], ready: str) -> None:
        """Until somebody asks for the end; says `ready` once `until_ready` holds."""
        waiting = True
        for part in self._parts:
            part.start(quiet=True)
        while not self._stop.asked:
            time.sleep(LOOK_EVERY)
            self._restart_ended()
            if waiting and until_ready():
                waiting = False
                self._say(ready)
        self._stop_parts()

    def _restart_ended(self) -> None:
        for part in self._parts:
            if part.process is not None and not part.is_running and not self._stop.asked:
                pause = part.plan_restart()
                self._say(f"The {part.name} ended; it starts again in {pause:.0f} s.")
            elif part.process is None and time.monotonic() >= part.start_at:
                part.start(quiet=True)

    def _stop_parts(self) -> None:
        self._say("Stopping ...")
        running = [part for part in self._parts if part.is_running]
        for part in running:
            part.process.terminate()  # type: ignore[union-attr] # it runs
        deadline = time.monotonic() + STOP_SECONDS
        while any(part.is_running for part in running) and time.monotonic() < deadline:
            time.sleep(LOOK_EVERY / 4)
        for part in self._parts:
            part.kill()
        self._say("Stopped. `make demo` goes on where this left off.")


def prepare(stop: Stop) -> bool:
    """Catalogs, tables and the sample marketplace, and what there is to see in it; False when that failed or
    the end was asked for meanwhile."""
    part = Part("preparation", [sys.executable, "manage.py", "prepare_demo"])
    part.start()
    while part.is_running and not stop.asked:
        time.sleep(LOOK_EVERY / 10)
    if part.is_running:
        part.kill()  # it is safe to kill
        return False
    return part.process is not None and part.process.returncode == 0


def main() -> int:
    """Runs until SIGINT or SIGTERM; 1 with a sentence when it cannot start."""
    stop = Stop()
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "messaging_center.settings")
    if env_file := os.environ.get("ENV_FILE", ".env"):
        write_first_env(Path(env_file))
    try:
        trouble = taken_ports({"PORT": settings.PORT, "SMTP_PORT": settings.SMTP_PORT})
        trouble += missing_redis(settings.REDIS_URL)
    except ImproperlyConfigured as wrong:
        return _refuse(str(wrong))
    if trouble:
        return _refuse(*trouble)
    with lock_data(settings.DATA_DIR) as lock:
        if not lock:
            return _refuse(f"Another demo works on {settings.DATA_DIR}: write for instance DATA_DIR=var2.")
        return _run(stop)


def _refuse(*sentences: str) -> int:
    print("\n".join(sentences), file=sys.stderr)
    return 1


def _run(stop: Stop) -> int:
    if not prepare(stop):
        return 0 if stop.asked else 1
    port, smtp_port = settings.PORT, settings.SMTP_PORT
    supervisor = Supervisor(
        parts(port=port, smtp_port=smtp_port, redis=bool(settings.REDIS_URL)),
        say=lambda text: print(text, flush=True),
        stop=stop,
    )
    supervisor.run(
        lambda: is_ready(port, smtp_port),
        f"Ready: {settings.PUBLIC_URL} and mail at 127.0.0.1:{smtp_port}. Ctrl-C stops everything.",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
