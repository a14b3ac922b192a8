from __future__ import annotations

import uuid_utils.compat as uuid
from django.core.validators import RegexValidator
from django.db import models

from orders.models.product import Product

ORDER_NUMBER = r"\d{3}-\d{7}-\d{7}"


class Order(models.Model):
    """One order of one buyer at one seller (ORD-1)."""

    class Status(models.TextChoices):
        PENDING = "pending"
        UNSHIPPED = "unshipped"
        SHIPPED = "shipped"
        DELIVERED = "delivered"
        CANCELLED = "cancelled"
        RETURNED = "returned"

    class Fulfilment(models.TextChoices):
        SELLER = "seller"
        MARKETPLACE = "marketplace"

    number = models.CharField(max_length=19, unique=True, validators=[RegexValidator(rf"^{ORDER_NUMBER}$")])
    buyer = models.ForeignKey("accounts.Buyer", on_delete=models.PROTECT, related_name="orders")
    seller = models.ForeignKey("accounts.Seller", on_delete=models.PROTECT, related_name="orders")
    marketplace = models.ForeignKey("accounts.Marketplace", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status)
    fulfilment = models.CharField(max_length=12, choices=Fulfilment, default=Fulfilment.SELLER)
    placed_at = models.DateTimeField()
    shipped_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    refunded_at = models.DateTimeField(null=True, blank=True)
    carrier = models.CharField(max_length=60, blank=True)
    tracking = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["seller", "placed_at"], name="orders_of_seller"),
            models.Index(fields=["buyer", "placed_at"], name="orders_of_buyer"),
            models.Index(
                fields=["seller", "placed_at"],
                condition=~models.Q(status="cancelled"),
                name="orders_counted",  # average daily orders (ORD-3)
            ),
            # Manage Orders (ORD-2): by status, by number, by the buyers that a name stands for
            models.Index(fields=["seller", "status", "placed_at"], name="orders_by_status"),
            models.Index(fields=["seller", "number"], name="orders_by_number"),
            models.Index(fields=["seller", "buyer", "placed_at"], name="orders_by_buyer"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "product"], name="one_line_per_product")]

    def __str__(self) -> str:
        return f"line {self.pk}"


class OrderEvent(models.Model):
    """A dated event of an order's timeline. messages_app takes those that the buyer is told of
    (ORD-6); an event that was imported silently or late is born taken."""

    class Kind(models.TextChoices):
        PLACED = "placed"
        SHIPPED = "shipped"
        DELIVERED = "delivered"
        CANCELLED = "cancelled"
        RETURNED = "returned"
        REFUNDED = "refunded"

    ANNOUNCED = (Kind.PLACED, Kind.SHIPPED, Kind.DELIVERED, Kind.REFUNDED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "kind"], name="one_event_per_kind")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(taken_at=None), name="order_events_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
