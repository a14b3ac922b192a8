"""The marketplace's own messages to a buyer about an order (ORD-6)."""

from __future__ import annotations

from datetime import datetime, tzinfo

from django.db import transaction
from django.utils.translation import gettext, override

from accounts.models import Buyer
from messages_app.models import Delivery, Message, Thread
from messages_app.policy.facts import Door, Side
from messages_app.services.mailbox import Noted, note_messages
from messages_app.services.outbox import queue_delivery
from messages_app.services.search import Indexed, Parties, index_messages
from messages_app.services.threads import new_thread, save_threads
from messages_app.vault.content import Content, seal_content
from messages_app.vault.keys import open_key
from messages_app.wording.moments import day
from orders.models import Order, OrderEvent

Kind = OrderEvent.Kind


@transaction.atomic
def post_system_message(*, order: Order, kind: OrderEvent.Kind, now: datetime) -> Message:
    """Tells the buyer of one of OrderEvent.ANNOUNCED, in their language, on the web and by mail."""
    buyer = Buyer.objects.select_related("user", "marketplace").get(pk=order.buyer_id)
    language = buyer.user.language or buyer.marketplace.language
    thread = _system_thread(order, buyer, now)
    with override(language):
        content = _words(order, kind, buyer.zone)
    message = Message(
        thread=thread,
        author=Message.Author.MARKETPLACE,
        door=Door.AUTO,
        state=Message.State.DELIVERED,
        accepted_at=now,
        reason=f"order_{kind}",
        automatic=True,
    )
    message.content_sealed = seal_content(
        open_key(thread.key), content, column="content_sealed", message_id=message.id
    )
    message.save(force_insert=True)
    note_messages([Noted(thread=thread, message=message, seen={Side.BUYER: content})])
    parties = Parties(buyer=buyer, seller=None, aliases={})
    index_messages(
        [Indexed(thread=thread, message=message, parties=parties, seen={Side.BUYER: content}, file_names={})]
    )
    if buyer.mail_system:
        queue_delivery(
            kind=Delivery.Kind.SYSTEM,
            template=f"order_{kind}",
            recipient=buyer.user.email,
            language=language,
            key=thread.key,
            message=message,
            to_side=Side.BUYER,
            now=now,
        )
    return message


def _system_thread(order: Order, buyer: Buyer, now: datetime) -> Thread:
    # The order's row is the lock: two events of one order at once share one thread.
    Order.objects.select_for_update().get(pk=order.pk)
    thread = (
        Thread.objects.select_related("key", "order")
        .filter(order=order, buyer=buyer, kind=Thread.Kind.SYSTEM)
        .first()
    )
    if thread is None:
        thread = new_thread(kind=Thread.Kind.SYSTEM, buyer=buyer, order=order, topic="system", now=now)
        save_threads([thread])
    return thread


def _words(order: Order, kind: OrderEvent.Kind, zone: tzinfo) -> Content:
    """Subject and text of the message, in the active language; its days are those of the zone."""
    values = {
        "number": order.number,
        "seller": order.seller.trade_name,
        "lines": _lines(order),
        "carrier": order.carrier,
        "tracking": order.tracking,
        "day": day(order.delivered_at, zone) if order.delivered_at else "",
    }
    subject, text = {
        Kind.PLACED: (gettext("Order confirmed: %(number)s"), _placed()),
        Kind.SHIPPED: (gettext("On its way: order %(number)s"), _shipped(order)),
        Kind.DELIVERED: (gettext("Delivered: order %(number)s"), _delivered()),
        Kind.REFUNDED: (gettext("Refund for order %(number)s"), _refunded()),
    }[kind]
    written = text % values
    return Content(subject=subject % values, text=written, new=((0, len(written)),))


def _lines(order: Order) -> str:
    return "\n".join(
        f"{line.quantity} × {line.product.title}" for line in order.lines.select_related("product")
    )


def _placed() -> str:
    return gettext(
        "Thank you for your order at %(seller)s.\n\n%(lines)s\n\n"
        "If something about it is unclear, you can write to the seller from the order's page."
    )


def _shipped(order: Order) -> str:
    if order.carrier and order.tracking:
        return gettext(
            "%(seller)s has handed your order over to %(carrier)s.\n\n%(lines)s\n\n"
            "Tracking number: %(tracking)s"
        )
    return gettext("%(seller)s has shipped your order.\n\n%(lines)s")


def _delivered() -> str:
    return gettext(
        "Your order from %(seller)s was delivered on %(day)s.\n\n%(lines)s\n\n"
        "Is something missing or damaged? Write to the seller from the order's page."
    )


def _refunded() -> str:
    return gettext(
        "%(seller)s has refunded your order. It can take a few days until the money "
        "is on your account.\n\n%(lines)s"
    )
