"""Parses mails in a child process that may die without harm (MAIL-6, REL-4)."""

from __future__ import annotations

import atexit
import io
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

from django.conf import settings

from messages_app.mail.parsed import ParsedMail
from messages_app.mail.report import DeliveryReport
from messages_app.relay.parse_child import LENGTH, READY

PARSE_SECONDS = 15  # three of these stay within the minute in which an author hears of trouble (REL-2)
START_SECONDS = 60
CHILD_MEMORY = 768 * 1024 * 1024  # bytes of address space
MAILS_OF_A_CHILD = 1000  # then a fresh one: what a mail left in its memory is not the next one's fault

_VALUES = frozenset({"messages_app.mail.parsed", "messages_app.mail.report"})


class Unreadable(Exception):
    """The child died, hung or ran out of memory over this mail."""


class Parser:
    """One child, used by one thread at a time; started when needed, replaced when it is dead."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._mails = 0

    def parse(
        self, raw: bytes, *, envelope_sender: str, loop_mark: str, own_marks: tuple[str, ...]
    ) -> tuple[ParsedMail, DeliveryReport | None]:
        """The mail as values and, if it is one, the report in it. Raises Unreadable."""
        options = {"envelope_sender": envelope_sender, "loop_mark": loop_mark, "own_marks": own_marks}
        request = pickle.dumps((raw, options), protocol=5)
        with self._lock:
            answer = self._ask(request)
        try:
            mail, report = _Values(io.BytesIO(answer)).load()
        except pickle.UnpicklingError:
            raise Unreadable from None
        return mail, report

    def close(self) -> None:
        """Ends the child. The next mail starts another."""
        child, self._child = self._child, None
        if child is not None and self._owner == os.getpid():
            child.kill()
            child.communicate()

    def _ask(self, request: bytes) -> bytes:
        child = self._running()
        self._mails += 1
        try:
            return _within(PARSE_SECONDS, child, lambda: _exchange(child, request))
        except (OSError, EOFError):
            self.close()
            raise Unreadable from None

    def _running(self) -> subprocess.Popen[bytes]:
        """The living child of this very process: one that was forked away belongs to the parent."""
        if self._mails >= MAILS_OF_A_CHILD:
            self.close()
        if self._child is None or self._owner != os.getpid() or self._child.poll() is not None:
            self._child = _start()
            self._owner, self._mails = os.getpid(), 0
        return self._child


class _Values(pickle.Unpickler):
    """Opens answers: the mail room's value types and nothing else, whatever a mail did to the child."""

    def find_class(self, module: str, name: str) -> Any:
        if module not in _VALUES or "." in name:
            raise pickle.UnpicklingError("not a value of the mail room")
        return super().find_class(module, name)


def _start() -> subprocess.Popen[bytes]:
    """A new child. It inherits neither files nor secrets. Raises OSError."""
    child = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "messages_app.relay.parse_child",
            str(CHILD_MEMORY),
            str(2 * PARSE_SECONDS),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a traceback may quote the mail (PRV-5)
        cwd=settings.BASE_DIR,
        env={"LANG": "C.UTF-8", "PATH": os.environ.get("PATH", "")},
        start_new_session=True,  # Ctrl-C at a terminal is for the parent
    )
    ready = _within(START_SECONDS, child, lambda: _read(child, len(READY)))
    if ready != READY:
        raise OSError("the parsing process did not start")
    return child


def _within(seconds: float, child: subprocess.Popen[bytes], work: Callable[[], bytes]) -> bytes:
    """`work` with the child; when that takes longer, the child is killed and `work` meets its end."""
    watch = threading.Timer(seconds, child.kill)
    watch.daemon = True
    watch.start()
    try:
        return work()
    finally:
        watch.cancel()


def _exchange(child: subprocess.Popen[bytes], request: bytes) -> bytes:
    if child.stdin is None:
        raise EOFError
    child.stdin.write(LENGTH.pack(len(request)))
    child.stdin.write(request)
    child.stdin.flush()
    return _read(child, *LENGTH.unpack(_read(child, LENGTH.size)))


def _read(child: subprocess.Popen[bytes], size: int) -> bytes:
    found = child.stdout.read(size) if child.stdout else b""
    if len(found) < size:
        raise EOFError
    return found


PARSER = Parser()
atexit.register(PARSER.close)
