"""Checks on the message itself: cap, pace, emptiness."""

from __future__ import annotations

from messages_app.policy.checks_reason import proactive_reason
from messages_app.policy.facts import Door, Facts, Side
from messages_app.policy.limits import Limits
from messages_app.policy.verdict import Finding, Severity


def over_cap(facts: Facts, limits: Limits) -> Finding | None:
    """Message number cap passes, the next one does not (CAP-2). Sellers only."""
    if facts.author is not Side.SELLER or facts.used_today < facts.daily_cap:
        return None
    data = {"cap": facts.daily_cap, "used": facts.used_today, "day_ends_at": facts.day_ends_at}
    return Finding(code="over_cap", severity=Severity.BLOCK, data=data)


def burst(facts: Facts, limits: Limits) -> Finding | None:
    """More than so many messages one way in a thread within 5 minutes wait for a person (MOD-4)."""
    if facts.sent_one_way < limits.burst_messages:
        return None
    data = {"count": facts.sent_one_way + 1, "limit": limits.burst_messages}
    return Finding(code="burst", severity=Severity.HOLD, data=data)


def identical_bodies(facts: Facts, limits: Limits) -> Finding | None:
    """The third identical body within an hour waits for a person (MOD-4).

    A body without text (a review request, an invoice) and the one auto-reply a thread gets a day
    (BOX-10) are alike by their nature.
    """
    count = facts.same_body + 1
    if count < limits.identical_bodies or not facts.has_text or facts.door is Door.AUTO:
        return None
    return Finding(code="identical_bodies", severity=Severity.HOLD, data={"count": count})


def empty(facts: Facts, limits: Limits) -> Finding | None:
    """A message says or brings something, unless its reason takes no text (RSN-1). Of one that could not be
    read whole nobody knows."""
    if facts.has_text or facts.files or facts.obstacles:
        return None
    row = proactive_reason(facts)
    if row is not None and not row.text_limit:
        return None
    return Finding(code="empty", severity=Severity.BLOCK)
