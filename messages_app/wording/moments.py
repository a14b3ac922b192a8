"""Moments as people read them: in their language and their zone (UX-4)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo

from babel.dates import format_date, format_datetime, format_skeleton
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


def babel_locale() -> str:
    """The page's language; English reads its days before its months, as the marketplaces do."""
    language = (get_language() or "en").partition("-")[0]
    return "en_GB" if language == "en" else language


def with_first(text: str, value: date, locale: str) -> str:
    """A text that names that day: French counts the first of a month, "1er novembre"."""
    if locale != "fr" or value.day != 1:
        return text
    return re.sub(r"\b1\b", "1er", text, count=1)


def short_day(value: date, today: date) -> str:
    """ "19 Nov", with the year where it is another one."""
    skeleton, locale = "MMMd" if value.year == today.year else "yMMMd", babel_locale()
    return with_first(format_skeleton(skeleton, value, locale=locale), value, locale)


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
    return _moment(moment, f"{_DAYS[_language()][0]}, HH:mm", zone)


def day(moment: datetime, zone: tzinfo = UTC) -> str:
    """Date and year: "19 November 2026"."""
    return _moment(moment, _DAYS[_language()][1], zone)


def calendar_day(value: date) -> str:
    """A day that is the same in every zone: "19 November 2026"."""
    language = _language()
    return with_first(format_date(value, _DAYS[language][1], locale=language), value, language)


def day_and_time(moment: datetime, zone: tzinfo = UTC) -> str:
    """Date, year, time and place: "19 November 2026, 10:41 (London)"."""
    return f"{_moment(moment, f'{_DAYS[_language()][1]}, HH:mm', zone)} ({place_of(zone)})"


def _moment(moment: datetime, pattern: str, zone: tzinfo) -> str:
    language = _language()
    shown = format_datetime(moment, pattern, tzinfo=zone, locale=language)
    return with_first(shown, moment.astimezone(zone).date(), language)
