"""What a door hands to the gate, and what it gets back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from accounts.models import Pair
from messages_app.mail.evidence import Evidence
from messages_app.mail.parsed import LeftOut, Obstacle
from messages_app.policy.facts import Door, Side
from messages_app.policy.verdict import Decision, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedFile:
    """A file as it came, name and bytes unchecked."""

    name: str
    content: bytes = field(repr=False)
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One message that somebody wants to send. The door has made sure who writes and where
    (access in the look-up); everything else is the gate's to decide.

    Mail: `thread_id` is the thread that the evidence named (also a weak one), `order_id` the order
    named in subject or text if it is one of the pair. Web: `thread_id` for a reply, else `order_id`.
    """

    # GATE-5: "web:<person>:<form token>:<digest>", "mail:<inbound id>", "api:<token>:<idempotency key>"
    key: str
    door: Door
    author: Side
    pair: Pair  # as the door found it, best by `pairs_with_people`; the gate reads it again under its lock
    user_id: int | None = None  # the member or buyer; None: an address of nobody in particular
    thread_id: UUID | None = None
    order_id: int | None = None
    reason: str = ""  # contact reason of a seller (RSN-1), topic of a buyer (RSN-8)
    subject: str = ""
    text: str = ""  # whole, LF line ends
    new: tuple[tuple[int, int], ...] | None = None  # spans of `text` written now; None: all of it
    html: str = ""  # as it came, not sanitised
    covers: tuple[date | None, date | None] = (None, None)  # first and last day of a warranty (RSN-1)
    body_bytes: int | None = None  # of a mail's bodies as they came; None: of text and html (ATT-1)
    files: tuple[SubmittedFile, ...] = ()
    evidence: Evidence = Evidence.PAGE
    foreign_id: str = ""  # the mail's own Message-ID
    automatic: bool = False  # out-of-office of a proven party: a line in the thread, no gate (MAIL-26)
    obstacles: tuple[Obstacle, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    inbound_id: UUID | None = None  # the work item behind a mail
    notify: str = ""  # the proven address that a notice goes to (GATE-1); empty: told on the page
    # When it was accepted, where it was set aside first and is let in now: its place in the thread.
    # Clock and cap count from now, as with a held message that is released (Terms).
    accepted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """How a submission ended. `repeated`: it was known already, nothing new happened (GATE-5)."""

    message_id: UUID
    thread_id: UUID
    state: str  # of Message.State
    decision: Decision | None  # None for a repeated one and for automatic mail
    repeated: bool = False

    @property
    def may_be_sent_again(self) -> bool:
        """Changed or later. A held message may still be delivered: sent again, it would come twice."""
        return self.decision is not None and self.decision.verdict is Verdict.BLOCK
