"""Real addresses taken out of what servers and reports say (MAIL-23, PRV-5)."""

from __future__ import annotations

import re

ADDRESS_MASK = "***@***"

_QUOTED_ADDRESS = re.compile(r'"[^"\n]{1,64}"@[^\s<>()\[\]",;:|]{1,255}')
_ADDRESS_EDGE = "<>()[]\"',;:|"
# What only a program reads in the source of a mail: encoded words (RFC 2047) and lines in base64.
_ENCODED = re.compile(r"=\?[^?\s]{1,64}\?[bBqQ]\?[^?\s]*\?=|^[A-Za-z0-9+/]{16,}={0,2}(?=\r?$)", re.MULTILINE)


def mask_addresses(text: str) -> str:
    """Every `local@domain` (also with %40) becomes `***@***`: what servers say may name real addresses."""
    if "@" not in text and "%40" not in text:
        return text
    plain = _QUOTED_ADDRESS.sub(ADDRESS_MASK, text)
    return "".join(_masked(word) for word in re.split(r"(\s+)", plain))


def mask_source(source: str) -> str:
    """The source of a mail without addresses, written out or encoded; what is encoded becomes "…"."""
    return mask_addresses(_ENCODED.sub("…", source).replace("=40", "@"))


def _masked(word: str) -> str:
    """A word with an @ keeps only what brackets and commas set apart from the address."""
    if "@" not in word and "%40" not in word:
        return word
    pieces = re.split(f"([{re.escape(_ADDRESS_EDGE)}]+)", word)
    return "".join(ADDRESS_MASK if "@" in piece or "%40" in piece else piece for piece in pieces)
