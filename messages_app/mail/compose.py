"""The mails that leave, built anew from values: an allow-list of headers and parts, never an edited original.

Seven bits, CRLF, lines of at most 76 characters in every body. Equal values give equal bytes (MAIL-14):
dates, ids and the seed of the boundaries come from the caller.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from messages_app.mail import headers
from messages_app.mail.html import html_to_text
from messages_app.mail.mime import Leaf, Multipart, Part, encoded_file, encoded_text, serialise

MAX_SUBJECT = 250
MAX_REFERENCES = 20
_MESSAGE_ID = re.compile(r"<[\x21-\x3b=\x3f-\x7e]{1,250}>")
_LINK = re.compile(r"https?://[\x21-\x3b=\x3f-\x7e]{1,900}")
_CONTENT_ID = re.compile(r"[A-Za-z0-9._@+-]{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingFile:
    """A file of the copy: an attachment by its name, an inline image by its content id."""

    type: str  # media type, lower-case; anything odd becomes application/octet-stream
    content: bytes
    name: str = ""
    content_id: str = ""  # without angle brackets


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStatus:
    """The machine-readable part of a notice (RFC 3464). The recipient is the alias, never a real address."""

    reporting_mta: str  # a domain of ours
    final_recipient: str  # the alias that was written to
    action: str  # failed, delayed, delivered, relayed, expanded
    status: str  # such as 5.7.1


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMail:
    """Everything a mail shows. Nothing that is not named here leaves (MAIL-14)."""

    sender_name: str
    sender_address: str
    recipient: str
    subject: str
    date: datetime  # aware
    message_id: str  # with angle brackets
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    text: str
    html: str  # sanitised; "" for a mail of text alone
    inline: tuple[OutgoingFile, ...] = ()
    files: tuple[OutgoingFile, ...] = ()
    list_unsubscribe: str = ""  # the link; adds one-click POST (RFC 8058)
    auto_submitted: str = ""  # auto-generated or auto-replied, for notices only (MAIL-19)
    loop_mark: str = ""
    language: str
    status: DeliveryStatus | None = None
    seed: bytes  # unguessable and the same at every attempt: the boundaries come from it


def compose(mail: OutgoingMail) -> bytes:
    """The finished mail as bytes.

    Text is cleaned of what must not be in a mail; ids that are none are left out. Raises ValueError for an
    address, own id or link that no header can carry, and for a naive date: those never come from a message.
    """
    body = _with_files(mail, _alternative(mail))
    return serialise(_header_fields(mail), body, mail.seed)


def _header_fields(mail: OutgoingMail) -> list[str]:
    if mail.date.tzinfo is None:
        raise ValueError("a mail's date needs its time zone")
    fields = [
        headers.mailbox("From", mail.sender_name, mail.sender_address),
        headers.mailbox("To", "", mail.recipient),
        headers.unstructured("Subject", headers.clean_header(mail.subject, MAX_SUBJECT)),
        f"Date: {format_datetime(mail.date.astimezone(UTC))}",
        headers.fold("Message-ID:", [_own(_MESSAGE_ID, mail.message_id)]),
    ]
    if _MESSAGE_ID.fullmatch(mail.in_reply_to):
        fields.append(headers.fold("In-Reply-To:", [mail.in_reply_to]))
    if known := [value for value in mail.references if _MESSAGE_ID.fullmatch(value)]:
        fields.append(headers.fold("References:", known[-MAX_REFERENCES:]))
    return fields + _marks(mail)


def _marks(mail: OutgoingMail) -> list[str]:
    """What programs read: unsubscribing, automatic mail, our loop mark, the language."""
    fields = []
    if mail.list_unsubscribe:
        fields.append(headers.fold("List-Unsubscribe:", [f"<{_own(_LINK, mail.list_unsubscribe)}>"]))
        fields.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    if mail.auto_submitted:
        fields.append(headers.unstructured("Auto-Submitted", headers.clean_header(mail.auto_submitted, 60)))
        fields.append("X-Auto-Response-Suppress: All")
    if mail.loop_mark:
        mark = headers.clean_header(mail.loop_mark, 60)
        fields.append(headers.unstructured("X-Messaging-Center-Loop", mark))
    if mail.language:
        fields.append(headers.unstructured("Content-Language", headers.clean_header(mail.language, 35)))
    return fields


def _own(form: re.Pattern[str], value: str) -> str:
    """A value that we made ourselves: when it has another form than it must, that is a bug and says so."""
    if not form.fullmatch(value):
        raise ValueError("a value of our own does not have the form that its header needs")
    return value


def _alternative(mail: OutgoingMail) -> Part:
    """Text and HTML, plain to rich; one of them alone stands by itself, with no empty twin."""
    text = mail.text if mail.text.strip() or not mail.html else html_to_text(mail.html)
    plain = encoded_text("text/plain", text)
    if not mail.html:
        return plain
    rich: Part = encoded_text("text/html", mail.html)
    if mail.inline:
        rich = Multipart('related; type="text/html"', (rich, *(_inline(file) for file in mail.inline)))
    return Multipart("alternative", (plain, rich))


def _with_files(mail: OutgoingMail, body: Part) -> Part:
    if mail.files:
        body = Multipart("mixed", (body, *(_attachment(file) for file in mail.files)))
    if mail.status:
        body = Multipart("report; report-type=delivery-status", (body, _status(mail.status)))
    return body


def _inline(file: OutgoingFile) -> Leaf:
    fields = (
        headers.fold("Content-ID:", [f"<{_own(_CONTENT_ID, file.content_id)}>"]),
        "Content-Disposition: inline",
    )
    return encoded_file(f"Content-Type: {headers.media_type(file.type)}", fields, file.content)


def _attachment(file: OutgoingFile) -> Leaf:
    """`filename` in RFC 2231's form with, for old readers, an ASCII `name` on the type.

    Not both as `filename`: Python's own reader would then take the poorer one.
    """
    name = headers.clean_header(file.name, 200) or "file"
    disposition = headers.fold(
        "Content-Disposition:", _chain("attachment", headers.parameter("filename", name))
    )
    fallback = headers.parameter("name", headers.ascii_file_name(name))
    content_type = headers.fold("Content-Type:", _chain(headers.media_type(file.type), fallback))
    return encoded_file(content_type, (disposition,), file.content)


def _chain(value: str, parameters: list[str]) -> list[str]:
    *most, last = [value, *parameters]
    return [*(f"{word};" for word in most), last]


def _status(status: DeliveryStatus) -> Leaf:
    lines = [
        f"Reporting-MTA: dns; {headers.clean_header(status.reporting_mta, 255)}",
        "",
        f"Final-Recipient: rfc822; {headers.clean_address(status.final_recipient)}",
        f"Action: {headers.clean_header(status.action, 20)}",
        f"Status: {headers.clean_header(status.status, 20)}",
        "",
    ]
    content = "\r\n".join(lines).encode("ascii")
    return Leaf(("Content-Type: message/delivery-status", "Content-Transfer-Encoding: 7bit"), (content,))
