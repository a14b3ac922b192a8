"""The members of a seller."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from accounts.models import Invitation, Membership, User
from accounts.roles import Role


def team_of(role: Role) -> QuerySet[Membership]:
    """The team of the role's seller, the owner first."""
    team = Membership.objects.filter(seller=role.seller).select_related("user", "seller")
    return team.order_by("-is_owner", "user__email")


def member_or_404(role: Role, pk: int) -> Membership:
    """One of the team, the owner too; another seller's answers like none at all (SEC-1)."""
    return get_object_or_404(team_of(role), pk=pk)


def invitations_of(role: Role) -> QuerySet[Invitation]:
    """The invitations of the role's seller that wait, by address."""
    return Invitation.objects.filter(seller=role.seller).select_related("seller").order_by("email")


def invitation_or_404(role: Role, pk: int) -> Invitation:
    """One of them; another seller's answers like none at all (SEC-1)."""
    return get_object_or_404(invitations_of(role), pk=pk)


def account_of(address: str) -> User | None:
    """Whose address this is, in its normal form."""
    return User.objects.filter(email=address).first()
