"""In which role a person is here: one person buys, or acts for one of their sellers (ACC-2)."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from accounts.models import Buyer, Membership, Permission, Seller, User

SESSION_KEY = "role"  # "buyer" or "seller:<id>"
KEPT_AT = "_roles_here"  # of a request: whose roles were read, and the roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A person on one side. Read anew at each request: who lost a membership has lost the role."""

    user: User
    buyer: Buyer | None = None
    membership: Membership | None = None

    @property
    def side(self) -> str:
        return "buyer" if self.membership is None else "seller"

    @property
    def seller(self) -> Seller | None:
        return self.membership.seller if self.membership else None

    @property
    def name(self) -> str:
        """What the page's head calls this side."""
        if self.membership:
            return self.membership.seller.trade_name
        return self.buyer.display_name if self.buyer else ""

    def may(self, permission: Permission) -> bool:
        """Whether a member may do it (ACC-3); a buyer may do everything on their own side."""
        return self.membership is None or self.membership.may(permission)

    @property
    def may_read(self) -> bool:
        """Whether messages and orders are theirs to see."""
        return self.may(Permission.READ)


def roles_of(user: User) -> list[Role]:
    """All roles of a person: sellers by name, then buying. Two statements."""
    memberships = (
        Membership.objects.filter(user=user)
        .select_related("seller__marketplace")
        .order_by("seller__trade_name", "pk")
    )
    roles = [Role(user=user, membership=membership) for membership in memberships]
    buyer = Buyer.objects.filter(user=user).select_related("marketplace").first()
    if buyer is None:
        return roles
    buyer.user = user
    return [*roles, Role(user=user, buyer=buyer)]


def role_key(role: Role) -> str:
    """What the session remembers of a role."""
    return "buyer" if role.membership is None else f"seller:{role.membership.seller_id}"


def roles_here(request: HttpRequest) -> list[Role]:
    """All roles of who asks, read once in a request: a page needs them in its middleware, its view and its
    frame. None of anybody who is not signed in."""
    if not request.user.is_authenticated:
        return []
    kept: tuple[int, list[Role]] | None = getattr(request, KEPT_AT, None)
    if kept is None or kept[0] != request.user.pk:  # a sign-in changes the person under way
        kept = (request.user.pk, roles_of(request.user))
        setattr(request, KEPT_AT, kept)
    return kept[1]


def current_role(request: HttpRequest) -> Role | None:
    """The role that the person chose, else their first; None for nobody, or who has none (staff)."""
    roles = roles_here(request)
    if not roles:
        return None
    chosen = request.session.get(SESSION_KEY)
    return next((role for role in roles if role_key(role) == chosen), roles[0])


def switch_role(request: HttpRequest, key: str) -> bool:
    """Chooses a role for this session; False when it is none of the person's own."""
    setattr(request, KEPT_AT, None)  # an invitation may have brought one this very moment
    if key not in map(role_key, roles_here(request)):
        return False
    request.session[SESSION_KEY] = key
    return True
