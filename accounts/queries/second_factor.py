"""Who has a second factor, and who must have one (ACC-1)."""

from __future__ import annotations

from django.conf import settings

from accounts.models import Membership, RecoveryCode, SecondFactor, User

STAFF, MEMBERS = ("staff", "both"), ("members", "both")  # of SECOND_FACTOR_REQUIRED_FOR


def second_factor_of(user: User) -> SecondFactor | None:
    """The confirmed second factor of a person."""
    return SecondFactor.objects.filter(user=user).exclude(confirmed_at=None).first()


def recovery_codes_left(factor: SecondFactor) -> int:
    """How many recovery codes have not been used yet."""
    return RecoveryCode.objects.filter(factor=factor, used_at=None).count()


def must_have_second_factor(user: User) -> bool:
    """Whether this installation asks it of somebody like them: staff, members of sellers, or both."""
    wanted = settings.SECOND_FACTOR_REQUIRED_FOR
    if user.is_staff and wanted in STAFF:
        return True
    return wanted in MEMBERS and Membership.objects.filter(user=user).exists()


def lacks_second_factor(user: User) -> bool:
    """Whether a person must set one up before anything else opens."""
    return must_have_second_factor(user) and second_factor_of(user) is None
