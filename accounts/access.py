"""Who may open what: 404 on everything of others, 403 on one's own side without the permission (SEC-1)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from accounts.models import Permission
from accounts.roles import Role, current_role


def role_or_404(request: HttpRequest, permission: Permission | None = None) -> Role:
    """The current role of either side; a member needs `permission` (ACC-3).

    For views behind `login_required`. Raises Http404 for a person without any role,
    PermissionDenied for a member who may not.
    """
    role = current_role(request)
    if role is None:
        raise Http404
    if permission is not None:
        require(role, permission)
    return role


def require(role: Role, permission: Permission) -> None:
    """Raises PermissionDenied for a member without that permission.

    Where a row is named, after its look-up: what is not one's own is 404 to everybody (SEC-1).
    """
    if not role.may(permission):
        raise PermissionDenied


def may_list_addresses(role: Role) -> bool:
    """Whether a member may have another address write as the seller (ACC-4): who could not reply with
    their own may not lend the seller's voice to one of nobody's (ACC-3)."""
    return role.may(Permission.SETTINGS) and role.may(Permission.REPLY)


def may_redirect_messages(role: Role) -> bool:
    """Whether a member may have buyers' messages sent elsewhere, where they are read and answered (ACC-5)."""
    return may_list_addresses(role) and role.may(Permission.READ)


def require_owner(role: Role) -> None:
    """Raises PermissionDenied for a member who is not the owner; a buyer's side is their own."""
    if role.membership is not None and not role.membership.is_owner:
        raise PermissionDenied


def seller_role_or_404(request: HttpRequest, permission: Permission) -> Role:
    """The current role if it is a seller's and may do it; a buyer gets 404."""
    role = role_or_404(request)
    if role.membership is None:
        raise Http404
    require(role, permission)
    return role


def buyer_role_or_404(request: HttpRequest) -> Role:
    """The current role if it is a buyer's."""
    role = role_or_404(request)
    if role.buyer is None:
        raise Http404
    return role
