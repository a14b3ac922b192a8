from __future__ import annotations

from django.db import models
from django.utils import timezone


class Pair(models.Model):
    """One buyer and one seller, for life: their aliases and what each decided about the other."""

    buyer = models.ForeignKey("accounts.Buyer", on_delete=models.PROTECT, related_name="pairs")
    seller = models.ForeignKey("accounts.Seller", on_delete=models.PROTECT, related_name="pairs")
    created_at = models.DateTimeField(default=timezone.now)
    opted_out_at = models.DateTimeField(null=True, blank=True)  # unsolicited messages of this seller (ACC-7)
    blocked_by_buyer_at = models.DateTimeField(null=True, blank=True)  # ACC-8
    blocked_by_seller_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["buyer", "seller"], name="one_pair")]

    def __str__(self) -> str:
        return f"pair {self.pk}"


class Alias(models.Model):
    """An address of the relay. `side` is whom mail to it reaches: the buyer's alias is the one that
    the seller writes to (ALI-1 to ALI-5)."""

    class Side(models.TextChoices):
        BUYER = "buyer"
        SELLER = "seller"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="aliases")
    side = models.CharField(max_length=6, choices=Side)
    address = models.CharField(max_length=254, unique=True)  # whole, lower case: outlives a change of domain
    created_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True)  # by erasure: refuses mail for good (ALI-7)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "side"], name="one_alias_per_side")]

    def __str__(self) -> str:
        return self.address
