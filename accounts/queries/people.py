"""Whom a typed name or alias stands for, among those that one role has to do with (ORD-2, ALI-6, BOX-2).

They are looked up first, so that what is theirs is then read by the index of its parties.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from accounts.models import Alias, Buyer, Pair
from accounts.name_keys import key_after, name_key
from accounts.queries.alias_text import alias_in
from accounts.roles import Role


def called(role: Role, text: str, most: int) -> list[int]:
    """The ids of the seller's buyers whose display name begins so, the first `most` by name; for a buyer, of
    the sellers with a word of the trade name that begins so. One statement."""
    key = name_key(text)
    if not key:
        return []
    return _sellers_called(role, key) if role.membership is None else _buyers_called(role, key, most)


def _buyers_called(role: Role, key: bytes, most: int) -> list[int]:
    own = Pair.objects.filter(buyer=OuterRef("pk"), seller=role.seller)
    named = Buyer.objects.filter(Exists(own), name_begins(key)).order_by("name_key", "pk")
    return list(named.values_list("pk", flat=True)[:most])


def _sellers_called(role: Role, key: bytes) -> list[int]:
    """One person's sellers are few: their names are compared here."""
    pairs = Pair.objects.filter(buyer=role.buyer).values_list("seller", "seller__trade_name")
    return [seller for seller, name in pairs if b" " + key in b" " + name_key(name)]


def name_begins(key: bytes, buyer: str = "") -> Q:
    """Buyers or sellers whose name's key begins so; `buyer` leads to them, as "thread__buyer__"."""
    return Q(**{f"{buyer}name_key__gte": key, f"{buyer}name_key__lt": key_after(key)})


def with_alias(role: Role, text: str) -> list[int]:
    """The ids of the other sides that have this alias, alone or as mail programs write it. Without its domain
    an alias may be cut short. One statement."""
    address = alias_in(text)
    if not address:
        return []
    if role.membership:
        own = Alias.objects.filter(pair__seller=role.seller, side=Alias.Side.BUYER)
    else:
        own = Alias.objects.filter(pair__buyer=role.buyer, side=Alias.Side.SELLER)
    own = own.filter(address=address) if "@" in address else own.filter(address__startswith=address)
    return list(own.values_list("pair__buyer" if role.membership else "pair__seller", flat=True))
