"""Who you are, and to whom. See docs/architecture.md for the whole schema."""

from accounts.models.audit import AuditHead, AuditRecord
from accounts.models.events import AccountEvent
from accounts.models.invitations import Invitation, NewAddress
from accounts.models.limits import TryCount
from accounts.models.marketplace import Marketplace
from accounts.models.pairs import Alias, Pair
from accounts.models.people import Buyer, User
from accounts.models.second_factor import RecoveryCode, SecondFactor
from accounts.models.sellers import AuthorizedAddress, Membership, Permission, Seller

__all__ = [
    "AccountEvent",
    "Alias",
    "AuditHead",
    "AuditRecord",
    "AuthorizedAddress",
    "Buyer",
    "Invitation",
    "Marketplace",
    "Membership",
    "NewAddress",
    "Pair",
    "Permission",
    "RecoveryCode",
    "SecondFactor",
    "Seller",
    "TryCount",
    "User",
]
