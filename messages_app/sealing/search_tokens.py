"""Blind tokens of words for one mailbox (PRV-2): equal words of two mailboxes give two numbers."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from functools import lru_cache

TOKEN_BYTES = 8


@lru_cache(maxsize=1024)
def mailbox_key(key: bytes, mailbox: str) -> bytes:
    """The 32-byte key of one mailbox, such as "seller:12". Raises ValueError where either is empty."""
    if not key or not mailbox:
        raise ValueError("A mailbox's key needs the installation's key and a mailbox.")
    return hmac.digest(key, b"search\0" + mailbox.encode(), "sha256")


@lru_cache(maxsize=50_000)
def word_token(key: bytes, word: str) -> int:
    """63 bits for a folded word; only the same word of the same mailbox gives them again."""
    digest = hmac.digest(key, word.encode("utf-8", "surrogatepass"), "sha256")
    return int.from_bytes(digest[:TOKEN_BYTES]) >> 1


def word_tokens(key: bytes, words: Iterable[str]) -> list[int]:
    """The tokens of the words, each once, in rising order."""
    return sorted({word_token(key, word) for word in words})
