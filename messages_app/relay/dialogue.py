"""One connection at the mail door: what is said, in SMTP or LMTP (MAIL-1, MAIL-2).

The dialogue says only what is certain at once. Whatever goes wrong inside is 451: the sender's server
keeps the mail and comes again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session, TLSSetupException, syntax
from django.conf import settings

from messages_app.relay.data_reader import NotRead, Pace, read_data
from messages_app.relay.door import Door
from messages_app.relay.intake import Recipient, Refusal, can_be_address

log = logging.getLogger(__name__)

MAX_RECIPIENTS = 100  # of one mail: what RFC 5321 4.5.3.1.8 asks for
MAX_BAD_RECIPIENTS = 20  # of one connection: who tries more is guessing addresses
IDLE_SECONDS = 300  # RFC 5321 4.5.3.2
PACE = Pace(silence_seconds=IDLE_SECONDS)
_COMMAND_LINE = 64 * 1024
_MAX_COMMAND = 4096  # mailing lists and bounce schemes make senders far longer than RFC 5321 has them

OK = "250 2.0.0 OK"
TRY_LATER = "451 4.3.0 Temporary trouble here, try again later"
CLOSING = "421 4.3.2 Closing for a moment, try again later"
TOO_LARGE = "552 5.3.4 Message too large"
TOO_SLOW = "421 4.4.2 Too slow, closing; try again later"
IDLE = "421 4.4.2 Nothing heard for too long, closing"
UNKNOWN_COMMAND = "500 5.5.2 No such command here"
NO_VRFY = "502 5.5.1 VRFY not offered"
REFUSALS = {
    Refusal.UNKNOWN: "550 5.1.1 No such address here",
    Refusal.OTHER_DOMAIN: "550 5.7.1 No relaying: not a domain of ours",
}
# Answers of the library by their beginnings: these repeat what the client said (PRV-5), or lack the code.
_SAID_BETTER = {
    "500 Error: command": UNKNOWN_COMMAND,
    "502 Could not VRFY": NO_VRFY,
    "552 Error": TOO_LARGE,
}


class Mail(Envelope):
    """One mail of a dialogue, with its recipients resolved."""

    def __init__(self) -> None:
        super().__init__()
        self.recipients: list[Recipient] = []

    @property
    def sender(self) -> str:
        """The envelope sender; empty for the null sender, for which aiosmtpd keeps the brackets."""
        return "" if self.mail_from in (None, "<>") else self.mail_from


class _Hooks:
    """aiosmtpd's hooks of one connection. Every answer is ASCII of ours: nothing a client said is in it."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._bad_recipients = 0

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: _Dialogue, session: Session, mail: Mail, hostname: str, lines: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [line for line in lines if not line.startswith("250-AUTH")]  # nobody signs in here

    async def handle_MAIL(  # noqa: N802
        self, server: _Dialogue, session: Session, mail: Mail, address: str, options: list[str]
    ) -> str:
        if self._door.closing:
            return server.goodbye(CLOSING)
        if not can_be_address(address):
            return "553 5.1.7 No such sender can be"
        if not self._door.limits.may_send(server.client, int(time.monotonic() // 60)):
            return "450 4.7.1 Too many mails from you, try again in a minute"
        # aiosmtpd takes an empty sender for none at all, so the null sender keeps its brackets till later.
        mail.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: _Dialogue, session: Session, mail: Mail, address: str, options: list[str]
    ) -> str:
        if len(mail.recipients) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients, send the rest separately"
        recipient = await self._door.resolve(address)
        if isinstance(recipient, Recipient):
            mail.recipients.append(recipient)
            return "250 2.1.5 OK"
        self._bad_recipients += 1
        if self._bad_recipients >= MAX_BAD_RECIPIENTS:
            return server.goodbye("421 4.7.0 Too many wrong addresses")
        return REFUSALS[recipient]

    async def handle_VRFY(  # noqa: N802
        self, server: _Dialogue, session: Session, mail: Mail, address: str
    ) -> str:
        return NO_VRFY

    async def handle_exception(self, error: Exception) -> str:
        if isinstance(error, TLSSetupException):
            log.info("a client did not get through the TLS handshake")
            return TRY_LATER
        log.error("trouble in a mail dialogue", exc_info=error)
        return TRY_LATER


class _Dialogue(SMTP):
    """aiosmtpd's SMTP with our own reading of DATA and addresses, and our limits."""

    line_length_limit = _COMMAND_LINE
    command_size_limit = _MAX_COMMAND

    def __init__(self, door: Door) -> None:
        super().__init__(
            _Hooks(door),
            data_size_limit=settings.MAX_WIRE_BYTES,
            hostname=settings.RELAY_DOMAIN,
            ident="mail relay",
            tls_context=door.binding.tls,
            timeout=IDLE_SECONDS,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            loop=asyncio.get_running_loop(),
        )
        self.command_size_limits = defaultdict(lambda: _MAX_COMMAND)
        self._door = door
        self._mail = Mail()
        self._in_mail = False
        self._said_goodbye = False
        self.client = ""

    async def _handle_client(self) -> None:
        """The life of one connection; STARTTLS stays within it."""
        peer = self._writer.get_extra_info("peername")
        self.client = str(peer[0]) if peer else ""
        try:
            if not self._door.limits.enter(self.client):
                await self.push("421 4.7.0 Too many connections, try again later")
                self.close()
                return
            self._door.connections.add(self)
            await super()._handle_client()
        except ConnectionResetError:  # the client is gone; the library has closed
            return
        finally:
            self._door.connections.discard(self)
            self._door.limits.leave(self.client)

    def eof_received(self) -> bool | None:
        """The client says no more. What it said before is still answered: it may listen (RFC 9293 3.6).

        Over TLS the transport closes both ways at once, and the library ends the dialogue.
        """
        if self._tls_protocol is not None:
            return super().eof_received()
        return asyncio.StreamReaderProtocol.eof_received(self)

    async def handle_exception(self, error: Exception) -> str:
        """The answer to what went wrong within a command, or between two."""
        if isinstance(error, asyncio.IncompleteReadError):  # all that the client said has been answered
            self.close()
            return ""
        return await super().handle_exception(error)

    def _timeout_cb(self) -> None:
        """The library would hang up without a word, and wait for a client that does not read."""
        if not isinstance(self.transport, asyncio.WriteTransport):
            return
        if self.transport.get_write_buffer_size():
            self.transport.abort()
            return
        self._writer.write(f"{IDLE}\r\n".encode())
        self.close()

    async def push(self, status: Any) -> None:
        """One answer. After a goodbye nothing more is read. Raises ConnectionResetError on a closed one."""
        if self.transport is None or self.transport.is_closing():
            raise ConnectionResetError("nobody to answer")
        if isinstance(status, str):
            status = next((ours for start, ours in _SAID_BETTER.items() if status.startswith(start)), status)
        await super().push(status)
        if self._said_goodbye:
            self.close()

    def goodbye(self, answer: str) -> str:
        """`answer`, which will be the last."""
        self._said_goodbye = True
        return answer

    def close(self) -> None:
        """Ends the connection; what was written is still sent."""
        if self.transport is not None:
            self.transport.close()

    def close_if_idle(self) -> None:
        """Sends the client away unless it is within a mail, which may end."""
        if self._in_mail or self.transport is None:
            self._said_goodbye = True
            return
        self._writer.write(f"{CLOSING}\r\n".encode())
        self.close()

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The address of MAIL FROM or RCPT TO and the rest: any `<...>`, whatever stands in it.

        The library's parser refuses `<postmaster>` and raises on some addresses.
        """
        bracketed = arg.lstrip()
        if not bracketed.startswith("<"):
            address, _, rest = bracketed.partition(" ")
            return (address, rest) if address else ("", "")
        end = _closing_bracket(bracketed)
        if end is None:
            return None, None
        address = bracketed[1:end].strip()
        if address.startswith("@"):
            address = address.partition(":")[2]  # a source route (RFC 5321 appendix C): ignored
        return address or "<>", bracketed[end + 1 :]

    def _create_envelope(self) -> Envelope:
        self._mail = Mail()
        return self._mail

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd's name
        """Takes one mail. Read in blocks: lines of any length, memory bounded, end unmistakable."""
        mail = self._mail
        if await self.check_helo_needed():
            return
        if arg or not mail.recipients:
            await self.push("501 5.5.4 Syntax: DATA" if arg else "503 5.5.1 Need RCPT first")
            return
        self._in_mail = True
        self._stop_timer()
        try:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            raw = await read_data(self._reader, settings.MAX_WIRE_BYTES, PACE)
            self.envelope = self._create_envelope()
            await self.push(await self._answer(raw, mail))
        finally:
            self._in_mail = False
            if self.transport is not None:
                self._reset_timeout()

    def _stop_timer(self) -> None:
        """Reading DATA keeps its own time."""
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()

    async def _answer(self, raw: bytes | NotRead, mail: Mail) -> str:
        if raw is NotRead.TOO_SLOW:
            return self.goodbye(TOO_SLOW)
        answer = TOO_LARGE if raw is NotRead.TOO_LONG else await self._accept(raw, mail)
        return self._answers(answer, len(mail.recipients))

    @syntax("STARTTLS", when="tls_context")
    async def smtp_STARTTLS(self, arg: str | None) -> None:  # noqa: N802
        """TLS once: within it there is no second."""
        if self._tls_protocol is not None:
            await self.push("503 5.5.1 TLS is on already")
            return
        await super().smtp_STARTTLS(arg)

    async def _accept(self, raw: bytes, mail: Mail) -> str:
        try:
            stored = await self._door.accept(raw, mail.sender, tuple(mail.recipients))
            return OK if stored else TOO_LARGE
        except Exception:  # whatever it is, the mail was not taken and its sender must keep it (REL-3)
            log.exception("a mail could not be stored")
            return TRY_LATER

    def _answers(self, answer: str, recipients: int) -> str:
        """SMTP answers a mail once."""
        return answer


class _LmtpDialogue(LMTP, _Dialogue):
    """LMTP: LHLO, and one answer for each recipient (RFC 2033)."""

    def _answers(self, answer: str, recipients: int) -> str:
        return "\r\n".join([answer] * recipients)


def _closing_bracket(text: str) -> int | None:
    """Where the `<` at the beginning closes; a quoted local part may hold brackets."""
    quoted = escaped = False
    for place, letter in enumerate(text):
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif letter == '"':
            quoted = not quoted
        elif letter == ">" and not quoted:
            return place
    return None


def new_dialogue(door: Door) -> SMTP:
    """The protocol of one new connection."""
    return _LmtpDialogue(door) if door.binding.lmtp else _Dialogue(door)
