"""Cases: opened where something is set aside, closed where somebody decides about it (MOD-3)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from accounts.models import User
from messages_app.models import Case, Delivery, InboundMail, Message
from messages_app.policy.facts import Side


def open_message_cases(held: Sequence[Message]) -> None:
    """For messages that the gate holds; their threads are at hand."""
    rows = [
        Case(
            kind=Case.Kind.HELD_MESSAGE,
            message=message,
            thread=message.thread,
            pair_id=message.thread.pair_id,
            seller_id=message.thread.seller_id,
            buyer_id=message.thread.buyer_id,
            about=message.author,
            opened_at=message.counted_at,
        )
        for message in held
    ]
    if rows:
        Case.objects.bulk_create(rows)


def open_mail_case(inbound: InboundMail, kind: Case.Kind, now: datetime) -> None:
    """For a mail that is set aside before the gate; its alias and pair are at hand."""
    alias = inbound.alias
    Case.objects.create(
        kind=kind,
        inbound=inbound,
        pair=alias.pair if alias else None,
        seller_id=alias.pair.seller_id if alias else None,
        buyer_id=alias.pair.buyer_id if alias else None,
        about=Side(alias.side).other if alias else "",
        opened_at=now,
    )


def open_delivery_cases(held: Sequence[Delivery], now: datetime) -> None:
    """For mails that may not leave: the leak gate found something, or they cannot be made (MAIL-17)."""
    if held:
        Case.objects.bulk_create([_delivery_case(delivery, now) for delivery in held])


def _delivery_case(delivery: Delivery, now: datetime) -> Case:
    message, pair = delivery.message, delivery.pair
    by_party = message is not None and message.author != Message.Author.MARKETPLACE
    return Case(
        kind=Case.Kind.HELD_DELIVERY,
        delivery=delivery,
        thread_id=message.thread_id if message else None,
        pair=pair,
        seller_id=pair.seller_id if pair else None,
        buyer_id=pair.buyer_id if pair else None,
        about=message.author if message and by_party else "",
        opened_at=now,
    )


def close_cases(
    *,
    decision: Case.Decision,
    now: datetime,
    by: User | None = None,
    message: Message | None = None,
    delivery: Delivery | None = None,
    inbound: Collection[UUID] = (),
) -> None:
    """Closes the open case of that thing, whoever decided about it; `by` None: a command."""
    cases = Case.objects.filter(closed_at=None)
    if message is not None:
        cases = cases.filter(message=message)
    elif delivery is not None:
        cases = cases.filter(delivery=delivery)
    else:
        cases = cases.filter(inbound__in=inbound)
    cases.update(closed_at=now, decision=decision, decided_by=by)
