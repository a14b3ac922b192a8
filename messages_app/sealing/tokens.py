"""Keyed word tokens: equal words give equal tokens, and nothing else can be read from them (PRV-2)."""

from __future__ import annotations

import hmac

TOKEN_BYTES = 16


def blind_token(key: bytes, value: str, *, purpose: str) -> bytes:
    """16 bytes for a value; tokens of different purposes or keys never meet.

    The caller folds case and accents first: the token compares exactly what it is given.
    Raises ValueError for an empty key and for a purpose that is empty or holds NUL.
    """
    if not key:
        raise ValueError("A token needs a key.")
    if not purpose or "\0" in purpose:
        raise ValueError("A token's purpose must not be empty or hold NUL.")
    message = purpose.encode() + b"\0" + value.encode("utf-8", "surrogatepass")
    return hmac.digest(key, message, "sha256")[:TOKEN_BYTES]
