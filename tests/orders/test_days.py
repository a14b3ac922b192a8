from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Marketplace, Seller
from orders.queries import average_daily_orders, day_bounds, local_day
from tests.factories import MarketplaceFactory, OrderFactory, SellerFactory

DAY = date(2026, 3, 30)  # the day after the clocks went forward in Europe
TICK = timedelta(microseconds=1)
ZONES = [
    "Europe/London",
    "Europe/Paris",
    "Europe/Warsaw",
    "UTC",
    "America/New_York",
    "America/Havana",  # shows midnight twice in autumn, skips it in spring
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Pacific/Auckland",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Africa/Cairo",
]


@pytest.mark.rule("CAP-1", "REL-7")
@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"),
    [
        ("Europe/London", date(2026, 1, 5), "2026-01-05T00:00+00:00", 24),
        ("Europe/London", date(2026, 3, 29), "2026-03-29T00:00+00:00", 23),
        ("Europe/London", date(2026, 10, 25), "2026-10-24T23:00+00:00", 25),
        ("Europe/Paris", date(2026, 3, 29), "2026-03-28T23:00+00:00", 23),
        ("Europe/Paris", date(2026, 7, 1), "2026-06-30T22:00+00:00", 24),
        ("Asia/Kolkata", date(2026, 7, 1), "2026-06-30T18:30+00:00", 24),
        ("Africa/Cairo", date(2026, 4, 24), "2026-04-23T22:00+00:00", 23),  # 00:00 does not exist
        ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00+00:00", 25),  # 00:00 comes twice
    ],
)
def test_a_day_has_its_own_length(zone: str, day: date, start: str, hours: int) -> None:
    begin, end = day_bounds(Marketplace(time_zone=zone), day)
    assert begin.isoformat(timespec="minutes") == start
    assert end - begin == timedelta(hours=hours)


@pytest.mark.rule("CAP-1", "REL-7")
@given(st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1)), st.sampled_from(ZONES))  # noqa: DTZ001
def test_every_moment_lies_within_its_own_day(moment: datetime, zone: str) -> None:
    marketplace, now = Marketplace(time_zone=zone), moment.replace(tzinfo=UTC)
    start, end = day_bounds(marketplace, local_day(marketplace, now))
    assert start <= now < end


def at(seller: Seller, day: date) -> datetime:
    return day_bounds(seller.marketplace, day)[0]


@pytest.mark.django_db
@pytest.mark.both_databases
@pytest.mark.rule("ORD-3", "REL-7")
@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Pacific/Auckland"])
def test_counted_are_the_thirty_whole_days_before_to_the_microsecond(zone: str) -> None:
    home = MarketplaceFactory.create(code="HOME", time_zone=zone)
    seller = SellerFactory.create(marketplace=home)
    first, end = at(seller, DAY - timedelta(days=30)), at(seller, DAY)
    inside = [first, first + TICK, end - TICK] + [first + timedelta(days=1)] * 57
    for placed_at in [first - TICK, *inside, end]:
        OrderFactory.create(seller=seller, placed_at=placed_at, lines=[])
    assert average_daily_orders(seller, DAY) == Fraction(60, 30)


@pytest.mark.django_db
@pytest.mark.rule("ORD-3")
def test_all_marketplaces_count_and_cancelled_orders_and_other_sellers_do_not() -> None:
    seller = SellerFactory.create()
    yesterday = at(seller, DAY) - timedelta(hours=5)
    abroad = MarketplaceFactory.create(code="DE", time_zone="Europe/Berlin")
    for status in ("pending", "unshipped", "shipped", "delivered", "returned"):
        for _ in range(7):
            OrderFactory.create(
                seller=seller, placed_at=yesterday, status=status, marketplace=abroad, lines=[]
            )
    OrderFactory.create(seller=seller, placed_at=yesterday, status="cancelled", lines=[])
    OrderFactory.create(placed_at=yesterday, lines=[])
    with CaptureQueriesContext(
        connection,
    ) as statements:
        assert average_daily_orders(seller, DAY) == Fraction(35, 30)
    assert len(statements) == 1


@pytest.mark.django_db
@pytest.mark.rule("ORD-3")
@pytest.mark.parametrize(
    ("age", "orders", "average"),
    [
        (400, 40, Fraction(40, 30)),
        (31, 40, Fraction(40, 30)),
        (30, 40, Fraction(40, 30)),
        (29, 40, Fraction(40, 29)),
        (3, 4, Fraction(4, 3)),
        (1, 4, Fraction(4)),
        (0, 4, Fraction(4)),  # the first day: one day at least
        (-2, 4, Fraction(4)),
        (400, 30, Fraction(1)),
        (400, 29, Fraction(1)),  # nobody averages below 1
        (400, 0, Fraction(1)),
    ],
)
def test_a_young_seller_is_averaged_over_its_age(age: int, orders: int, average: Fraction) -> None:
    seller = SellerFactory.create(selling_since=DAY - timedelta(days=age))
    for _ in range(orders):
        OrderFactory.create(seller=seller, placed_at=at(seller, DAY) - TICK, lines=[])
    assert average_daily_orders(seller, DAY) == average
