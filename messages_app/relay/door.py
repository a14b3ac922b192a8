"""What all connections of the mail door share: where it is, who may come in, what may block, how it ends."""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from typing import ParamSpec, Protocol, TypeVar

from django.db import close_old_connections
from django.utils import timezone

from messages_app.models import InboundMail
from messages_app.relay.intake import Arrival, Intake, Recipient, Refusal, is_too_large, resolve_recipient

P = ParamSpec("P")
T = TypeVar("T")

MAX_CONNECTIONS = 400
MAX_CONNECTIONS_OF_CLIENT = 50
MAILS_PER_MINUTE_OF_CLIENT = 600
DRAIN_SECONDS = 20  # a mail whose DATA has begun may end when the door is told to close
_THREADS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Where the door is and how it speaks. Port 0: any free one."""

    host: str
    port: int
    lmtp: bool = False
    tls: ssl.SSLContext | None = None

    @property
    def on_loopback(self) -> bool:
        """Whether nobody but this machine can reach the door (MAIL-10)."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


class Limits:
    """Who may come in: connections at once, and mails a minute of one client. An MTA or a program on this
    machine is one client for everybody, so only the total binds it."""

    def __init__(self) -> None:
        self._connections: Counter[str] = Counter()
        self._mails: Counter[str] = Counter()
        self._minute = 0

    def enter(self, client: str) -> bool:
        """Counts a connection in; False when there are too many. Every enter has its `leave`."""
        self._connections[client] += 1
        if self._connections.total() > MAX_CONNECTIONS:
            return False
        return _is_local(client) or self._connections[client] <= MAX_CONNECTIONS_OF_CLIENT

    def leave(self, client: str) -> None:
        """Counts a connection out."""
        self._connections[client] -= 1
        if not self._connections[client]:
            del self._connections[client]

    def may_send(self, client: str, minute: int) -> bool:
        """Counts a mail; False when this client has sent too many in this minute."""
        if minute != self._minute:
            self._mails.clear()
            self._minute = minute
        self._mails[client] += 1
        return _is_local(client) or self._mails[client] <= MAILS_PER_MINUTE_OF_CLIENT


def _is_local(client: str) -> bool:
    return client in ("", "127.0.0.1", "::1")


class Connection(Protocol):
    """What the door needs of a dialogue to end it."""

    def close_if_idle(self) -> None: ...

    def close(self) -> None: ...


class Door:
    """What all connections share: limits, the threads that may block, the writer, the end."""

    def __init__(self, binding: Binding) -> None:
        self.binding = binding
        self.limits = Limits()
        self.closing = False
        self.connections: set[Connection] = set()
        self._intake = Intake()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="door")

    async def resolve(self, address: str) -> Recipient | Refusal:
        """`intake.resolve_recipient`, off the loop."""
        return await self._blocking(resolve_recipient, address)

    async def accept(self, raw: bytes, sender: str, recipients: tuple[Recipient, ...]) -> bool:
        """Stores a mail, committed when this returns (MAIL-3). False: its header block is too large.

        Raises OSError or DatabaseError when that did not work.
        """
        arrival = Arrival(
            raw=raw,
            envelope_sender=sender,
            recipients=recipients,
            door=InboundMail.Door.SMTP,
            loopback=self.binding.on_loopback,
            received_at=timezone.now(),
        )
        return await self._blocking(self._store, arrival)

    def _store(self, arrival: Arrival) -> bool:
        if is_too_large(arrival.raw):
            return False
        self._intake.accept(arrival)
        return True

    async def _blocking(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        call = partial(_with_fresh_connection, partial(function, *args, **kwargs))
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def close(self) -> None:
        """Sends the idle away, lets mails that are on their way end, and stores what was taken."""
        self.closing = True
        for connection in tuple(self.connections):
            connection.close_if_idle()
        waited = 0.0
        while self.connections and waited < DRAIN_SECONDS:
            await asyncio.sleep(0.05)
            waited += 0.05
        for connection in tuple(self.connections):
            connection.close()
        await asyncio.to_thread(self._end_threads)

    def _end_threads(self) -> None:
        self._threads.shutdown(wait=True)
        self._intake.close()


def _with_fresh_connection(call: Callable[[], T]) -> T:
    close_old_connections()
    try:
        return call()
    finally:
        close_old_connections()
