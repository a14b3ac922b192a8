"""The locks under which the gate counts, always in one order: the pair, then the seller's day.

On SQLite every transaction is IMMEDIATE: the first statement already holds the one write lock.
"""

from __future__ import annotations

from datetime import date

from accounts.models import Pair, Seller
from messages_app.models import DailyUsage


def lock_pair(pair_id: int) -> Pair:
    """The pair with its people, nobody else deciding about it until the transaction ends."""
    return (
        Pair.objects.select_for_update(of=("self",))
        .select_related("buyer__user", "buyer__marketplace", "seller__marketplace")
        .get(pk=pair_id)
    )


def lock_usage(seller: Seller, day: date) -> DailyUsage:
    """The seller's counter of that day, made when it is the day's first message (CAP-3)."""
    rows = DailyUsage.objects.select_for_update().filter(seller=seller, day=day)
    usage = rows.first()
    if usage is None:
        DailyUsage.objects.bulk_create([DailyUsage(seller=seller, day=day)], ignore_conflicts=True)
        usage = rows.get()
    return usage
