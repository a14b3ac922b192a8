"""Orders and products, as staff see them."""

from __future__ import annotations

from django.contrib import admin

from accounts.record_admin import MetadataAdmin
from orders.models import Order, Product


@admin.register(Order)
class OrderAdmin(MetadataAdmin[Order]):
    list_display = ("number", "buyer", "seller", "marketplace", "status", "placed_at")
    list_filter = ("status", "fulfilment", "marketplace")
    list_select_related = ("buyer", "seller", "marketplace")
    search_fields = ("=number", "seller__trade_name", "buyer__display_name")
    fields = (
        "number", "buyer", "seller", "marketplace", "status", "fulfilment", "placed_at", "shipped_at",
        "delivered_at", "cancelled_at", "returned_at", "refunded_at", "carrier", "tracking",
    )  # fmt: skip


@admin.register(Product)
class ProductAdmin(MetadataAdmin[Product]):
    list_display = ("title", "sku", "seller")
    list_select_related = ("seller",)
    search_fields = ("title", "=sku", "seller__trade_name")
    fields = ("title", "sku", "seller")
