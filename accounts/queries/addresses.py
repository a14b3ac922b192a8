"""The authorized addresses of a seller."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Writer:
    """What an address is to a seller."""

    listed: bool  # authorized and confirmed (ACC-4)
    member: Membership | None  # of a listed one: whose own address it is; None: nobody's in the team

    @property
    def may_reply(self) -> bool:
        """A member needs the permission (ACC-3)."""
        return self.member is None or (self.member.user.is_active and self.member.may(Permission.REPLY))


def writer_for(seller: Seller, address: str) -> Writer:
    """Who writes for the seller with that address, in its normal form; two statements."""
    listed = AuthorizedAddress.objects.filter(
        seller=seller, address=address, state=AuthorizedAddress.State.CONFIRMED
    )
    if not listed.exists():
        return Writer(listed=False, member=None)
    member = Membership.objects.select_related("user").filter(seller=seller, user__email=address).first()
    return Writer(listed=True, member=member)
