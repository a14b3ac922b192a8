"""Working off with real processes: many at once, and killed (MAIL-3, MAIL-4, MAIL-5, REL-1)."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

import pytest

from accounts.models import Pair
from accounts.queries.pairs import alias_of
from messages_app.models import Delivery, InboundMail, Message
from messages_app.services.sweep import free_leases
from tests.factories import PairFactory
from tests.flows.processes import ROOT, command, environment
from tests.messages_app.relay.inbound_world import mail_from, take_in

pytestmark = [
    pytest.mark.process,
    pytest.mark.both_databases,
    pytest.mark.django_db(transaction=True),
]


@contextmanager
def workers(count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """`relay_process` in that many processes, killed with -9 at the end of the block."""
    started = [
        subprocess.Popen(command("relay_process"), env=environment(), cwd=ROOT, stdout=subprocess.DEVNULL)
        for _ in range(count)
    ]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    pause = Event()
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        pause.wait(0.02)


def nothing_waits() -> bool:
    return not InboundMail.objects.filter(state="waiting").exists()


def from_buyers(pairs: list[Pair], rounds: int) -> None:
    for number in range(rounds):
        for pair in pairs:
            take_in(mail_from(pair.buyer.user.email, f"Message {number}."), alias_of(pair, "seller"))


@pytest.mark.rule("MAIL-5", "GATE-5")
def test_the_same_mail_twenty_times_in_many_workers_is_one_message() -> None:
    pair = PairFactory.create()
    raw = mail_from(pair.buyer.user.email)
    for _ in range(20):
        take_in(raw, alias_of(pair, "seller"))
    with workers(3):
        wait_for(nothing_waits)
    assert Counter(InboundMail.objects.values_list("state", flat=True)) == {"done": 1, "duplicate": 19}
    assert (Message.objects.count(), Delivery.objects.count()) == (1, 1)


@pytest.mark.rule("MAIL-4", "REL-1")
def test_killed_workers_lose_and_double_nothing() -> None:
    pairs = PairFactory.create_batch(4)
    from_buyers(pairs, 12)
    for done in (5, 15, 30):
        with workers(2):
            wait_for(lambda: Message.objects.count() >= done)  # noqa: B023 - waited for within the turn
        free_leases()
    with workers(1):
        wait_for(nothing_waits)
    assert set(InboundMail.objects.values_list("state", flat=True)) == {"done"}
    assert Message.objects.count() == Delivery.objects.count() == 48
    assert len(set(InboundMail.objects.values_list("message_id", flat=True))) == 48


@pytest.mark.rule("MAIL-4")
def test_one_workers_mail_of_a_pair_comes_in_order() -> None:
    pairs = PairFactory.create_batch(2)
    from_buyers(pairs, 5)
    with workers(1):
        wait_for(nothing_waits)
    for pair in pairs:
        mails = InboundMail.objects.filter(alias__pair=pair).order_by("id")
        assert list(mails.values_list("message_id", flat=True)) == list(
            Message.objects.filter(pair=pair).order_by("id").values_list("id", flat=True)
        )
