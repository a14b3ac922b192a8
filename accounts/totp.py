"""Codes of an authenticator app (RFC 6238) and recovery codes. Values in, values out."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b32encode
from datetime import datetime
from urllib.parse import quote, urlencode

from django_otp.oath import hotp

SECRET_BYTES = 20  # RFC 4226 section 4: 160 bits
STEP = 30  # seconds
DIGITS = 6
DRIFT = 1  # steps that the app's clock may be off either way
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without the look-alikes 0 o 1 l i
_HALF = 5  # letters before and after the dash: 49 bits in all


def new_secret() -> bytes:
    """A key for an authenticator app."""
    return secrets.token_bytes(SECRET_BYTES)


def matching_step(secret: bytes, code: str, now: datetime) -> int | None:
    """The step of 30 seconds whose code this is, the present one or a neighbour; None: of none.

    Blanks are left out, as apps show codes in groups. Every candidate is compared, in constant time.
    """
    written = "".join(code.split())
    if len(written) != DIGITS or not (written.isascii() and written.isdigit()):
        return None
    present = int(now.timestamp()) // STEP
    found = None
    for step in range(present - DRIFT, present + DRIFT + 1):
        if hmac.compare_digest(f"{hotp(secret, step, DIGITS):0{DIGITS}}", written):
            found = step
    return found


def key_in_words(secret: bytes) -> str:
    """The key as a person types it: base32 in groups of four."""
    text = b32encode(secret).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def setup_address(secret: bytes, *, account: str, issuer: str) -> str:
    """What the QR code says (the key URI format that authenticator apps read)."""
    label = quote(f"{issuer}:{account}", safe="")
    query = {"secret": b32encode(secret).decode(), "issuer": issuer, "digits": DIGITS, "period": STEP}
    return f"otpauth://totp/{label}?{urlencode(query, quote_via=quote)}"


def new_recovery_codes() -> tuple[str, ...]:
    """Ten codes such as "k7mfp-9sxqa"."""
    return tuple(f"{_letters()}-{_letters()}" for _ in range(RECOVERY_CODES))


def _letters() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_HALF))


def recovery_digest(secret: bytes, code: str) -> str:
    """What is kept of a recovery code. Letter case, blanks and dashes do not count."""
    written = "".join(letter for letter in code.lower() if letter.isalnum())
    return hmac.digest(secret, f"recovery code {written}".encode(), hashlib.sha256).hex()
