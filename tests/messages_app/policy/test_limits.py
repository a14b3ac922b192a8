from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.policy.limits import Limits, average_daily_orders, daily_cap

LIMITS = Limits()


@pytest.mark.rule("CAP-1", "ORD-3")
@pytest.mark.parametrize(
    ("count", "days", "cap"),
    [
        (0, 30, 605),  # nobody averages below 1
        (30, 30, 605),
        (35, 30, 605),  # 5 x 1.1666... = 5.83
        (36, 30, 606),  # 5 x 1.2 = 6 exactly
        (3000, 30, 1100),
        (1, 3, 605),
        (4, 3, 606),  # 6.67
        (5, 3, 608),  # 8.33
        (7, 0, 635),  # first day: the age counts as one day at least
        (60, 400, 610),  # an old seller: 30 days, not 400
    ],
)
def test_the_cap_is_exact(count: int, days: int, cap: int) -> None:
    assert daily_cap(average_daily_orders(count, days), LIMITS) == cap


@pytest.mark.rule("CAP-1")
@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=1, max_value=30))
def test_the_cap_needs_no_floating_point(count: int, days: int) -> None:
    extra = max((5 * count) // days, 5)
    assert daily_cap(average_daily_orders(count, days), LIMITS) == 600 + extra


@pytest.mark.rule("CAP-1")
def test_the_cap_follows_the_settings() -> None:
    assert daily_cap(Fraction(7, 2), Limits(daily_cap_factor=3, daily_cap_base=10)) == 20


@pytest.mark.parametrize(("count", "days"), [(-1, 30), (1, -1)])
def test_negative_numbers_are_a_bug(count: int, days: int) -> None:
    with pytest.raises(ValueError, match="negative"):
        average_daily_orders(count, days)
