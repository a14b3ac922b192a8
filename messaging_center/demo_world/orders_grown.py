"""The orders that planned talks are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from accounts.models import Pair
from messaging_center.demo_world.talks import Talk, Talks
from orders.models import Order, OrderEvent, OrderLine, Product

_TO_SHIP, _TO_DELIVER = timedelta(days=1), timedelta(days=4)
_PRODUCTS = (("BOWL-1", "Bowl in ash"), ("LAMP-2", "Table lamp in brass"), ("RUG-3", "Woven rug"))
_MOMENTS = (
    (OrderEvent.Kind.PLACED, "placed_at"),
    (OrderEvent.Kind.SHIPPED, "shipped_at"),
    (OrderEvent.Kind.DELIVERED, "delivered_at"),
)


def bring_orders(planned: Sequence[Talks], pairs: Mapping[int, Pair], now: datetime) -> None:
    """Each order with a line and with its events, of which nobody is told: they are history."""
    rows = {
        _number(one, talk): _order(one, talk, pairs[one.place], now)
        for one in planned
        for talk in _ordered(one)
    }
    known = set(Order.objects.filter(number__in=rows).values_list("number", flat=True))
    new = Order.objects.bulk_create([order for number, order in rows.items() if number not in known])
    products = _products({order.seller_id for order in new})
    OrderLine.objects.bulk_create(
        [
            OrderLine(order=order, product=products[order.seller_id, _PRODUCTS[order.buyer_id % 3][0]])
            for order in new
        ]
    )
    OrderEvent.objects.bulk_create([event for order in new for event in _events(order, now)])


def order_ids(planned: Sequence[Talks]) -> dict[str, int]:
    """The ids of the orders that the talks are about, by number."""
    numbers = [talk.number for one in planned for talk in one.talks if talk.number]
    return dict(Order.objects.filter(number__in=numbers).values_list("number", "pk"))


def _ordered(one: Talks) -> list[Talk]:
    """A pair that talks about no order is brought by one all the same: it met by buying."""
    return [talk for talk in one.talks if talk.number] or [one.talks[0]]


def _number(one: Talks, talk: Talk) -> str:
    return talk.number or f"799-{one.place:07d}-0000000"


def _order(one: Talks, talk: Talk, pair: Pair, now: datetime) -> Order:
    placed = now - timedelta(hours=talk.placed)
    shipped, delivered = placed + _TO_SHIP, placed + _TO_SHIP + _TO_DELIVER
    arrived = delivered < now - timedelta(hours=1)
    return Order(
        number=_number(one, talk),
        buyer=pair.buyer,
        seller=pair.seller,
        marketplace=pair.buyer.marketplace,
        status=Order.Status.DELIVERED if arrived else Order.Status.SHIPPED,
        placed_at=placed,
        shipped_at=shipped,
        delivered_at=delivered if arrived else None,
    )


def _products(sellers: set[int]) -> dict[tuple[int, str], Product]:
    """By seller and stock number; the missing ones are made."""
    wanted = [
        Product(seller_id=seller, sku=sku, title=title) for seller in sellers for sku, title in _PRODUCTS
    ]
    Product.objects.bulk_create(wanted, ignore_conflicts=True)
    return {(one.seller_id, one.sku): one for one in Product.objects.filter(seller__in=sellers)}


def _events(order: Order, now: datetime) -> list[OrderEvent]:
    moments = [(kind, getattr(order, name)) for kind, name in _MOMENTS]
    return [OrderEvent(order=order, kind=kind, at=at, taken_at=now) for kind, at in moments if at]
