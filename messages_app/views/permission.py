"""After the look-up: what is not one's own is 404, what one may not do with one's own is 403 (SEC-1)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from accounts.models import Permission
from accounts.roles import Role


def require(role: Role, permission: Permission) -> None:
    """Raises PermissionDenied for a member without that permission."""
    if not role.may(permission):
        raise PermissionDenied
