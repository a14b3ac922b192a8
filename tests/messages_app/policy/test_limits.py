from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.policy.limits import Limits, daily_cap

LIMITS = Limits()


@pytest.mark.rule("CAP-1")
@pytest.mark.parametrize(
    ("average", "cap"),
    [
        (Fraction(1), 605),
        (Fraction(35, 30), 605),  # 5.83
        (Fraction(36, 30), 606),  # 6 exactly
        (Fraction(5, 3), 608),  # 8.33
        (Fraction(3000, 30), 1100),
    ],
)
def test_the_cap_is_exact(average: Fraction, cap: int) -> None:
    assert daily_cap(average, LIMITS) == cap


@pytest.mark.rule("CAP-1")
@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=1, max_value=30))
def test_the_cap_needs_no_floating_point(count: int, days: int) -> None:
    assert daily_cap(Fraction(count, days), LIMITS) == 600 + (5 * count) // days


@pytest.mark.rule("CAP-1")
def test_the_cap_follows_the_settings() -> None:
    assert daily_cap(Fraction(7, 2), Limits(daily_cap_factor=3, daily_cap_base=10)) == 20
