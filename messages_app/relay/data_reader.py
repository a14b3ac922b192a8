"""Reads the DATA of a mail from a stream in blocks, whatever its lines look like (MAIL-2).

Only CR LF dot CR LF ends it: bare line feeds and carriage returns are content, so no two servers can
disagree about where a mail ends.
"""

from __future__ import annotations

import asyncio

_END = b"\r\n.\r\n"
_BLOCK = 2**24  # more than a stream ever holds: a read empties its buffer


async def read_data(reader: asyncio.StreamReader, limit: int) -> bytes | None:
    """The mail without its dot-stuffing, or None when it is longer than `limit` bytes (then it is read to its
    end and thrown away). What follows the end stays in `reader`. Raises ConnectionResetError.

    Memory is bounded by twice the limit, time by the bytes sent.
    """
    data = bytearray(b"\r\n")  # a mail begins at the beginning of a line
    too_long = False
    while True:
        seen = len(data)
        data += await _block(reader)
        end = data.find(_END, max(0, seen - len(_END) + 1))
        if end >= 0:
            if rest := bytes(data[end + len(_END) :]):
                reader.feed_data(rest)  # its buffer is empty now, so this puts the rest back to where it was
            del data[end + 2 :]
            return None if too_long else _content(data, limit)
        if too_long or len(data) > 2 * limit:
            too_long = True
            del data[: 1 - len(_END)]


def _content(data: bytearray, limit: int) -> bytes | None:
    plain = data.replace(b"\r\n.", b"\r\n") if b"\r\n." in data else data
    return bytes(memoryview(plain)[2:]) if len(plain) - 2 <= limit else None


async def _block(reader: asyncio.StreamReader) -> bytes:
    block = await reader.read(_BLOCK)
    if not block:
        raise ConnectionResetError("the client went away within its mail")
    return block
