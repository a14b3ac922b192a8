"""What the action links of mails stand for, as long as the right behind them lasts (MAIL-30, SEC-4)."""

from __future__ import annotations

from uuid import UUID

from accounts.queries.addresses import writer_for
from messages_app.models import Delivery, ResponseContact
from messages_app.policy.facts import Side


def contact_of_copy(delivery_id: UUID) -> ResponseContact | None:
    """The contact that a seller's copy told of, with its thread and order. None: there is none, or the
    address that got the copy may write for the seller no longer."""
    copy = (
        Delivery.objects.select_related("message", "pair__seller")
        .filter(pk=delivery_id, kind=Delivery.Kind.COPY, to_side=Side.SELLER)
        .first()
    )
    if copy is None or copy.message is None or copy.pair is None:
        return None
    writer = writer_for(copy.pair.seller, copy.recipient)
    if not (writer.listed and writer.may_reply):
        return None
    contacts = ResponseContact.objects.select_related("thread__order").filter(
        thread=copy.message.thread_id, opened_at__lte=copy.message.counted_at
    )
    return contacts.order_by("-opened_at").first()
