"""Many submissions at once, with real threads, on a database file and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from typing import Any, TypeVar

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import Buyer, Pair
from accounts.roles import Role
from accounts.services.names import rename_buyer
from messages_app.models import DailyUsage, Delivery, Message, ResponseContact, Thread
from messages_app.policy.facts import Side
from messages_app.queries.search import search_page
from messages_app.queries.search_text import read_search
from messages_app.services import submit
from messages_app.services.submission import Submission, Submitted
from messages_app.services.threads import threads_again
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


def in_own_thread(work: Callable[[], Result]) -> Result:
    return at_once(lambda _: work(), [None])[0]


def take_name(buyer_id: int, name: str) -> None:
    with transaction.atomic():
        rename_buyer(Buyer.objects.get(pk=buyer_id), name, now=NOON)


@pytest.mark.rule("BOX-6", "ACC-9")
def test_a_new_name_waits_for_a_message_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = PairFactory.create()

    def hurried() -> bool:
        """Whether the name is taken without a wait."""
        postgres = connection.vendor == "postgresql"
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'" if postgres else "PRAGMA busy_timeout = 50")
        try:
            take_name(pair.buyer_id, "Quittenmond")
        except OperationalError:
            return False
        return True

    taken: list[bool] = []

    def under_the_lock(asked: Any) -> Any:
        taken.append(in_own_thread(hurried))
        return threads_again(asked)

    monkeypatch.setattr(submit, "threads_again", under_the_lock)
    send(page(pair, Side.BUYER))
    assert (taken, in_own_thread(hurried)) == ([False], True)


@pytest.mark.rule("BOX-6", "ACC-9")
def test_a_message_that_waits_for_a_new_name_is_found_by_it() -> None:
    pair = PairFactory.create()
    submission, begun, sent = page(pair, Side.BUYER), Event(), Event()

    def rename(buyer_id: int) -> None:
        with transaction.atomic():
            take_name(buyer_id, "Quittenmond")
            begun.set()
            while not (somebody_waits() or sent.is_set()):
                pass

    def ask(step: Callable[[], Any]) -> Any:
        return step()

    def after() -> None:
        begun.wait()
        send(submission)
        sent.set()

    at_once(ask, [lambda: rename(pair.buyer_id), after])
    membership = pair.seller.memberships.get()
    role = Role(user=membership.user, membership=membership)
    assert len(search_page(role, read_search("from:quittenmond")).rows) == 1


def somebody_waits() -> bool:
    """Whether another connection waits for a lock; on SQLite it waits before it has read anything."""
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone() is not None
