"""The way in: after the password, and after the code of a second factor (ACC-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts.kept_writing import hand_over, remember_person
from accounts.models import User
from accounts.proof import remember_proof

SESSION_KEY = "awaits_code"
PATIENCE = timedelta(minutes=10)  # between the password and the code
_BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody whose password was right and whose code is still to come. They have no rights yet."""

    user: User
    next_page: str  # a page of ours
    kept: str  # what they had written, sealed (accounts.kept_writing)


def put_aside(request: HttpRequest, user: User, *, next_page: str, kept: str) -> None:
    """Remembers in the session whose code is to come. The session gets another key: nobody who knew it
    before shares the right password."""
    request.session.cycle_key()
    request.session[SESSION_KEY] = {
        "user": user.pk,
        "stamp": user.get_session_auth_hash(),
        "at": timezone.now().timestamp(),
        "next": next_page,
        "kept": kept,
    }


def who_waits(request: HttpRequest) -> Waiting | None:
    """Whose code is to come; None: nobody's, too late, or the password is another by now."""
    said = request.session.get(SESSION_KEY)
    if not said or timezone.now().timestamp() - said["at"] > PATIENCE.total_seconds():
        return None
    user = User.objects.filter(pk=said["user"], is_active=True).first()
    if user is None or not constant_time_compare(said["stamp"], user.get_session_auth_hash()):
        return None
    return Waiting(user, said["next"], said["kept"])


def let_in(request: HttpRequest, user: User, *, next_page: str, kept: str) -> HttpResponse:
    """Begins the session, and hands what its author had written on to the page that it was written for."""
    request.session.pop(SESSION_KEY, None)
    login(request, user, backend=_BACKEND)
    remember_proof(request)
    if not hand_over(request, user, kept):
        messages.warning(request, _("What was written here before could not be kept. It was not sent."))
    answer = HttpResponseRedirect(next_page)
    remember_person(request, answer, user)
    return answer
