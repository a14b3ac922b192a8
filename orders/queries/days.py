"""What a day is at a marketplace, and how many orders a seller has on one (ORD-3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

from django.db.models import Count, QuerySet

from accounts.models import Marketplace, Seller
from accounts.written_once import WrittenOnce
from orders.models import Order

AVERAGE_DAYS = 30  # whole days before the day in question


def local_day(marketplace: Marketplace, now: datetime) -> date:
    """The calendar day at that marketplace at a moment (aware)."""
    return now.astimezone(marketplace.zone).date()


def day_bounds(marketplace: Marketplace, day: date) -> tuple[datetime, datetime]:
    """When that day begins, and when the next one does, in UTC: 23, 24 or 25 hours apart (REL-7)."""
    return _midnight(marketplace, day), _midnight(marketplace, day + timedelta(days=1))


def _midnight(marketplace: Marketplace, day: date) -> datetime:
    # Where the clock skips midnight this is the moment of the skip; where it shows it twice, the first.
    return datetime.combine(day, time.min, tzinfo=marketplace.zone).astimezone(UTC)


def average_daily_orders(seller: Seller, day: date) -> Fraction:
    """Orders a day in the 30 whole days before `day` at the home marketplace, exactly, at least 1 (ORD-3).

    Cancelled ones are left out; a younger seller is averaged over their age in whole days, at
    least one. One statement, answered by the index of counted orders.
    """
    start, _ = day_bounds(seller.marketplace, day - timedelta(days=AVERAGE_DAYS))
    end, _ = day_bounds(seller.marketplace, day)
    counted = _COUNTED.rows(seller.pk, start, end)
    return _average(seller, day, counted[0][0] if counted else 0)


def average_daily_orders_of(sellers: Sequence[Seller], day: date) -> dict[int, Fraction]:
    """The same of several sellers of one home marketplace, by their ids; one statement."""
    if not sellers:
        return {}
    start, _ = day_bounds(sellers[0].marketplace, day - timedelta(days=AVERAGE_DAYS))
    end, _ = day_bounds(sellers[0].marketplace, day)
    placed = _placed(start, end).filter(seller__in=sellers)
    counted = placed.order_by().values("seller").annotate(count=Count("pk"))
    counts = dict(counted.values_list("seller", "count"))
    return {seller.pk: _average(seller, day, counts.get(seller.pk, 0)) for seller in sellers}


def _average(seller: Seller, day: date, count: int) -> Fraction:
    age = (day - seller.selling_since).days
    return max(Fraction(count, min(max(age, 1), AVERAGE_DAYS)), Fraction(1))


def _counted(seller: int, start: datetime, end: datetime) -> QuerySet[Order, tuple[int]]:
    placed = _placed(start, end).filter(seller=seller)
    return placed.order_by().values("seller").annotate(count=Count("pk")).values_list("count")


def _placed(start: datetime, end: datetime) -> QuerySet[Order]:
    placed = Order.objects.filter(placed_at__gte=start, placed_at__lt=end)
    return placed.exclude(status=Order.Status.CANCELLED)


_COUNTED = WrittenOnce(_counted, int, datetime, datetime)
