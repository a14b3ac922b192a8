"""Asks clamd whether bytes are infected, by its own protocol (ATT-7)."""

from __future__ import annotations

import logging
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings

SECONDS = 30.0  # for one file, connecting included
_CONNECT_SECONDS = 5.0
_CHUNK = 256 * 1024
_LONGEST_ANSWER = 4096  # bytes
_LENGTH = struct.Struct("!L")

log = logging.getLogger(__name__)


class Scan(StrEnum):
    """What a scan says."""

    CLEAN = "clean"  # or no scanner is configured
    INFECTED = "infected"
    UNKNOWN = "unknown"  # down, too slow, or the file is beyond its limits: never passed unseen


def scan(content: bytes) -> Scan:
    """Clean where no scanner is configured. Never raises for a scanner that does not work."""
    if not settings.CLAMD_URL:
        return Scan.CLEAN
    try:
        answer = _asked(content)
    except OSError as trouble:
        log.warning("the virus scanner does not answer", extra={"trouble": type(trouble).__name__})
        return Scan.UNKNOWN
    if answer.endswith(b" FOUND"):
        return Scan.INFECTED
    if answer == b"stream: OK":
        return Scan.CLEAN
    log.warning("the virus scanner does not say whether a file is clean")
    return Scan.UNKNOWN


def ping() -> bool:
    """Whether the scanner answers. Raises OSError where it is not reached."""
    with _connection(_CONNECT_SECONDS) as line:
        line.sendall(b"zPING\0")
        return _answer(line, time.monotonic() + _CONNECT_SECONDS) == b"PONG"


def _asked(content: bytes) -> bytes:
    """clamd's answer to INSTREAM: chunks behind their length, an empty one ends them (clamd(8))."""
    until = time.monotonic() + SECONDS
    with _connection(_CONNECT_SECONDS) as line:
        try:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), _CHUNK):
                chunk = content[start : start + _CHUNK]
                line.settimeout(_left(until))
                line.sendall(_LENGTH.pack(len(chunk)) + chunk)
            line.sendall(_LENGTH.pack(0))
        except (BrokenPipeError, ConnectionResetError):
            pass  # beyond its size limit it stops reading, and may have said so
        return _answer(line, until)


def _answer(line: socket.socket, until: float) -> bytes:
    """Up to the NUL that ends it."""
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
        line.settimeout(_left(until))
        part = line.recv(_LONGEST_ANSWER)
        if not part:
            break
        answer += part
    return answer.rstrip(b"\0").strip()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@contextmanager
def _connection(seconds: float) -> Iterator[socket.socket]:
    place = urlsplit(settings.CLAMD_URL)
    if place.scheme == "tcp":
        with socket.create_connection((place.hostname or "", place.port or 3310), timeout=seconds) as line:
            yield line
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(seconds)
        line.connect(place.path)
        yield line
