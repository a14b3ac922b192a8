"""A child process that may die over a mail without harm (MAIL-6, MAIL-17, REL-4)."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable

from django.conf import settings

from messages_app.services.child_loop import LENGTH, READY

START_SECONDS = 60
MEMORY = 768 * 1024 * 1024  # bytes of address space
MAILS_OF_A_CHILD = 1000  # then a fresh one: what a mail left in its memory is not the next one's fault


class Unreadable(Exception):
    """The child died, hung or ran out of memory over this mail."""


class Child:
    """One process, used by one thread at a time; started when needed, replaced when it is dead.

    `module` is run in it, see `services.child_loop`; an answer takes `seconds` and `memory` (bytes of address
    space) at most.
    """

    def __init__(self, module: str, seconds: int, memory: int = MEMORY) -> None:
        self._module = module
        self._seconds = seconds
        self._memory = memory
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._mails = 0

    def ask(self, request: bytes) -> bytes:
        """The child's answer. Raises Unreadable, or OSError where no child can be started."""
        with self._lock:
            process = self._running()
            self._mails += 1
            try:
                return _within(self._seconds, process, lambda: _exchange(process, request))
            except (OSError, EOFError):
                self.close()
                raise Unreadable from None

    def close(self) -> None:
        """Ends the child. The next request starts another."""
        process, self._process = self._process, None
        if process is not None and self._owner == os.getpid():
            process.kill()
            process.communicate()

    def _running(self) -> subprocess.Popen[bytes]:
        """The living child of this very process: one that was forked away belongs to the parent."""
        if self._mails >= MAILS_OF_A_CHILD:
            self.close()
        if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
            self._process = _start(self._module, self._seconds, self._memory)
            self._owner, self._mails = os.getpid(), 0
        return self._process


def _start(module: str, seconds: int, memory: int) -> subprocess.Popen[bytes]:
    """A new child. It inherits neither files nor secrets. Raises OSError."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, str(memory), str(2 * seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a traceback may quote the mail (PRV-5)
        cwd=settings.BASE_DIR,
        env={"LANG": "C.UTF-8", "PATH": os.environ.get("PATH", "")},
        start_new_session=True,  # Ctrl-C at a terminal is for the parent
    )
    try:
        ready = _within(START_SECONDS, process, lambda: _read(process, len(READY)))
    except EOFError:
        ready = b""
    if ready != READY:
        process.kill()
        process.communicate()
        raise OSError("a child process did not start")
    return process


def _within(seconds: float, process: subprocess.Popen[bytes], work: Callable[[], bytes]) -> bytes:
    """`work` with the child; when that takes longer, the child is killed and `work` meets its end."""
    watch = threading.Timer(seconds, process.kill)
    watch.daemon = True
    watch.start()
    try:
        return work()
    finally:
        watch.cancel()


def _exchange(process: subprocess.Popen[bytes], request: bytes) -> bytes:
    if process.stdin is None:
        raise EOFError
    process.stdin.write(LENGTH.pack(len(request)))
    process.stdin.write(request)
    process.stdin.flush()
    return _read(process, *LENGTH.unpack(_read(process, LENGTH.size)))


def _read(process: subprocess.Popen[bytes], size: int) -> bytes:
    found = process.stdout.read(size) if process.stdout else b""
    if len(found) < size:
        raise EOFError
    return found
