"""One pair for a buyer and a seller, with two addresses made by chance (ALI-1 to ALI-5)."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import Alias, Buyer, Pair, Seller

ALIAS_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without the look-alikes 0 o 1 l i (ALI-2)
_TRIES = 5  # 31 ** 12 addresses at the very least: a second try is a sensation already


def pair_for(buyer: Buyer, seller: Seller) -> Pair:
    """The pair of these two, made with both aliases where there is none yet.

    The same for life, whoever asks; two requests at once get the same one (ALI-3).
    """
    pair = Pair.objects.filter(buyer=buyer, seller=seller).first()
    return pair or _make_pair(buyer, seller)


@transaction.atomic
def _make_pair(buyer: Buyer, seller: Seller) -> Pair:
    # Who comes second waits at the unique constraint until the first has committed pair and aliases.
    pair, created = Pair.objects.get_or_create(buyer=buyer, seller=seller)
    if created:
        for side in Alias.Side:
            _make_alias(pair, side)
    return pair


def _make_alias(pair: Pair, side: Alias.Side) -> Alias:
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                return Alias.objects.create(
                    pair=pair,
                    side=side,
                    address=new_alias_address(settings.RELAY_DOMAIN, length=settings.ALIAS_LENGTH),
                )
        except IntegrityError:
            continue  # the address is taken: never reuse one, not even a retired one (ALI-2)
    raise RuntimeError("No free alias found: the source of random numbers repeats itself.")


def new_alias_address(domain: str, *, length: int) -> str:
    """A random address of exactly `length` characters at `domain` (lower case, ALI-1).

    That the domain leaves enough room is a system check's business.
    """
    room = length - len(domain) - 1
    return f"{''.join(secrets.choice(ALIAS_ALPHABET) for _ in range(room))}@{domain}"
