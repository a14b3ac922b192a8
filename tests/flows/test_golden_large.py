"""Mails too large to be stored as samples: the limit itself, one byte more, and a megabyte of text."""

from __future__ import annotations

import base64
import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest

from tests.mail_samples.corridor import corridor, relay
from tests.mail_samples.world import NAMED
from tests.messages_app.relay.mail_world import Sink

pytestmark = pytest.mark.django_db

LIMIT = 10_485_760
WORDS = "All pages of the manual."
ENGLISH = NAMED["en"]


@pytest.fixture
def sink(fixed_world: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    with corridor(monkeypatch, settings) as server:
        yield server


def mail(*lines: str) -> bytes:
    """A mail of the buyer to the seller, its body in the last of these lines."""
    head = (
        f"Return-Path: <{ENGLISH.buyer_address}>",
        f"Delivered-To: {ENGLISH.seller_alias}",
        f"From: {ENGLISH.buyer_address}",
        "Subject: The manual",
        "Message-ID: <large@client.example>",
        "MIME-Version: 1.0",
    )
    return "\r\n".join([*head, *lines, ""]).encode()


def with_text_file(size: int) -> bytes:
    """A short text and a text file; both together have that many bytes."""
    content = (b"one line of the manual\n" * (size // 22))[: size - len(WORDS)]
    return mail(
        "Content-Type: multipart/mixed; boundary=b",
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        WORDS,
        "--b",
        'Content-Type: text/plain; name="manual.txt"',
        'Content-Disposition: attachment; filename="manual.txt"',
        "Content-Transfer-Encoding: base64",
        "",
        base64.encodebytes(content).decode().replace("\n", "\r\n") + "--b--",
    )


def parsed(raw: bytes) -> EmailMessage:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


@pytest.mark.rule("ATT-1")
def test_a_message_of_10485760_bytes_leaves_whole(sink: Sink) -> None:
    assert relay(with_text_file(LIMIT), sink).startswith(b"Outcome: delivered\r\n")
    (file,) = parsed(sink.received[0].content).iter_attachments()
    content = file.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert len(content) == LIMIT - len(WORDS)


@pytest.mark.rule("ATT-1", "MAIL-28")
def test_one_byte_more_is_refused_with_both_figures(sink: Sink) -> None:
    assert relay(with_text_file(LIMIT + 1), sink).startswith(b"Outcome: blocked: too_large\r\n")
    (notice,) = sink.received
    assert notice.recipient == ENGLISH.buyer_address
    figures = re.sub(r"(?<=\d)[,.\u00a0\u202f ](?=\d{3})", "", text_of(parsed(notice.content)))
    assert {"10485761", "10485760"} <= set(re.findall(r"\d{8}", figures))
    assert b"Status: 5.3.4" in notice.content


@pytest.mark.rule("MAIL-7", "MAIL-16")
def test_a_megabyte_of_text_leaves_whole_and_rewritten(sink: Sink) -> None:
    lines = [f"{number}: the lid fits, and so does the pot." for number in range(24_000)]
    lines[12_000] = f"> To: {ENGLISH.buyer_address}"
    raw = mail("Content-Type: text/plain", "", *lines)
    assert len(raw) > 1_000_000
    assert relay(raw, sink).startswith(b"Outcome: delivered")
    text = text_of(parsed(sink.received[0].content))
    assert "\n".join(lines[:12_000]) in text
    assert "\n".join(lines[12_001:]) in text
    assert ENGLISH.buyer_address not in text
