"""The charset that an HTML document names itself, where the part's header names none."""

from __future__ import annotations

import re

_HEAD = 2048  # bytes looked at
_META = re.compile(rb"<meta\b[^>]{0,200}?charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)


def html_charset(content: bytes) -> str:
    """The label in `<meta charset>` or its http-equiv form within the first 2,048 bytes, or ""."""
    found = _META.search(content[:_HEAD])
    return found[1].decode("ascii") if found else ""
