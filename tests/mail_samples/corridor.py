"""Takes a sample through the whole corridor, and writes down what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from messages_app.models import Delivery, InboundMail
from messages_app.relay.intake import Arrival, Recipient, accept, resolve_recipient
from messages_app.relay.receive import process_waiting
from messages_app.relay.send import hang_up, send_due
from messages_app.vault.content import shown_content
from messages_app.vault.keys import open_key
from tests.mail_samples.world import NOW, fixed_moment
from tests.messages_app.relay.mail_world import Sink, running

_ENVELOPE = re.compile(rb"Return-Path: <(?P<sender>[^>]*)>\r\nDelivered-To: (?P<recipient>\S+)\r\n")


@contextmanager
def corridor(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Sink]:
    """A moment in the fixed world, and a mail server in the place of EMAIL_URL that takes everything."""
    server = Sink()
    with running(server, data_size_limit=2**25) as port, fixed_moment(monkeypatch, settings):
        settings.DEMO_MAILBOXES = False
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield server
        hang_up()  # before the server goes


def relay(raw: bytes, sink: Sink) -> bytes:
    """Door, worker, gate, queue, SMTP: how the mail ended and, under it, the mail that left."""
    envelope = _ENVELOPE.match(raw)
    assert envelope is not None, "a sample begins with Return-Path and Delivered-To"
    recipient = resolve_recipient(envelope["recipient"].decode())
    assert isinstance(recipient, Recipient)
    accept(
        Arrival(
            raw=raw,
            envelope_sender=envelope["sender"].decode(),
            recipients=(recipient,),
            door=InboundMail.Door.SMTP,
            loopback=True,
            received_at=NOW,
        )
    )
    process_waiting(10)
    while send_due(10):  # a call may leave to the next what it had no time to begin
        pass
    lines = list(_ending(InboundMail.objects.get()))
    left = sink.received
    assert len(left) <= 1, "one mail causes one mail at most"
    for mail in left:
        lines += [f"Return-Path: <{mail.sender}>", f"Delivered-To: {mail.recipient}"]
    head = "".join(f"{line}\r\n" for line in lines).encode()
    return head + b"".join(mail.content for mail in left)


def _ending(inbound: InboundMail) -> Iterator[str]:
    """What the rows say: state, reasons, the evidence of a reply, what the leak gate kept back."""
    message = inbound.message
    if message is None or inbound.state != InboundMail.State.DONE:
        yield f"Outcome: {inbound.state}: {inbound.outcome}"
        if message is not None:
            shown = shown_content(open_key(message.thread.key), message)
            yield f"Line-In-The-Thread: {shown.text!a}"
    else:
        codes = message.decisions.get().codes
        yield f"Outcome: {message.state}{': ' if codes else ''}{', '.join(codes)}"
        yield f"Evidence: {message.evidence}"
    for kept in Delivery.objects.filter(state=Delivery.State.HELD):
        yield f"Kept-By-Leak-Gate: {kept.kind}: {kept.tries.get().reply}"
