"""Mails that come in: put through the door's own function and worked off by the worker's."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime

from accounts.models import Pair
from accounts.queries.pairs import alias_of
from messages_app.models import Delivery, InboundMail, Message
from messages_app.policy.facts import Side
from messages_app.relay.intake import Arrival, Recipient, accept, resolve_recipient
from messages_app.relay.receive import process_waiting

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)

_numbers = itertools.count()


def mail_from(
    sender: str,
    text: str = "Where is my parcel?",
    *,
    subject: str = "Your parcel",
    fields: Sequence[str] = (),
) -> bytes:
    """A plain mail with a Message-ID of its own. `fields` replace those of their name; empty ones go."""
    named = {field.partition(":")[0].lower() for field in fields}
    lines = [
        f"From: Somebody <{sender}>",
        f"Subject: {subject}",
        f"Message-ID: <{next(_numbers)}@client.example>",
        "Content-Type: text/plain; charset=utf-8",
    ]
    kept = [line for line in lines if line.partition(":")[0].lower() not in named]
    added = [field for field in fields if field.partition(":")[2].strip()]
    return "\r\n".join([*kept, *added, "", text, ""]).encode()


def take_in(
    raw: bytes,
    address: str,
    *,
    envelope_sender: str = "writer@client.example",
    loopback: bool = True,
    at: datetime = NOON,
) -> InboundMail:
    """As a door does it: stored, not yet worked off."""
    recipient = resolve_recipient(address)
    assert isinstance(recipient, Recipient)
    before = set(InboundMail.objects.values_list("pk", flat=True))
    accept(
        Arrival(
            raw=raw,
            envelope_sender=envelope_sender,
            recipients=(recipient,),
            door=InboundMail.Door.SMTP,
            loopback=loopback,
            received_at=at,
        )
    )
    return InboundMail.objects.exclude(pk__in=before).get()


def arrive(
    raw: bytes,
    address: str,
    *,
    envelope_sender: str = "writer@client.example",
    loopback: bool = True,
    at: datetime = NOON,
) -> InboundMail:
    """Taken in and worked off: how the mail ended."""
    inbound = take_in(raw, address, envelope_sender=envelope_sender, loopback=loopback, at=at)
    process_waiting(100)
    return InboundMail.objects.select_related("message").get(pk=inbound.pk)


def address_of(pair: Pair, side: Side) -> str:
    """A real address of that side: the buyer's, or the seller's customer service."""
    return pair.buyer.user.email if side is Side.BUYER else pair.seller.customer_service_address


def write(pair: Pair, author: Side, text: str = "Where is my parcel?", **values: object) -> InboundMail:
    """A mail of a party to the other side's alias, worked off."""
    fields = values.pop("fields", ())
    subject = values.pop("subject", "Your parcel")
    raw = mail_from(address_of(pair, author), text, subject=str(subject), fields=fields)  # type: ignore[arg-type]
    return arrive(raw, alias_of(pair, author.other), **values)  # type: ignore[arg-type]


def notices() -> list[tuple[str, str]]:
    """(template, recipient) of every notice, oldest first."""
    rows = Delivery.objects.filter(kind=Delivery.Kind.NOTICE).order_by("id")
    return list(rows.values_list("template", "recipient"))


def said(inbound: InboundMail) -> Message:
    """The message a mail became."""
    assert inbound.message is not None
    return Message.objects.select_related("thread__key").get(pk=inbound.message.pk)
