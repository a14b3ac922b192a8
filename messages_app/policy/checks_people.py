"""Checks on who writes to whom: sanctions, roles, blocks, switches, opt-out."""

from __future__ import annotations

from messages_app.policy.facts import Door, Facts, Side, Standing
from messages_app.policy.limits import Limits
from messages_app.policy.reasons import REASON_BY_NAME, order_is_open
from messages_app.policy.verdict import Finding, Severity


def is_critical(facts: Facts) -> bool:
    """Whether the message counts as critical: its reason says so, or by mail the tag (RSN-5, RSN-6)."""
    if facts.author is not Side.SELLER:
        return False
    if facts.door is Door.MAIL:
        return facts.important
    reason = REASON_BY_NAME.get(facts.reason or "")
    return reason is not None and reason.critical


def suspended(facts: Facts, limits: Limits) -> Finding | None:
    """A suspended or closed account sends nothing (GATE-7)."""
    if facts.standing is Standing.CLOSED:
        return Finding(code="closed", severity=Severity.BLOCK)
    if facts.standing is Standing.SUSPENDED:
        return _until("suspended", facts)
    return None


def restricted(facts: Facts, limits: Limits) -> Finding | None:
    """A restricted seller only replies (MOD-1)."""
    if facts.standing is Standing.RESTRICTED and facts.proactive:
        return _until("restricted", facts)
    return None


def _until(code: str, facts: Facts) -> Finding:
    return Finding(code=code, severity=Severity.BLOCK, data={"until": facts.standing_until})


def seller_to_seller(facts: Facts, limits: Limits) -> Finding | None:
    """Sellers do not write to sellers, nor anybody to a seller of their own (GATE-6)."""
    if not facts.own_seller:
        return None
    code = "own_seller" if facts.author is Side.BUYER else "seller_to_seller"
    return Finding(code=code, severity=Severity.BLOCK)


def blocked_by_other(facts: Facts, limits: Limits) -> Finding | None:
    """A block by the other side, with what still passes it (ACC-8)."""
    if not facts.blocked_by_other:
        return None
    if facts.author is Side.SELLER:
        passes = is_critical(facts) and order_is_open(facts.order)
    else:
        passes = facts.order is not None
    return None if passes else Finding(code="blocked_by_other", severity=Severity.BLOCK)


def blocks_other(facts: Facts, limits: Limits) -> Finding | None:
    """A buyer unblocks a seller before writing to them (ACC-8)."""
    if facts.author is Side.BUYER and facts.blocks_other:
        return Finding(code="blocks_other", severity=Severity.BLOCK)
    return None


def messaging_off(facts: Facts, limits: Limits) -> Finding | None:
    """The seller takes no messages, save replies and talk about an open order (ACC-6)."""
    if facts.author is Side.SELLER or facts.messaging_enabled:
        return None
    reply = facts.seller_began and facts.reply_evidence
    if reply or order_is_open(facts.order):
        return None
    return Finding(code="messaging_off", severity=Severity.BLOCK)


def opted_out(facts: Facts, limits: Limits) -> Finding | None:
    """Nothing unsolicited to a buyer who opted out, unless critical (OPT-1, OPT-2)."""
    if facts.opted_out and facts.proactive and not is_critical(facts):
        return Finding(code="opted_out", severity=Severity.BLOCK)
    return None
