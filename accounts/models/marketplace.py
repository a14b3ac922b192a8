from __future__ import annotations

from zoneinfo import ZoneInfo

from django.db import models


class Marketplace(models.Model):
    """One national site of the marketplace: whose day counts for caps, whose language is the default."""

    code = models.CharField(max_length=8, unique=True)  # "FR"
    name = models.CharField(max_length=80)
    language = models.CharField(max_length=8, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
