"""Puts the people and orders of planned talks into the store, by the product's own import."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import Buyer, Pair, Seller, User
from accounts.queries.pairs import pairs_with_people
from accounts.services.pairs import pair_for
from messaging_center.demo_world.orders import COLUMNS
from messaging_center.demo_world.talks import (
    MARKETPLACE,
    Talk,
    Talks,
    buyer_name,
    shop_id,
    shop_name,
)
from orders.models import Order
from orders.services.imports import import_orders

_TO_SHIP, _TO_DELIVER = timedelta(days=1), timedelta(days=4)
_PRODUCTS = (("BOWL-1", "Bowl in ash"), ("LAMP-2", "Table lamp in brass"), ("RUG-3", "Woven rug"))


def bring_people(planned: Sequence[Talks], password: str, now: datetime) -> dict[int, Pair]:
    """Pairs with everybody behind them, by the place of their talks. What is there already stays."""
    report = import_orders(_orders_csv(planned, now), now=now, silent=True)
    if report.bad:
        raise ValueError(f"a planned order was refused: {report.bad[0].problem}")
    _claim(password, now)
    buyers = {one.external_id: one for one in _buyers(planned)}
    sellers = {one.external_id: one for one in Seller.objects.filter(external_id__in=map(_shop, planned))}
    pairs = {one.place: pair_for(buyers[_buyer(one)], sellers[_shop(one)]) for one in planned}
    found = {
        pair.pk: pair for pair in pairs_with_people().filter(pk__in=[pair.pk for pair in pairs.values()])
    }
    return {place: found[pair.pk] for place, pair in pairs.items()}


def order_ids(planned: Sequence[Talks]) -> dict[str, int]:
    """The ids of the orders that the talks are about, by number."""
    numbers = [talk.number for one in planned for talk in one.talks if talk.number]
    return dict(Order.objects.filter(number__in=numbers).values_list("number", "pk"))


def _buyer(one: Talks) -> str:
    return f"grown-buyer-{one.buyer}"


def _shop(one: Talks) -> str:
    return shop_id(one.seller)


def _buyers(planned: Sequence[Talks]) -> list[Buyer]:
    return list(Buyer.objects.filter(external_id__in=map(_buyer, planned)).select_related("user"))


def _claim(password: str, now: datetime) -> None:
    """Everybody has come and chosen the demo's password; four in five want no mail for messages, so that a
    year's conversations do not leave as mails of today."""
    User.objects.filter(claimed_at=None).update(password=password, claimed_at=now)
    silent = [f"grown-{rank}" for rank in range(1, 100) if rank % 5]
    Seller.objects.filter(external_id__in=silent, mail_buyer_messages=True).update(mail_buyer_messages=False)
    ends = Q()
    for digit in "12346789":
        ends |= Q(external_id__endswith=digit)
    new = Buyer.objects.filter(ends, external_id__startswith="grown-buyer-", mail_messages=True)
    new.update(mail_messages=False)


def _orders_csv(planned: Sequence[Talks], now: datetime) -> io.StringIO:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, COLUMNS, restval="")
    writer.writeheader()
    for one in planned:
        # A pair that talks about no order is brought by one all the same: it met by buying.
        talks = [talk for talk in one.talks if talk.number] or [one.talks[0]]
        writer.writerows(_row(one, talk, now) for talk in talks)
    file.seek(0)
    return file


def _row(one: Talks, talk: Talk, now: datetime) -> dict[str, str]:
    placed = now - timedelta(hours=talk.placed)
    shipped, delivered = placed + _TO_SHIP, placed + _TO_SHIP + _TO_DELIVER
    arrived = delivered < now - timedelta(hours=1)
    sku, title = _PRODUCTS[one.place % len(_PRODUCTS)]
    return {
        "order_number": talk.number or f"799-{one.place:07d}-0000000",
        "marketplace": MARKETPLACE[one.language],
        "seller": _shop(one),
        "seller_name": shop_name(one.seller),
        "seller_email": f"desk@shop{one.seller}.example",
        "buyer": _buyer(one),
        "buyer_email": f"buyer{one.buyer}@people.example",
        "buyer_name": buyer_name(one.buyer, one.language),
        "language": one.language,
        "status": "delivered" if arrived else "shipped",
        "placed_at": placed.isoformat(),
        "shipped_at": shipped.isoformat(),
        "delivered_at": delivered.isoformat() if arrived else "",
        "sku": sku,
        "title": title,
        "quantity": "1",
        "selling_since": "2024-01-15",
        "fulfilment": "seller",
    }
