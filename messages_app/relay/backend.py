"""How mails leave: SMTP of our own, and its twin that only keeps them (MAIL-21).

Django's backend cannot send a null envelope and throws the server's answer away; here each mail
gets its answer, and a connection carries many mails.
"""

from __future__ import annotations

import smtplib
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.conf import settings

# Answers to MAIL that speak of our own account at the server, not of this mail: worth another try.
_OUR_ACCOUNT = frozenset({530, 534, 535, 538})
_IDLE_SECONDS = 20.0  # servers hang up on idle clients; a connection that was idle longer is not trusted


class Outcome(StrEnum):
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one mail, with the server's own words (not masked)."""

    outcome: Outcome
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One mail on its way. `sender` is empty for a null reverse-path."""

    sender: str
    recipient: str
    mail: bytes


class Backend(Protocol):
    """One way out; not shared between threads."""

    def send(self, envelope: Envelope, *, deadline: float) -> Answer:
        """Sends one mail. `deadline` (time.monotonic) bounds every wait. No answer makes it raise."""

    def close(self) -> None:
        """Hangs up; fine to call twice."""


def open_backend() -> Backend:
    """The way out that the settings name; connects with the first mail."""
    return KeepingBackend() if settings.DEMO_MAILBOXES else SmtpBackend()


class KeepingBackend:
    """The demo's twin: the row keeps the bytes, /demo/mailboxes/ shows them, nothing is sent."""

    def send(self, envelope: Envelope, *, deadline: float) -> Answer:
        return Answer(Outcome.SENT, "250 2.0.0 kept in the demo mailboxes")

    def close(self) -> None:
        return None


class SmtpBackend:
    """A kept connection to the server of EMAIL_URL. One recipient a transaction, so that every
    answer has one meaning."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None
        self._used_at = 0.0

    def send(self, envelope: Envelope, *, deadline: float) -> Answer:
        fresh = self._drop_if_idle()
        try:
            smtp = self._connected(deadline)
            code, reply = self._mail(smtp, envelope, deadline)
            if code in (-1, 421) and not fresh:
                # The server had hung up on the kept connection, with words or without: nothing was sent yet.
                self._hang_up()
                smtp = self._connected(deadline)
                code, reply = self._mail(smtp, envelope, deadline)
            return self._transact(smtp, code, reply, envelope, deadline)
        except (smtplib.SMTPException, OSError) as trouble:
            self._hang_up()
            return Answer(Outcome.DEFERRED, _in_words(trouble))

    def greet(self, *, timeout: float) -> None:
        """Connects, signs in and hangs up, to see that it can be done. Raises what smtplib raises."""
        self._connect(timeout).quit()

    def close(self) -> None:
        if self._smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
            self._hang_up()

    def _drop_if_idle(self) -> bool:
        """Whether the next mail will go over a new connection."""
        if self._smtp is not None and time.monotonic() - self._used_at > _IDLE_SECONDS:
            self.close()
        return self._smtp is None

    def _connected(self, deadline: float) -> smtplib.SMTP:
        if self._smtp is None:
            self._smtp = self._connect(_patience(deadline))
        return self._smtp

    def _connect(self, timeout: float) -> smtplib.SMTP:
        host, port = settings.EMAIL_HOST, settings.EMAIL_PORT
        name = settings.RELAY_DOMAIN
        smtp: smtplib.SMTP
        if settings.EMAIL_USE_SSL:
            smtp = smtplib.SMTP_SSL(
                host, port, local_hostname=name, timeout=timeout, context=ssl.create_default_context()
            )
        else:
            smtp = smtplib.SMTP(host, port, local_hostname=name, timeout=timeout)
        try:
            if settings.EMAIL_USE_TLS:
                smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
            if settings.EMAIL_HOST_USER:
                smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        except (smtplib.SMTPException, OSError):
            smtp.close()
            raise
        return smtp

    def _mail(self, smtp: smtplib.SMTP, envelope: Envelope, deadline: float) -> tuple[int, bytes]:
        """MAIL FROM; code -1 when the connection turned out to be dead."""
        _hurry(smtp, deadline)
        options = [f"size={len(envelope.mail)}"] if smtp.has_extn("size") else []
        try:
            return smtp.mail(envelope.sender, options)
        except (smtplib.SMTPServerDisconnected, ConnectionError):
            self._hang_up()
            return -1, b"the server hung up"

    def _transact(
        self, smtp: smtplib.SMTP, code: int, reply: bytes, envelope: Envelope, deadline: float
    ) -> Answer:
        if code == 250:
            _hurry(smtp, deadline)
            code, reply = smtp.rcpt(envelope.recipient)
        elif code in _OUR_ACCOUNT:
            code = -code
        if code in (250, 251):
            _hurry(smtp, deadline)
            code, reply = _data(smtp, envelope.mail)
        self._used_at = time.monotonic()
        self._after(smtp, code, deadline)
        return _answer(code, reply)

    def _after(self, smtp: smtplib.SMTP, code: int, deadline: float) -> None:
        """Leaves the connection ready for the next mail, or closed."""
        if code < 0 or code == 421:
            self._hang_up()
        elif code >= 400:
            try:
                _hurry(smtp, deadline)
                smtp.rset()
            except (smtplib.SMTPException, OSError):  # the answer stands; only the connection is gone
                self._hang_up()

    def _hang_up(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def _data(smtp: smtplib.SMTP, mail: bytes) -> tuple[int, bytes]:
    try:
        return smtp.data(mail)
    except smtplib.SMTPDataError as refused:
        error = refused.smtp_error
        return refused.smtp_code, error if isinstance(error, bytes) else error.encode()


def _patience(deadline: float) -> float:
    """Seconds to wait for the next answer. Raises TimeoutError when the time is up."""
    left = min(float(settings.EMAIL_TIMEOUT), deadline - time.monotonic())
    if left <= 0:
        raise TimeoutError("no time left in this lease")
    return left


def _hurry(smtp: smtplib.SMTP, deadline: float) -> None:
    if smtp.sock is not None:
        smtp.sock.settimeout(_patience(deadline))


def _answer(code: int, reply: bytes) -> Answer:
    words = f"{abs(code)} {reply.decode('ascii', 'replace')}"
    if 200 <= code < 300:
        return Answer(Outcome.SENT, words)
    return Answer(Outcome.FAILED if code >= 500 else Outcome.DEFERRED, words)


def _in_words(trouble: Exception) -> str:
    """Network trouble for the trace: what the server said, else the kind of trouble."""
    if isinstance(trouble, smtplib.SMTPResponseException):
        error = trouble.smtp_error
        words = error.decode("ascii", "replace") if isinstance(error, bytes) else error
        return f"{trouble.smtp_code} {words}"
    if isinstance(trouble, TimeoutError):
        return "no answer in time"
    return f"no connection ({type(trouble).__name__})"
