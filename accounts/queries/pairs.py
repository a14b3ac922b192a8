"""Pairs and their aliases, found from either end."""

from __future__ import annotations

from accounts.addresses import normalise_address
from accounts.models import Alias, Pair


def alias_of(pair: Pair, side: str) -> str:
    """The address that reaches `side` ("buyer" or "seller") of this pair. Prefetched aliases are used."""
    return next(alias.address for alias in pair.aliases.all() if alias.side == side)


def alias_by_address(address: str) -> Alias | None:
    """The alias of that address in any letter case, retired or not (ALI-1, ALI-7), with its parties.

    Old domains need no thought here: the whole address is what is stored.
    """
    return (
        Alias.objects.filter(address=normalise_address(address))
        .select_related("pair__buyer__user", "pair__seller")
        .first()
    )


def pair_by_alias(address: str, *, seller_id: int | None = None, buyer_id: int | None = None) -> Pair | None:
    """The pair that an alias stands for, if it is one of that seller's or buyer's pairs (ALI-6).

    Both sides' aliases are found: each side knows one of them and may search for it.
    """
    pairs = Pair.objects.filter(aliases__address=normalise_address(address))
    if seller_id is not None:
        pairs = pairs.filter(seller_id=seller_id)
    if buyer_id is not None:
        pairs = pairs.filter(buyer_id=buyer_id)
    return pairs.first()
