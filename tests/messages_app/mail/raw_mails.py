"""Mails of the tests, built from bytes so that they can be as broken as real ones."""

from __future__ import annotations

from messages_app.mail.parse import parse_mail
from messages_app.mail.parsed import ParsedMail

HEAD = b"From: Ann Bee <ann@customer.example>\r\nSubject: Parcel\r\nMessage-ID: <one@customer.example>\r\n"


def mail(headers: bytes, body: bytes, *, head: bytes = HEAD) -> bytes:
    """A whole mail; `headers` are the MIME fields, each with its line end."""
    return head + headers + b"\r\n" + body


def multipart(kind: bytes, *parts: bytes, boundary: bytes = b"b1", head: bytes = HEAD) -> bytes:
    """A multipart mail; each part brings its own header and body."""
    return head + container(kind, *parts, boundary=boundary)


def container(kind: bytes, *parts: bytes, boundary: bytes = b"b1") -> bytes:
    """A multipart entity to be put into another one."""
    field = b'Content-Type: multipart/%s; boundary="%s"\r\n\r\n' % (kind, boundary)
    return field + b"".join(b"--%s\r\n%s\r\n" % (boundary, part) for part in parts) + b"--%s--\r\n" % boundary


def part(kind: bytes, body: bytes, *fields: bytes) -> bytes:
    """One leaf with a Content-Type and further fields."""
    return b"\r\n".join((b"Content-Type: " + kind, *fields, b"", body))


def parsed(
    raw: bytes, *, envelope_sender: str = "ann@customer.example", **kwargs: tuple[str, ...]
) -> ParsedMail:
    """`parse_mail` with the arguments that most tests do not care about."""
    return parse_mail(raw, envelope_sender=envelope_sender, loop_mark="here", **kwargs)
