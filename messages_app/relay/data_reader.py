"""Reads the DATA of a mail from a stream in blocks, whatever its lines look like (MAIL-2).

Only CR LF dot CR LF ends it: bare line feeds and carriage returns are content, so no two servers can
disagree about where a mail ends.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum, auto

_END = b"\r\n.\r\n"
_BLOCK = 2**24  # more than a stream ever holds: a read empties its buffer


class NotRead(Enum):
    """Why there is no mail."""

    TOO_LONG = auto()  # it was read to its end and thrown away
    TOO_SLOW = auto()  # its end never came; the connection is of no more use


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How slow a client may be: honest lines are slow, but none may keep its place for good (MAIL-6)."""

    silence_seconds: float = 300  # between two blocks (RFC 5321 4.5.3.2); so long the rate is not looked at
    total_seconds: float = 3600
    bytes_per_second: float = 1  # on average

    def left(self, seconds: float) -> float:
        """How long to wait for the next block, after so many seconds."""
        return min(self.silence_seconds, self.total_seconds - seconds)

    def kept(self, seconds: float, received: int) -> bool:
        """Whether a mail that is not at its end after so many seconds may go on."""
        if seconds <= self.silence_seconds:
            return seconds < self.total_seconds
        return seconds < self.total_seconds and received >= seconds * self.bytes_per_second


async def read_data(reader: asyncio.StreamReader, limit: int, pace: Pace) -> bytes | NotRead:
    """The mail without its dot-stuffing. TOO_LONG: it has more than `limit` bytes. What follows the end stays
    in `reader`. Raises ConnectionResetError when the client goes away.

    Memory is bounded by twice the limit, time by `pace`.
    """
    clock = asyncio.get_running_loop().time
    began, received = clock(), 0
    data = bytearray(b"\r\n")  # a mail begins at the beginning of a line
    too_long = False
    while pace.kept(clock() - began, received):
        block = await _block(reader, pace.left(clock() - began))
        if block is None:
            break
        received += len(block)
        seen = len(data)
        data += block
        end = data.find(_END, max(0, seen - len(_END) + 1))
        if end >= 0:
            if rest := bytes(data[end + len(_END) :]):
                reader.feed_data(rest)  # its buffer is empty now, so this puts the rest back to where it was
            del data[end + 2 :]
            return NotRead.TOO_LONG if too_long else _content(data, limit)
        if too_long or len(data) > 2 * limit:
            too_long = True
            del data[: 1 - len(_END)]
    return NotRead.TOO_SLOW


def _content(data: bytearray, limit: int) -> bytes | NotRead:
    plain = data.replace(b"\r\n.", b"\r\n") if b"\r\n." in data else data
    return bytes(memoryview(plain)[2:]) if len(plain) - 2 <= limit else NotRead.TOO_LONG


async def _block(reader: asyncio.StreamReader, seconds: float) -> bytes | None:
    """The next block; None when there was none in that time."""
    try:
        async with asyncio.timeout(seconds):
            block = await reader.read(_BLOCK)
    except TimeoutError:
        return None
    if not block:
        raise ConnectionResetError("the client went away within its mail")
    return block
