"""Time in words, in every language, exact on hover (UX-4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from django.utils.translation import override

from messages_app.models import ResponseContact
from messages_app.templatetags.times import (
    date_of,
    day_and_clock,
    day_in_words,
    due,
    due_group,
    due_in_words,
    due_of,
    exact,
    moment_in_words,
    span_in_words,
    when,
)
from messages_app.wording.moments import calendar_day, day, day_and_time, short_time

NOW = datetime(2026, 11, 19, 10, 41, tzinfo=UTC)  # a Thursday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def now_in_english() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False), override("en"):
        yield


@pytest.mark.rule("UX-4")
@pytest.mark.parametrize(
    ("left", "text", "icon", "level"),
    [
        (24 * HOUR, "Due in 24 h", "due-full", ""),
        (12 * HOUR + SECOND, "Due in 12 h", "due-full", ""),
        (12 * HOUR, "Due in 12 h", "due-half", ""),
        (6 * HOUR + SECOND, "Due in 6 h", "due-half", ""),
        (6 * HOUR, "Due in 6 h", "due-low", "soon"),
        (HOUR, "Due in 1 h", "due-low", "soon"),
        (HOUR - SECOND, "Due in 59 min", "due-low", "soon"),
        (SECOND, "Due in 1 min", "due-low", "soon"),
        (timedelta(0), "Due in 1 min", "due-low", "soon"),
        (-SECOND, "Overdue 1 min", "overdue", "over"),
        (-35 * MINUTE, "Overdue 35 min", "overdue", "over"),
        (-47 * HOUR - 59 * MINUTE, "Overdue 47 h", "overdue", "over"),
        (-2 * DAY, "Overdue 2 days", "overdue", "over"),
    ],
)
def test_due_times(left: timedelta, text: str, icon: str, level: str) -> None:
    words = due_in_words(NOW + left, NOW)
    assert (words.text, words.icon, words.level) == (text, icon, level)


@pytest.mark.rule("UX-4")
def test_a_due_time_is_words_icon_and_colour_with_the_exact_moment_on_hover() -> None:
    with timezone.override(ZoneInfo("Europe/Warsaw")):
        chip = due(NOW + 41 * MINUTE)
    assert 'class="due due--soon"' in chip
    assert "#due-low" in chip
    assert chip.endswith("Due in 41 min</time>")
    assert 'datetime="2026-11-19T11:22:00+00:00"' in chip
    assert 'title="Due 19 Nov 2026, 12:22:00"' in chip


@pytest.mark.rule("UX-4")
@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("answered", "Answered in 2 h"),
        ("not_needed", "No response needed"),
        ("reported", "Reported"),
    ],
)
def test_a_contact_that_ended_says_how(outcome: str, words: str) -> None:
    contact = ResponseContact(
        opened_at=NOW - 3 * HOUR, due_at=NOW + 21 * HOUR, closed_at=NOW - HOUR, outcome=outcome
    )
    assert re.sub("<[^>]+>", "", due_of(contact)) == words


@pytest.mark.rule("UX-4")
@pytest.mark.parametrize(
    ("left", "heading"),
    [
        (-SECOND, "Overdue"),
        (timedelta(0), "Due within 6 hours"),
        (6 * HOUR, "Due within 6 hours"),
        (6 * HOUR + SECOND, "Due later"),
    ],
)
def test_headings_of_what_is_due(left: timedelta, heading: str) -> None:
    assert due_group(NOW + left) == heading


@pytest.mark.rule("UX-4")
@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW, "10:41"),
        (NOW.replace(hour=0, minute=0), "00:00"),
        (NOW.replace(hour=0, minute=0) - SECOND, "Yesterday"),
        (NOW - 2 * DAY, "Tue"),
        (NOW - 6 * DAY, "Fri"),
        (NOW - 7 * DAY, "12 Nov"),
        (datetime(2025, 12, 31, tzinfo=UTC), "31 Dec 2025"),
        (NOW + DAY, "20 Nov"),
    ],
)
def test_moments_are_as_short_as_can_be_told_apart(moment: datetime, words: str) -> None:
    assert moment_in_words(moment, NOW.date()) == words


@pytest.mark.rule("UX-4")
def test_days_begin_at_the_readers_midnight() -> None:
    moment = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    words = []
    for zone in ("Europe/London", "Europe/Warsaw"):
        with timezone.override(ZoneInfo(zone)):
            words.append(re.sub("<[^>]+>", "", when(moment)))
    assert words == ["Yesterday", "00:30"]


@pytest.mark.rule("UX-4")
@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 19), "Today"),
        (date(2026, 11, 18), "Yesterday"),
        (date(2026, 11, 17), "Tuesday, 17 November"),
        (date(2025, 11, 17), "Monday, 17 November 2025"),
    ],
)
def test_days_as_headings(day: date, words: str) -> None:
    assert day_in_words(day, NOW.date()) == words


@pytest.mark.rule("UX-4", "ACC-10")
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "19 Nov 2026, 10:41:00"),
        ("fr", "19 nov. 2026, 10:41:00"),
        ("it", "19 nov 2026, 10:41:00"),
        ("pl", "19 lis 2026, 10:41:00"),
        ("de", "19.11.2026, 10:41:00"),
        ("es", "19 nov 2026, 10:41:00"),
    ],
)
def test_exact_moments_in_six_languages(language: str, words: str) -> None:
    with override(language):
        assert exact(NOW) == words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(0), "1 min"),
        (59 * MINUTE, "59 min"),
        (HOUR, "1 h"),
        (48 * HOUR - SECOND, "47 h"),
        (48 * HOUR, "2 days"),
        (400 * DAY, "400 days"),
    ],
)
def test_spans(span: timedelta, words: str) -> None:
    assert span_in_words(span) == words


@pytest.mark.rule("UX-4")
@pytest.mark.parametrize(
    ("moment", "language", "day"),
    [
        (NOW - 9 * DAY, "en", "10 Nov"),
        (NOW - 9 * DAY, "de", "10. Nov."),
        (NOW - 322 * DAY, "en", "1 Jan"),
        (NOW - 323 * DAY, "en", "31 Dec 2025"),
        (NOW - 323 * DAY, "de", "31. Dez. 2025"),
    ],
)
def test_days_name_their_year_where_it_is_another_one(moment: datetime, language: str, day: str) -> None:
    with override(language):
        assert words_of(date_of(moment)) == day
        assert words_of(day_and_clock(moment)) == f"{day}, 10:41"
        assert f'title="{exact(moment)}"' in day_and_clock(moment)


def words_of(tag: str) -> str:
    return re.sub("<[^>]+>", "", tag)


@pytest.mark.rule("UX-4")
def test_french_has_a_word_of_its_own_for_the_first_of_a_month() -> None:
    first, eleventh = datetime(2026, 11, 1, 11, 1, tzinfo=UTC), datetime(2026, 11, 11, 1, 1, tzinfo=UTC)
    with override("fr"):
        assert day_in_words(first.date(), NOW.date()) == "dimanche 1er novembre"
        assert moment_in_words(first, NOW.date()) == "1er nov."
        assert exact(first).startswith("1er nov. 2026, ")
        assert short_time(first) == "dimanche 1er novembre, 11:01"
        assert day(first) == calendar_day(first.date()) == "1er novembre 2026"
        assert day_and_time(first) == "1er novembre 2026, 11:01 (UTC)"
        assert day(eleventh) == "11 novembre 2026"
    with override("it"):
        assert day(first) == "1 novembre 2026"
