"""Contact reasons as data (RSN-1), and which of them an order allows at a moment (RSN-2, RSN-4).

One function answers the form, the API and the gate: `available_reasons`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from messages_app.policy.facts import OrderFacts
from messages_app.policy.limits import (
    CANCELLED_PROBLEM_WINDOW,
    REVIEW_CLOSES_AFTER,
    REVIEW_OPENS_AFTER,
    Limits,
)

WITH_CUSTOMER_SERVICE = frozenset({"invoice", "warranty", "legal_disclosure"})  # in whose files it may stand
OPEN_STATES = frozenset({"pending", "unshipped", "shipped"})

IMAGES = frozenset({"jpeg", "gif", "png"})
DOCUMENTS = frozenset({"pdf", "doc", "docx"})
ALL_KINDS = IMAGES | DOCUMENTS | {"txt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentRule:
    """Which files a reason takes (RSN-1, POL-9). Inline images are aside, as in ATT-3."""

    kinds: frozenset[str] = frozenset()
    at_least: int = 0
    at_most: int = 0


NO_FILES = AttachmentRule()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One row of RSN-1."""

    name: str
    states: frozenset[str]  # of ORD-1; "delivered" means within the window
    api_name: str | None = None  # None: the partner API does not have it
    needs: str | None = None  # a trait that at least one line must carry (ORD-5)
    critical: bool = False
    text_limit: int = 0  # code points of the seller's own text; 0: the reason takes none
    attachments: AttachmentRule = NO_FILES
    any_time: bool = False  # exempt from the window (RSN-2)
    once: bool = False  # once per order, 5 to 30 days after delivery (RSN-7)
    after_cancellation: bool = False  # also for 30 days once the order is cancelled
    dates: bool = False  # asks for the first and last day of the coverage


def _states(letters: str) -> frozenset[str]:
    names = {"P": "pending", "U": "unshipped", "S": "shipped", "D": "delivered", "R": "returned"}
    return frozenset(names[letter] for letter in letters.split())


_UP_TO_5 = AttachmentRule(kinds=ALL_KINDS, at_most=5)
_UP_TO_5_DOCUMENTS = AttachmentRule(kinds=DOCUMENTS, at_most=5)
_1_TO_5_DOCUMENTS = AttachmentRule(kinds=DOCUMENTS, at_least=1, at_most=5)
_1_TO_5_PDF = AttachmentRule(kinds=frozenset({"pdf"}), at_least=1, at_most=5)
_UP_TO_5_PICTURES = AttachmentRule(kinds=IMAGES | {"pdf"}, at_most=5)

REASONS: tuple[Reason, ...] = (
    Reason(
        name="customization",
        api_name="confirmCustomizationDetails",
        states=_states("P U"),
        needs="customizable",
        critical=True,
        text_limit=800,
        attachments=_UP_TO_5_PICTURES,
    ),
    Reason(
        name="delivery_scheduling",
        api_name="confirmDeliveryDetails",
        states=_states("U S"),
        critical=True,
        text_limit=2000,
    ),
    Reason(name="shipping_address", states=_states("P U"), critical=True, text_limit=2000),
    Reason(
        name="order_question",
        api_name="confirmOrderDetails",
        states=_states("P U"),
        text_limit=2000,
    ),
    Reason(
        name="service_details",
        api_name="confirmServiceDetails",
        states=_states("U S"),
        needs="service",
        critical=True,
        text_limit=2000,
    ),
    Reason(
        name="unexpected_problem",
        api_name="unexpectedProblem",
        states=_states("P U S"),
        critical=True,
        text_limit=2000,
    ),
    Reason(
        name="digital_access_key",
        api_name="digitalAccessKey",
        states=_states("U S D"),
        needs="digital",
        critical=True,
        text_limit=400,
        attachments=_UP_TO_5,
    ),
    Reason(
        name="legal_disclosure",
        api_name="legalDisclosure",
        states=_states("U S D"),
        critical=True,
        attachments=_1_TO_5_DOCUMENTS,
        any_time=True,
    ),
    Reason(name="invoice", api_name="invoice", states=_states("U S D"), attachments=_1_TO_5_PDF),
    Reason(
        name="warranty",
        api_name="warranty",
        states=_states("S D"),
        needs="warranty",
        attachments=_1_TO_5_DOCUMENTS,
        dates=True,
    ),
    Reason(name="return_question", states=_states("D R"), text_limit=2000, attachments=_UP_TO_5),
    Reason(
        name="problem_with_order",
        states=_states("S D R"),
        text_limit=2000,
        attachments=_UP_TO_5_DOCUMENTS,
        after_cancellation=True,
    ),
    Reason(
        name="review_request",
        api_name="productReviewAndSellerFeedback",
        states=_states("D"),
        once=True,
    ),
    Reason(
        name="other",
        states=_states("P U S D R"),
        text_limit=2000,
        attachments=_UP_TO_5_DOCUMENTS,
    ),
)

REASON_BY_NAME: dict[str, Reason] = {reason.name: reason for reason in REASONS}

MAIL_REASON = "other"  # a proactive mail has no reason of its own and counts as this (RSN-6)

# What a buyer writes about (RSN-8); by mail the last.
BUYER_TOPICS: tuple[str, ...] = (
    "where_is_it",
    "return",
    "refund",
    "damaged_or_wrong_item",
    "product_question",
    "invoice",
    "other",
)


class WhyNot(StrEnum):
    """Why a reason is not offered (RSN-4)."""

    WRONG_STATE = "wrong_state"
    PRODUCT = "product"
    WINDOW_CLOSED = "window_closed"
    ALREADY_ASKED = "already_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Whether a reason is offered now, and if not, why not.

    `opens_at` and `closes_at` bound the window where there is one, both moments included:
    with `WINDOW_CLOSED` they tell "not yet" from "no longer".
    """

    reason: Reason
    why_not: WhyNot | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None

    @property
    def offered(self) -> bool:
        return self.why_not is None


def order_is_open(order: OrderFacts | None) -> bool:
    """An open order is pending, unshipped or shipped (rules.md, Terms)."""
    return order is not None and order.status in OPEN_STATES


def available_reasons(order: OrderFacts, now: datetime, limits: Limits) -> tuple[Availability, ...]:
    """Every reason of RSN-1 in the table's order, offered or with why it is not (RSN-4)."""
    return tuple(availability(reason, order, now, limits) for reason in REASONS)


def availability(reason: Reason, order: OrderFacts, now: datetime, limits: Limits) -> Availability:
    """Whether `reason` may be used for `order` at `now`; all moments in UTC."""
    opens_at, closes_at = _window(reason, order, limits)
    return Availability(
        reason=reason,
        why_not=_why_not(reason, order, now, opens_at, closes_at),
        opens_at=opens_at,
        closes_at=closes_at,
    )


def _why_not(
    reason: Reason,
    order: OrderFacts,
    now: datetime,
    opens_at: datetime | None,
    closes_at: datetime | None,
) -> WhyNot | None:
    if not _state_allows(reason, order):
        return WhyNot.WRONG_STATE
    if reason.needs is not None and reason.needs not in order.traits:
        return WhyNot.PRODUCT
    if reason.once and order.review_requested:
        return WhyNot.ALREADY_ASKED
    too_early = opens_at is not None and now < opens_at
    too_late = closes_at is not None and now > closes_at
    if too_early or too_late or _date_missing(reason, order):
        return WhyNot.WINDOW_CLOSED
    return None


def _state_allows(reason: Reason, order: OrderFacts) -> bool:
    if order.status == "cancelled":
        return reason.after_cancellation
    return order.status in reason.states


def _date_missing(reason: Reason, order: OrderFacts) -> bool:
    """Nobody can say that a window of unknown beginning is still open, so it counts as closed."""
    if order.status == "cancelled":
        return order.cancelled_at is None
    return order.status == "delivered" and order.delivered_at is None and not reason.any_time


def _window(reason: Reason, order: OrderFacts, limits: Limits) -> tuple[datetime | None, datetime | None]:
    if order.status == "cancelled":
        return None, order.cancelled_at and order.cancelled_at + CANCELLED_PROBLEM_WINDOW
    if order.delivered_at is None or reason.any_time:
        return None, None
    if reason.once:
        closes_after = min(REVIEW_CLOSES_AFTER, limits.proactive_window)
        return order.delivered_at + REVIEW_OPENS_AFTER, order.delivered_at + closes_after
    return None, order.delivered_at + limits.proactive_window
