"""Reads what the gate decides on: rows to `Facts`, under the lock that `services.submit` holds (GATE-4).

A fixed number of statements whatever the data: order lines, pace, and, when it can matter, the cap.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from accounts.models import Buyer, Pair, Seller
from messages_app.models import DailyUsage, Message, Thread
from messages_app.policy.facts import ContentMatch, Door, Facts, FileFacts, OrderFacts, Side, Standing
from messages_app.policy.limits import Limits, daily_cap
from messages_app.queries.limits import current_limits
from orders.models import Order
from orders.queries import average_daily_orders, day_bounds

BURST_WINDOW = timedelta(minutes=5)  # MOD-4
IDENTICAL_WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """One submission with the rows that it is about, before the gate."""

    now: datetime
    author: Side
    door: Door
    pair: Pair  # with buyer, buyer.user, seller, seller.marketplace
    thread: Thread | None
    order: Order | None
    reason: str
    own_seller: bool  # the buyer is in that seller's team
    reply_evidence: bool
    important: bool
    day: date  # the seller's today
    used_today: int
    text_length: int
    has_text: bool
    body_bytes: int
    body_token: bytes
    files: tuple[FileFacts, ...] = ()
    obstacles: tuple[str, ...] = ()
    content: tuple[ContentMatch, ...] = field(default=(), repr=False)


def gate_facts(case: Circumstances) -> Facts:
    """Everything the checks may look at."""
    pair, thread = case.pair, case.thread
    seller_writes = case.author is Side.SELLER
    person: Buyer | Seller = pair.seller if seller_writes else pair.buyer
    sent_one_way, same_body = _pace(case)
    return Facts(
        now=case.now,
        author=case.author,
        door=case.door,
        standing=_standing(person, case.now),
        standing_until=person.standing_until,
        own_seller=not seller_writes and case.own_seller,
        blocked_by_other=bool(pair.blocked_by_buyer_at if seller_writes else pair.blocked_by_seller_at),
        blocks_other=bool(pair.blocked_by_seller_at if seller_writes else pair.blocked_by_buyer_at),
        messaging_enabled=pair.seller.messaging_enabled,
        opted_out=bool(pair.buyer.opted_out_at or pair.opted_out_at),
        buyer_has_written=thread is not None and thread.buyer_wrote_at is not None,
        reply_evidence=case.reply_evidence,
        seller_began=thread is not None and _seller_began(thread),
        order=_order(case),
        reason=case.reason or None,
        important=case.important,
        used_today=case.used_today,
        daily_cap=cap_that_binds(pair.seller, case.day, case.used_today) if seller_writes else 0,
        day_ends_at=day_bounds(pair.seller.marketplace, case.day)[1],
        body_bytes=case.body_bytes,
        has_text=case.has_text,
        text_length=case.text_length,
        files=case.files,
        obstacles=case.obstacles,
        content=case.content,
        sent_one_way=sent_one_way,
        same_body=same_body,
    )


def _order(case: Circumstances) -> OrderFacts | None:
    """The order, with what only a contact reason asks for left out where none is needed."""
    answered = case.reply_evidence and case.thread is not None and case.thread.buyer_wrote_at is not None
    if case.order is not None and (case.author is Side.BUYER or answered):
        return OrderFacts(number=case.order.number, status=case.order.status)
    return order_facts(case.order)


def order_facts(order: Order | None) -> OrderFacts | None:
    """The order as the reasons look at it (RSN-1)."""
    if order is None:
        return None
    lines = order.lines.select_related("product")
    return OrderFacts(
        number=order.number,
        status=order.status,
        traits=frozenset[str]().union(*(line.product.traits for line in lines)),
        delivered_at=order.delivered_at,
        cancelled_at=order.cancelled_at,
        review_requested=Message.objects.filter(
            thread__order=order, reason="review_request", state=Message.State.DELIVERED
        ).exists(),
    )


def cap_that_binds(seller: Seller, day: date, used: int) -> int:
    """The day's cap (CAP-1), or its least possible value while the use stays below that.

    The average is at least one order a day (ORD-3), so a seller far from the cap never pays for
    counting a month of orders under the lock.
    """
    limits = current_limits()
    least = limits.daily_cap_factor + limits.daily_cap_base
    return least if used < least else cap_of(seller, day, limits)


def cap_of(seller: Seller, day: date, limits: Limits) -> int:
    """The seller's cap on a day of its home marketplace, exactly (CAP-1)."""
    return daily_cap(average_daily_orders(seller, day), limits)


def usage_of(seller: Seller, day: date) -> int:
    """How many messages of that day count against the cap so far (CAP-4)."""
    return DailyUsage.objects.filter(seller=seller, day=day).values_list("used", flat=True).first() or 0


def _seller_began(thread: Thread) -> bool:
    """Whether the seller's words came first: what was blocked or held began nothing (ACC-6)."""
    if thread.seller_wrote_at is None:
        return False
    return thread.buyer_wrote_at is None or thread.seller_wrote_at < thread.buyer_wrote_at


def _standing(person: Buyer | Seller, now: datetime) -> Standing:
    """A sanction with an end is over at that moment (GATE-7)."""
    over = person.standing_until is not None and now >= person.standing_until
    return Standing.ACTIVE if over else Standing(person.standing)


def _pace(case: Circumstances) -> tuple[int, int]:
    """How many messages this author wrote one way: in the thread within 5 minutes, and with this
    very body within the hour (MOD-4). Blocked ones count for nothing."""
    recent = (
        Message.objects.filter(
            pair=case.pair, author=case.author, automatic=False, accepted_at__gte=case.now - IDENTICAL_WINDOW
        )
        .exclude(state=Message.State.BLOCKED)
        .order_by("-accepted_at")
        .values_list("thread_id", "accepted_at", "body_token")
    )[:200]  # far above both limits: what is older cannot change the answer
    thread_id = case.thread.id if case.thread else None
    one_way = sum(thread == thread_id and at >= case.now - BURST_WINDOW for thread, at, _ in recent)
    same = sum(bytes(token or b"") == case.body_token for _, _, token in recent)
    return one_way, same
