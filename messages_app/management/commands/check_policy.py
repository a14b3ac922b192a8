from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from messages_app.mail.html import html_to_text
from messages_app.policy.content import Judged, judge
from messages_app.policy.facts import ContentMatch
from messages_app.policy.verdict import Verdict


class Command(BaseCommand):
    help = "Judges texts by the content policy, one JSON object a line; stores nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="lines of JSON; left out: standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        lines = _lines(options["file"])
        for number, line in enumerate(lines, start=1):
            if line.strip():
                self.stdout.write(json.dumps(answer(_read(line, number)), ensure_ascii=False))


def _lines(name: str | None) -> Iterable[str]:
    if name is None:
        return sys.stdin
    try:
        return Path(name).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name} cannot be read: {error}") from None


def _read(line: str, number: int) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        raise CommandError(f"Line {number} is no JSON: write one object a line.") from None
    if not isinstance(value, dict) or not isinstance(value.get("text", value.get("html")), str):
        raise CommandError(f'Line {number} has neither "text" nor "html".')
    return value


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """The contract's answer to one line: every rule found, its spans, and the verdict."""
    text, html = asked.get("text") or "", asked.get("html") or ""
    found = judge(
        Judged(
            text=text or html_to_text(html),
            html=html,
            alias_domains=frozenset({settings.RELAY_DOMAIN, *settings.RELAY_DOMAINS_OLD}),
            marketplace_domains=frozenset(settings.MARKETPLACE_DOMAINS),
            carriers=True,  # a line names no order; most talk is about one that is on its way (POL-3)
        )
    )
    return {
        "id": asked.get("id"),
        "rules": list(dict.fromkeys(match.rule for match in found)),
        "spans": [_span(match) for match in found],
        "verdict": _verdict(found, asked.get("direction") == "buyer->seller"),
    }


def _span(match: ContentMatch) -> dict[str, Any]:
    return {
        "rule": match.rule,
        "place": match.place,
        "start": match.start,
        "end": match.end,
        "text": match.excerpt,
        "sure": match.sure,
    }


def _verdict(found: tuple[ContentMatch, ...], from_buyer: bool) -> Verdict:
    """Nothing of a buyer's is stopped by policy (POL-2); of a seller's the sure matches block."""
    if from_buyer or not found:
        return Verdict.DELIVER
    return Verdict.BLOCK if any(match.sure for match in found) else Verdict.HOLD
