"""A server that speaks clamd's protocol (clamd(8): zINSTREAM, zPING), over TCP or a local socket."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VIRUS = b"MALWARE-OF-THE-TESTS"


@dataclass
class Clamd:
    """What it was asked, and how it behaves."""

    limit: int = 25 * 1024 * 1024  # StreamMaxLength
    silent: bool = False  # takes everything and never answers
    answer: bytes | None = None  # instead of its own
    scanned: list[bytes] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""


class _Dialogue(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        clamd: Clamd = self.server.clamd  # type: ignore[attr-defined]
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        if command == b"zPING\0":
            self.wfile.write(b"PONG\0" if clamd.answer is None else clamd.answer)
        elif command == b"zINSTREAM\0":
            self._scan(clamd)

    def _scan(self, clamd: Clamd) -> None:
        content = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            if len(content) + length > clamd.limit:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
            content += self.rfile.read(length)
        clamd.scanned.append(content)
        if clamd.silent:
            clamd.released.wait(30)
        elif clamd.answer is not None:
            self.wfile.write(clamd.answer)
        else:
            self.wfile.write(b"stream: Test.Malware-1 FOUND\0" if VIRUS in content else b"stream: OK\0")


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class _Local(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextmanager
def running_clamd(folder: Path | None = None, **behaviour: Any) -> Iterator[Clamd]:
    """A running server and its address: on a local socket in `folder`, else on a free port."""
    clamd = Clamd(**behaviour)
    server: _Tcp | _Local
    if folder is not None:
        server = _Local(str(folder / "clamd.ctl"), _Dialogue)
        clamd.url = f"unix://{folder / 'clamd.ctl'}"
    else:
        server = _Tcp(("127.0.0.1", 0), _Dialogue)
        clamd.url = f"tcp://127.0.0.1:{server.server_address[1]}"
    server.clamd = clamd  # type: ignore[union-attr]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield clamd
    finally:
        clamd.released.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
