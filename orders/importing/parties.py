"""The buyer and the seller of an imported order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Buyer, Seller
from accounts.services.parties import (
    NewBuyer,
    NewSeller,
    Refused,
    buyer_from_marketplace,
    seller_from_marketplace,
)
from orders.importing.known import Known
from orders.importing.rows import OrderRow
from orders.models import Order
from orders.queries import local_day


@dataclass(frozen=True, slots=True)
class FirstSeen:
    """Sellers that this import has brought: what their later rows may still teach about them."""

    without_age: set[str] = field(default_factory=set)  # external ids; the oldest order tells (ORD-3)
    fulfilled_for: set[str] = field(default_factory=set)  # only marketplace-fulfilled orders so far (ACC-6)


def buyer_of(row: OrderRow, known: Known, *, now: datetime) -> Buyer | Refused:
    """The row's buyer, unclaimed where new; the marketplace's language where the row names none."""
    if buyer := known.buyers.get(row.buyer):
        return buyer
    new = NewBuyer(
        external_id=row.buyer,
        email=row.buyer_email,
        full_name=row.buyer_name,
        language=row.language or row.marketplace.language,
        marketplace=row.marketplace,
    )
    made = buyer_from_marketplace(new, now=now)
    if isinstance(made, Buyer):
        known.buyers[row.buyer] = made
    return made


def seller_of(row: OrderRow, known: Known, first_seen: FirstSeen, *, now: datetime) -> Seller | Refused:
    """The row's seller, unclaimed where new, with what the row says about age and fulfilment."""
    seller = known.sellers.get(row.seller) or _new_seller(row, first_seen, now=now)
    if isinstance(seller, Refused):
        return seller
    known.sellers[row.seller] = seller
    _learn_age(seller, row, first_seen)
    _learn_fulfilment(seller, row, first_seen)
    return seller


def _new_seller(row: OrderRow, first_seen: FirstSeen, *, now: datetime) -> Seller | Refused:
    by_marketplace = row.fulfilment == Order.Fulfilment.MARKETPLACE
    made = seller_from_marketplace(
        NewSeller(
            external_id=row.seller,
            trade_name=row.seller_name,
            email=row.seller_email,
            marketplace=row.marketplace,
            selling_since=row.selling_since or local_day(row.marketplace, min(row.placed_at, now)),
            messaging_enabled=not by_marketplace,
        ),
        now=now,
    )
    if isinstance(made, Seller):
        if row.selling_since is None:
            first_seen.without_age.add(row.seller)
        if by_marketplace:
            first_seen.fulfilled_for.add(row.seller)
    return made


def _learn_age(seller: Seller, row: OrderRow, first_seen: FirstSeen) -> None:
    since = seller.selling_since
    if row.selling_since is not None:
        since = row.selling_since
        first_seen.without_age.discard(row.seller)
    elif row.seller in first_seen.without_age:
        since = min(since, local_day(seller.marketplace, row.placed_at))
    if since != seller.selling_since:
        seller.selling_since = since
        seller.save(update_fields=["selling_since"])


def _learn_fulfilment(seller: Seller, row: OrderRow, first_seen: FirstSeen) -> None:
    """One order of their own is enough: messaging is on for who fulfils themselves (ACC-6)."""
    if row.seller in first_seen.fulfilled_for and row.fulfilment != Order.Fulfilment.MARKETPLACE:
        first_seen.fulfilled_for.discard(row.seller)
        seller.messaging_enabled = True
        seller.save(update_fields=["messaging_enabled"])
