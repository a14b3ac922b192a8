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


def thread_of(submission: Submission, pair: Pair) -> Thread | None:
    """The thread that the submission continues, or None for a new one; one of the pair in any case.

    A buyer's page writes on in the latest thread of that order that the buyer sees; Contact Buyer with a
    reason opens a new one; a mail follows its evidence (BOX-1).
    """
    threads = Thread.objects.select_related("key", "order").filter(pair=pair)
    if submission.thread_id is not None:
        return threads.filter(pk=submission.thread_id).first()
    if submission.order_id is not None and may_continue(submission):
        seen = threads.filter(order_id=submission.order_id, entries__side=Side.BUYER)
        return seen.order_by("-created_at", "-id").first()
    return None


def threads_again(known: Sequence[tuple[Submission, Thread | None]]) -> list[Thread | None]:
    """Those threads as they stand under the lock; none may have become one meanwhile."""
    ids = [thread.pk for _, thread in known if thread is not None]
    found = Thread.objects.filter(pk__in=ids).values_list("pk", "buyer_wrote_at", "seller_wrote_at")
    now = {pk: wrote_at for pk, *wrote_at in found}
    return [_again(submission, thread, now) for submission, thread in known]


def _again(
    submission: Submission, thread: Thread | None, now: Mapping[UUID, Sequence[datetime | None]]
) -> Thread | None:
    if thread is None:
        return thread_of(submission, submission.pair) if may_continue(submission) else None
    if thread.pk not in now:
        return None  # erased meanwhile
    thread.buyer_wrote_at, thread.seller_wrote_at = now[thread.pk]
    return thread


def may_continue(submission: Submission) -> bool:
    """Whether there can be a thread that the submission continues."""
    if submission.thread_id is not None:
        return True
    return submission.author is Side.BUYER and submission.door is not Door.MAIL and bool(submission.order_id)


def order_of(submission: Submission, pair: Pair, thread: Thread | None) -> Order | None:
    """The order that the submission is about: its thread's, else the one named.

    A seller's mail that answers nothing is about the order it names, else the pair's newest one
    that is not cancelled, open ones first, wherever its subject files it (RSN-6, Terms).
    """
    by_mail = submission.author is Side.SELLER and submission.door is Door.MAIL
    answered = thread if submission.evidence.proves_reply else None
    if answered is not None and answered.order is not None:
        return answered.order
    if submission.order_id is not None:
        return pair_orders(pair).filter(pk=submission.order_id).first()
    if by_mail and answered is None:
        orders = pair_orders(pair).exclude(status=Order.Status.CANCELLED).order_by("-placed_at", "-id")
        return orders.filter(status__in=OPEN_STATES).first() or orders.first()
    return thread.order if thread is not None else None


def pair_orders(pair: Pair) -> QuerySet[Order]:
    """Orders of that buyer at that seller: no other may be named."""
    return Order.objects.filter(buyer_id=pair.buyer_id, seller_id=pair.seller_id)
