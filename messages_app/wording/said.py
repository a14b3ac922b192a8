"""A finding as it is told: its data, how severe it is, and to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from django.utils.formats import number_format

from messages_app.policy.facts import Side
from messages_app.policy.verdict import Severity
from messages_app.wording.moments import calendar_day, date_of, day_and_time, moment_of
from messages_app.wording.names import reason_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A finding and to whom it is said."""

    data: Mapping[str, Any]
    severity: Severity
    author: Side
    zone: tzinfo
    sent: bool = True  # False: before sending, of what would become of it (GATE-3)

    def moment(self, name: str) -> str:
        moment = moment_of(self.data.get(name))
        return day_and_time(moment, self.zone) if moment else ""

    def calendar_day(self, name: str) -> str:
        found = date_of(self.data.get(name))
        return calendar_day(found) if found else ""

    def number(self, name: str) -> str:
        return number_format(int(self.data.get(name) or 0), use_l10n=True, force_grouping=True)

    @property
    def reason(self) -> str:
        return reason_name(str(self.data.get("reason", "")))
