"""What a form of ours says, read alike by sending, by the hints and by the preview."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from messages_app.forms import TEXT_MOST
from messages_app.policy.reasons import REASON_BY_NAME, Reason
from messages_app.queries.moments import read_day


@dataclass(frozen=True, slots=True)
class Written:
    """A text, what it is about (a contact reason, a buyer's topic, or nothing), and first and last day of a
    warranty where the reason asks for them, as far as they are there (RSN-1)."""

    about: str
    text: str
    covers: tuple[date | None, date | None] = (None, None)

    @property
    def reason(self) -> Reason | None:
        return REASON_BY_NAME.get(self.about)

    @property
    def days(self) -> tuple[date, ...]:
        """Those that are there."""
        return tuple(day for day in self.covers if day)


def written_in(given: Mapping[str, Any]) -> Written:
    """The same from cleaned fields and from what a browser sends: whatever stands there is cut to what a
    page takes. Days that were chosen for another reason stand in fields that nobody sees: they are left."""
    about = str(given.get("reason") or given.get("topic") or "")[:24]
    text = str(given.get("text") or "")[:TEXT_MOST].replace("\r\n", "\n")
    reason = REASON_BY_NAME.get(about)
    if reason is None or not reason.dates:
        return Written(about, text)
    begins, ends = (read_day(str(given.get(name) or "")) for name in ("covers_from", "covers_until"))
    return Written(about, text, (begins, ends))
