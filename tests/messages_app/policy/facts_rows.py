"""Facts to start from: a seller's reply about a shipped order that every check lets pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from messages_app.policy.facts import ContentMatch, Door, Facts, FileFacts, OrderFacts, Place, Side

NOW = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def order(status: str = "shipped", **changes: Any) -> OrderFacts:
    """An order in that state; a delivered or returned one was delivered 10 days ago."""
    if status in ("delivered", "returned"):
        changes.setdefault("delivered_at", NOW - timedelta(days=10))
    if status == "cancelled":
        changes.setdefault("cancelled_at", NOW - timedelta(days=10))
    return OrderFacts(number="171-1234567-7654321", status=status, **changes)


def reply(**changes: Any) -> Facts:
    """A seller's reply in a buyer's thread."""
    base = Facts(
        now=NOW,
        author=Side.SELLER,
        door=Door.WEB,
        buyer_has_written=True,
        order=order(),
        daily_cap=605,
        body_bytes=200,
        text_length=200,
    )
    return replace(base, **changes)


def proactive(reason: str | None = "other", **changes: Any) -> Facts:
    """A seller's unsolicited message with a contact reason."""
    return reply(**{"buyer_has_written": False, "seller_began": True, "reason": reason, **changes})


def mail(**changes: Any) -> Facts:
    """A seller's new mail, without any reply evidence."""
    return proactive(**{"reason": None, "door": Door.MAIL, "reply_evidence": False, **changes})


def question(**changes: Any) -> Facts:
    """A buyer's message to a seller."""
    return reply(**{"author": Side.BUYER, "daily_cap": 0, **changes})


def file(kind: str | None = "pdf", **changes: Any) -> FileFacts:
    return FileFacts(**{"name": f"paper.{kind}", "size": 1000, "kind": kind, **changes})


def match(rule: str = "contact_email", *, sure: bool = True, place: Place = Place.TEXT) -> ContentMatch:
    return ContentMatch(rule=rule, place=place, start=0, end=5, excerpt="a@b.c", sure=sure)
