"""Rows of one order number to an order with its lines and events, again and again the same (ORD-4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Buyer, Seller
from accounts.services.pairs import pair_for
from accounts.services.parties import Refused
from orders.importing.known import Known
from orders.importing.parties import FirstSeen, buyer_of, seller_of
from orders.importing.reading import BadRow
from orders.importing.rows import OrderRow
from orders.importing.timeline import date_status, events_of, write_events
from orders.models import Order, OrderLine, Product

_GIVEN = ("shipped_at", "delivered_at", "cancelled_at", "returned_at", "refunded_at", "carrier", "tracking")
_WRITTEN = ("marketplace_id", "status", "placed_at", "fulfilment", *_GIVEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What became of the rows of one order."""

    outcome: str  # created, updated, unchanged
    has_news: bool  # an event waits to be told to the buyer
    bad: tuple[BadRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotStored:
    """Why no row of one order could be kept; the caller undoes what was begun."""

    bad: tuple[BadRow, ...]


def store_order(
    rows: Sequence[OrderRow], known: Known, first_seen: FirstSeen, *, now: datetime, silent: bool
) -> Stored | NotStored:
    """Stores the rows of one order number (at least one).

    The last row decides about the order's own fields; what it leaves empty stays as it was.
    """
    head = rows[-1]
    good = [row for row in rows if _same_parties(row, head)]
    bad = tuple(
        BadRow(row.line, "Another row of this order names another seller or buyer.")
        for row in rows
        if not _same_parties(row, head)
    )
    parties = _parties(head, known, first_seen, now=now)
    if isinstance(parties, Refused):
        return NotStored(bad=bad + tuple(BadRow(row.line, parties.problem) for row in good))
    seller, buyer = parties
    order = known.orders.get(head.order_number)
    created = order is None
    if order is None:
        pair_for(buyer, seller)  # from now on the seller can write to the buyer's alias
        order = Order(number=head.order_number, seller=seller, buyer=buyer)
    changed = _write_order(order, head, now=now)
    changed |= _write_lines(order, {} if created else _lines_of(order), seller, good, known)
    has_news = write_events(order, {} if created else events_of(order), now=now, silent=silent)
    outcome = "created" if created else "updated" if changed else "unchanged"
    return Stored(outcome=outcome, has_news=has_news, bad=bad)


def _same_parties(row: OrderRow, other: OrderRow) -> bool:
    return (row.seller, row.buyer) == (other.seller, other.buyer)


def _parties(
    row: OrderRow, known: Known, first_seen: FirstSeen, *, now: datetime
) -> tuple[Seller, Buyer] | Refused:
    order = known.orders.get(row.order_number)
    seller = seller_of(row, known, first_seen, now=now)
    if isinstance(seller, Refused):
        return seller
    buyer = buyer_of(row, known, now=now)
    if isinstance(buyer, Refused):
        return buyer
    if order and (order.seller_id, order.buyer_id) != (seller.pk, buyer.pk):
        return Refused("This order number is known with another seller or buyer.")
    return seller, buyer


def _write_order(order: Order, row: OrderRow, *, now: datetime) -> bool:
    """Whether anything about the order's own fields changed."""
    before = [getattr(order, name) for name in _WRITTEN]
    status_changed = bool(order.pk) and order.status != row.status
    order.marketplace = row.marketplace
    order.status = row.status
    order.placed_at = row.placed_at
    order.fulfilment = row.fulfilment or order.fulfilment
    for name in _GIVEN:
        setattr(order, name, getattr(row, name) or getattr(order, name))
    date_status(order, changed=status_changed, now=now)
    changed = order.pk is None or before != [getattr(order, name) for name in _WRITTEN]
    if changed:
        order.save()
    return changed


def _lines_of(order: Order) -> dict[int, OrderLine]:
    return {line.product_id: line for line in order.lines.all()}


def _write_lines(
    order: Order, lines: dict[int, OrderLine], seller: Seller, rows: Sequence[OrderRow], known: Known
) -> bool:
    """The order's lines of these rows; two rows of one product add up. Whether anything changed."""
    products = {row.sku: _product(seller, row, known) for row in rows}
    quantities = Counter[str]()
    for row in rows:
        quantities[row.sku] += row.quantity
    changed = False
    for sku, product in products.items():
        line = lines.get(product.pk) or OrderLine(order=order, product=product)
        if line.pk is None or line.quantity != quantities[sku]:
            line.quantity = quantities[sku]
            line.save()
            changed = True
    return changed


def _product(seller: Seller, row: OrderRow, known: Known) -> Product:
    """The product, with title and traits as the row has them (ORD-5)."""
    product = known.products.get((seller.pk, row.sku)) or Product(seller=seller, sku=row.sku)
    traits = product.traits if row.traits is None else row.traits
    if product.pk is None or product.title != row.title or product.traits != traits:
        product.title = row.title
        for trait in Product.TRAITS:
            setattr(product, trait, trait in traits)
        product.save()
    known.products[seller.pk, row.sku] = product
    return product
