"""What each part of a mail is: body, file, enclosed message, left out, or an obstacle (MAIL-16)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape

from messages_app.mail.addresses import mailboxes
from messages_app.mail.charsets import clean_line, clean_text, decode_bytes
from messages_app.mail.encoded_words import decode_words
from messages_app.mail.fields import every, first
from messages_app.mail.html import html_to_text
from messages_app.mail.html_charset import html_charset
from messages_app.mail.mime_tree import Entity
from messages_app.mail.parsed import LeftOut, MailFile, Obstacle
from messages_app.mail.text_parts import plain_text, without_signatures
from messages_app.mail.transfer import split_uuencoded

_SIGNATURES = frozenset(
    ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
)
_CIPHERS = frozenset(("application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"))
_TNEF = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
_TNEF_MAGIC = b"\x78\x9f\x3e\x22"
_CALENDARS = frozenset(("text/calendar", "text/x-vcalendar", "application/ics"))
_REPORT_PARTS = frozenset(
    (
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
        "message/feedback-report",
        "text/rfc822-headers",
        "message/global-headers",
        "message/rfc822",
        "message/global",
    )
)
_FORWARD_RULE = "-" * 20


@dataclass(slots=True)
class Block:
    """One stretch of the body in its twins; None where the sender gave no such twin."""

    text: str | None = None
    html: str | None = None

    def as_text(self) -> str:
        if self.text is not None and (self.text.strip() or self.html is None):
            return self.text
        return clean_text(html_to_text(self.html or ""))

    def as_html(self) -> str:
        if self.html is not None:
            return self.html
        return "<div>" + escape(self.text or "").replace("\n", "<br>\n") + "</div>"


@dataclass(slots=True)
class Content:
    """The parts of one mail, sorted."""

    blocks: list[Block] = field(default_factory=list)
    forwards: list[str] = field(default_factory=list)  # enclosed messages as text
    files: list[MailFile] = field(default_factory=list)  # none inline yet
    obstacles: list[Obstacle] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    unread: list[bytes] = field(default_factory=list)  # what lies behind obstacles, for the digest

    def body_bytes(self) -> int:
        """The bodies as they came, text and HTML, as UTF-8 (ATT-1); nothing that was derived from them."""
        bodies = [body for block in self.blocks for body in (block.text, block.html) if body is not None]
        return sum(len(body.encode()) for body in (*bodies, *self.forwards))

    def stop(self, obstacle: Obstacle, content: bytes = b"") -> None:
        self.obstacles.append(obstacle)
        self.unread.append(content)

    def take_over(self, other: Content) -> None:
        """Everything of another part but its words."""
        self.files += other.files
        self.obstacles += other.obstacles
        self.left_out += other.left_out
        self.unread += other.unread

    def text(self) -> str:
        """The body as text, without enclosed messages."""
        return "\n\n".join(text for block in self.blocks if (text := block.as_text().strip("\n")))

    def html(self) -> str:
        """The body as HTML if the sender wrote any; plain stretches between are escaped."""
        if all(block.html is None for block in self.blocks):
            return ""
        return "\n".join(block.as_html() for block in self.blocks)


def sort_parts(root: Entity) -> Content:
    """Sort all leaves of a mail's tree into bodies, files, forwards and the rest."""
    content = Content()
    _sort(root, content, root=True)
    return content


def _sort(entity: Entity, content: Content, *, root: bool = False, alternative: bool = False) -> None:
    container = _CONTAINERS.get(entity.kind)
    if container is not None:
        container(entity, content)
    elif entity.main_kind == "multipart":
        for child in entity.children:
            _sort(child, content, alternative=alternative and entity.kind == "multipart/related")
    elif entity.kind in ("message/rfc822", "message/global"):
        _enclosed(entity, content)
    elif not _obstacle(entity, content) and not _left_out(entity, content, alternative=alternative):
        _leaf(entity, content, may_have_name=root or alternative)


def _alternative(entity: Entity, content: Content) -> None:
    """The versions of one text become one block; other versions (AMP, enriched) only if they are all."""
    versions: list[Content] = []
    spare: list[Block] = []
    for child in entity.children:
        if child.main_kind == "text" and not _is_body(child) and child.kind not in _CALENDARS:
            spare.append(Block(text=plain_text(child.content, child.parameters)))
            continue
        version = Content()
        _sort(child, version, alternative=True)
        content.take_over(version)
        content.forwards += version.forwards
        if version.blocks:
            versions.append(version)
    content.blocks += [_twins(versions)] if versions else spare[:1]


def _twins(versions: list[Content]) -> Block:
    plain = [version.text() for version in versions if not version.html()]
    rich = [version for version in versions if version.html()]
    text = "\n\n".join(plain or [version.text() for version in rich])
    return Block(text=text, html="\n".join(version.html() for version in rich) if rich else None)


def _signed(entity: Entity, content: Content) -> None:
    for child in entity.children:
        _sort(child, content)


def _encrypted(entity: Entity, content: Content) -> None:
    content.stop(Obstacle.ENCRYPTED, b"".join(child.content for child in entity.children))


def _apple_double(entity: Entity, content: Content) -> None:
    """A Macintosh file in two forks: the resource fork means nothing elsewhere."""
    for child in entity.children:
        if child.kind != "application/applefile":
            _sort(child, content)


def _report(entity: Entity, content: Content) -> None:
    """A report's first part is for people; the others are read by `report.read_report`."""
    for child in entity.children:
        if child.kind not in _REPORT_PARTS:
            _sort(child, content)


_CONTAINERS: dict[str, Callable[[Entity, Content], None]] = {
    "multipart/alternative": _alternative,
    "multipart/encrypted": _encrypted,
    "multipart/signed": _signed,
    "multipart/appledouble": _apple_double,
    "multipart/report": _report,
}


def _enclosed(entity: Entity, content: Content) -> None:
    """A message inside the mail is shown as text: three header lines without addresses, and its body."""
    for message in entity.children:
        inner = sort_parts(message)
        lines = [
            f"{label}: {value}"
            for label, value in (
                ("From", _shown_name(message)),
                ("Date", clean_line(decode_words(first(message.fields, "date")))),
                ("Subject", clean_line(decode_words(first(message.fields, "subject")))),
            )
            if value
        ]
        head = "\n".join([_FORWARD_RULE, *lines])
        content.forwards.append("\n\n".join(text for text in (head, inner.text(), *inner.forwards) if text))
        content.take_over(inner)


def _shown_name(message: Entity) -> str:
    names = [box.name for box in mailboxes(every(message.fields, "from"))]
    return ", ".join(name for name in names if name and "@" not in name)


def _obstacle(entity: Entity, content: Content) -> bool:
    name = entity.name.lower()
    if entity.kind == "message/partial":
        content.stop(Obstacle.PARTIAL, entity.content)
    elif entity.kind == "message/external-body":
        content.stop(Obstacle.EXTERNAL_BODY, entity.content)
    elif entity.kind in _CIPHERS or name == "smime.p7m":
        opaque = entity.parameters.get("smime-type", "").lower() in ("signed-data", "certs-only")
        content.stop(Obstacle.OPAQUE if opaque else Obstacle.ENCRYPTED, entity.content)
    elif entity.kind in _TNEF or name == "winmail.dat" or _is_tnef(entity):
        content.stop(Obstacle.OPAQUE, entity.content)
    else:
        return False
    return True


def _is_tnef(entity: Entity) -> bool:
    return entity.kind == "application/octet-stream" and entity.content.startswith(_TNEF_MAGIC)


def _left_out(entity: Entity, content: Content, *, alternative: bool) -> bool:
    if entity.kind in _SIGNATURES:
        content.left_out.append(LeftOut.SIGNATURE)
        return True
    nameless = not entity.name and entity.disposition != "attachment"
    if entity.kind in _CALENDARS and (alternative or nameless):
        content.left_out.append(LeftOut.CALENDAR)
        return True
    return False


def _is_body(entity: Entity) -> bool:
    return entity.kind in ("text/plain", "text/html")


def _leaf(entity: Entity, content: Content, *, may_have_name: bool) -> None:
    named = bool(entity.name) and not may_have_name
    if not _is_body(entity) or entity.disposition == "attachment" or named:
        content.files.append(_file(entity))
    elif entity.kind == "text/html":
        charset = entity.parameters.get("charset") or html_charset(entity.content)
        content.blocks.append(Block(html=clean_text(decode_bytes(entity.content, charset))))
    else:
        _plain(entity, content)


def _plain(entity: Entity, content: Content) -> None:
    body, files = split_uuencoded(entity.content)
    for file in files:
        name = clean_line(decode_bytes(file.name))
        content.files.append(
            MailFile(name=name, declared_type="application/octet-stream", content=file.content)
        )
    text, signed = without_signatures(plain_text(body, entity.parameters))
    if signed:
        content.left_out.append(LeftOut.SIGNATURE)
    content.blocks.append(Block(text=text))


def _file(entity: Entity) -> MailFile:
    content_id = clean_line(first(entity.fields, "content-id")).strip("<> ")
    return MailFile(
        name=entity.name, declared_type=entity.kind, content=entity.content, content_id=content_id
    )
