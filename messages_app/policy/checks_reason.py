"""Checks of a proactive message against its contact reason (RSN-1, RSN-2, RSN-6, POL-9)."""

from __future__ import annotations

from datetime import date

from messages_app.policy.facts import Door, Facts
from messages_app.policy.limits import Limits
from messages_app.policy.reasons import MAIL_REASON, REASON_BY_NAME, Reason, WhyNot, availability
from messages_app.policy.verdict import Finding, Severity


def reason_name(facts: Facts) -> str | None:
    """The reason a proactive message is judged by; a mail has none of its own (RSN-6)."""
    return MAIL_REASON if facts.door is Door.MAIL else facts.reason


def proactive_reason(facts: Facts) -> Reason | None:
    """The row of RSN-1 that binds this message; None for replies and unknown reasons."""
    return REASON_BY_NAME.get(reason_name(facts) or "") if facts.proactive else None


def reason(facts: Facts, limits: Limits) -> Finding | None:
    """A proactive message needs a reason that its order allows now."""
    if not facts.proactive:
        return None
    name = reason_name(facts)
    if name is None:
        return Finding(code="reason_missing", severity=Severity.BLOCK)
    row = REASON_BY_NAME.get(name)
    if row is None:
        return _unavailable(name, "unknown")
    if facts.order is None:
        return _unavailable(name, "no_order")
    found = availability(row, facts.order, facts.now, limits)
    if found.why_not is WhyNot.WINDOW_CLOSED:
        data = {"reason": name, "opens_at": found.opens_at, "closes_at": found.closes_at}
        return Finding(code="window_closed", severity=Severity.BLOCK, data=data)
    return None if found.why_not is None else _unavailable(name, found.why_not.value, facts.order.status)


def _unavailable(name: str, why: str, status: str | None = None) -> Finding:
    data = {"reason": name, "why": why, "status": status}
    return Finding(code="reason_unavailable", severity=Severity.BLOCK, data=data)


def text_too_long(facts: Facts, limits: Limits) -> Finding | None:
    """The seller's own text keeps to the reason's limit; 0 means that it takes none."""
    row = proactive_reason(facts)
    if row is None or facts.text_length <= row.text_limit:
        return None
    code = "text_too_long" if row.text_limit else "text_not_allowed"
    data = {"reason": row.name, "length": facts.text_length, "limit": row.text_limit}
    return Finding(code=code, severity=Severity.BLOCK, data=data)


def coverage(facts: Facts, limits: Limits) -> Finding | None:
    """A reason that asks for the days of a coverage gets both, in their order; one day is a coverage too."""
    row = proactive_reason(facts)
    return coverage_fault(row, facts.covers_from, facts.covers_until) if row and row.dates else None


def coverage_fault(row: Reason, begins: date | None, ends: date | None) -> Finding | None:
    """What is wrong with the days of a coverage, for a reason that asks for them (RSN-1)."""
    if begins is None or ends is None:
        return Finding(code="dates_missing", severity=Severity.BLOCK, data={"reason": row.name})
    if ends < begins:
        data = {"reason": row.name, "begins": begins, "ends": ends}
        return Finding(code="dates_reversed", severity=Severity.BLOCK, data=data)
    return None


def attachments(facts: Facts, limits: Limits) -> Finding | None:
    """Only files that the reason takes, and as many as it wants (POL-9).

    Inline images are aside, as in ATT-3; a file of none of the seven types is `file_type`'s matter.
    """
    row = proactive_reason(facts)
    if row is None:
        return None
    files = [file for file in facts.files if not file.inline]
    wrong = [file.name for file in files if file.kind and file.kind not in row.attachments.kinds]
    rule = row.attachments
    data = {
        "reason": row.name,
        "names": wrong,
        "count": len(files),
        "at_least": rule.at_least,
        "at_most": rule.at_most,
        "kinds": sorted(rule.kinds),
    }
    if wrong or len(files) > rule.at_most:
        return Finding(code="attachment_not_allowed", severity=Severity.BLOCK, data=data)
    if len(files) < rule.at_least:
        return Finding(code="attachment_missing", severity=Severity.BLOCK, data=data)
    return None
