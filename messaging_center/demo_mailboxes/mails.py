"""A finished mail as a mail program shows it. Pure: bytes in, values out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from typing import cast

_CID = re.compile(r"""(?<=src=")cid:([^"]+)(?=")|(?<=src=')cid:([^']+)(?=')""", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPart:
    """A file of a mail; `number` is its place among all parts of the mail."""

    number: int
    name: str
    type: str
    content_id: str
    content: bytes = field(repr=False)

    @property
    def is_inline(self) -> bool:
        return bool(self.content_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMail:
    """What a reader sees of a mail, and what an answer to it needs."""

    from_name: str
    from_address: str
    to_address: str
    subject: str
    date: datetime | None
    message_id: str
    references: str
    automatic: bool  # a notice: nobody reads an answer to it
    text: str
    html: str
    parts: tuple[ShownPart, ...]

    @property
    def files(self) -> list[ShownPart]:
        return [part for part in self.parts if not part.is_inline]


def read_mail(mail: bytes) -> ShownMail:
    """Reads one of our own finished mails, which are well formed."""
    parsed = message_from_bytes(mail, policy=policy.SMTP)
    name, address = parseaddr(str(parsed["From"]))
    return ShownMail(
        from_name=name or address,
        from_address=address,
        to_address=parseaddr(str(parsed["To"]))[1],
        subject=str(parsed["Subject"] or ""),
        date=parsed["Date"].datetime if parsed["Date"] else None,
        message_id=str(parsed["Message-ID"] or ""),
        references=str(parsed["References"] or ""),
        automatic=str(parsed["Auto-Submitted"] or "no").lower() != "no",
        text=_body(parsed, "plain"),
        html=_body(parsed, "html"),
        parts=_parts(parsed),
    )


def with_own_images(html: str, link: Callable[[ShownPart], str], parts: tuple[ShownPart, ...]) -> str:
    """The HTML with its inline images taken from our own addresses, and links that open beside it."""
    links = {part.content_id: link(part) for part in parts if part.is_inline}

    def replaced(found: re.Match[str]) -> str:
        return links.get(found[1] or found[2], "")

    shown = _CID.sub(replaced, html)
    # A link with target=_blank implies rel=noopener, given by <base> too (HTML, "get an element's noopener").
    return re.sub(r"(<head[^>]*>)", r'\1<base target="_blank">', shown, count=1, flags=re.IGNORECASE)


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def _parts(mail: EmailMessage) -> tuple[ShownPart, ...]:
    bodies = [mail.get_body(preferencelist=(kind,)) for kind in ("plain", "html")]
    return tuple(
        ShownPart(
            number=number,
            name=part.get_filename() or f"{part.get_content_type().replace('/', '-')}-{number}.txt",
            type=part.get_content_type(),
            content_id=str(part["Content-ID"] or "").strip("<> "),
            content=_content(part),
        )
        for number, part in enumerate(_leaves(mail))
        if not any(part is body for body in bodies)
    )


def _leaves(part: EmailMessage) -> Iterator[EmailMessage]:
    """What carries content; a delivery report counts as one file."""
    if part.get_content_maintype() == "multipart":
        for inner in cast("list[EmailMessage]", part.get_payload()):
            yield from _leaves(inner)
    else:
        yield part


def _content(part: EmailMessage) -> bytes:
    if part.is_multipart():  # message/delivery-status: the parser has taken it apart into blocks
        return "".join(str(block) for block in cast("list[object]", part.get_payload())).encode()
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
