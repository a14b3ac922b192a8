"""A side's orders: Manage Orders and Your Orders (ORD-2). Access is part of the look-up (SEC-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from django.db.models import Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404

from accounts.models import Pair
from accounts.roles import Role
from orders.models import Order, OrderLine
from orders.numbers import order_numbers
from orders.queries.filters import OrderFilter, state_and_days
from orders.queries.search import found_by

PAGE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """Orders, newest first (those of a search for a number by number), and where the next page begins
    (empty: this is the last). `more_names`: the search looked through the orders of the first people
    alone who are called so."""

    orders: list[Order]
    after: str
    more_names: bool = False


def orders_of(role: Role) -> QuerySet[Order]:
    """The orders of the role's seller, or of its buyer, with both parties."""
    own = Q(seller=role.seller) if role.membership else Q(buyer=role.buyer)
    return Order.objects.filter(own).select_related("buyer__user", "seller")


def with_products() -> Prefetch[str]:
    """To fetch the lines of orders with what was bought, by one statement."""
    return Prefetch("lines", OrderLine.objects.select_related("product"))


def order_page(role: Role, wanted: OrderFilter, *, zone: tzinfo, after: str = "") -> OrderPage:
    """At most 50 orders that follow `after` (what an earlier page gave; nonsense begins anew).

    Three statements whatever the number of orders, a search for a name or an alias one more, each answered
    by an index.
    """
    found = found_by(role, wanted.text)
    orders = orders_of(role).filter(found.condition, state_and_days(wanted, zone))
    orders = _by_number(orders, after) if found.by_number else _newest_first(orders, after)
    rows = list(orders.prefetch_related(with_products())[: PAGE + 1])
    shown = rows[:PAGE]
    last = "" if len(rows) <= PAGE else shown[-1].number if found.by_number else _cursor(shown[-1])
    return OrderPage(orders=shown, after=last, more_names=found.more_names)


def _by_number(orders: QuerySet[Order], after: str) -> QuerySet[Order]:
    place = order_numbers(after)
    return orders.filter(number__gt=place[0]).order_by("number") if place else orders.order_by("number")


def _newest_first(orders: QuerySet[Order], after: str) -> QuerySet[Order]:
    if place := _place(after):
        placed_at, pk = place
        earlier = Q(placed_at__lt=placed_at) | Q(pk__lt=pk)
        orders = orders.filter(earlier, placed_at__lte=placed_at)
    return orders.order_by("-placed_at", "-pk")


def order_or_404(role: Role, number: str) -> Order:
    """One of the role's orders with its lines; another's answers like none at all (SEC-1)."""
    orders = orders_of(role).select_related(
        "buyer__user", "buyer__marketplace", "seller__marketplace", "marketplace"
    )
    number = number.replace("\0", "")  # which PostgreSQL takes for no text at all
    return get_object_or_404(orders.prefetch_related(with_products(), "events"), number=number)


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
