"""The demo's parent process: starts web, mail door, worker and clock as processes of their own and
keeps them running until Ctrl-C (`python -m messaging_center.demo`)."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

import django
from django.conf import settings

STOP_SECONDS = 15.0  # what a process gets to finish what it is at
RESTART_PAUSE = 1.0
_PR_SET_PDEATHSIG = 1  # prctl: the kernel ends the child when this parent dies, however it dies


@dataclass
class Part:
    """One process of the product."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches the parent alone, which then ends the parts in order.
        self.process = subprocess.Popen(self.command, start_new_session=True, preexec_fn=_end_with_parent)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def parts(*, port: int, smtp_port: int, redis: bool) -> list[Part]:
    """The processes, in the order of starting; they are stopped from the door inwards too, so that
    what was accepted is worked off as far as time allows."""
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
    celery = [python, "-m", "celery", "-A", "messaging_center"]
    worker = [*celery, "worker", "--concurrency", "2", "--loglevel", "warning"]
    return [Part("worker", worker), Part("clock", [*celery, "beat", "--loglevel", "warning"])]


def taken_ports(ports: dict[str, int]) -> list[str]:
    """Sentences about ports that somebody else listens on."""
    return [
        f"Port {port} is taken: write for instance `make demo {name}={port + 1}`."
        for name, port in ports.items()
        if not _is_free(port)
    ]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Supervisor:
    """Starts the parts, starts again what ended by itself, ends all of them when told."""

    def __init__(self, parts: list[Part], say: Callable[[str], None]) -> None:
        self._parts = parts
        self._say = say
        self._stopping = False

    def run(self) -> None:
        for part in self._parts:
            part.start()
        while not self._stopping:
            time.sleep(RESTART_PAUSE)
            self._restart_ended()
        self._stop_parts()

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _restart_ended(self) -> None:
        for part in self._parts:
            if not part.is_running and not self._stopping:
                self._say(f"The {part.name} ended; starting it again.")
                part.start()

    def _stop_parts(self) -> None:
        self._say("Stopping ...")
        running = [part.process for part in self._parts if part.process is not None and part.is_running]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
        self._say("Stopped. `make demo` goes on where this left off.")


def main() -> int:
    """Runs until SIGINT or SIGTERM; 1 when a port is taken."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "messaging_center.settings")
    django.setup()
    trouble = taken_ports({"PORT": settings.PORT, "SMTP_PORT": settings.SMTP_PORT})
    if trouble:
        print("\n".join(trouble), file=sys.stderr)
        return 1
    supervisor = Supervisor(
        parts(port=settings.PORT, smtp_port=settings.SMTP_PORT, redis=bool(settings.REDIS_URL)),
        say=lambda text: print(text, flush=True),
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, supervisor.stop)
    subprocess.run([sys.executable, "manage.py", "demo_info"], check=False)
    supervisor.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
