"""What the search field of a list of orders stands for: a number, an alias or a name (ORD-2, ALI-6)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from accounts.models import Alias, Buyer, Pair
from accounts.name_keys import key_after, name_key
from accounts.roles import Role
from orders.numbers import order_numbers

NAMES_MOST = 200  # people whose orders one search looks through
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
    """What `text` stands for among the role's orders. One statement for a name or an alias, else none: looked
    up first, so that the orders are then read by the index of their parties."""
    if not text:
        return Found(Q())
    if numbers := order_numbers(text):
        return Found(Q(number=numbers[0]), by_number=True)
    if _PART_OF_NUMBER.fullmatch(text):
        return Found(_number_begins(re.sub(r"\D", "", text)), by_number=True)
    if "@" in text:
        return Found(_of_alias(role, text))
    return _of_buyers(role, text) if role.membership else _of_sellers(role, text)


def _number_begins(digits: str) -> Q:
    """Numbers that begin with these digits. Whole numbers as bounds: their dashes stand at the same
    places, so that databases agree on what is between them."""
    if len(digits) > _NUMBER_DIGITS:
        return _NO_ORDERS
    first, last = digits.ljust(_NUMBER_DIGITS, "0"), digits.ljust(_NUMBER_DIGITS, "9")
    return Q(number__gte=_with_dashes(first), number__lte=_with_dashes(last))


def _with_dashes(digits: str) -> str:
    return f"{digits[:3]}-{digits[3:10]}-{digits[10:]}"


def _of_alias(role: Role, text: str) -> Q:
    """The orders of the pair whose other side has this alias, alone or as mail programs write it."""
    word = next(word for word in text.split() if "@" in word)
    address = word.strip("<>,;:.\"'()[]").lower()
    aliases = Alias.objects.filter(address=address)
    if role.membership:
        own = aliases.filter(pair__seller=role.seller, side=Alias.Side.BUYER)
        return Q(buyer__in=list(own.values_list("pair__buyer", flat=True)))
    own = aliases.filter(pair__buyer=role.buyer, side=Alias.Side.SELLER)
    return Q(seller__in=list(own.values_list("pair__seller", flat=True)))


def _of_buyers(role: Role, text: str) -> Found:
    """Orders of the seller's buyers whose display name begins so, the first 200 by name."""
    key = name_key(text)
    if not key:
        return Found(_NO_ORDERS)
    own = Pair.objects.filter(buyer=OuterRef("pk"), seller=role.seller)
    named = Buyer.objects.filter(Exists(own), name_key__gte=key, name_key__lt=key_after(key))
    buyers = list(named.order_by("name_key", "pk").values_list("pk", flat=True)[: NAMES_MOST + 1])
    return Found(Q(buyer__in=buyers[:NAMES_MOST]), more_names=len(buyers) > NAMES_MOST)


def _of_sellers(role: Role, text: str) -> Found:
    """Orders at the buyer's sellers with a word of the trade name that begins so. One person's sellers are
    few: their names are compared here."""
    key = b" " + name_key(text)
    pairs = Pair.objects.filter(buyer=role.buyer).values_list("seller", "seller__trade_name")
    named = [seller for seller, name in pairs if key.strip() and key in b" " + name_key(name)]
    return Found(Q(seller__in=named))
