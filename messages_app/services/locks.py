"""The locks under which the gate counts, always in one order: the pair, then the seller's day; and a lock
by name for work that one at a time may do.

On SQLite every transaction is IMMEDIATE: the first statement already holds the one write lock.
"""

from __future__ import annotations

from datetime import date
from hashlib import sha256

from django.db import connection

from accounts.models import Pair, Seller
from messages_app.models import DailyUsage


def lock_pair(pair_id: int) -> None:
    """Nobody else decides about the pair until the transaction ends."""
    Pair.objects.select_for_update().values_list("pk").get(pk=pair_id)


def locked_pair(pair: Pair) -> Pair:
    """The same with the pair and its people read anew; their marketplaces stay as they were read before."""
    anew = Pair.objects.select_for_update(of=("self",)).select_related("buyer__user", "seller")
    locked = anew.get(pk=pair.pk)
    locked.buyer.marketplace = pair.buyer.marketplace
    locked.seller.marketplace = pair.seller.marketplace
    return locked


def lock_usage(seller: Seller, day: date) -> DailyUsage:
    """The seller's counter of that day, made when it is the day's first message (CAP-3)."""
    rows = DailyUsage.objects.select_for_update().filter(seller=seller, day=day)
    usage = rows.first()
    if usage is None:
        DailyUsage.objects.bulk_create([DailyUsage(seller=seller, day=day)], ignore_conflicts=True)
        usage = rows.get()
    return usage


def lock_name(name: str) -> None:
    """Nobody else who asks for this name goes on until the transaction ends."""
    if connection.vendor == "postgresql":
        number = int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
