"""What became of an order, as dated events (ORD-1)."""

from __future__ import annotations

from datetime import datetime

from orders.models import Order, OrderEvent

Kind = OrderEvent.Kind


def timeline_of(order: Order) -> list[tuple[str, datetime]]:
    """(kind of OrderEvent, moment), the earliest first: from its events (prefetched ones are used), and from
    its own dates what no event tells."""
    dated = {
        Kind.PLACED: order.placed_at,
        Kind.SHIPPED: order.shipped_at,
        Kind.DELIVERED: order.delivered_at,
        Kind.CANCELLED: order.cancelled_at,
        Kind.RETURNED: order.returned_at,
        Kind.REFUNDED: order.refunded_at,
    }
    known: dict[str, datetime] = {kind.value: at for kind, at in dated.items() if at is not None}
    known |= {event.kind: event.at for event in order.events.all()}
    places = list(Kind.values)
    return sorted(known.items(), key=lambda one: (one[1], places.index(one[0])))
