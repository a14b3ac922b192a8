"""A parsing child that does to itself what a hostile mail might; honest mails it parses."""

from __future__ import annotations

import os
import pickle
import signal
import time

from messages_app.relay import parse_child

_parse = parse_child._parse


def harm(request: bytes) -> None:
    """Hangs, dies or grows on the words HANG, DIE and GROW."""
    if b"HANG" in request:
        signal.alarm(0)
        while True:
            time.sleep(60)
    if b"DIE" in request:
        os.kill(os.getpid(), signal.SIGKILL)
    if b"GROW" in request:
        hoard = []
        while True:
            hoard.append(bytearray(50_000_000))


def misbehave(request: bytes) -> bytes:
    raw, _ = pickle.loads(request)
    harm(raw)
    if b"LIE" in raw:
        return pickle.dumps((os.system, None))
    return _parse(request)


if __name__ == "__main__":
    parse_child._parse = misbehave
    parse_child.main()
