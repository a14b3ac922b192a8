"""The numbers of the rules, and the daily cap that is reckoned from them (CAP-1)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

MAX_FILES = 20  # ATT-3; inline images aside
CANCELLED_PROBLEM_WINDOW = timedelta(days=30)  # RSN-1: problem_with_order after a cancellation
REVIEW_OPENS_AFTER = timedelta(days=5)  # RSN-1, review_request; counted from the delivery
REVIEW_CLOSES_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an installation may set; the defaults are the rules' own numbers."""

    daily_cap_factor: int = 5
    daily_cap_base: int = 600
    proactive_window_days: int = 30
    max_message_bytes: int = 10_485_760
    burst_messages: int = 20
    identical_bodies: int = 3

    @property
    def proactive_window(self) -> timedelta:
        """30 days are 30 x 24 h from the moment of delivery (RSN-2; rules.md, Terms)."""
        return timedelta(days=self.proactive_window_days)


def daily_cap(average: Fraction, limits: Limits) -> int:
    """How many messages a seller may send on a day (CAP-1): floor(factor x average) + base."""
    return math.floor(limits.daily_cap_factor * average) + limits.daily_cap_base
