"""Every code has a name and a sentence that says what happened and what to do (GATE-2, RSN-4)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import translation

from messages_app.files.kinds import Problem
from messages_app.models import Delivery, Message
from messages_app.policy.checks import ALL_CODES, NOTICE_ORDER
from messages_app.policy.facts import Side
from messages_app.policy.reasons import BUYER_TOPICS, REASONS, WhyNot
from messages_app.policy.verdict import Severity
from messages_app.services.as_json import plain
from messages_app.wording import (
    day_and_time,
    finding_advice,
    finding_sentence,
    quoted,
    reason_name,
    rule_name,
    short_time,
    size_name,
    state_name,
    topic_name,
)

MOMENT = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
MATCHES = [{"excerpt": "me at shop dot com", "rule": "contact_email", "place": "text"}]

# What the checks put into `data`, by code; every other code brings none.
DATA: dict[str, dict[str, Any]] = {
    "suspended": {"until": MOMENT},
    "restricted": {"until": MOMENT},
    "reason_unavailable": {"reason": "warranty", "why": "product", "status": "shipped"},
    "window_closed": {"reason": "other", "opens_at": None, "closes_at": MOMENT},
    "text_too_long": {"reason": "customization", "length": 1801, "limit": 800},
    "text_not_allowed": {"reason": "invoice", "length": 5, "limit": 0},
    "dates_missing": {"reason": "warranty"},
    "dates_reversed": {"reason": "warranty", "begins": "2026-11-22", "ends": "2026-11-21"},
    "attachment_not_allowed": {"reason": "invoice", "names": ["a.gif"], "at_most": 5, "kinds": ["pdf"]},
    "attachment_missing": {"reason": "invoice", "names": [], "at_least": 1, "at_most": 5, "kinds": ["pdf"]},
    "over_cap": {"cap": 1600, "used": 1600, "day_ends_at": MOMENT},
    "too_large": {"size": 10_485_761, "limit": 10_485_760, "files": [{"name": "a.pdf", "size": 10_485_000}]},
    "too_many_files": {"count": 21, "limit": 20},
    "file_type": {
        "files": [{"name": "a.exe", "problem": "not_allowed_type", "found": "application/x-dosexec"}]
    },
    "infected": {"files": ["a.pdf"]},
    "unscanned": {"files": ["a.pdf"]},
    "file_reveals": {"files": ["a.pdf"]},
    "contact_email": {"sure": True, "matches": MATCHES},
    "external_link": {"sure": True, "matches": MATCHES},
    "burst": {"count": 21, "limit": 20},
    "identical_bodies": {"count": 3},
}
LANGUAGES = [code for code, _ in settings.LANGUAGES]


@pytest.mark.rule("GATE-2", "ACC-10")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", NOTICE_ORDER)
@pytest.mark.parametrize("author", Side)
@pytest.mark.parametrize("severity", [Severity.HOLD, Severity.BLOCK])
def test_every_finding_has_whole_sentences(
    code: str, language: str, author: Side, severity: Severity
) -> None:
    with translation.override(language):
        sentence = finding_sentence(code, DATA.get(code, {}), severity=severity, author=author)
        assert sentence != rule_name(code)
        assert sentence[0].isupper() or sentence[0] in "“«„"
        assert sentence.rstrip("”»").endswith(".")
        assert not re.search(r"%\(|None|\{", sentence)


@pytest.mark.rule("ACC-10")
@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
@pytest.mark.parametrize("code", sorted(ALL_CODES))
def test_no_sentence_is_left_in_english(code: str, language: str) -> None:
    english = finding_sentence(code, DATA.get(code, {}))
    with translation.override(language):
        assert finding_sentence(code, DATA.get(code, {})) != english


@pytest.mark.rule("GATE-2")
@pytest.mark.parametrize("code", sorted(DATA))
def test_a_finding_reads_the_same_from_its_record(code: str) -> None:
    assert finding_sentence(code, plain(DATA[code])) == finding_sentence(code, DATA[code])


@pytest.mark.rule("GATE-2")
@pytest.mark.parametrize("code", sorted(ALL_CODES))
def test_every_rule_has_a_name(code: str) -> None:
    assert rule_name(code) != code


@pytest.mark.rule("GATE-2", "CAP-2", "ATT-1", "RSN-1", "ATT-2")
@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("over_cap", ["1,600 messages", "1,600 have", "18 November 2026, 23:30 (UTC)"]),
        ("too_large", ["10,485,761", "10,485,760", "a.pdf (10,485,000 bytes)"]),
        ("text_too_long", ["1,801", "800", "Details of a customised item"]),
        ("attachment_not_allowed", ["“a.gif”", "PDF only"]),
        ("file_type", ["“a.exe”", "application/x-dosexec", ".docx"]),
        ("infected", ["“a.pdf”", "without the file"]),
        ("unscanned", ["“a.pdf”", "need not do anything"]),
        ("file_reveals", ["“a.pdf”", "without it"]),
        ("contact_email", ["“me at shop dot com”", "Take it out"]),
        ("window_closed", ["18 November 2026, 23:30 (UTC)"]),
    ],
)
def test_a_sentence_brings_the_figures(code: str, words: list[str]) -> None:
    sentence = finding_sentence(code, DATA[code])
    assert [one for one in words if one not in sentence] == []


@pytest.mark.rule("RSN-4")
def test_each_why_not_reads_differently() -> None:
    whys = [*(why.value for why in WhyNot if why is not WhyNot.WINDOW_CLOSED), "unknown", "no_order"]
    sentences = {finding_sentence("reason_unavailable", {"reason": "invoice", "why": why}) for why in whys}
    assert len(sentences) == len(whys)


@pytest.mark.rule("ATT-2")
@pytest.mark.parametrize("problem", Problem)
def test_each_problem_of_a_file_is_named(problem: Problem) -> None:
    file = {"name": "x.pdf", "problem": problem.value, "found": "text/html"}
    unknown = finding_sentence("file_type", {"files": [{**file, "problem": "new"}]})
    sentence = finding_sentence("file_type", {"files": [file]})
    assert sentence.startswith("“x.pdf”")
    assert (sentence == unknown) is (problem is Problem.NOT_ALLOWED_TYPE)


@pytest.mark.rule("ATT-2")
@pytest.mark.parametrize(("count", "more"), [(5, False), (6, True)])
def test_many_names_are_cut_short(count: int, more: bool) -> None:
    data = {**DATA["attachment_not_allowed"], "names": [f"{number}.gif" for number in range(count)]}
    assert ("and 1 more" in finding_sentence("attachment_not_allowed", data)) is more


@pytest.mark.rule("POL-2", "POL-7")
def test_a_match_reads_by_who_wrote_and_how_sure_it_is() -> None:
    sentences = {
        finding_sentence("contact_email", DATA["contact_email"], severity=severity, author=author)
        for severity, author in [
            (Severity.BLOCK, Side.SELLER),
            (Severity.HOLD, Side.SELLER),
            (Severity.DELIVER, Side.BUYER),
        ]
    }
    assert len(sentences) == 3


@pytest.mark.rule("OPT-1")
def test_the_opt_out_alone_brings_advice() -> None:
    assert any("[important]" in line for line in finding_advice("opted_out"))
    assert finding_advice("empty") == ()


@pytest.mark.rule("RSN-1", "RSN-8")
def test_all_reasons_topics_and_states_have_names() -> None:
    assert [row.name for row in REASONS if reason_name(row.name) == row.name] == []
    assert [topic for topic in BUYER_TOPICS if topic_name(topic) == topic] == []
    states = [*Message.State.values, *Delivery.State.values]
    assert [state for state in states if state_name(state) == state] == []


@pytest.mark.parametrize(
    ("size", "name"), [(999, "999 bytes"), (1000, "1 kB"), (184_400, "184 kB"), (1_000_000, "1.0 MB")]
)
def test_sizes_read_well(size: int, name: str) -> None:
    assert size_name(size) == name


@pytest.mark.rule("UX-4", "REL-7")
@pytest.mark.parametrize(
    ("language", "zone", "short", "whole"),
    [
        ("en", "Europe/London", "Wednesday 18 November, 23:30", "18 November 2026, 23:30 (London)"),
        ("de", "Europe/Berlin", "Donnerstag, 19. November, 00:30", "19. November 2026, 00:30 (Berlin)"),
        ("es", "Europe/Madrid", "jueves 19 de noviembre, 00:30", "19 de noviembre de 2026, 00:30 (Madrid)"),
        ("pl", "Europe/Warsaw", "czwartek 19 listopada, 00:30", "19 listopada 2026, 00:30 (Warsaw)"),
        ("xx", "America/New_York", "Wednesday 18 November, 18:30", "18 November 2026, 18:30 (New York)"),
    ],
)
def test_moments_read_in_the_persons_language_and_zone(
    language: str, zone: str, short: str, whole: str
) -> None:
    with translation.override(language):
        assert short_time(MOMENT, ZoneInfo(zone)) == short
        assert day_and_time(MOMENT, ZoneInfo(zone)) == whole


@pytest.mark.rule("GATE-2", "ACC-10")
@pytest.mark.parametrize(
    ("language", "quote"),
    [
        ("en", "“me at shop dot com”"),
        ("de", "„me at shop dot com“"),
        ("pl", "„me at shop dot com”"),
        ("fr", "«\u00a0me at shop dot com\u00a0»"),
        ("it", "«me at shop dot com»"),
        ("es", "«me at shop dot com»"),
    ],
)
def test_what_is_quoted_stands_in_the_marks_of_the_language(language: str, quote: str) -> None:
    with translation.override(language):
        assert quoted("me at shop dot com") == quote
        assert f"({quote})" in finding_sentence("contact_email", {"matches": MATCHES})
        named = finding_sentence(
            "attachment_not_allowed", {"reason": "other", "names": ["me at shop dot com"]}
        )
        assert "“me" not in named or language == "en"
