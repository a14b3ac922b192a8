"""Reads what the gate decides on: rows to `Facts`, under the lock that `services.submit` holds (GATE-4).

A fixed number of statements for any number of submissions: order lines, review requests and pace; and for
each that is near it the cap.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from accounts.models import Buyer, Pair, Seller
from accounts.written_once import WrittenOnce
from messages_app.models import DailyUsage, Message, Thread
from messages_app.policy.facts import ContentMatch, Door, Facts, FileFacts, OrderFacts, Side, Standing
from messages_app.policy.limits import Limits, daily_cap
from messages_app.queries.limits import current_limits
from orders.models import Order, OrderLine
from orders.queries import average_daily_orders, day_bounds

BURST_WINDOW = timedelta(minutes=5)  # MOD-4
IDENTICAL_WINDOW = timedelta(hours=1)
COUNTED = 200  # messages: far above both limits, what is older cannot change the answer


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
    automatic: bool
    day: date  # the seller's today
    text_length: int
    has_text: bool
    body_bytes: int
    body_token: bytes
    covers: tuple[date | None, date | None] = (None, None)
    files: tuple[FileFacts, ...] = ()
    obstacles: tuple[str, ...] = ()
    content: tuple[ContentMatch, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the database says around one submission."""

    order: OrderFacts | None
    sent_one_way: int
    same_body: int


def surroundings_of(cases: Sequence[Circumstances]) -> list[Surroundings]:
    """Of submissions of which no two are of one pair, in three statements at most."""
    asked = {case.order.pk for case in cases if case.order is not None and _asks_for_reasons(case)}
    orders = _orders_in_full(asked)
    recent = _recent_messages(cases)
    return [
        Surroundings(order=_order(case, orders), sent_one_way=one_way, same_body=same)
        for case in cases
        for one_way, same in [_pace(case, recent.get((case.pair.pk, case.author), []))]
    ]


def gate_facts(case: Circumstances, around: Surroundings, *, used: int) -> Facts:
    """Everything the checks may look at. `used` is what counts against the seller's cap so far."""
    pair, thread = case.pair, case.thread
    seller_writes = case.author is Side.SELLER
    person: Buyer | Seller = pair.seller if seller_writes else pair.buyer
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
        order=around.order,
        reason=case.reason or None,
        important=case.important,
        used_today=used,
        daily_cap=cap_that_binds(pair.seller, case.day, used) if seller_writes else 0,
        day_ends_at=day_bounds(pair.seller.marketplace, case.day)[1],
        body_bytes=case.body_bytes,
        has_text=case.has_text,
        text_length=case.text_length,
        covers_from=case.covers[0],
        covers_until=case.covers[1],
        files=case.files,
        obstacles=case.obstacles,
        content=case.content,
        sent_one_way=around.sent_one_way,
        same_body=around.same_body,
    )


def _asks_for_reasons(case: Circumstances) -> bool:
    """Whether a contact reason is needed: only then its conditions are read."""
    answered = case.reply_evidence and case.thread is not None and case.thread.buyer_wrote_at is not None
    return case.author is Side.SELLER and not answered


def _order(case: Circumstances, orders: Mapping[int, OrderFacts]) -> OrderFacts | None:
    """The order, with what only a contact reason asks for left out where none is needed."""
    if case.order is None:
        return None
    if _asks_for_reasons(case):
        return orders.get(case.order.pk)
    return OrderFacts(number=case.order.number, status=case.order.status)


def order_facts(order: Order | None) -> OrderFacts | None:
    """The order as the reasons look at it (RSN-1)."""
    return _orders_in_full({order.pk}).get(order.pk) if order is not None else None


def _orders_in_full(ids: Collection[int]) -> dict[int, OrderFacts]:
    if not ids:
        return {}
    requests = Message.objects.filter(reason="review_request", state=Message.State.DELIVERED)
    asked = set(requests.filter(thread__order__in=ids).values_list("thread__order_id", flat=True))
    traits: dict[int, frozenset[str]] = {}
    for line in OrderLine.objects.filter(order__in=ids).select_related("product"):
        traits[line.order_id] = traits.get(line.order_id, frozenset()) | line.product.traits
    return {
        order.pk: OrderFacts(
            number=order.number,
            status=order.status,
            traits=traits.get(order.pk, frozenset()),
            delivered_at=order.delivered_at,
            cancelled_at=order.cancelled_at,
            review_requested=order.pk in asked,
        )
        for order in Order.objects.filter(pk__in=ids)
    }


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
    found = _USED.rows(seller.pk, day)
    return int(found[0][0]) if found else 0


_USED = WrittenOnce(
    lambda seller, day: DailyUsage.objects.filter(seller=seller, day=day).values_list("used"), int, date
)


def _seller_began(thread: Thread) -> bool:
    """Whether the seller's words came first: what was blocked or held began nothing (ACC-6)."""
    if thread.seller_wrote_at is None:
        return False
    return thread.buyer_wrote_at is None or thread.seller_wrote_at < thread.buyer_wrote_at


def _standing(person: Buyer | Seller, now: datetime) -> Standing:
    """A sanction with an end is over at that moment (GATE-7)."""
    over = person.standing_until is not None and now >= person.standing_until
    return Standing.ACTIVE if over else Standing(person.standing)


_Recent = Mapping[tuple[int, str], Sequence[tuple[UUID, datetime, bytes]]]


def _recent_messages(cases: Sequence[Circumstances]) -> _Recent:
    """Thread, moment and body of what authors wrote within the hour, newest first, by pair and author.
    Blocked ones count for nothing (MOD-4)."""
    since = min(case.now for case in cases) - IDENTICAL_WINDOW
    rows = (
        Message.objects.filter(
            pair__in=[case.pair for case in cases], automatic=False, accepted_at__gte=since
        )
        .exclude(state=Message.State.BLOCKED)
        .order_by("-accepted_at")
        .values_list("pair_id", "author", "thread_id", "accepted_at", "body_token")
    )
    if len(cases) == 1:
        rows = rows.filter(author=cases[0].author)[:COUNTED]
    found: dict[tuple[int, str], list[tuple[UUID, datetime, bytes]]] = {}
    for pair_id, author, thread_id, at, body in rows:
        found.setdefault((pair_id, author), []).append((thread_id, at, bytes(body or b"")))
    return found


def _pace(case: Circumstances, recent: Sequence[tuple[UUID, datetime, bytes]]) -> tuple[int, int]:
    """How many messages this author wrote one way: in the thread within 5 minutes, and with this
    very body within the hour (MOD-4)."""
    thread_id = case.thread.id if case.thread else None
    within = [row for row in recent if row[1] >= case.now - IDENTICAL_WINDOW][:COUNTED]
    one_way = sum(thread == thread_id and at >= case.now - BURST_WINDOW for thread, at, _ in within)
    same = sum(body == case.body_token for _, _, body in within)
    return one_way, same
