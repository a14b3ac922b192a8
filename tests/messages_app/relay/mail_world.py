"""Deliveries to render and send, made by the product's own gate; and a real SMTP server to send them to."""

from __future__ import annotations

import email
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message as ParsedMessage
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone

from accounts.models import Pair
from messages_app.models import Delivery, Message
from messages_app.policy.facts import Door, Side
from messages_app.queries.outbox import Parcel, parcels_of
from messages_app.relay.render import Finished, render_mail
from messages_app.services import prepare
from messages_app.services.outbox import queue_delivery
from messages_app.services.sending import claim_due
from messages_app.services.submission import Submission
from messages_app.services.submit import submit_message
from tests.factories import BuyerFactory, OrderFactory, PairFactory, SellerFactory, UserFactory
from tests.servers import free_port

NOON = datetime(2026, 11, 18, 11, 22, tzinfo=UTC)
BUYER_ADDRESS = "hannah.winter@mail.example"
SELLER_ADDRESS = "desk@alderpine.example"


def pair_of_two(**seller: Any) -> Pair:
    """Hannah W., who buys at Alder & Pine."""
    user = UserFactory.create(email=BUYER_ADDRESS, full_name="Hannah Winter")
    buyer = BuyerFactory.create(user=user, display_name="Hannah W.")
    values = {"trade_name": "Alder & Pine Home", "customer_service_address": SELLER_ADDRESS, **seller}
    return PairFactory.create(buyer=buyer, seller=SellerFactory.create(**values))


_keys = iter(range(10**9))


def say(pair: Pair, author: Side, text: str = "Where is it?", **values: Any) -> Message:
    """A message that passes the gate; its copy waits to be sent."""
    moment = values.pop("now", NOON)
    submission = Submission(
        key=f"test:{next(_keys)}",
        door=values.pop("door", Door.WEB),
        author=author,
        pair=pair,
        text=text,
        **values,
    )
    with time_machine.travel(moment, tick=False):  # its mail is queued at that very moment
        done = submit_message(submission, now=moment)
    return Message.objects.get(pk=done.message_id)


def overlook_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate sees nothing in files, so that what stops them is the leak gate."""
    monkeypatch.setattr(prepare, "files_that_reveal", lambda *_, **__: ())


def order_for(pair: Pair, **values: Any) -> Any:
    return OrderFactory.create(pair=pair, **values)


def notice_for(pair: Pair | None, template: str = "blocked", **values: Any) -> Delivery:
    """A notice that waits, with the context the gate gives it."""
    context = {
        "subject": "A tip for your casserole",
        "at": NOON.isoformat(),
        "alias": pair.aliases.get(side=Side.BUYER).address if pair else "someone@marketplace.example",
        **values.pop("context", {}),
    }
    defaults: dict[str, Any] = {
        "kind": Delivery.Kind.NOTICE,
        "recipient": SELLER_ADDRESS,
        "language": "en",
        "to_side": Side.SELLER if pair else None,
        "now": NOON,
    }
    return queue_delivery(template=template, pair=pair, context=context, **{**defaults, **values})


def parcels(limit: int = 100) -> list[Parcel]:
    """Claims what is due and loads it."""
    lease = claim_due(now=timezone.now(), limit=limit)
    return parcels_of(lease) if lease else []


def finished() -> list[Finished]:
    """Everything that is due, rendered."""
    return [render_mail(parcel) for parcel in parcels()]


def only_mail() -> ParsedMessage:
    """The one mail that is due, which passes the leak gate, parsed."""
    (one,) = finished()
    assert one.leaks == ()
    return email.message_from_bytes(one.mail)


def mail_to(address: str) -> ParsedMessage:
    """Of the mails that are due the one to that address, parsed."""
    (one,) = (one.mail for one in finished() if f"To: {address}\r\n".encode() in one.mail)
    return email.message_from_bytes(one)


def body(mail: ParsedMessage, subtype: str) -> str:
    """The decoded text of the first part of that text subtype."""
    part = next(part for part in mail.walk() if part.get_content_type() == f"text/{subtype}")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode().replace("\r\n", "\n")


def header(mail: ParsedMessage, name: str) -> str:
    """A decoded header."""
    return str(email.header.make_header(email.header.decode_header(mail[name])))


@dataclass
class Received:
    """One mail as the server took it."""

    sender: str
    recipient: str
    content: bytes
    connection: int


@dataclass
class Sink:
    """A real SMTP server. `answer` decides per recipient: a reply line, or None to take the mail."""

    answer: Callable[[str], str | None] = lambda _recipient: None
    at_data: Callable[[str], str | None] = lambda _recipient: None
    received: list[Received] = field(default_factory=list)
    at_once: dict[str, int] = field(default_factory=dict)  # most recipients of a domain in hand together
    connections: set[int] = field(default_factory=set)
    _now: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.connections.add(id(session))
        if refusal := self.answer(address):
            return refusal
        envelope.rcpt_tos.append(address)
        domain = address.rpartition("@")[2]
        with self._lock:
            self._now[domain] = self._now.get(domain, 0) + 1
            self.at_once[domain] = max(self.at_once.get(domain, 0), self._now[domain])
        return "250 2.1.5 fine"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        (recipient,) = envelope.rcpt_tos
        refusal = await server.loop.run_in_executor(None, self.at_data, recipient)
        with self._lock:
            self._now[recipient.rpartition("@")[2]] -= 1
        if refusal:
            return refusal
        assert isinstance(envelope.content, bytes)
        sender = (envelope.mail_from or "").strip("<>")
        self.received.append(Received(sender, recipient, envelope.content, id(session)))
        return "250 2.0.0 taken as 4711"


@contextmanager
def running(sink: Sink, **options: Any) -> Iterator[int]:
    """The sink on a free port of this machine."""
    port = free_port()
    controller = Controller(sink, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def wait_for(condition: Callable[[], object], seconds: float = 10) -> None:
    """Waits until it holds; fails when it never does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)
