"""Codes as an authenticator app would show them, worked out from RFC 6238 by the tests themselves."""

from __future__ import annotations

import hashlib
import hmac
import struct
from base64 import b32decode
from datetime import datetime

from accounts.models import User
from accounts.services.second_factor import begin_second_factor, confirm_second_factor


def app_code(secret: bytes, moment: datetime | float) -> str:
    """Six digits for that moment."""
    seconds = moment.timestamp() if isinstance(moment, datetime) else moment
    mac = hmac.digest(secret, struct.pack(">Q", int(seconds) // 30), hashlib.sha1)
    start = mac[-1] & 15
    number = struct.unpack(">I", mac[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def secret_of_key(key: str) -> bytes:
    """The key as the page shows it, as bytes."""
    return b32decode(key.replace(" ", ""))


def switched_on(user: User, now: datetime) -> tuple[bytes, tuple[str, ...]]:
    """Switches the second factor on; the code of `now` is used up by it. Returns key and recovery codes."""
    secret = begin_second_factor(user=user, now=now)
    assert secret is not None
    codes = confirm_second_factor(user=user, code=app_code(secret, now), now=now)
    assert codes is not None
    return secret, codes
