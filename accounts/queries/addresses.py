"""The authorized addresses of a seller."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from accounts.models import AuthorizedAddress, Membership
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
