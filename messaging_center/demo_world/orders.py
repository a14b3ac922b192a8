"""What was bought in the sample marketplace, as the rows of an import (ORD-4)."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime, timedelta

from messaging_center.demo_world.people import BUYERS, SELLERS

COLUMNS = (
    "order_number marketplace seller seller_name seller_email buyer buyer_email buyer_name language status "
    "placed_at sku title quantity selling_since fulfilment shipped_at delivered_at cancelled_at returned_at "
    "refunded_at carrier tracking traits"
).split()

PRODUCTS = {
    "casserole": ("ALD-24-SAGE", "Cast-iron casserole 24 cm, sage", ""),
    "trivet": ("ALD-TRV-L", "Oak trivet, large", ""),
    "sign": ("ALD-SIGN", "Door sign with your name", "customizable"),
    "plan": ("ALD-PLAN", "Garden plan (download)", "digital"),
    "assembly": ("ALD-ASM", "Shelf with assembly at home", "service|warranty"),
    "lamp": ("ML-LAMPE-2", "Lampe de table en laiton", "warranty"),
    "board": ("OB-TAGL", "Tagliere in noce", ""),
    "stool": ("NL-HOCKER", "Hocker aus Esche", "warranty"),
    "paint": ("KD-FARBA", "Farba kredowa 2,5 l", ""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleOrder:
    """An order; moments are days before the seeding."""

    number: str
    buyer: str
    seller: str
    status: str
    placed: float
    products: tuple[str, ...]
    shipped: float | None = None
    delivered: float | None = None
    cancelled: float | None = None
    returned: float | None = None
    refunded: float | None = None


def _order(number: str, buyer: str, seller: str, status: str, *products: str, **days: float) -> SampleOrder:
    return SampleOrder(
        number=number,
        buyer=buyer,
        seller=seller,
        status=status,
        products=products,
        placed=days.pop("placed"),
        **days,
    )


ALDER = "alder-and-pine"
ORDERS = (
    _order("302-5518274-9034671", "hannah", ALDER, "shipped", "casserole", "trivet", placed=8, shipped=6),
    _order("302-7741903-2265018", "hannah", ALDER, "unshipped", "sign", placed=0.6),
    _order(
        "403-6620187-5539204", "emilie", ALDER, "delivered", "casserole", placed=12, shipped=10, delivered=5
    ),
    _order(
        "405-1183392-7740618",
        "pawel",
        ALDER,
        "returned",
        "trivet",
        placed=30,
        shipped=28,
        delivered=24,
        returned=11,
    ),
    _order("304-9027716-3348825", "oliver", ALDER, "unshipped", "assembly", placed=2),
    _order("304-1150482-6671930", "oliver", ALDER, "delivered", "plan", placed=21, shipped=21, delivered=20),
    # Delivered too long ago for anything unasked (RSN-2).
    _order(
        "404-7719035-4460182", "giulia", ALDER, "delivered", "trivet", placed=63, shipped=61, delivered=57
    ),
    _order("404-3305917-8821467", "giulia", ALDER, "delivered", "sign", placed=20, shipped=17, delivered=13),
    _order("407-8842016-1193575", "lucia", ALDER, "shipped", "casserole", placed=5, shipped=2),
    _order("302-2206648-7510934", "james", ALDER, "pending", "casserole", placed=0.1),
    _order("302-6093315-4482207", "ruth", ALDER, "cancelled", "trivet", placed=15, cancelled=14),
    _order("403-7715520-9906413", "emilie", "maison-lumiere", "shipped", "lamp", placed=4, shipped=3),
    _order(
        "403-1029384-7561029",
        "hannah",
        "maison-lumiere",
        "delivered",
        "lamp",
        placed=45,
        shipped=43,
        delivered=40,
    ),
    _order(
        "404-5561283-0047716",
        "giulia",
        "officina-bosco",
        "delivered",
        "board",
        placed=10,
        shipped=8,
        delivered=6,
    ),
    _order("404-9913057-2284601", "marta", ALDER, "shipped", "trivet", placed=3, shipped=1),
    _order(
        "304-7730164-5590028",
        "oliver",
        "nordlicht",
        "delivered",
        "stool",
        placed=16,
        shipped=14,
        delivered=12,
    ),
    _order(
        "405-4416920-8830751", "pawel", "kolor-dom", "delivered", "paint", placed=9, shipped=8, delivered=7
    ),
    _order(
        "407-6208831-3317940",
        "lucia",
        "officina-bosco",
        "returned",
        "board",
        placed=40,
        shipped=38,
        delivered=35,
        returned=20,
        refunded=18,
    ),
)


def orders_csv(now: datetime) -> io.StringIO:
    """The whole file, moments counted back from `now` (aware)."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, COLUMNS, restval="")
    writer.writeheader()
    for order in ORDERS:
        for product in order.products:
            writer.writerow(_row(order, product, now))
    file.seek(0)
    return file


def _row(order: SampleOrder, product: str, now: datetime) -> dict[str, str]:
    seller = next(one for one in SELLERS if one.key == order.seller)
    buyer = next(one for one in BUYERS if one.key == order.buyer)
    sku, title, traits = PRODUCTS[product]
    moments = {
        f"{name}_at": _moment(now, getattr(order, name))
        for name in ("placed", "shipped", "delivered", "cancelled", "returned", "refunded")
    }
    return {
        "order_number": order.number,
        "marketplace": buyer.marketplace,
        "seller": seller.key,
        "seller_name": seller.trade_name,
        "seller_email": seller.email,
        "buyer": buyer.key,
        "buyer_email": buyer.email,
        "buyer_name": buyer.full_name,
        "language": buyer.language,
        "status": order.status,
        "sku": sku,
        "title": title,
        "quantity": "2" if product == "trivet" else "1",
        "selling_since": seller.selling_since,
        "fulfilment": seller.fulfilment,
        "carrier": "DHL" if order.shipped else "",
        "tracking": f"JD0146{order.number[4:11]}" if order.shipped else "",
        "traits": traits,
        **moments,
    }


def _moment(now: datetime, days: float | None) -> str:
    return "" if days is None else (now - timedelta(days=days)).isoformat()
