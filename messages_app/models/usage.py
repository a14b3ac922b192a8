from __future__ import annotations

from django.db import models


class DailyUsage(models.Model):
    """How many messages a seller has sent on a day of its home marketplace (CAP-1). The row is the
    lock under which the cap is counted (CAP-3)."""

    seller = models.ForeignKey("accounts.Seller", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seller", "day"], name="one_usage_row_per_day")]

    def __str__(self) -> str:
        return f"usage of {self.seller_id} on {self.day}"
