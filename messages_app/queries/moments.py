"""Moments that stand in addresses of pages: anybody may write anything there."""

from __future__ import annotations

from datetime import UTC, date, datetime


def read_moment(text: str) -> datetime | None:
    """The moment that an ISO text with its offset names, in UTC; None for everything else, a moment
    outside the years that UTC can tell among it."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def read_day(text: str) -> date | None:
    """A day of the calendar as a field of a form sends it, "2026-03-31"; None for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
