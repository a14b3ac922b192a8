"""When a seller's daily digest is due: at eight of its marketplace's clock (ACC-5)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from accounts.models import Marketplace

DIGEST_AT = time(8)


def digest_moment(marketplace: Marketplace, day: date) -> datetime:
    """When the digest of that day is due at the marketplace, in UTC; 23, 24 or 25 hours after the one before.
    Where the clock shows eight twice it is the first time, where it skips it the moment of the skip."""
    return datetime.combine(day, DIGEST_AT, tzinfo=marketplace.zone).astimezone(UTC)


def last_digest_day(marketplace: Marketplace, now: datetime) -> date:
    """The newest day whose digest has come due by `now` (aware): today, before eight yesterday."""
    today = now.astimezone(marketplace.zone).date()
    return today if now >= digest_moment(marketplace, today) else today - timedelta(days=1)
