"""Order numbers in free text."""

from __future__ import annotations

import re

from orders.models.order import ORDER_NUMBER

_NUMBER = re.compile(rf"(?<![\d-]){ORDER_NUMBER}(?![\d-])", re.ASCII)
MOST = 50  # numbers looked at in one text


def order_numbers(text: str) -> list[str]:
    """The order numbers that stand in a text, in order, each once, at most 50 (ORD-1)."""
    found = dict.fromkeys(match.group() for match in _NUMBER.finditer(text))
    return list(found)[:MOST]
