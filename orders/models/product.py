from __future__ import annotations

from django.db import models


class Product(models.Model):
    """What a seller offers, with the traits that contact reasons look at (ORD-5)."""

    seller = models.ForeignKey("accounts.Seller", on_delete=models.PROTECT, related_name="products")
    sku = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    customizable = models.BooleanField(default=False)
    digital = models.BooleanField(default=False)
    service = models.BooleanField(default=False)
    warranty = models.BooleanField(default=False)

    TRAITS = ("customizable", "digital", "service", "warranty")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seller", "sku"], name="one_product_per_sku")]
        indexes = [models.Index(fields=["sku"], name="products_by_sku")]  # for staff

    def __str__(self) -> str:
        return self.title

    @property
    def traits(self) -> frozenset[str]:
        return frozenset(trait for trait in self.TRAITS if getattr(self, trait))
