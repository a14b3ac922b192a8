"""What the gate knows about one submission when it decides: plain values, no look-ups.

`queries.facts` reads them under the lock (GATE-4); the checks in `checks.py` judge them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Side(StrEnum):
    """Who wrote: one of the two parties of a pair."""

    BUYER = "buyer"
    SELLER = "seller"

    @property
    def other(self) -> Side:
        return Side.SELLER if self is Side.BUYER else Side.BUYER


class Door(StrEnum):
    """The way a message came in."""

    WEB = "web"
    MAIL = "mail"
    API = "api"
    AUTO = "auto"


class Standing(StrEnum):
    """What an account may still do (GATE-7, MOD-1)."""

    ACTIVE = "active"
    RESTRICTED = "restricted"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Place(StrEnum):
    """Where in a message a content match was found."""

    TEXT = "text"
    HTML = "html"
    SUBJECT = "subject"
    FILE_NAME = "file_name"
    FILE = "file"  # a link in a document


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """The order a message is about, as the reasons look at it (RSN-1, RSN-2)."""

    number: str
    status: str  # pending, unshipped, shipped, delivered, cancelled, returned (ORD-1)
    traits: frozenset[str] = frozenset()  # customizable, digital, service, warranty (ORD-5)
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    review_requested: bool = False  # this order has used up its one review request


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """One file of the message after `files.identify` looked at its bytes (ATT-2, ATT-5)."""

    name: str
    size: int  # decoded bytes
    kind: str | None  # "txt", "pdf", "jpeg", "gif", "png", "doc", "docx"; None: none of the seven
    problem: str | None = None  # a code of files.identify.Problem
    found: str = ""  # what the bytes looked like, for the sentence to the author
    inline: bool = False
    infected: bool = False  # a virus scanner says so (ATT-7)
    unscanned: bool = False  # the virus scanner says nothing (ATT-7)
    reveals: bool = False  # shows what the other side must not learn, or cannot be searched for it (MAIL-17)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentMatch:
    """One place where a content rule spoke (POL-1)."""

    rule: str  # contact_email, external_link, ...
    place: Place
    start: int  # offsets into the text judged, in code points
    end: int
    excerpt: str  # what stands there, as written, at most 120 characters
    sure: bool  # False: below the sure threshold, hold instead of block (POL-7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything a check may look at. Built once per submission; never changed."""

    now: datetime  # the moment of acceptance, UTC
    author: Side
    door: Door

    # people
    standing: Standing = Standing.ACTIVE  # of the author's account
    standing_until: datetime | None = None
    own_seller: bool = False  # the author belongs to the seller they write to, or sells to sells
    blocked_by_other: bool = False  # the other side blocks the author (ACC-8)
    blocks_other: bool = False  # the author blocks the other side (ACC-8)
    messaging_enabled: bool = True  # the seller's switch (ACC-6)
    opted_out: bool = False  # the buyer takes no unsolicited messages (ACC-7)

    # thread
    buyer_has_written: bool = False  # delivered, human, in this thread
    reply_evidence: bool = True  # False: a mail known by its subject at best (MAIL-11)
    seller_began: bool = False  # the seller wrote the thread's first delivered message
    order: OrderFacts | None = None
    reason: str | None = None  # a contact reason of RSN-1, chosen or (by mail) "other"
    important: bool = False  # [important] and an order number of this buyer in the subject (RSN-6)

    # today's use (CAP)
    used_today: int = 0
    daily_cap: int = 0
    day_ends_at: datetime | None = None

    # what was written
    body_bytes: int = 0  # text and HTML bodies as UTF-8 (ATT-1)
    has_text: bool = True
    text_length: int = 0  # code points of the seller's own text, for RSN-1's limits
    covers_from: date | None = None  # first and last day of a warranty, for the reason that asks for them
    covers_until: date | None = None
    files: tuple[FileFacts, ...] = ()
    obstacles: tuple[str, ...] = ()  # codes of mail.parsed.Obstacle
    content: tuple[ContentMatch, ...] = ()

    # pace (MOD-4)
    sent_one_way: int = 0  # messages of this author in this thread within the last 5 minutes
    same_body: int = 0  # messages of this author with this very body within the last hour

    @property
    def proactive(self) -> bool:
        """Unsolicited: a seller's message that nobody asked for (rules.md, Terms)."""
        return self.author is Side.SELLER and not (self.buyer_has_written and self.reply_evidence)

    @property
    def total_bytes(self) -> int:
        """Body and decoded files together, as ATT-1 counts them."""
        return self.body_bytes + sum(file.size for file in self.files)
