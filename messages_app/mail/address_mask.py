"""Real addresses taken out of what servers and reports say (MAIL-23, PRV-5)."""

from __future__ import annotations

import re

ADDRESS_MASK = "***@***"

_QUOTED_ADDRESS = re.compile(r'"[^"\n]{1,64}"@[^\s<>()\[\]",;:|]{1,255}')
_ADDRESS_EDGE = "<>()[]\"',;:|"


def mask_addresses(text: str) -> str:
    """Every `local@domain` (also with %40) becomes `***@***`: what servers say may name real addresses."""
    if "@" not in text and "%40" not in text:
        return text
    plain = _QUOTED_ADDRESS.sub(ADDRESS_MASK, text)
    return "".join(_masked(word) for word in re.split(r"(\s+)", plain))


def _masked(word: str) -> str:
    """A word with an @ keeps only what brackets and commas set apart from the address."""
    if "@" not in word and "%40" not in word:
        return word
    pieces = re.split(f"([{re.escape(_ADDRESS_EDGE)}]+)", word)
    return "".join(ADDRESS_MASK if "@" in piece or "%40" in piece else piece for piece in pieces)
