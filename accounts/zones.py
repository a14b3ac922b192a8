"""The time zones that people may choose."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones


@cache
def known_zones() -> frozenset[str]:
    """Names such as "Europe/Paris"; looked up on disk once a process."""
    return frozenset(available_timezones())
