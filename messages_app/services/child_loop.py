"""What a bounded child process does: answers requests within little memory and little time (MAIL-6).

Run by `services.child`. Imports no Django: no database, no keys. Requests and answers lie behind their
length; the first byte out says that the process is ready.
"""

from __future__ import annotations

import resource
import signal
import struct
import sys
from collections.abc import Callable
from typing import BinaryIO

READY = b"+"
LENGTH = struct.Struct("!Q")


def serve(work: Callable[[bytes], bytes]) -> None:
    """Answers one request after the other until standard input ends. Arguments: memory (bytes), seconds."""
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold mail in clear
    # Whoever stops the whole service may signal everybody in it: the parent still wants its answer. It ends
    # this process by closing its input or by force.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    target.write(READY)
    target.flush()
    while request := _read(source):
        # The parent watches the time; should it be gone, the alarm ends a mail that never does.
        signal.alarm(seconds)
        answer = work(request)
        signal.alarm(0)
        target.write(LENGTH.pack(len(answer)))
        target.write(answer)
        target.flush()


def _read(source: BinaryIO) -> bytes:
    head = source.read(LENGTH.size)
    return source.read(*LENGTH.unpack(head)) if len(head) == LENGTH.size else b""
