"""Checks on the message itself: cap, size, files, readability, content, pace, emptiness."""

from __future__ import annotations

from messages_app.policy.checks_reason import proactive_reason
from messages_app.policy.facts import Door, Facts, Side
from messages_app.policy.limits import MAX_FILES, Limits
from messages_app.policy.verdict import Finding, Severity


def over_cap(facts: Facts, limits: Limits) -> Finding | None:
    """Message number cap passes, the next one does not (CAP-2). Sellers only."""
    if facts.author is not Side.SELLER or facts.used_today < facts.daily_cap:
        return None
    data = {"cap": facts.daily_cap, "used": facts.used_today, "day_ends_at": facts.day_ends_at}
    return Finding(code="over_cap", severity=Severity.BLOCK, data=data)


def too_large(facts: Facts, limits: Limits) -> Finding | None:
    """Body and decoded files together keep to the limit, itself included (ATT-1)."""
    if facts.total_bytes <= limits.max_message_bytes:
        return None
    data = {
        "size": facts.total_bytes,
        "limit": limits.max_message_bytes,
        "files": [{"name": file.name, "size": file.size} for file in facts.files],
    }
    return Finding(code="too_large", severity=Severity.BLOCK, data=data)


def too_many_files(facts: Facts, limits: Limits) -> Finding | None:
    """At most 20 attachments, inline images aside (ATT-3)."""
    count = sum(not file.inline for file in facts.files)
    if count <= MAX_FILES:
        return None
    data = {"count": count, "limit": MAX_FILES}
    return Finding(code="too_many_files", severity=Severity.BLOCK, data=data)


def file_type(facts: Facts, limits: Limits) -> Finding | None:
    """Every file is surely one of the seven types and sound (ATT-2); each that is not is named."""
    bad = [
        {"name": file.name, "problem": file.problem, "found": file.found}
        for file in facts.files
        if file.kind is None or file.problem is not None
    ]
    return Finding(code="file_type", severity=Severity.BLOCK, data={"files": bad}) if bad else None


def infected(facts: Facts, limits: Limits) -> Finding | None:
    """A virus is passed on to nobody (ATT-7)."""
    names = [file.name for file in facts.files if file.infected]
    return Finding(code="infected", severity=Severity.BLOCK, data={"files": names}) if names else None


def unscanned(facts: Facts, limits: Limits) -> Finding | None:
    """Nothing is passed unseen while the scanner is down, or where the file is too much for it (ATT-7)."""
    names = [file.name for file in facts.files if file.unscanned]
    return Finding(code="unscanned", severity=Severity.HOLD, data={"files": names}) if names else None


def file_reveals(facts: Facts, limits: Limits) -> Finding | None:
    """A file that shows a real address of the pair or the buyer's full name would be stopped by the leak gate
    when the mail leaves (MAIL-17); so nobody gets it on a page either."""
    names = [file.name for file in facts.files if file.reveals]
    return Finding(code="file_reveals", severity=Severity.HOLD, data={"files": names}) if names else None


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
