"""What a person asks their list of orders for (ORD-2), as it stands in the page's address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from urllib.parse import urlencode

from django.db.models import Q

from orders.models import Order

TEXT_MOST = 200  # characters of a search that are looked at
_YEARS = range(1990, 2200)  # within what every zone and database can tell


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """Everything empty: all orders. The filters combine."""

    status: str = ""  # of Order.Status
    since: date | None = None  # placed on that day or later, in the reader's zone
    until: date | None = None  # on that day or earlier
    text: str = ""  # an order number or its beginning, a name or its beginning, an alias or its beginning

    @property
    def is_set(self) -> bool:
        """Whether anything is asked for."""
        return self != OrderFilter()

    @property
    def query(self) -> str:
        """As the page's address says it, "status=shipped&q=hannah"; what is empty is left out."""
        days = {"from": self.since, "to": self.until}
        said = {name: day.isoformat() for name, day in days.items() if day}
        words = {"status": self.status, "q": self.text}
        return urlencode({**{name: word for name, word in words.items() if word}, **said})

    def with_status(self, status: str) -> OrderFilter:
        """The same in another state."""
        return replace(self, status=status)


def read_filter(said: Mapping[str, str]) -> OrderFilter:
    """The filter of an address; anybody may write anything there, and nonsense asks for nothing."""
    status = said.get("status", "")
    text = said.get("q", "").replace("\0", "")  # which PostgreSQL takes for no text at all
    return OrderFilter(
        status=status if status in Order.Status.values else "",
        since=_day(said.get("from", "")),
        until=_day(said.get("to", "")),
        text=" ".join(text.split())[:TEXT_MOST],
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in _YEARS else None


def state_and_days(wanted: OrderFilter, zone: tzinfo) -> Q:
    """Status and days as a condition; a day begins and ends in `zone`."""
    found = Q(status=wanted.status) if wanted.status else Q()
    if wanted.since:
        found &= Q(placed_at__gte=_begins(wanted.since, zone))
    if wanted.until:
        found &= Q(placed_at__lt=_begins(wanted.until + timedelta(days=1), zone))
    return found


def _begins(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
