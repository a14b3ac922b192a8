"""The tag with which a seller marks a mail as critical (RSN-6)."""

from __future__ import annotations

import re
import unicodedata

# English and French, Italian and Spanish, Polish (with and without its letter), German
TAG_WORDS = ("important", "importante", "ważne", "wazne", "wichtig")

_TAG = re.compile(rf"\[[ ]{{0,4}}(?:{'|'.join(TAG_WORDS)})[ ]{{0,4}}\]")


def has_important_tag(subject: str) -> bool:
    """Whether a decoded subject carries `[important]`, in any letter case and any of the six languages."""
    return _TAG.search(unicodedata.normalize("NFKC", subject).lower()) is not None
