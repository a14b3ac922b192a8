"""What may have changed between the gate and the moment at which a moderator releases a held message."""

from __future__ import annotations

from messages_app.policy import checks_matter as matter
from messages_app.policy import checks_people as people
from messages_app.policy.facts import Facts
from messages_app.policy.limits import Limits
from messages_app.policy.reasons import REASON_BY_NAME, WhyNot
from messages_app.policy.verdict import Finding, Severity

_REVIEW = "review_request"


def objections_to_release(facts: Facts, limits: Limits) -> tuple[Finding, ...]:
    """Everything that stops a held message now, whatever a moderator thinks of its content: people, opt-out,
    cap, and a review request that its order has used up. Reason, size, files and text were judged when the
    message was accepted, and that moment decides about them (Terms)."""
    return tuple(found for check in _CHECKS if (found := check(facts, limits)) is not None)


def _asked_already(facts: Facts, limits: Limits) -> Finding | None:
    """One review request for an order (RSN-7)."""
    if facts.reason != _REVIEW or facts.order is None or not facts.order.review_requested:
        return None
    data = {"reason": REASON_BY_NAME[_REVIEW].name, "why": WhyNot.ALREADY_ASKED.value}
    return Finding(code="reason_unavailable", severity=Severity.BLOCK, data=data)


_CHECKS = (
    people.suspended,
    people.restricted,
    people.seller_to_seller,
    people.blocked_by_other,
    people.blocks_other,
    people.messaging_off,
    people.opted_out,
    _asked_already,
    matter.over_cap,
)
