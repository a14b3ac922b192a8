"""The authorized addresses of a seller."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from accounts.models import AuthorizedAddress, Membership, Permission, Seller
from accounts.roles import Role


def authorized_addresses(role: Role) -> QuerySet[AuthorizedAddress]:
    """The list of the role's seller, by address (ACC-4)."""
    return AuthorizedAddress.objects.filter(seller=role.seller).order_by("address")


def authorized_address_or_404(role: Role, pk: int) -> AuthorizedAddress:
    """One of the list; another seller's answers like none at all (SEC-1)."""
    return get_object_or_404(authorized_addresses(role).select_related("seller"), pk=pk)


def is_of_a_seller(address: str) -> bool:
    """Whether somebody writes for a seller with this address, in its normal form."""
    listed = AuthorizedAddress.objects.filter(address=address, state=AuthorizedAddress.State.CONFIRMED)
    return listed.exists() or Membership.objects.filter(user__email=address).exists()


def may_write_for(seller: Seller, address: str) -> bool:
    """Whether that address, in its normal form, may answer for the seller now: it is on the list and
    confirmed, and where it is a member's, that member may reply (ACC-4)."""
    listed = AuthorizedAddress.objects.filter(
        seller=seller, address=address, state=AuthorizedAddress.State.CONFIRMED
    )
    if not listed.exists():
        return False
    member = Membership.objects.select_related("user").filter(seller=seller, user__email=address).first()
    return member is None or (member.user.is_active and member.may(Permission.REPLY))
