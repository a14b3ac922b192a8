"""What narrows a list of threads down, and where it stands in the address (BOX-2): filters combine, with each
other and with any view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.db.models import Q

from accounts.roles import Role
from messages_app.policy.facts import Side

LONGEST = 80  # characters of a filter that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Empty fields narrow nothing down."""

    after: date | None = None  # the last message on this day or later, in the person's zone
    before: date | None = None  # on this day or earlier
    order: str = ""  # an order number, or how it begins
    who: str = ""  # a part of the other side's name
    alias: str = ""  # the other side's alias, or how it begins

    def __bool__(self) -> bool:
        return any((self.after, self.before, self.order, self.who, self.alias))

    def as_query(self) -> dict[str, str]:
        """As they stand in the address."""
        days = {name: day.isoformat() for name in ("after", "before") if (day := getattr(self, name))}
        return days | {name: text for name in ("order", "who", "alias") if (text := getattr(self, name))}


def read_filters(query: Mapping[str, str]) -> Filters:
    """The filters of an address; what cannot be read narrows nothing down."""
    order, who, alias = (_text(query.get(name, "")) for name in ("order", "who", "alias"))
    return Filters(
        after=_day(query.get("after", "")),
        before=_day(query.get("before", "")),
        order=order,
        who=who,
        alias=alias.lower(),
    )


def filtered(filters: Filters, role: Role, by: str, zone: tzinfo) -> Q:
    """The condition on MailboxEntry; `by` is the column of moments that the days are compared with."""
    found = Q()
    if filters.after:
        found &= Q(**{f"{by}__gte": _midnight(filters.after, zone)})
    if filters.before:
        found &= Q(**{f"{by}__lt": _midnight(filters.before + timedelta(days=1), zone)})
    if filters.order:
        found &= Q(thread__order__number__startswith=filters.order)
    if filters.who:
        name = "thread__buyer__display_name" if role.side == Side.SELLER else "thread__seller__trade_name"
        found &= Q(**{f"{name}__icontains": filters.who})
    if filters.alias:
        found &= Q(
            thread__pair__aliases__side=Side(role.side).other,
            thread__pair__aliases__address__startswith=filters.alias,
        )
    return found


def _text(text: str) -> str:
    return text.replace("\0", "").strip()[:LONGEST]


def _day(text: str) -> date | None:
    """Days that a zone can push out of the calendar are none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date.min.year < day.year < date.max.year else None


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)
