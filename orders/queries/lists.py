"""A side's orders: Manage Orders and Your Orders (ORD-2). Access is part of the look-up (SEC-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from accounts.models import Pair
from accounts.roles import Role
from orders.models import Order

PAGE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """Orders, newest first, and where the next page begins (empty: this is the last)."""

    orders: list[Order]
    after: str


def orders_of(role: Role) -> QuerySet[Order]:
    """The orders of the role's seller, or of its buyer, with both parties."""
    own = Q(seller=role.seller) if role.membership else Q(buyer=role.buyer)
    return Order.objects.filter(own).select_related("buyer__user", "seller")


def order_page(role: Role, after: str = "") -> OrderPage:
    """At most 50 orders that follow `after` (what an earlier page gave; nonsense begins anew).

    Two statements whatever the number of orders.
    """
    orders = orders_of(role).order_by("-placed_at", "-pk").prefetch_related("lines__product")
    if place := _place(after):
        placed_at, pk = place
        earlier = Q(placed_at__lt=placed_at) | Q(pk__lt=pk)
        orders = orders.filter(earlier, placed_at__lte=placed_at)
    found = list(orders[: PAGE + 1])
    shown = found[:PAGE]
    return OrderPage(orders=shown, after=_cursor(shown[-1]) if len(found) > PAGE else "")


def order_or_404(role: Role, number: str) -> Order:
    """One of the role's orders with its lines; another's answers like none at all (SEC-1)."""
    orders = orders_of(role).select_related("buyer__user", "seller", "marketplace")
    number = number.replace("\0", "")  # which PostgreSQL takes for no text at all
    return get_object_or_404(orders.prefetch_related("lines__product", "events"), number=number)


def pair_of_order(order: Order) -> Pair | None:
    """The order's pair with its aliases, if the two have one yet."""
    pairs = Pair.objects.filter(buyer_id=order.buyer_id, seller_id=order.seller_id)
    return pairs.prefetch_related("aliases").first()


def _cursor(order: Order) -> str:
    return f"{(order.placed_at - _EPOCH) // _MICROSECOND}-{order.pk}"


def _place(cursor: str) -> tuple[datetime, int] | None:
    moment, _, pk = cursor.partition("-")
    try:
        return _EPOCH + int(moment) * _MICROSECOND, min(int(pk), 2**63 - 1)
    except (ValueError, OverflowError):
        return None
