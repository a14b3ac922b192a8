"""In which language somebody is written to (ACC-9, ACC-10)."""

from __future__ import annotations

from accounts.models import Pair, User
from messages_app.policy.facts import Side


def language_of(pair: Pair, side: str, user: User | None = None) -> str:
    """The person's own choice, where it is known who it is; else the side's."""
    if user is not None and user.language:
        return user.language
    if side == Side.SELLER:
        return pair.seller.language
    return pair.buyer.user.language or pair.buyer.marketplace.language
