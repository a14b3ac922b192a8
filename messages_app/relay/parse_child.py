"""The process in which mails are parsed: no database, no keys, little memory, little time (MAIL-6).

Run as `python -m messages_app.relay.parse_child` by `relay.parser`. It imports the pure mail room alone.
Requests and answers are pickles behind their length; the first byte out says that it is ready.
"""

from __future__ import annotations

import pickle
import resource
import signal
import struct
import sys
from typing import BinaryIO

from messages_app.mail.parse import parse_mail
from messages_app.mail.report import read_report

READY = b"+"
LENGTH = struct.Struct("!Q")


def main() -> None:
    """Answers one request after the other until standard input ends. Arguments: memory (bytes), seconds."""
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold mail in clear
    source, target = sys.stdin.buffer, sys.stdout.buffer
    target.write(READY)
    target.flush()
    while request := _read(source):
        # The parent watches the time; should it be gone, the alarm ends a mail that never does.
        signal.alarm(seconds)
        answer = _parse(request)
        signal.alarm(0)
        target.write(LENGTH.pack(len(answer)))
        target.write(answer)
        target.flush()


def _read(source: BinaryIO) -> bytes:
    head = source.read(LENGTH.size)
    return source.read(*LENGTH.unpack(head)) if len(head) == LENGTH.size else b""


def _parse(request: bytes) -> bytes:
    raw, options = pickle.loads(request)  # noqa: S301 - written by the parent
    mail = parse_mail(raw, **options)
    return pickle.dumps((mail, read_report(raw) if mail.report else None), protocol=5)


if __name__ == "__main__":
    main()
