"""Orders and products, as staff see them."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.record_admin import MetadataAdmin
from accounts.record_search import by_alias, by_code, by_names
from orders.models import Order, Product
from orders.record_search import by_order


@admin.register(Order)
class OrderAdmin(MetadataAdmin[Order]):
    list_display = ("number", "buyer", "seller", "marketplace", "status", "placed_at")
    list_filter = ("status", "fulfilment", "marketplace")
    finders = (by_order("pk"), by_alias(both=True), by_names(seller="seller", buyer="buyer"))
    fields = (
        "number", "buyer", "seller", "marketplace", "status", "fulfilment", "placed_at", "shipped_at",
        "delivered_at", "cancelled_at", "returned_at", "refunded_at", "carrier", "tracking",
    )  # fmt: skip


@admin.register(Product)
class ProductAdmin(MetadataAdmin[Product]):
    list_display = ("title", "sku", "seller")
    finders = (by_names(seller="seller"), by_code(_("Sku"), "sku"))
    fields = ("title", "sku", "seller")
