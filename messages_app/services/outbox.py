"""Deliveries are born here, in the transaction of what they tell (MAIL-20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from accounts.models import Pair
from accounts.wake import wake
from messages_app.models import Delivery, InboundMail, Message, SealingKey
from messages_app.policy.facts import Side
from messages_app.vault.keys import new_sealing_key, open_key
from messages_app.vault.values import seal_json


def queue_delivery(
    *,
    kind: Delivery.Kind,
    template: str,
    recipient: str,
    language: str,
    now: datetime,
    context: Mapping[str, object] | None = None,
    key: SealingKey | None = None,
    message: Message | None = None,
    pair: Pair | None = None,
    to_side: Side | None = None,
    inbound: InboundMail | None = None,
) -> Delivery:
    """One mail to `recipient`, due at once.

    `template` is a folder of templates/email, `context` JSON for it (sealed). `key` is the
    thread's where there is one, else the mail gets its own.
    """
    if key is None:
        key = new_sealing_key("delivery")
        key.save(force_insert=True)
    delivery = new_delivery(
        kind=kind,
        template=template,
        recipient=recipient,
        language=language,
        now=now,
        context=context,
        key=key,
        message=message,
        pair=pair,
        to_side=to_side,
        inbound=inbound,
    )
    save_deliveries([delivery])
    return delivery


def new_delivery(
    *,
    kind: Delivery.Kind,
    template: str,
    recipient: str,
    language: str,
    now: datetime,
    key: SealingKey,
    context: Mapping[str, object] | None = None,
    message: Message | None = None,
    pair: Pair | None = None,
    to_side: Side | None = None,
    inbound: InboundMail | None = None,
) -> Delivery:
    """The same, with its saved key, to be saved by `save_deliveries`."""
    delivery = Delivery(
        kind=kind,
        template=template,
        recipient=recipient,
        recipient_domain=recipient.rpartition("@")[2],
        language=language,
        key=key,
        message=message,
        pair=pair,
        to_side=to_side or "",
        inbound=inbound,
        created_at=now,
        next_at=now,
    )
    delivery.context_sealed = seal_json(
        open_key(key), dict(context or {}), table="delivery", column="context_sealed", row_id=delivery.id
    )
    return delivery


def save_deliveries(deliveries: Sequence[Delivery]) -> None:
    """Saves what `new_delivery` made, and wakes the sender."""
    if deliveries:
        Delivery.objects.bulk_create(deliveries)
        wake("send_deliveries")
