"""Names as they are looked for: letter case, accents and blanks aside (ORD-2). Values in, values out."""

from __future__ import annotations

import unicodedata

# Letters that Unicode does not take apart, as people type them without their stroke or tie.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "æ": "ae", "œ": "oe"})
MOST = 120  # bytes of a key: a name has 60 characters, few of which take more than two


def name_key(name: str) -> bytes:
    """What two spellings of a name have in common, at most 120 bytes.

    Bytes, which every database sorts alike: all names that begin with a text stand between its key and
    `key_after` of it.
    """
    apart = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(_LETTERS)
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    return " ".join(words).encode()[:MOST]


def key_after(key: bytes) -> bytes:
    """The first key beyond all that begin with `key`: no key has a byte 255."""
    return key + b"\xff"
