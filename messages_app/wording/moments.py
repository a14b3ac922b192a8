"""Moments as people read them: in their language and their zone (UX-4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo

from babel.dates import format_date, format_datetime
from django.utils.translation import get_language

# Weekday and day; day and year (CLDR patterns). What is not here reads as English.
_DAYS = {
    "en": ("EEEE d MMMM", "d MMMM y"),
    "fr": ("EEEE d MMMM", "d MMMM y"),
    "it": ("EEEE d MMMM", "d MMMM y"),
    "pl": ("EEEE d MMMM", "d MMMM y"),
    "de": ("EEEE, d. MMMM", "d. MMMM y"),
    "es": ("EEEE d 'de' MMMM", "d 'de' MMMM 'de' y"),
}


def _language() -> str:
    language = (get_language() or "en").partition("-")[0]
    return language if language in _DAYS else "en"


def moment_of(value: object) -> datetime | None:
    """A moment from a finding's data: a datetime, or the ISO text that JSON made of it."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and value:
        return datetime.fromisoformat(value)
    return None


def date_of(value: object) -> date | None:
    """A day from a finding's data: a date, or the ISO text that JSON made of it."""
    if isinstance(value, date):
        return value
    if isinstance(value, str) and value:
        return date.fromisoformat(value)
    return None


def place_of(zone: tzinfo) -> str:
    """The zone as a place: "Europe/London" is "London"."""
    name = getattr(zone, "key", None) or str(zone)
    return str(name).rpartition("/")[2].replace("_", " ")


def short_time(moment: datetime, zone: tzinfo = UTC) -> str:
    """Weekday, day and time: "Thursday 19 November, 11:22"."""
    language = _language()
    return format_datetime(moment, f"{_DAYS[language][0]}, HH:mm", tzinfo=zone, locale=language)


def day(moment: datetime, zone: tzinfo = UTC) -> str:
    """Date and year: "19 November 2026"."""
    language = _language()
    return format_datetime(moment, _DAYS[language][1], tzinfo=zone, locale=language)


def calendar_day(value: date) -> str:
    """A day that is the same in every zone: "19 November 2026"."""
    language = _language()
    return format_date(value, _DAYS[language][1], locale=language)


def day_and_time(moment: datetime, zone: tzinfo = UTC) -> str:
    """Date, year, time and place: "19 November 2026, 10:41 (London)"."""
    language = _language()
    shown = format_datetime(moment, f"{_DAYS[language][1]}, HH:mm", tzinfo=zone, locale=language)
    return f"{shown} ({place_of(zone)})"
