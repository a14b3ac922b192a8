"""The second factor: an authenticator app, and recovery codes for the day without it (ACC-1)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.models import RecoveryCode, SecondFactor, User
from accounts.queries.second_factor import second_factor_of
from accounts.sealing import is_of_newest_key, open_sealed, seal
from accounts.totp import matching_step, new_recovery_codes, new_secret, recovery_digest

_PURPOSE = "accounts.second_factor"


@transaction.atomic
def begin_second_factor(*, user: User, now: datetime) -> bytes | None:
    """The key to put into an app; the same one until it is confirmed or 'start again' is asked for.

    None where the second factor is on already, perhaps since a moment ago in another tab: its key is
    shown no more.
    """
    sealed = seal(new_secret(), purpose=_PURPOSE, row=user.pk)
    factor, _ = SecondFactor.objects.get_or_create(
        user=user, defaults={"secret_sealed": sealed, "created_at": now}
    )
    if factor.confirmed_at:
        return None
    secret = _secret_of(factor)
    if secret is None:  # sealed by a master key that is gone: it was never in use, so begin anew
        SecondFactor.objects.filter(pk=factor.pk, confirmed_at=None).delete()
        return begin_second_factor(user=user, now=now)
    return secret


@transaction.atomic
def confirm_second_factor(*, user: User, code: str, now: datetime) -> tuple[str, ...] | None:
    """Switches it on by a first code of the app; returns the recovery codes, or None for a wrong code.

    All other sessions of the person end.
    """
    factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at=None).first()
    secret = _secret_of(factor) if factor else None
    step = matching_step(secret, code, now) if secret else None
    if factor is None or step is None:
        return None
    begun = SecondFactor.objects.filter(pk=factor.pk, confirmed_at=None)
    if not begun.update(confirmed_at=now, last_step=step):
        return None  # the same form twice at once
    end_other_sessions(user=user)
    return _fresh_codes(factor)


@transaction.atomic
def use_code(*, user: User, code: str, now: datetime) -> bool:
    """Whether a code of the app or a recovery code lets this person in. Either works once (RFC 6238 5.2);
    of two at once one wins."""
    factor = second_factor_of(user)
    secret = _secret_of(factor) if factor else None
    if factor is None or secret is None:
        return False
    step = matching_step(secret, code, now)
    if step is not None:
        unused = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step)
        return bool(unused.update(last_step=step))
    left = RecoveryCode.objects.filter(factor=factor, digest=recovery_digest(secret, code), used_at=None)
    return bool(left.update(used_at=now))


@transaction.atomic
def renew_recovery_codes(*, user: User) -> tuple[str, ...] | None:
    """Ten new recovery codes in place of the old ones; None where the second factor is off."""
    factor = second_factor_of(user)
    return _fresh_codes(factor) if factor else None


@transaction.atomic
def remove_second_factor(*, user: User) -> bool:
    """Switches it off, with its recovery codes; all other sessions end. False where it was off."""
    removed, _ = SecondFactor.objects.filter(user=user).exclude(confirmed_at=None).delete()
    if removed:
        end_other_sessions(user=user)
    return bool(removed)


@transaction.atomic
def forget_unconfirmed(*, user: User) -> None:
    """Throws a key away that no app has confirmed yet: the next one begun is another."""
    SecondFactor.objects.filter(user=user, confirmed_at=None).delete()


def end_other_sessions(*, user: User) -> None:
    """Ends every session of the person; the one at hand stays where its door says so with
    `update_session_auth_hash`, for which `user` is counted up too."""
    User.objects.filter(pk=user.pk).update(sessions_ended=F("sessions_ended") + 1)
    user.sessions_ended += 1


def reseal_second_factors() -> int:
    """Seals every key anew that an older master key sealed, after a rotation (PRV-1). Returns how many no
    listed master key opens: they are left as they are."""
    lost = 0
    for factor in SecondFactor.objects.order_by("pk").iterator(chunk_size=500):
        sealed = bytes(factor.secret_sealed)
        if is_of_newest_key(sealed, purpose=_PURPOSE, row=factor.user_id):
            continue
        secret = _secret_of(factor)
        if secret is None:
            lost += 1
            continue
        fresh = seal(secret, purpose=_PURPOSE, row=factor.user_id)
        SecondFactor.objects.filter(pk=factor.pk, secret_sealed=sealed).update(secret_sealed=fresh)
    return lost


def _fresh_codes(factor: SecondFactor) -> tuple[str, ...]:
    secret = _secret_of(factor)
    if secret is None:
        return ()
    codes = new_recovery_codes()
    RecoveryCode.objects.filter(factor=factor).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(factor=factor, digest=recovery_digest(secret, code)) for code in codes
    )
    return codes


def _secret_of(factor: SecondFactor) -> bytes | None:
    return open_sealed(bytes(factor.secret_sealed), purpose=_PURPOSE, row=factor.user_id)
