"""A bare aiosmtpd sink to compare with: `python -m benchmarks.sink PORT MODE [FILE]`.

`discard` answers 250 at once, `fsync` writes each mail to a file of its own and syncs it first,
`record` notes in FILE when each mail arrived.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import TextIO

from aiosmtpd.smtp import SMTP, Envelope, Session

MARK = re.compile(rb"bench[a-z]{8}")


class Sink:
    """The handler of one mode."""

    def __init__(self, mode: str, file: TextIO | None) -> None:
        self._mode = mode
        self._file = file
        self._folder = Path(tempfile.mkdtemp(prefix="bench-sink-"))
        self._count = 0

    async def handle_DATA(  # noqa: N802 - aiosmtpd looks for this name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content or b""
        if self._mode == "fsync":
            self._store(content)
        elif self._file is not None:
            self._note(content)
        return "250 OK"

    def _store(self, content: bytes) -> None:
        self._count += 1
        with (self._folder / str(self._count)).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def _note(self, content: bytes) -> None:
        found = MARK.search(content.replace(b"=\r\n", b""))
        if found and self._file is not None:
            self._file.write(f"{found.group().decode()} {time.monotonic()}\n")
            self._file.flush()


async def main(port: int, mode: str, file: TextIO | None) -> None:
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    handler = Sink(mode, file)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, data_size_limit=20_000_000, loop=loop), "127.0.0.1", port
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    path = sys.argv[3] if len(sys.argv) > 3 else os.devnull
    with Path(path).open("a", encoding="ascii") as notes:
        asyncio.run(main(int(sys.argv[1]), sys.argv[2], notes))
