"""The locks under which the gate counts, always in one order: the pair, then the seller's day; and a lock
by name for work that one at a time may do.

On SQLite every transaction is IMMEDIATE: the first statement already holds the one write lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import sha256

from django.db import connection

from accounts.models import Pair
from messages_app.models import DailyUsage


def lock_pair(pair_id: int) -> None:
    """Nobody else decides about the pair until the transaction ends."""
    Pair.objects.select_for_update().values_list("pk").get(pk=pair_id)


def locked_pairs(pairs: Sequence[Pair]) -> list[Pair]:
    """The same with the pairs and their people read anew, lowest id first under the lock; their marketplaces
    stay as they were read before. Two statements: one that waited for the lock sees people as they were
    before it waited."""
    wanted = Pair.objects.filter(pk__in=[pair.pk for pair in pairs])
    list(wanted.select_for_update().order_by("pk").values_list("pk"))
    locked = {pair.pk: pair for pair in wanted.select_related("buyer__user", "seller")}
    for pair in pairs:
        locked[pair.pk].buyer.marketplace = pair.buyer.marketplace
        locked[pair.pk].seller.marketplace = pair.seller.marketplace
    return [locked[pair.pk] for pair in pairs]


def lock_usages(days: Iterable[tuple[int, date]]) -> dict[tuple[int, date], DailyUsage]:
    """The counters of sellers, by id, on days, lowest first under the lock; those made that are the day's
    first (CAP-3)."""
    wanted = sorted(set(days))
    found = _usages(wanted)
    missing = [key for key in wanted if key not in found]
    if missing:
        new = [DailyUsage(seller_id=seller_id, day=day) for seller_id, day in missing]
        DailyUsage.objects.bulk_create(new, ignore_conflicts=True)
        found |= _usages(missing)
    return found


def _usages(wanted: Sequence[tuple[int, date]]) -> dict[tuple[int, date], DailyUsage]:
    """Locked and read. Sellers and days are asked for apart: what is not wanted is few and left out."""
    if not wanted:
        return {}
    sellers, days = {seller_id for seller_id, _ in wanted}, {day for _, day in wanted}
    rows = DailyUsage.objects.select_for_update().filter(seller__in=sellers, day__in=days)
    keys = set(wanted)
    found = {(row.seller_id, row.day): row for row in rows.order_by("seller", "day")}
    return {key: row for key, row in found.items() if key in keys}


def lock_name(name: str) -> None:
    """Nobody else who asks for this name goes on until the transaction ends."""
    if connection.vendor == "postgresql":
        number = int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
