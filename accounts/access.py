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
    if permission is not None and not role.may(permission):
        raise PermissionDenied
    return role


def seller_role_or_404(request: HttpRequest, permission: Permission) -> Role:
    """The current role if it is a seller's and may do it; a buyer gets 404."""
    role = role_or_404(request)
    if role.membership is None:
        raise Http404
    if not role.may(permission):
        raise PermissionDenied
    return role


def buyer_role_or_404(request: HttpRequest) -> Role:
    """The current role if it is a buyer's."""
    role = role_or_404(request)
    if role.buyer is None:
        raise Http404
    return role
