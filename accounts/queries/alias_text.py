"""An alias as people type or paste it (ALI-6). Values in, values out."""

from __future__ import annotations

_MARKS = "<>,;:.\"'()[]"  # what mail programs and texts put around an address


def alias_in(text: str) -> str:
    """The first address in the text, without what mail programs write around it, in lower case as aliases are
    stored; of a text without an "@" all of it, for that may be how an alias begins. Empty for nothing."""
    return next((word for word in text.split() if "@" in word), text).strip(_MARKS).lower()
