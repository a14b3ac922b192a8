"""Where a message stands in the order of search: newest first, by one number (BOX-6).

Milliseconds of its moment, then random bits that tell apart what was said in the same one.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

_RANDOM_BITS = 21
FIRST, LAST = 0, 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def place_at(moment: datetime) -> int:
    """The lowest place of that millisecond; of moments before 1970 the first there is."""
    spent = moment - _EPOCH
    milliseconds = (spent.days * 86_400 + spent.seconds) * 1000 + spent.microseconds // 1000
    return min(max(milliseconds << _RANDOM_BITS, FIRST), LAST)


def new_place(moment: datetime) -> int:
    """A place of its own for something said at that moment."""
    return min(place_at(moment) + secrets.randbits(_RANDOM_BITS), LAST)
