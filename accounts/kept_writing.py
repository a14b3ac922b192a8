"""What somebody had written when it turned out that they are signed out, kept until they are in again (UX-5).

It travels as one sealed value: in the sign-in form, then in the session of whoever signed in, until the page
that it was written for takes it back; after an hour nothing opens it. It is handed to the person alone who
signed in last at that browser, whom a cookie names by a keyed hash; where that is unknown, nothing is kept,
but for pages that are open to everybody: what was written there goes to whoever signs in with that form.
The key comes from MASTER_KEYS, so that the database has no readable word of it (PRV-1).
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User
from accounts.sealing import derived_keys

COOKIE = "person"
SESSION_KEY = FIELD = "kept"
_AGE = timedelta(hours=1)
_COOKIE_AGE = timedelta(days=60)  # longer than any session lasts
_MOST = 200_000  # characters of a sealed value: more than the longest text that a page takes


def seal_writing(request: HttpRequest, names: Iterable[str], *, of_anybody: bool = False) -> str:
    """The posted fields of those names, sealed for the person who signed in last at this browser and for
    this page. Empty where nobody is known, unless it may be `of_anybody`, or where it is too much."""
    who = request.COOKIES.get(COOKIE, "")
    fields = {name: request.POST[name] for name in names if name in request.POST}
    value = json.dumps({"who": who, "page": request.get_full_path(), "fields": fields})
    sealed = _keys().encrypt(value.encode()).decode()
    return sealed if (who or of_anybody) and len(sealed) <= _MOST else ""


def hand_over(request: HttpRequest, user: User, sealed: str) -> bool:
    """Puts what came with the sign-in form into the session; False when there was something that is too
    old, or another person's."""
    if not sealed:
        return True
    value = _open(sealed)
    mine = bool(value) and (not value["who"] or constant_time_compare(str(value["who"]), _name_of(user)))
    if mine:
        request.session[SESSION_KEY] = sealed
    return mine


def sealed_of(request: HttpRequest) -> str:
    """What the sign-in form brings along, as it came."""
    return request.POST.get(FIELD, "")[:_MOST]


def take_writing(request: HttpRequest) -> dict[str, str]:
    """What was written for this very page, once; else nothing."""
    sealed = request.session.get(SESSION_KEY)
    if not sealed:
        return {}
    value = _open(sealed)
    if value and value["page"] != request.get_full_path():
        return {}  # its page may still come
    del request.session[SESSION_KEY]
    fields: dict[str, str] = value.get("fields", {})
    return fields


def remember_person(request: HttpRequest, answer: HttpResponse, user: User) -> None:
    """Tells the browser who signed in here last, in a way that only we can read."""
    answer.set_cookie(
        COOKIE,
        _name_of(user),
        max_age=_COOKIE_AGE,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def was_here(request: HttpRequest, email: str) -> bool:
    """Whether the person of that address is who signed in last at this browser."""
    user = User.objects.filter(email=email).first()
    return user is not None and constant_time_compare(request.COOKIES.get(COOKIE, ""), _name_of(user))


def _name_of(user: User) -> str:
    return salted_hmac("accounts.kept_writing", str(user.pk), algorithm="sha256").hexdigest()[:32]


def _open(sealed: str) -> dict[str, Any]:
    """Empty: forged, too old, or sealed by a key that is gone."""
    try:
        value: dict[str, Any] = json.loads(_keys().decrypt(sealed, ttl=int(_AGE.total_seconds())))
    except InvalidToken:
        return {}
    return value


def _keys() -> MultiFernet:
    """Made of the master keys, newest first: a value sealed before a rotation still opens."""
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in derived_keys("accounts.kept_writing")])
