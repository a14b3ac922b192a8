"""Which thread a message belongs to, and how threads begin (BOX-1)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Buyer, Pair
from messages_app.models import SealingKey, Thread
from messages_app.policy.facts import Door, Side
from messages_app.policy.reasons import OPEN_STATES
from messages_app.services.submission import Submission
from messages_app.vault.keys import new_sealing_key
from orders.models import Order

NUMBER_BITS = 40  # what a reference code spells (MAIL-11)


def new_thread(
    *,
    kind: Thread.Kind,
    buyer: Buyer,
    now: datetime,
    order: Order | None,
    pair: Pair | None = None,
    started_by: Side | None = None,
    topic: str = "",
) -> Thread:
    """A thread with a key and a number of its own, to be saved by `save_threads`."""
    return Thread(
        kind=kind,
        pair=pair,
        buyer=buyer,
        seller=pair.seller if pair else None,
        order=order,
        key=new_sealing_key("thread"),
        created_at=now,
        started_by=started_by or "",
        topic=topic,
    )


def save_threads(threads: Sequence[Thread]) -> None:
    """Saves what `new_thread` made, each with a number that no other has."""
    if not threads:
        return
    for thread, number in zip(threads, _free_numbers(len(threads)), strict=True):
        thread.number = number
    SealingKey.objects.bulk_create([thread.key for thread in threads])
    Thread.objects.bulk_create(threads)


def _free_numbers(count: int) -> set[int]:
    """Random and unused. Two transactions that draw the same one of 2^40 at once meet the
    constraint, and the door tries again."""
    free: set[int] = set()
    while len(free) < count:
        drawn = {secrets.randbits(NUMBER_BITS) for _ in range(count - len(free))}
        free |= drawn - set(Thread.objects.filter(number__in=drawn).values_list("number", flat=True))
    return free


def threads_of(submissions: Sequence[Submission]) -> list[Thread | None]:
    """The threads that the submissions continue, or None for a new one; of their pairs in any case.

    A buyer's page writes on in the latest thread of that order that the buyer sees; Contact Buyer with a
    reason opens a new one; a mail follows its evidence (BOX-1). Two statements at most.
    """
    named = [submission.thread_id for submission in submissions if submission.thread_id is not None]
    orders = [submission.order_id for submission in submissions if _continues_by_order(submission)]
    threads = Thread.objects.select_related("key", "order")
    by_id = {thread.pk: thread for thread in threads.filter(pk__in=named)} if named else {}
    latest: dict[tuple[int | None, int | None], Thread] = {}
    if orders:
        seen = threads.filter(order__in=orders, entries__side=Side.BUYER, kind=Thread.Kind.CONVERSATION)
        latest = {(thread.pair_id, thread.order_id): thread for thread in seen.order_by("created_at", "id")}
    return [_thread_of(submission, by_id, latest) for submission in submissions]


def _continues_by_order(submission: Submission) -> bool:
    by_page = submission.author is Side.BUYER and submission.door is not Door.MAIL
    return submission.thread_id is None and by_page and submission.order_id is not None


def _thread_of(
    submission: Submission,
    by_id: Mapping[UUID, Thread],
    latest: Mapping[tuple[int | None, int | None], Thread],
) -> Thread | None:
    if submission.thread_id is not None:
        thread = by_id.get(submission.thread_id)
        return thread if thread is not None and thread.pair_id == submission.pair.pk else None
    if _continues_by_order(submission):
        return latest.get((submission.pair.pk, submission.order_id))
    return None


def threads_again(known: Sequence[tuple[Submission, Thread | None]]) -> list[Thread | None]:
    """Those threads as they stand under the lock; none may have become one meanwhile."""
    ids = [thread.pk for _, thread in known if thread is not None]
    found = Thread.objects.filter(pk__in=ids).values_list("pk", "buyer_wrote_at", "seller_wrote_at")
    now = {pk: wrote_at for pk, *wrote_at in found} if ids else {}
    begun = iter(threads_of([submission for submission, thread in known if thread is None]))
    return [next(begun) if thread is None else _again(thread, now) for _, thread in known]


def _again(thread: Thread, now: Mapping[UUID, Sequence[datetime | None]]) -> Thread | None:
    if thread.pk not in now:
        return None  # erased meanwhile
    thread.buyer_wrote_at, thread.seller_wrote_at = now[thread.pk]
    return thread


def orders_of(known: Sequence[tuple[Submission, Thread | None]]) -> list[Order | None]:
    """The orders that the submissions are about: their threads', else the ones named; one statement for
    all named.

    A seller's mail that answers nothing is about the order it names, else the pair's newest one
    that is not cancelled, open ones first, wherever its subject files it (RSN-6, Terms).
    """
    ids = {submission.order_id for submission, _ in known if submission.order_id is not None}
    named = {order.pk: order for order in Order.objects.filter(pk__in=ids)} if ids else {}
    return [_order_of(submission, thread, named) for submission, thread in known]


def _order_of(submission: Submission, thread: Thread | None, named: Mapping[int, Order]) -> Order | None:
    by_mail = submission.author is Side.SELLER and submission.door is Door.MAIL
    answered = thread if submission.evidence.proves_reply else None
    if answered is not None and answered.order is not None:
        return answered.order
    if submission.order_id is not None:
        order = named.get(submission.order_id)
        return order if order is not None and _is_of_pair(order, submission.pair) else None
    if by_mail and answered is None:
        return _newest_order(submission.pair)
    return thread.order if thread is not None else None


def _is_of_pair(order: Order, pair: Pair) -> bool:
    return (order.buyer_id, order.seller_id) == (pair.buyer_id, pair.seller_id)


def _newest_order(pair: Pair) -> Order | None:
    orders = pair_orders(pair).exclude(status=Order.Status.CANCELLED).order_by("-placed_at", "-id")
    return orders.filter(status__in=OPEN_STATES).first() or orders.first()


def pair_orders(pair: Pair) -> QuerySet[Order]:
    """Orders of that buyer at that seller: no other may be named."""
    return Order.objects.filter(buyer_id=pair.buyer_id, seller_id=pair.seller_id)
