"""Moments and due times in words: relative to now on the page, exact on hover (UX-4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from babel.dates import format_date, get_date_format
from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from messages_app.models import ResponseContact
from messages_app.templatetags.look import icon
from messages_app.wording.moments import babel_locale, short_day, with_first

register = template.Library()

HALF = timedelta(hours=12)  # the pie is half empty
_DAY = timedelta(days=1)
_YEAR = re.compile(r"[,\s]*(?:'de')?\s*y+\s*$")  # at the end of a pattern
_WEEK = timedelta(days=6)  # up to here a weekday's name says it


@dataclass(frozen=True, slots=True)
class DueWords:
    """How a due time is shown: its words, the icon and the modifier of its class."""

    text: str
    icon: str
    level: str  # over, soon, or nothing


def due_in_words(due_at: datetime, now: datetime) -> DueWords:
    """ "Due in 3 h", "Overdue 35 min": whole minutes, then whole hours, then whole days, rounded down."""
    left = due_at - now
    if left < timedelta(0):
        return DueWords(gettext("Overdue %(time)s") % {"time": span_in_words(-left)}, "overdue", "over")
    pie = "due-low" if left <= soon() else "due-half" if left <= HALF else "due-full"
    text = gettext("Due in %(time)s") % {"time": span_in_words(left)}
    return DueWords(text, pie, "soon" if left <= soon() else "")


def soon() -> timedelta:
    """How long before the due time it begins to stand out: at the moment of the reminder (RSP-6)."""
    return timedelta(hours=settings.RESPONSE_DUE_HOURS - settings.REMINDER_HOURS)


def span_in_words(span: timedelta) -> str:
    """ "41 min", "3 h", "3 days"; never less than a minute. Hours up to two days."""
    minutes = max(1, int(span.total_seconds()) // 60)
    if minutes < 60:
        return gettext("%(count)d min") % {"count": minutes}
    if minutes < 48 * 60:
        return gettext("%(count)d h") % {"count": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def day_in_words(day: date, today: date) -> str:
    """ "Today", "Yesterday", "Thursday 12 November", with the year where it is another one."""
    if day == today:
        return gettext("Today")
    if day == today - _DAY:
        return gettext("Yesterday")
    locale = babel_locale()
    return _formatted(day, "full", locale) if day.year != today.year else _weekday_and_day(day, locale)


@lru_cache(maxsize=2000)
def _weekday_and_day(day: date, locale: str) -> str:
    """As the language writes a whole date, without its year."""
    pattern = _YEAR.sub("", get_date_format("full", locale).pattern)
    return with_first(format_date(day, pattern, locale=locale), day, locale)


def moment_in_words(moment: datetime, today: date) -> str:
    """As short as can be told apart: "10:46", "Yesterday", "Mon", "14 Nov", "14 Nov 2025".

    Moment and day in the reader's zone.
    """
    day = moment.date()
    if day == today:
        return _clock(moment)
    if day == today - _DAY:
        return gettext("Yesterday")
    if timedelta(0) < today - day <= _WEEK:
        return _formatted(day, "EEE", babel_locale())
    return _day_of_list(day, today, babel_locale())


def exact(moment: datetime) -> str:
    """ "19 Nov 2026, 11:22:41", in the reader's zone."""
    local = timezone.localtime(moment)
    return f"{_date(local)}, {_clock(local, '%H:%M:%S')}"


def _short_day(local: datetime) -> str:
    return _day_of_list(local.date(), timezone.localdate(), babel_locale())


def _date(local: datetime) -> str:
    return _formatted(local.date(), "medium", babel_locale())


# A list shows few days many times.
@lru_cache(maxsize=2000)
def _formatted(day: date, pattern: str, locale: str) -> str:
    return with_first(format_date(day, pattern, locale=locale), day, locale)


@lru_cache(maxsize=2000)
def _day_of_list(day: date, today: date, _locale: str) -> str:
    return short_day(day, today)


def _clock(local: datetime, pattern: str = "%H:%M") -> str:
    """Hours up to 23 and Latin digits, as all our languages write them."""
    return local.strftime(pattern)


@register.simple_tag
def when(moment: datetime) -> SafeString:
    """A moment, short; exact on hover."""
    return _when(moment, timezone.localdate(), timezone.get_current_timezone(), babel_locale())


# The same on every page of that day in the zone and the language that are current.
@lru_cache(maxsize=5000)
def _when(moment: datetime, today: date, _zone: tzinfo, _locale: str) -> SafeString:
    return _time(moment, moment_in_words(timezone.localtime(moment), today), exact(moment))


@register.simple_tag
def clock_time(moment: datetime) -> SafeString:
    """The time of day, where a heading names the day."""
    return _clock_time(moment, timezone.get_current_timezone(), babel_locale())


@lru_cache(maxsize=5000)
def _clock_time(moment: datetime, _zone: tzinfo, _locale: str) -> SafeString:
    return _time(moment, _clock(timezone.localtime(moment)), exact(moment))


@register.simple_tag
def date_of(moment: datetime) -> SafeString:
    """The day, "19 Nov", with the year where it is another one; exact on hover."""
    return _time(moment, _short_day(timezone.localtime(moment)), exact(moment))


@register.simple_tag
def day_and_clock(moment: datetime) -> SafeString:
    """The day and the time of day, "19 Nov, 11:22"; exact on hover."""
    local = timezone.localtime(moment)
    return _time(moment, f"{_short_day(local)}, {_clock(local)}", exact(moment))


def when_at(moment: datetime, *, beside: datetime) -> str:
    """A moment inside a sentence: "14:02" where it is of today, as what it stands beside is; else
    "18 Nov, 14:02"."""
    local = timezone.localtime(moment)
    if local.date() == timezone.localdate() == local_day(beside):
        return _clock(local)
    return f"{_short_day(local)}, {_clock(local)}"


@register.simple_tag
def exact_time(moment: datetime) -> SafeString:
    """A moment to the second."""
    words = exact(moment)
    return _time(moment, words, words)


@register.simple_tag
def day_of(moment: datetime) -> str:
    """The day of a moment, as a heading."""
    return day_in_words(timezone.localtime(moment).date(), timezone.localdate())


@register.filter
def local_day(moment: datetime) -> date:
    """The day of a moment in the reader's zone, to group by."""
    return timezone.localtime(moment).date()


@register.simple_tag
def due(due_at: datetime) -> SafeString:
    """The chip of a running clock."""
    words = due_in_words(due_at, timezone.now())
    was = gettext("Was due %(moment)s") if words.level == "over" else gettext("Due %(moment)s")
    title = was % {"moment": exact(due_at)}
    return _chip(words.level, words.icon, words.text, due_at, title)


@register.simple_tag
def due_of(contact: ResponseContact) -> SafeString:
    """The chip of a contact: running, answered, or taken out of the figures."""
    if contact.outcome == ResponseContact.Outcome.OPEN or contact.closed_at is None:
        return due(contact.due_at)
    title = exact(contact.closed_at)
    if contact.outcome == ResponseContact.Outcome.ANSWERED:
        span = span_in_words(contact.closed_at - contact.opened_at)
        text = gettext("Answered in %(time)s") % {"time": span}
        return _chip("done", "check", text, contact.closed_at, title)
    if contact.outcome == ResponseContact.Outcome.REPORTED:
        return _chip("none", "flag", gettext("Reported"), contact.closed_at, title)
    return _chip("none", "none-needed", gettext("No response needed"), contact.closed_at, title)


@register.filter
def due_group(due_at: datetime) -> str:
    """Under which heading a thread stands in the list of what is due."""
    left = due_at - timezone.now()
    if left < timedelta(0):
        return gettext("Overdue")
    if left > soon():
        return gettext("Due later")
    hours = soon() // timedelta(hours=1)
    return ngettext("Due within %(count)d hour", "Due within %(count)d hours", hours) % {"count": hours}


def _time(moment: datetime, words: str, title: str) -> SafeString:
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), title, words)


def _chip(level: str, picture: str, words: str, moment: datetime, title: str) -> SafeString:
    return format_html(
        '<time class="due{}" datetime="{}" title="{}">{}{}</time>',
        f" due--{level}" if level else "",
        moment.isoformat(),
        title,
        icon(picture),
        words,
    )
