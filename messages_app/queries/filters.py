"""What narrows a list of threads down, and where it stands in the address (BOX-2): filters combine, with each
other and with any view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.db.models import Q

from accounts.name_keys import name_key
from accounts.queries.people import called, name_begins, with_alias
from accounts.roles import Role
from messages_app.models import Thread
from messages_app.queries.moments import read_day
from orders.queries.lists import orders_of
from orders.queries.search import number_begins

LONGEST = 80  # characters of a filter that are looked at
MOST = 200  # people or orders whose threads are looked up; beyond them every list holds some


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Empty fields narrow nothing down."""

    after: date | None = None  # the last message on this day or later, in the person's zone
    before: date | None = None  # on this day or earlier
    order: str = ""  # an order number, or how it begins
    who: str = ""  # how the buyer's display name begins, or a word of the seller's trade name
    alias: str = ""  # the other side's alias, or how it begins

    def __bool__(self) -> bool:
        return any((self.after, self.before, self.order, self.who, self.alias))

    @property
    def names_something(self) -> bool:
        """Whether somebody or something has to be looked up first."""
        return any((self.order, self.who, self.alias))

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
        alias=alias,
    )


def filtered(filters: Filters, role: Role, by: str, zone: tzinfo) -> Q:
    """The condition on MailboxEntry; `by` is the column of moments that the days are compared with. A
    statement each for a name, an alias and an order number: few threads are known by their parties or
    orders, and where there are many, a page of them is found soon."""
    found = Q()
    if filters.after:
        found &= Q(**{f"{by}__gte": _midnight(filters.after, zone)})
    if filters.before:
        found &= Q(**{f"{by}__lt": _midnight(filters.before + timedelta(days=1), zone)})
    if filters.order:
        found &= _about_order(role, filters.order)
    if filters.who:
        found &= _with_people(role, filters.who)
    if filters.alias:
        found &= _threads(_of_others(role, with_alias(role, filters.alias)))
    return found


def _about_order(role: Role, text: str) -> Q:
    own = orders_of(role).filter(number_begins(text)).order_by("number")
    orders = list(own.values_list("pk", flat=True)[: MOST + 1])
    if len(orders) > MOST:
        return number_begins(text, "thread__order__")
    return _threads(Q(order__in=orders))


def _with_people(role: Role, text: str) -> Q:
    others = called(role, text, MOST + 1)
    if role.membership and len(others) > MOST:
        return name_begins(name_key(text), "thread__buyer__")
    return _threads(_of_others(role, others))


def _of_others(role: Role, others: list[int]) -> Q:
    """Threads of the role with these others."""
    if role.membership:
        return Q(seller=role.seller, buyer__in=others)
    return Q(buyer=role.buyer, seller__in=others)


def _threads(condition: Q) -> Q:
    return Q(thread__in=Thread.objects.filter(condition))


def _text(text: str) -> str:
    return text.replace("\0", "").strip()[:LONGEST]


def _day(text: str) -> date | None:
    """Days that a zone can push out of the calendar are none."""
    day = read_day(text)
    return day if day and date.min.year < day.year < date.max.year else None


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)
