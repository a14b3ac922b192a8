"""Seal one value with AES-256-GCM, bound to the row and column it belongs to (PRV-1).

A sealed value is `version (1 byte) | nonce (12) | ciphertext and tag (16)`. The version and the
identity are associated data: a value that was moved to another row or column does not open.
"""

from __future__ import annotations

import os
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
VERSION = b"\x01"
OVERHEAD_BYTES = len(VERSION) + NONCE_BYTES + TAG_BYTES  # a sealed value is this much longer


class SealBroken(Exception):
    """The value does not open: wrong key, wrong row, changed bytes or an unknown version."""


def row_identity(table: str, column: str, row_id: UUID | str) -> bytes:
    """The place of one sealed value; no two (table, column, row) share one.

    Raises ValueError for an empty part or one that holds NUL, which would blur the borders.
    """
    parts = (table, column, str(row_id))
    if not all(parts) or any("\0" in part for part in parts):
        raise ValueError("Table, column and row id must not be empty or hold NUL.")
    return "\0".join(parts).encode()


@lru_cache(maxsize=256)
def cipher(key: bytes) -> AESGCM:
    """The cipher of a 32-byte key, its key schedule kept. ValueError for another length."""
    if len(key) != KEY_BYTES:
        raise ValueError(f"A sealing key has {KEY_BYTES} bytes, not {len(key)}.")
    return AESGCM(key)


def seal(key: bytes, plaintext: bytes, *, identity: bytes) -> bytes:
    """Seal a value for the place `identity`; the result is OVERHEAD_BYTES longer (PRV-1)."""
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + cipher(key).encrypt(nonce, plaintext, VERSION + identity)


def open_sealed(key: bytes, sealed: bytes, *, identity: bytes) -> bytes:
    """The plaintext that `seal` was given for the same key and place, else SealBroken."""
    version, nonce = sealed[:1], sealed[1 : 1 + NONCE_BYTES]
    if version != VERSION or len(sealed) < OVERHEAD_BYTES:
        raise SealBroken("Not a sealed value of a known version.")
    try:
        return cipher(key).decrypt(nonce, sealed[1 + NONCE_BYTES :], VERSION + identity)
    except InvalidTag:
        raise SealBroken("The value does not belong to this key and place, or was changed.") from None
