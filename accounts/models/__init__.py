"""Who you are, and to whom. See docs/architecture.md for the whole schema."""

from accounts.models.events import AccountEvent
from accounts.models.limits import TryCount
from accounts.models.marketplace import Marketplace
from accounts.models.pairs import Alias, Pair
from accounts.models.people import Buyer, User
from accounts.models.sellers import AuthorizedAddress, Membership, Permission, Seller

__all__ = [
    "AccountEvent",
    "Alias",
    "AuthorizedAddress",
    "Buyer",
    "Marketplace",
    "Membership",
    "Pair",
    "Permission",
    "Seller",
    "TryCount",
    "User",
]
