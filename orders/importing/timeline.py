"""An order's moments and the events that tell of them (ORD-1, ORD-6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from orders.models import Order, OrderEvent

NEWS = timedelta(hours=24)  # an event of that age or older is history: nobody is told (ORD-6)
_MOMENT = {
    OrderEvent.Kind.PLACED: "placed_at",
    OrderEvent.Kind.SHIPPED: "shipped_at",
    OrderEvent.Kind.DELIVERED: "delivered_at",
    OrderEvent.Kind.CANCELLED: "cancelled_at",
    OrderEvent.Kind.RETURNED: "returned_at",
    OrderEvent.Kind.REFUNDED: "refunded_at",
}
# A status of which the file gives no date, and the moments that it cannot have come before, latest first.
_DATED_STATUS: dict[str, tuple[str, ...]] = {
    Order.Status.SHIPPED: ("shipped_at", "placed_at"),
    Order.Status.DELIVERED: ("delivered_at", "shipped_at", "placed_at"),
    Order.Status.CANCELLED: ("cancelled_at", "placed_at"),
    Order.Status.RETURNED: ("returned_at", "delivered_at", "shipped_at", "placed_at"),
}


def date_status(order: Order, *, changed: bool, now: datetime) -> None:
    """Gives the order's status a date where the file has none.

    A change of a known order happened since the last import: now. An order first seen in that
    state is dated by its latest known moment, so that no window is opened too wide.
    """
    own, *earlier = _DATED_STATUS.get(order.status, ("placed_at",))
    if getattr(order, own) is None:
        known = next(moment for name in earlier if (moment := getattr(order, name)))
        setattr(order, own, now if changed else known)


def events_of(order: Order) -> dict[str, OrderEvent]:
    """The order's events by kind; prefetched ones are used."""
    return {event.kind: event for event in order.events.all()}


def write_events(order: Order, known: dict[str, OrderEvent], *, now: datetime, silent: bool) -> bool:
    """Writes the order's events, new and moved; whether one of them waits to be told (ORD-6)."""
    new = []
    for kind, name in _MOMENT.items():
        at = getattr(order, name)
        if at is None:
            continue
        event = known.get(kind)
        if event is None:
            told = silent or not _is_news(order, kind, at, now)
            new.append(OrderEvent(order=order, kind=kind, at=at, taken_at=now if told else None))
        elif event.at != at:
            event.at = at
            event.save(update_fields=["at"])
    OrderEvent.objects.bulk_create(new)
    return any(event.taken_at is None for event in new)


def _is_news(order: Order, kind: str, at: datetime, now: datetime) -> bool:
    """Whether the buyer is told: of a young event, and of a cancelled order that it was refunded."""
    overtaken = order.status == Order.Status.CANCELLED and kind != OrderEvent.Kind.REFUNDED
    return kind in OrderEvent.ANNOUNCED and at > now - NEWS and not overtaken
