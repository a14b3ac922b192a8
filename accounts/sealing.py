"""Seals what accounts keep for themselves, by keys made of MASTER_KEYS (PRV-1).

messages_app, which stands above, has its own vault of data keys; the few values here are sealed directly and
sealed anew when the master key is rotated.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE = 12  # bytes


def derived_keys(purpose: str) -> list[bytes]:
    """A key of 32 bytes for that purpose from each master key, newest first."""
    return [hmac.digest(key, purpose.encode(), hashlib.sha256) for key in settings.MASTER_KEYS]


def seal(data: bytes, *, purpose: str, row: int) -> bytes:
    """AES-256-GCM by the newest key. `row` is whose it is: moved to another row it opens no more."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(derived_keys(purpose)[0]).encrypt(nonce, data, _identity(purpose, row))


def open_sealed(sealed: bytes, *, purpose: str, row: int) -> bytes | None:
    """What was sealed; None where no listed master key opens it."""
    opened = (_open(key, sealed, purpose, row) for key in derived_keys(purpose))
    return next((data for data in opened if data is not None), None)


def is_of_newest_key(sealed: bytes, *, purpose: str, row: int) -> bool:
    """Whether the newest master key alone opens it."""
    return _open(derived_keys(purpose)[0], sealed, purpose, row) is not None


def _open(key: bytes, sealed: bytes, purpose: str, row: int) -> bytes | None:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _identity(purpose, row))
    except InvalidTag:
        return None


def _identity(purpose: str, row: int) -> bytes:
    return f"{purpose}/{row}".encode()
