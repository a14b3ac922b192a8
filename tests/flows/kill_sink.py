"""A mail server that stores a mail and then kills who sent it, before it answers (MAIL-20)."""

from __future__ import annotations

import email
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.messages_app.relay.mail_world import Received, Sink


@dataclass
class KillSink(Sink):
    """Takes everything. `kill` runs with every mail whose number (from 1) is in `at`."""

    kill: Callable[[], object] = lambda: None
    at: set[int] = field(default_factory=set)
    life: int = 0  # how many lives of the sender have ended here
    lives: dict[int, int] = field(default_factory=dict)  # by connection: the life that opened it
    sessions: list[Session] = field(default_factory=list)  # kept, so that an id is never used again

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, lines: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.sessions.append(session)
        self.lives.setdefault(id(session), self.life)
        return lines

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        (recipient,) = envelope.rcpt_tos
        assert isinstance(envelope.content, bytes)
        sender = (envelope.mail_from or "").strip("<>")
        self.received.append(Received(sender, recipient, envelope.content, id(session)))
        if len(self.received) in self.at:
            await server.loop.run_in_executor(None, self._end_a_life)
        return "250 2.0.0 taken"

    def _end_a_life(self) -> None:
        # All in the thread: the connection's death ends the coroutine that waits for it.
        self.kill()
        self.life += 1

    def copies(self) -> dict[str, list[Received]]:
        """What came, by Message-ID."""
        found: defaultdict[str, list[Received]] = defaultdict(list)
        for mail in tuple(self.received):
            found[str(email.message_from_bytes(mail.content)["Message-ID"])].append(mail)
        return dict(found)

    def extra(self) -> int:
        """How many copies came beyond one of each mail."""
        return sum(len(copies) - 1 for copies in self.copies().values())

    def changed(self) -> int:
        """How many mails came again with other bytes or another envelope."""
        return sum(
            len({(copy.content, copy.recipient, copy.sender) for copy in copies}) > 1
            for copies in self.copies().values()
        )

    def twice_in_a_life(self) -> int:
        """How many copies came again from the same life of the sender: no kill explains them."""
        return sum(
            times - 1
            for copies in self.copies().values()
            for times in Counter(self.lives[copy.connection] for copy in copies).values()
        )
