from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from messages_app.policy.limits import Limits
from messages_app.policy.reasons import (
    BUYER_TOPICS,
    REASON_BY_NAME,
    REASONS,
    Availability,
    WhyNot,
    available_reasons,
)
from tests.messages_app.policy.facts_rows import NOW, TICK, order

LIMITS = Limits()
TRAITS = frozenset({"customizable", "digital", "service", "warranty"})
STATES = ("pending", "unshipped", "shipped", "delivered", "returned", "cancelled")
DAY = timedelta(days=1)

# name: states, API name, needs, critical, text, kinds of files, at least, at most (RSN-1)
PICTURES, PAPERS = {"jpeg", "gif", "png", "pdf"}, {"pdf", "doc", "docx"}
EVERYTHING = PICTURES | PAPERS | {"txt"}
TABLE = {
    "customization": ("PU", "confirmCustomizationDetails", "customizable", True, 800, PICTURES, 0, 5),
    "delivery_scheduling": ("US", "confirmDeliveryDetails", None, True, 2000, set(), 0, 0),
    "shipping_address": ("PU", None, None, True, 2000, set(), 0, 0),
    "order_question": ("PU", "confirmOrderDetails", None, False, 2000, set(), 0, 0),
    "service_details": ("US", "confirmServiceDetails", "service", True, 2000, set(), 0, 0),
    "unexpected_problem": ("PUS", "unexpectedProblem", None, True, 2000, set(), 0, 0),
    "digital_access_key": ("USD", "digitalAccessKey", "digital", True, 400, EVERYTHING, 0, 5),
    "legal_disclosure": ("USD", "legalDisclosure", None, True, 0, PAPERS, 1, 5),
    "invoice": ("USD", "invoice", None, False, 0, {"pdf"}, 1, 5),
    "warranty": ("SD", "warranty", "warranty", False, 0, PAPERS, 1, 5),
    "return_question": ("DR", None, None, False, 2000, EVERYTHING, 0, 5),
    "problem_with_order": ("SDRC", None, None, False, 2000, PAPERS, 0, 5),
    "review_request": ("D", "productReviewAndSellerFeedback", None, False, 0, set(), 0, 0),
    "other": ("PUSDR", None, None, False, 2000, PAPERS, 0, 5),
}
LETTERS = dict(zip(STATES, "PUSDRC", strict=True))


def found(name: str, **changes: object) -> Availability:
    """What the one function says of a reason for an order with every trait."""
    wanted = order(**{"traits": TRAITS, **changes})  # type: ignore[arg-type]
    offers = {offer.reason.name: offer for offer in available_reasons(wanted, NOW, LIMITS)}
    return offers[name]


@pytest.mark.rule("RSN-1")
def test_the_table_is_the_rule() -> None:
    assert [reason.name for reason in REASONS] == list(TABLE)
    for reason in REASONS:
        _, api_name, needs, critical, text, kinds, at_least, at_most = TABLE[reason.name]
        rule = reason.attachments
        assert (reason.api_name, reason.needs, reason.critical) == (api_name, needs, critical)
        assert (reason.text_limit, set(rule.kinds), rule.at_least, rule.at_most) == (
            text,
            kinds,
            at_least,
            at_most,
        )
    assert [reason.name for reason in REASONS if reason.dates] == ["warranty"]


@pytest.mark.rule("RSN-1", "RSN-4")
@pytest.mark.parametrize(("name", "status"), list(product(TABLE, STATES)))
def test_states(name: str, status: str) -> None:
    offer = found(name, status=status)
    assert offer.offered == (LETTERS[status] in TABLE[name][0])
    assert offer.why_not in (None, WhyNot.WRONG_STATE)


@pytest.mark.rule("RSN-1", "RSN-4")
@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row[2]])
def test_the_product_must_have_the_trait(name: str) -> None:
    needs = REASON_BY_NAME[name].needs
    status = "unshipped" if name == "customization" else "shipped"
    assert found(name, status=status, traits={needs}).offered
    assert found(name, status=status, traits=TRAITS - {needs}).why_not is WhyNot.PRODUCT


@pytest.mark.rule("RSN-2", "RSN-4")
@pytest.mark.parametrize("status", ["delivered", "returned"])
@pytest.mark.parametrize(
    ("ago", "offered"), [(30 * DAY - TICK, True), (30 * DAY, True), (30 * DAY + TICK, False)]
)
def test_the_window_ends_after_30_days_to_the_moment(ago: timedelta, status: str, offered: bool) -> None:
    for name in ("other", "problem_with_order", "return_question"):
        offer = found(name, status=status, delivered_at=NOW - ago)
        assert (offer.offered, offer.closes_at) == (offered, NOW - ago + 30 * DAY)
        assert offered or offer.why_not is WhyNot.WINDOW_CLOSED


@pytest.mark.rule("RSN-2")
def test_legal_disclosure_has_no_window() -> None:
    late = NOW - 900 * DAY
    assert found("legal_disclosure", status="delivered", delivered_at=late).offered
    assert found("legal_disclosure", status="delivered", delivered_at=None).offered


@pytest.mark.rule("RSN-2")
def test_a_window_of_unknown_beginning_is_closed() -> None:
    assert found("other", status="delivered", delivered_at=None).why_not is WhyNot.WINDOW_CLOSED
    nothing = found("problem_with_order", status="cancelled", cancelled_at=None)
    assert nothing.why_not is WhyNot.WINDOW_CLOSED
    assert found("other", status="returned", delivered_at=None).offered  # never arrived: nothing began


@pytest.mark.rule("RSN-1", "RSN-2")
@pytest.mark.parametrize(("ago", "offered"), [(30 * DAY, True), (30 * DAY + TICK, False)])
def test_a_cancelled_order_leaves_one_reason_for_30_days(ago: timedelta, offered: bool) -> None:
    cancelled = {"status": "cancelled", "cancelled_at": NOW - ago}
    assert found("problem_with_order", **cancelled).offered is offered
    others = [name for name in TABLE if name != "problem_with_order"]
    assert {found(name, **cancelled).why_not for name in others} == {WhyNot.WRONG_STATE}


@pytest.mark.rule("RSN-1", "RSN-7")
@pytest.mark.parametrize(
    ("ago", "offered"),
    [
        (5 * DAY - TICK, False),
        (5 * DAY, True),
        (30 * DAY, True),
        (30 * DAY + TICK, False),
    ],
)
def test_a_review_is_asked_for_from_day_5_to_day_30(ago: timedelta, offered: bool) -> None:
    offer = found("review_request", status="delivered", delivered_at=NOW - ago)
    assert offer.offered is offered
    assert (offer.opens_at, offer.closes_at) == (NOW - ago + 5 * DAY, NOW - ago + 30 * DAY)
    assert offered or offer.why_not is WhyNot.WINDOW_CLOSED


@pytest.mark.rule("RSN-1", "RSN-4", "RSN-7")
def test_a_review_is_asked_for_once() -> None:
    offer = found("review_request", status="delivered", review_requested=True)
    assert offer.why_not is WhyNot.ALREADY_ASKED
    assert found("other", status="delivered", review_requested=True).offered


@pytest.mark.rule("RSN-2")
def test_the_window_is_a_setting() -> None:
    late = order("delivered", delivered_at=NOW - 6 * DAY)
    short = replace(LIMITS, proactive_window_days=5)
    offers = {offer.reason.name: offer.why_not for offer in available_reasons(late, NOW, short)}
    assert offers["other"] is offers["review_request"] is WhyNot.WINDOW_CLOSED


@pytest.mark.rule("RSN-8")
def test_a_buyer_picks_one_of_seven_topics() -> None:
    assert BUYER_TOPICS == (
        "where_is_it",
        "return",
        "refund",
        "damaged_or_wrong_item",
        "product_question",
        "invoice",
        "other",
    )
