"""The policy on one screen: every check, in the order in which a notice names objections.

All checks run and the most severe finding wins (relay.md, decision table).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from messages_app.policy import checks_files as files
from messages_app.policy import checks_matter as matter
from messages_app.policy import checks_people as people
from messages_app.policy import checks_reason as reason
from messages_app.policy.content.rules import CONTENT_RULES
from messages_app.policy.facts import Facts, Place, Side
from messages_app.policy.limits import Limits
from messages_app.policy.verdict import Decision, Finding, Severity, Verdict

MOST_NAMED = 100  # matches that a finding tells of; more would say nothing new

Check = Callable[[Facts, Limits], Finding | None]

# What mail.parsed.Obstacle names; such a mail cannot be read or relayed whole.
OBSTACLES = ("encrypted", "opaque", "partial", "external_body", "too_deep", "too_many_parts")


def obstacle_check(code: str) -> Check:
    """The check that blocks a mail with this obstacle."""

    def check(facts: Facts, limits: Limits) -> Finding | None:
        return Finding(code=code, severity=Severity.BLOCK) if code in facts.obstacles else None

    return check


def content_check(rule: str) -> Check:
    """The check that weighs the matches of one content rule (POL-1, POL-2, POL-7).

    From a seller a sure match blocks and an unsure one holds; nothing of a buyer's is stopped by
    policy: the finding passes with the matches, for masking and for telling the buyer.
    """

    def check(facts: Facts, limits: Limits) -> Finding | None:
        matches = tuple(match for match in facts.content if match.rule == rule)
        if facts.author is Side.BUYER:  # their documents pass as they are: nothing to mask, nothing to tell
            matches = tuple(match for match in matches if match.place is not Place.FILE)
        if not matches:
            return None
        sure = any(match.sure for match in matches)
        if facts.author is Side.BUYER:
            severity = Severity.DELIVER
        else:
            severity = Severity.BLOCK if sure else Severity.HOLD
        data = {"sure": sure, "matches": [asdict(match) for match in matches[:MOST_NAMED]]}
        return Finding(code=rule, severity=severity, data=data)

    return check


CHECKS: tuple[Check, ...] = (
    people.suspended,
    people.restricted,
    people.seller_to_seller,
    people.blocked_by_other,
    people.blocks_other,
    people.messaging_off,
    people.opted_out,
    reason.reason,
    reason.text_too_long,
    reason.coverage,
    reason.attachments,
    matter.over_cap,
    files.too_large,
    files.too_many_files,
    files.file_type,
    files.infected,
    files.unscanned,
    files.file_reveals,
    *map(obstacle_check, OBSTACLES),
    *map(content_check, CONTENT_RULES),
    matter.burst,
    matter.identical_bodies,
    matter.empty,
)

# Every code a finding can carry, in the order in which a notice names them.
NOTICE_ORDER: tuple[str, ...] = (
    "suspended",
    "closed",
    "restricted",
    "seller_to_seller",
    "own_seller",
    "blocked_by_other",
    "blocks_other",
    "messaging_off",
    "opted_out",
    "reason_missing",
    "reason_unavailable",
    "window_closed",
    "text_too_long",
    "text_not_allowed",
    "dates_missing",
    "dates_reversed",
    "attachment_not_allowed",
    "attachment_missing",
    "over_cap",
    "too_large",
    "too_many_files",
    "file_type",
    "infected",
    "unscanned",
    "file_reveals",
    *OBSTACLES,
    *CONTENT_RULES,
    "burst",
    "identical_bodies",
    "empty",
)

ALL_CODES: frozenset[str] = frozenset(NOTICE_ORDER)

_VERDICTS = {
    Severity.DELIVER: Verdict.DELIVER,
    Severity.HOLD: Verdict.HOLD,
    Severity.BLOCK: Verdict.BLOCK,
}


def decide(facts: Facts, limits: Limits, *, policy_version: str) -> Decision:
    """The gate's one answer for one submission (GATE-1, GATE-2): pure, the same for the same facts."""
    findings = tuple(found for check in CHECKS if (found := check(facts, limits)) is not None)
    worst = max((finding.severity for finding in findings), default=Severity.DELIVER)
    return Decision(
        verdict=_VERDICTS[worst],
        findings=findings,
        critical=people.is_critical(facts),
        proactive=facts.proactive,
        policy_version=policy_version,
    )
