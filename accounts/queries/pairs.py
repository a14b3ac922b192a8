"""The aliases of a pair."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from accounts.models import Buyer, Membership, Pair, Seller


def pairs_with_people() -> QuerySet[Pair]:
    """Pairs with everybody who stands behind them, and all their addresses: four statements, however many
    pairs."""
    return Pair.objects.select_related(
        "buyer__user", "buyer__marketplace", "seller__marketplace"
    ).prefetch_related(
        "aliases",
        "seller__authorized_addresses",
        Prefetch("seller__memberships", Membership.objects.select_related("user")),
    )


def pair_between(buyer: Buyer, seller: Seller) -> Pair:
    """The pair of these two, as `pairs_with_people` finds it; before they have met one that is not saved:
    its number is 0 and it has no aliases, which are made with the first message (ALI-3)."""
    known = pairs_with_people().filter(buyer=buyer, seller=seller).first()
    return known or Pair(pk=0, buyer=buyer, seller=seller)


@dataclass(frozen=True, slots=True)
class RealAddresses:
    """Who stands behind a pair's aliases, each address once. Nothing of it is for the other side."""

    buyer: str
    seller: tuple[str, ...]


def real_addresses(pair: Pair) -> RealAddresses:
    """Every real address of the two, whatever its state (MAIL-16). The pair comes with its people."""
    seller = pair.seller
    own = (
        seller.customer_service_address,
        seller.buyer_messages_address,
        *(row.address for row in seller.authorized_addresses.all()),
        *(member.user.email for member in seller.memberships.all()),
    )
    return RealAddresses(pair.buyer.user.email, tuple(dict.fromkeys(address for address in own if address)))


def is_own_seller(pair: Pair) -> bool:
    """Whether the buyer is in that seller's team. Prefetched memberships are used."""
    return any(member.user_id == pair.buyer.user_id for member in pair.seller.memberships.all())


def alias_of(pair: Pair, side: str) -> str:
    """The address that reaches `side` ("buyer" or "seller") of this pair. Prefetched aliases are used."""
    return next(alias.address for alias in pair.aliases.all() if alias.side == side)
