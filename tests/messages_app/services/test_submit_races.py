"""Many submissions at once, with real threads, on a database file and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

from accounts.models import Pair
from messages_app.models import DailyUsage, Delivery, Message, ResponseContact, Thread
from messages_app.policy.facts import Side
from messages_app.services.submission import Submission, Submitted
from tests.factories import OrderFactory, PairFactory
from tests.messages_app.services.gate import NOON, mail, page, send

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


Value = TypeVar("Value")
Result = TypeVar("Result")


def at_once(work: Callable[[Value], Result], values: list[Value]) -> list[Result]:
    """`work` for all values at the same moment, each in a thread with its own connection."""
    start = Barrier(len(values))

    def run(value: Value) -> Result:
        try:
            start.wait()
            return work(value)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(values)) as pool:
        return list(pool.map(run, values))


def _states(sent: list[Submitted]) -> list[str]:
    return sorted(found.state for found in sent)


@pytest.mark.rule("CAP-3", "CAP-2")
def test_fifty_senders_at_the_cap_deliver_exactly_what_is_left() -> None:
    seller = PairFactory.create().seller
    pairs: list[Pair] = [PairFactory.create(seller=seller) for _ in range(50)]
    for pair in pairs:
        OrderFactory.create(pair=pair, lines=[], placed_at=NOON - timedelta(days=90))
    DailyUsage.objects.create(seller=seller, day=NOON.date(), used=605 - 7)

    sent = at_once(send, [mail(pair, Side.SELLER) for pair in pairs])

    assert _states(sent) == ["blocked"] * 43 + ["delivered"] * 7
    assert DailyUsage.objects.get(seller=seller).used == 605


@pytest.mark.rule("GATE-5", "MAIL-5")
def test_the_same_submission_from_many_hands_is_one_message() -> None:
    pair = PairFactory.create()
    submission = page(pair, Side.BUYER, order_id=OrderFactory.create(pair=pair).pk)

    sent = at_once(send, [submission] * 12)

    assert len({found.message_id for found in sent}) == 1
    assert sorted(found.repeated for found in sent) == [False] + [True] * 11
    assert Message.objects.count() == 1
    assert Delivery.objects.count() == 1


@pytest.mark.rule("RSP-1", "BOX-1")
def test_questions_at_once_open_one_thread_and_one_clock() -> None:
    pair = PairFactory.create()
    order = OrderFactory.create(pair=pair)

    def ask(number: int) -> Submitted:
        submission: Submission = page(pair, Side.BUYER, order_id=order.pk, text=f"Question number {number}?")
        return send(submission)

    sent = at_once(ask, list(range(10)))

    assert _states(sent) == ["delivered"] * 10
    assert Thread.objects.count() == 1
    assert ResponseContact.objects.count() == 1
