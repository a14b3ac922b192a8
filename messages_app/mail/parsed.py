"""A mail as values: what `parse.parse_mail` makes of raw bytes. Nothing here does anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Automatic(StrEnum):
    """Why a mail is not a person writing (MAIL-26). Order: strongest sign first."""

    NULL_SENDER = "null_sender"
    REPORT = "report"
    AUTO_SUBMITTED = "auto_submitted"
    BULK = "bulk"
    SUBJECT = "subject"


class Obstacle(StrEnum):
    """What keeps a mail from being read or relayed whole; each blocks with a notice."""

    ENCRYPTED = "encrypted"
    PARTIAL = "partial"
    EXTERNAL_BODY = "external_body"
    OPAQUE = "opaque"  # winmail.dat that cannot be unpacked
    TOO_DEEP = "too_deep"
    TOO_MANY_PARTS = "too_many_parts"


class LeftOut(StrEnum):
    """Parts that the copy leaves out with a visible note (MAIL-16)."""

    SIGNATURE = "signature"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address of a header: decoded display name (may be empty) and addr-spec as written."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFile:
    """A part that is a file: attachment or inline image, decoded."""

    name: str  # as the sender wrote it, decoded, not yet cleaned (ATT-5 is files.names)
    declared_type: str  # lower-case "image/png", as claimed
    content: bytes
    content_id: str = ""  # without angle brackets
    inline: bool = False  # an image that the HTML shows by its content id


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySpans:
    """Where the new text stands in `ParsedMail.text`; the rest is quoted (MAIL-13).

    Half-open (start, end) offsets in code points, ascending. Where answers stand between quotes,
    the `>` lines are within the spans too: those are shown as they stand, and are still a quote.
    """

    new: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedMail:
    """Everything later steps need to know of one mail. Strings hold no NUL, no lone surrogates."""

    from_mailboxes: tuple[Mailbox, ...]  # of all From fields together; MAIL-9 wants exactly one
    subject: str  # decoded, one line, controls and bidi removed, at most 998 characters
    message_id: str  # with angle brackets; "" when absent
    reference_ids: tuple[str, ...]  # In-Reply-To first, then References from the right; at most 50
    text: str  # the whole text, LF line ends: the text part, else rendered from the HTML
    html: str  # the HTML part(s) decoded, not yet sanitised; "" when there was none
    spans: ReplySpans
    body_bytes: int = 0  # of the text and HTML parts as UTF-8, without what was rendered from them (ATT-1)
    files: tuple[MailFile, ...] = ()
    automatic: Automatic | None = None
    report: bool = False  # multipart/report: delivery status, disposition, feedback
    own_loop_mark: bool = False
    hops: int = 0  # Received fields
    obstacles: tuple[Obstacle, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    authentication_results: tuple[str, ...] = ()  # values of that header, topmost first
    content_digest: bytes = b""  # SHA-256 over the decoded bodies and files (MAIL-5)
    defects: tuple[str, ...] = field(default=())

    @property
    def new_text(self) -> str:
        """What the author wrote now, without the quoted rest."""
        return "".join(self.text[start:end] for start, end in self.spans.new).strip("\n")
