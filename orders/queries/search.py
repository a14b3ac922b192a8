"""What the search field of a list of orders stands for: a number, an alias or a name (ORD-2, ALI-6)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Q

from accounts.queries.people import called, with_alias
from accounts.roles import Role
from orders.numbers import order_numbers

NAMES_MOST = 200  # people whose orders one search looks through
# The alias without its domain, or how it begins: from as many characters on as no name begins by chance.
_PART_OF_ALIAS = re.compile(r"[a-z0-9]{6,}", re.IGNORECASE | re.ASCII)
_NUMBER_DIGITS = 17
_PART_OF_NUMBER = re.compile(r"#?[\d\s-]*\d[\d\s-]*", re.ASCII)
_NO_ORDERS = Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class Found:
    """Orders that a search stands for. `by_number`: listed by their numbers, in whose order the index
    holds them, for the beginning of a number may be that of a million. `more_names`: more people are
    called so than were looked through."""

    condition: Q
    by_number: bool = False
    more_names: bool = False


def found_by(role: Role, text: str) -> Found:
    """What `text` stands for among the role's orders. One statement for a name or an alias, two for what may
    be either, else none: looked up first, so that the orders are then read by the index of their parties."""
    if not text:
        return Found(Q())
    if numbers := order_numbers(text):
        return Found(Q(number=numbers[0]), by_number=True)
    if _PART_OF_NUMBER.fullmatch(text):
        return Found(number_begins(text), by_number=True)
    if "@" in text:
        return Found(_parties(role, with_alias(role, text)))
    return _of_people(role, text)


def number_begins(text: str, order: str = "") -> Q:
    """Orders whose number begins with the digits of `text`; `order` leads to them, as "thread__order__".

    Whole numbers as bounds: their dashes stand at the same places, so that databases agree on what is between
    them.
    """
    digits = re.sub(r"\D", "", text)
    if not 0 < len(digits) <= _NUMBER_DIGITS:
        return _NO_ORDERS
    first, last = digits.ljust(_NUMBER_DIGITS, "0"), digits.ljust(_NUMBER_DIGITS, "9")
    bounds = {f"{order}number__gte": _with_dashes(first), f"{order}number__lte": _with_dashes(last)}
    return Q(**bounds)


def _with_dashes(digits: str) -> str:
    return f"{digits[:3]}-{digits[3:10]}-{digits[10:]}"


def _parties(role: Role, others: list[int]) -> Q:
    return Q(buyer__in=others) if role.membership else Q(seller__in=others)


def _of_people(role: Role, text: str) -> Found:
    """Orders of those who are called so or have such an alias; of a seller's buyers the first 200 by name."""
    others = called(role, text, NAMES_MOST + 1)
    of_alias = with_alias(role, text) if _PART_OF_ALIAS.fullmatch(text) else []
    parties = _parties(role, [*others[:NAMES_MOST], *of_alias])
    return Found(parties, more_names=len(others) > NAMES_MOST)
