"""Whether somebody at the keyboard is who the session says: their password, or a code (ACC-1, SEC-4)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.rate_limit import PROOF_PER_PERSON, count_try, forget_tries
from accounts.services.second_factor import use_code

SESSION_KEY = "proved_at"
FRESH = timedelta(minutes=15)  # so long a proof is enough for what only asks for a recent one


class Proof(StrEnum):
    """What became of a try."""

    GOOD = "good"
    WRONG = "wrong"
    SPENT = "spent"  # too many tries: nothing was even compared


def prove_by_code(user: User, code: str) -> Proof:
    """Tries a code of the app or a recovery code, which is then used up. Counted before it is compared, so
    that tries at the same moment are no way around the limit."""
    if not count_try(PROOF_PER_PERSON, str(user.pk)):
        return Proof.SPENT
    return _told(user, use_code(user=user, code=code, now=timezone.now()))


def prove_by_password(user: User, password: str) -> Proof:
    """Tries the password."""
    if not count_try(PROOF_PER_PERSON, str(user.pk)):
        return Proof.SPENT
    return _told(user, user.check_password(password))


def prove_by_either(user: User, text: str) -> Proof:
    """Tries a password, and else a code: one try."""
    if not count_try(PROOF_PER_PERSON, str(user.pk)):
        return Proof.SPENT
    return _told(user, user.check_password(text) or use_code(user=user, code=text, now=timezone.now()))


def prove_by_both(user: User, password: str, code: str | None) -> Proof:
    """Tries the password and, where `code` is given, the code as well; a wrong password spends no code."""
    if not count_try(PROOF_PER_PERSON, str(user.pk)):
        return Proof.SPENT
    good = user.check_password(password)
    if good and code is not None:
        good = use_code(user=user, code=code, now=timezone.now())
    return _told(user, good)


def remember_proof(request: HttpRequest) -> None:
    """Notes in the session that its person has just shown who they are: by signing in, or by the password."""
    request.session[SESSION_KEY] = timezone.now().timestamp()


def is_proof_fresh(request: HttpRequest) -> bool:
    """Whether that was within the last quarter of an hour, the moment itself included. A session found open
    on a strange desk is no proof."""
    at = request.session.get(SESSION_KEY)
    return at is not None and timezone.now().timestamp() - at <= FRESH.total_seconds()


def _told(user: User, good: bool) -> Proof:
    if good:
        forget_tries(PROOF_PER_PERSON, str(user.pk))
    return Proof.GOOD if good else Proof.WRONG
