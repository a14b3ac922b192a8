from __future__ import annotations

from django.db import models


class TryCount(models.Model):
    """How often something was tried within one window: a row for each limit and whom it counts (SEC-4)."""

    key = models.CharField(max_length=64, primary_key=True)  # a keyed hash: no address stands here (PRV-5)
    tries = models.PositiveIntegerField(default=0)  # never above the limit
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.tries} tries"
