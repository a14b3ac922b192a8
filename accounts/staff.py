"""Who of the staff may do what: moderators by a permission, admins as superusers (MOD-6)."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from accounts.models import User

MODERATE = "accounts.moderate"
MODERATORS = "Moderators"  # the group that carries the permission


def is_moderator(user: User | AnonymousUser) -> bool:
    """Whether the queue and the records are theirs to see; admins are moderators, too."""
    return bool(user.is_active and user.is_staff and user.has_perm(MODERATE))


def is_admin(user: User | AnonymousUser) -> bool:
    """Whether every thread and, with a reason, real addresses are theirs to see."""
    return bool(is_moderator(user) and user.is_superuser)
