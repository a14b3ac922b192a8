"""Moments as people read them: in their language and their zone (UX-4)."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from babel.dates import format_datetime, format_skeleton
from django.utils.translation import get_language

_LOCALES = {"en": "en_GB"}  # day before month, 24 hours; the others are their own


def _locale() -> str:
    language = (get_language() or "en").partition("-")[0]
    return _LOCALES.get(language, language)


def moment_of(value: object) -> datetime | None:
    """A moment from a finding's data: a datetime, or the ISO text that JSON made of it."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and value:
        return datetime.fromisoformat(value)
    return None


def place_of(zone: tzinfo) -> str:
    """The zone as a place: "Europe/London" is "London"."""
    name = getattr(zone, "key", None) or str(zone)
    return str(name).rpartition("/")[2].replace("_", " ")


def short_time(moment: datetime, zone: tzinfo = UTC) -> str:
    """Weekday, day and time: "Thursday 19 November, 11:22"."""
    local = moment.astimezone(zone)
    day = format_skeleton("MMMMEEEEd", local, tzinfo=zone, locale=_locale())
    return f"{day}, {format_datetime(local, 'HH:mm', tzinfo=zone, locale=_locale())}"


def day_and_time(moment: datetime, zone: tzinfo = UTC) -> str:
    """Date, year, time and place: "19 November 2026, 10:41 (London)"."""
    local = moment.astimezone(zone)
    day = format_skeleton("yMMMMd", local, tzinfo=zone, locale=_locale())
    time = format_datetime(local, "HH:mm", tzinfo=zone, locale=_locale())
    return f"{day}, {time} ({place_of(zone)})"
