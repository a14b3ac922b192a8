"""The aliases of a pair."""

from __future__ import annotations

from accounts.models import Pair


def alias_of(pair: Pair, side: str) -> str:
    """The address that reaches `side` ("buyer" or "seller") of this pair. Prefetched aliases are used."""
    return next(alias.address for alias in pair.aliases.all() if alias.side == side)
