"""A mail's bytes to values: total, bounded, linear (MAIL-6, MAIL-7). The only reader of raw mail."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import unquote

from messages_app.mail.addresses import mailboxes
from messages_app.mail.automatic import classify
from messages_app.mail.charsets import clean_line, clean_text
from messages_app.mail.encoded_words import decode_words
from messages_app.mail.fields import Fields, every, first, header_block_too_large
from messages_app.mail.message_ids import message_ids, reference_ids
from messages_app.mail.mime_tree import Entity, read_tree
from messages_app.mail.parsed import MailFile, Obstacle, ParsedMail, ReplySpans
from messages_app.mail.parts import Content, sort_parts
from messages_app.mail.reply_text import split_reply
from messages_app.mail.text_parts import is_encrypted

__all__ = ["LOOP_MARK_FIELD", "header_block_too_large", "parse_mail"]

LOOP_MARK_FIELD = "X-Messaging-Center-Loop"
_MAX_AUTHENTICATION_RESULTS = 50
_REPORT_KINDS = (
    "message/delivery-status",
    "message/global-delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
)
_SHOWN_CONTENT_ID = re.compile(r"cid:([^\"'\s<>)]{1,998})", re.IGNORECASE)


def parse_mail(
    raw: bytes, *, envelope_sender: str, loop_mark: str, own_marks: tuple[str, ...] = ()
) -> ParsedMail:
    """Everything later steps need to know of one mail; never raises, whatever the bytes (MAIL-6).

    `envelope_sender` is the MAIL FROM address ("" or "<>": null), `loop_mark` this installation's
    value of X-Messaging-Center-Loop, `own_marks` what shows that quoted text is ours: reply marker,
    aliases, reference code. Over 20 levels or 200 parts the rest is not read and an obstacle says so.
    """
    root, survey = read_tree(raw)
    content = sort_parts(root)
    if Obstacle.TOO_DEEP in survey.obstacles or Obstacle.TOO_MANY_PARTS in survey.obstacles:
        content.unread.append(raw)
    fields = root.fields
    html = content.html()
    text, spans = _text_and_spans(content, own_marks)
    if is_encrypted(text):
        content.stop(Obstacle.ENCRYPTED)
    files = _with_inline_images(content.files, html)
    subject = clean_line(decode_words(first(fields, "subject")))
    report = _is_report(root)
    return ParsedMail(
        from_mailboxes=mailboxes(every(fields, "from")),
        subject=subject,
        message_id=next(iter(message_ids(first(fields, "message-id"))), ""),
        reference_ids=reference_ids(first(fields, "in-reply-to"), first(fields, "references")),
        text=text,
        html=html,
        body_bytes=content.body_bytes(),
        spans=spans,
        files=files,
        automatic=classify(fields, envelope_sender=envelope_sender, report=report, subject=subject),
        report=report,
        own_loop_mark=_has_loop_mark(fields, loop_mark),
        hops=len(every(fields, "received")),
        obstacles=tuple(dict.fromkeys([*survey.obstacles, *content.obstacles])),
        left_out=tuple(dict.fromkeys(content.left_out)),
        authentication_results=_authentication_results(fields),
        content_digest=_digest(text, html, files, content.unread),
        defects=tuple(survey.defects),
    )


def _text_and_spans(content: Content, own_marks: tuple[str, ...]) -> tuple[str, ReplySpans]:
    """The whole text and what of it is new. Enclosed messages follow the body and are not new,
    unless there is nothing else."""
    body = content.text()
    text = "\n\n".join(piece for piece in (body, *content.forwards) if piece)
    if not body.strip():
        return text, ReplySpans(new=((0, len(text)),))
    return text, split_reply(body, own_marks=own_marks)


def _with_inline_images(files: list[MailFile], html: str) -> tuple[MailFile, ...]:
    """Mark images that the HTML shows; a content id alone says nothing (MAIL-16)."""
    shown = {unquote(found) for found in _SHOWN_CONTENT_ID.findall(html.replace("&amp;", "&"))}
    return tuple(
        _inline(file) if file.content_id in shown and _may_be_image(file) else file for file in files
    )


def _may_be_image(file: MailFile) -> bool:
    return file.declared_type.startswith("image/") or file.declared_type == "application/octet-stream"


def _inline(file: MailFile) -> MailFile:
    return MailFile(
        name=file.name,
        declared_type=file.declared_type,
        content=file.content,
        content_id=file.content_id,
        inline=True,
    )


def _is_report(root: Entity) -> bool:
    """A report by its type, or by the part that makes one (some servers send multipart/mixed)."""
    return root.kind in ("multipart/report", *_REPORT_KINDS) or any(
        child.kind in _REPORT_KINDS for child in root.children
    )


def _has_loop_mark(fields: Fields, loop_mark: str) -> bool:
    return bool(loop_mark) and loop_mark in (
        value.strip() for value in every(fields, LOOP_MARK_FIELD.lower())
    )


def _authentication_results(fields: Fields) -> tuple[str, ...]:
    values = every(fields, "authentication-results")[:_MAX_AUTHENTICATION_RESULTS]
    return tuple(clean_text(value) for value in values)


def _digest(text: str, html: str, files: tuple[MailFile, ...], unread: list[bytes]) -> bytes:
    """SHA-256 over the decoded content, blind to transfer encoding and to blanks at line ends (MAIL-5)."""
    digest = hashlib.sha256()
    pieces = [b"text", _settled(text), b"html", _settled(html)]
    for file in files:
        pieces += [b"file", file.name.encode(), file.content]
    for content in unread:
        pieces += [b"unread", content]
    for piece in pieces:
        digest.update(len(piece).to_bytes(8, "big") + piece)
    return digest.digest()


def _settled(text: str) -> bytes:
    return "\n".join(line.rstrip() for line in text.split("\n")).rstrip("\n").encode()
