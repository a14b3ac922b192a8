"""What is stored already about the rows of a batch: a handful of statements, whatever its size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from accounts.models import Buyer, Seller
from orders.importing.rows import OrderRow
from orders.models import Order, Product


@dataclass(frozen=True, slots=True)
class Known:
    """Rows of the database by what a file calls them; new ones are added as they are made."""

    orders: dict[str, Order] = field(default_factory=dict)  # with lines and events
    sellers: dict[str, Seller] = field(default_factory=dict)  # with marketplace
    buyers: dict[str, Buyer] = field(default_factory=dict)
    products: dict[tuple[int, str], Product] = field(default_factory=dict)


def known_for(rows: Iterable[OrderRow]) -> Known:
    """Everything that these rows name and that exists."""
    rows = list(rows)
    orders = (
        Order.objects.filter(number__in={row.order_number for row in rows})
        .order_by("pk")
        .select_for_update()
        .prefetch_related("lines", "events")
    )
    sellers = Seller.objects.filter(external_id__in={row.seller for row in rows}).select_related(
        "marketplace"
    )
    buyers = Buyer.objects.filter(external_id__in={row.buyer for row in rows})
    products = Product.objects.filter(
        seller__external_id__in={row.seller for row in rows}, sku__in={row.sku for row in rows}
    )
    return Known(
        orders={order.number: order for order in orders},
        sellers={str(seller.external_id): seller for seller in sellers},
        buyers={str(buyer.external_id): buyer for buyer in buyers},
        products={(product.seller_id, product.sku): product for product in products},
    )
