"""Deliveries over a real SMTP server: claimed once, sent once, recorded (MAIL-17, MAIL-20 to MAIL-27)."""

from __future__ import annotations

import json
import smtplib
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messages_app.mail.references import read_bounce_address
from messages_app.models import Delivery, DeliveryAttempt
from messages_app.policy.facts import Side
from messages_app.queries.outbox import Parcel
from messages_app.relay import ready, send
from messages_app.relay.render import Finished, render_mail
from messages_app.relay.send import hang_up, send_due
from messages_app.services.sending import claim_due, rendered_mail
from messages_app.services.submission import SubmittedFile
from messages_app.services.sweep import free_leases
from messages_app.vault.keys import installation_key
from tests.factories import PairFactory, seller_owner
from tests.messages_app.relay.mail_world import (
    BUYER_ADDRESS,
    NOON,
    SELLER_ADDRESS,
    Sink,
    notice_for,
    overlook_files,
    pair_of_two,
    running,
    say,
    wait_for,
)

pytestmark = pytest.mark.django_db(transaction=True)

State = Delivery.State


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A mail server that takes everything, in the place of EMAIL_URL."""
    server = Sink()
    with running(server) as port:
        settings.DEMO_MAILBOXES = False
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield server
        hang_up()  # before the server goes


def notices(count: int, *, domain: str = "mail.example", **values: Any) -> list[Delivery]:
    """So many mails to different people."""
    return [
        notice_for(None, "unlisted", recipient=f"person{number}@{domain}", **values)
        for number in range(count)
    ]


def told(delivery: Delivery) -> list[tuple[str, str]]:
    return list(delivery.tries.order_by("id").values_list("outcome", "reply"))


@pytest.mark.rule("MAIL-20", "MAIL-23", "MAIL-24")
def test_a_copy_is_sent_once_under_a_signed_envelope_sender(sink: Sink) -> None:
    say(pair_of_two(), Side.BUYER)
    assert send_due() == 1
    assert send_due() == 0
    (mail,) = sink.received
    delivery = Delivery.objects.get()
    assert mail.recipient == SELLER_ADDRESS
    assert read_bounce_address(mail.sender, key=installation_key("bounces")) == delivery.id
    assert delivery.state == State.SENT
    assert delivery.sent_at is not None
    assert told(delivery) == [("sent", "250 2.0.0")]


@pytest.mark.rule("MAIL-19", "MAIL-28")
def test_a_notice_has_a_null_envelope_sender(sink: Sink) -> None:
    notices(1)
    send_due()
    assert [mail.sender for mail in sink.received] == [""]


@pytest.mark.rule("MAIL-14", "PRV-1")
def test_after_it_was_sent_the_bytes_are_let_go(sink: Sink) -> None:
    notices(1)
    send_due()
    delivery = Delivery.objects.get()
    assert bytes(delivery.rendered_sealed) == b""
    assert rendered_mail(delivery) is None


@pytest.mark.rule("MAIL-14")
def test_the_demo_keeps_the_bytes_and_connects_nowhere(settings: Any) -> None:
    assert settings.DEMO_MAILBOXES
    say(pair_of_two(), Side.BUYER, files=(SubmittedFile(name="long.txt", content=b"a line\n" * 40_000),))
    assert send_due() == 1
    delivery = Delivery.objects.get()
    assert delivery.state == State.SENT
    kept = rendered_mail(delivery)
    assert kept is not None
    assert len(kept) == delivery.rendered_size
    assert b"Message-ID: <m." in kept


@pytest.mark.rule("MAIL-14", "MAIL-20", "MAIL-21")
@pytest.mark.parametrize("size", [10, 200_000])
def test_every_further_try_sends_the_same_bytes(sink: Sink, size: int) -> None:
    """Also a large mail, whose bytes lie in the file store until it is sent."""
    pair = pair_of_two()
    say(pair, Side.BUYER, files=(SubmittedFile(name="a.txt", content=b"x" * size),), now=timezone.now())
    sink.at_data = lambda _recipient: "451 4.3.0 try later"
    send_due()
    delivery = Delivery.objects.get()
    assert delivery.state == State.DEFERRED
    first = rendered_mail(delivery)
    assert first is not None
    pair.seller.trade_name = "Renamed meanwhile"
    pair.seller.save()
    Delivery.objects.update(next_at=timezone.now())
    sink.at_data = lambda _recipient: None
    send_due()
    (mail,) = sink.received
    assert mail.content == first


@pytest.mark.rule("MAIL-21")
@pytest.mark.parametrize("where", ["answer", "at_data"])
def test_a_4xx_is_tried_again_by_the_schedule(sink: Sink, where: str, settings: Any) -> None:
    settings.RETRY_SCHEDULE = (100, 1000)
    setattr(sink, where, lambda _recipient: "450 4.2.1 mailbox busy")
    notices(1, now=timezone.now())
    for wait in (100, 1000, 1000):
        send_due()
        delivery = Delivery.objects.get()
        assert delivery.state == State.DEFERRED
        left = (delivery.next_at - timezone.now()).total_seconds()
        assert wait * 0.8 - 5 <= left <= wait * 1.2
        Delivery.objects.update(next_at=timezone.now())
    assert told(delivery) == [("deferred", "450 4.2.1")] * 3


@pytest.mark.rule("MAIL-21", "MAIL-24")
@pytest.mark.parametrize("where", ["answer", "at_data"])
def test_a_5xx_fails_at_once_and_the_author_hears_of_it(sink: Sink, where: str) -> None:
    pair = pair_of_two()
    setattr(
        sink, where, lambda address: f"550 5.1.1 <{address}> unknown" if address == BUYER_ADDRESS else None
    )
    question = say(pair, Side.BUYER)
    send_due()
    say(pair, Side.SELLER, "Tomorrow", thread_id=question.thread_id, now=NOON + timedelta(hours=1))
    send_due()
    copy = Delivery.objects.get(kind="copy", to_side="buyer")
    assert copy.state == State.FAILED
    assert copy.author_told_at is not None
    assert told(copy) == [("failed", "550 5.1.1")]
    send_due()
    report = sink.received[-1]
    assert report.recipient == seller_owner(pair.seller).email
    alias = pair.aliases.get(side="buyer").address
    assert f"Final-Recipient: rfc822; {alias}".encode() in report.content
    assert b"Status: 5.1.1" in report.content
    assert BUYER_ADDRESS.encode() not in report.content


@pytest.mark.rule("ACC-5", "MAIL-21")
def test_a_seller_who_wants_no_failures_gets_none(sink: Sink) -> None:
    pair = pair_of_two()
    pair.seller.mail_failures = False
    pair.seller.save()
    question = say(pair, Side.BUYER)
    say(pair, Side.SELLER, "Tomorrow", thread_id=question.thread_id, now=NOON + timedelta(hours=1))
    sink.answer = lambda address: "550 5.1.1 unknown" if address == BUYER_ADDRESS else None
    send_due()
    assert not Delivery.objects.filter(kind="notice").exists()


@pytest.mark.rule("MAIL-26", "MAIL-21")
def test_a_refused_notice_causes_no_notice(sink: Sink) -> None:
    sink.answer = lambda _address: "550 5.1.1 unknown"
    notice_for(pair_of_two())
    send_due()
    assert Delivery.objects.get().state == State.FAILED


@pytest.mark.rule("MAIL-21")
@pytest.mark.parametrize(
    ("kind", "hours", "state"),
    [
        ("copy", 47.9, State.DEFERRED),
        ("copy", 48.1, State.FAILED),
        ("notice", 11.9, State.DEFERRED),
        ("notice", 12.1, State.FAILED),
    ],
)
def test_a_mail_is_given_up_after_two_days_and_a_notice_after_half_a_day(
    sink: Sink, kind: str, hours: float, state: State
) -> None:
    pair = pair_of_two()
    if kind == "copy":
        say(pair, Side.BUYER)
    else:
        notice_for(pair)
    sink.answer = lambda _address: "450 4.2.1 busy"
    begun = timezone.now() - timedelta(hours=hours)
    Delivery.objects.update(created_at=begun)
    send_due()
    delivery = Delivery.objects.get(kind=kind, created_at=begun)
    assert delivery.state == state
    if state == State.DEFERRED:  # the last try is at the very end
        patience = timedelta(hours=48 if kind == "copy" else 12)
        assert delivery.next_at <= begun + patience


@pytest.mark.rule("MAIL-21", "REL-3")
def test_a_server_that_is_not_there_defers(settings: Any) -> None:
    with running(Sink()) as port:
        pass
    settings.DEMO_MAILBOXES = False
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    notices(3, now=timezone.now())
    assert send_due() == 3
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.DEFERRED}
    assert DeliveryAttempt.objects.filter(reply__startswith="no connection").count() == 3


@pytest.mark.rule("MAIL-21")
def test_a_batch_goes_over_few_connections_and_they_are_kept(sink: Sink) -> None:
    notices(20)
    send_due()
    assert len(sink.received) == 20
    assert len({mail.connection for mail in sink.received}) <= 2
    notices(1, domain="other.example")
    send_due()
    assert sink.received[-1].connection in {mail.connection for mail in sink.received[:20]}


@pytest.mark.rule("MAIL-21")
def test_a_refused_mail_leaves_the_connection_to_the_next(sink: Sink) -> None:
    sink.answer = lambda address: "550 5.1.1 unknown" if address.startswith("person0@") else None
    notices(3)
    send_due()
    states = Delivery.objects.order_by("id").values_list("state", flat=True)
    assert list(states) == [State.FAILED, State.SENT, State.SENT]


@pytest.mark.rule("MAIL-21")
def test_a_server_that_was_restarted_is_connected_anew(settings: Any) -> None:
    settings.DEMO_MAILBOXES = False
    first = Sink()
    with running(first) as port:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        notices(1)
        send_due()
    second = Sink()
    with running(second) as port:
        settings.EMAIL_PORT = port
        notices(1, domain="other.example")
        send_due()
        hang_up()
    assert [len(first.received), len(second.received)] == [1, 1]


@pytest.mark.rule("MAIL-21")
@pytest.mark.parametrize("times", [1, 2])
def test_a_kept_connection_that_the_server_takes_leave_of_costs_a_mail_no_time(
    sink: Sink, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """Many servers say 421 to who was idle; said to a new connection it means what it says."""
    notices(1)
    send_due()
    ask = smtplib.SMTP.mail
    farewells = [(421, b"4.4.2 idle for too long")] * times
    monkeypatch.setattr(
        smtplib.SMTP,
        "mail",
        lambda smtp, *words: farewells.pop() if farewells else ask(smtp, *words),
    )
    (second,) = notices(1, domain="other.example", now=timezone.now())
    send_due()
    second.refresh_from_db()
    assert (len(sink.received), second.state) == ((2, State.SENT) if times == 1 else (1, State.DEFERRED))


@pytest.mark.rule("MAIL-22")
def test_a_slow_domain_holds_up_no_other(sink: Sink) -> None:
    """Mails that fall due while the slow domain keeps the server are sent before it answers."""
    release = threading.Event()
    sink.at_data = lambda address: _after(release, 20) if address.endswith("@slow.example") else None
    notices(10, domain="slow.example")
    notices(3)
    worker = threading.Thread(target=_send_in_thread)
    worker.start()
    try:
        wait_for(lambda: len(sink.received) == 3)
        notices(3, domain="third.example")
        wait_for(lambda: len(sink.received) == 6)
    finally:
        release.set()
        worker.join()
    assert len(sink.received) == 16
    assert not Delivery.objects.exclude(state=State.SENT).exists()


@pytest.mark.rule("MAIL-22")
def test_a_domain_gets_so_many_connections_at_once(sink: Sink) -> None:
    notices(30, domain="busy.example")
    sink.at_data = lambda _address: _after(threading.Event(), 0.01)
    send_due()
    assert sink.at_once["busy.example"] == 2


def _after(event: threading.Event, seconds: float) -> None:
    """Takes the mail once that has happened, or the time is over."""
    event.wait(seconds)


def _send_in_thread() -> None:
    try:
        while send_due():
            pass
    finally:
        connections.close_all()


@pytest.mark.rule("MAIL-20")
@pytest.mark.both_databases
def test_many_workers_send_nothing_twice(sink: Sink) -> None:
    for number in range(12):
        notices(5, domain=f"domain{number}.example")
    workers = [threading.Thread(target=_send_in_thread) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    _send_in_thread()
    recipients = [mail.recipient for mail in sink.received]
    assert len(recipients) == 60
    assert len(set(recipients)) == 60


@pytest.mark.rule("MAIL-20")
def test_a_sender_that_lost_its_lease_writes_nothing(sink: Sink) -> None:
    """The mail had left when its lease was given to another: that one writes, not this one."""
    notices(1)

    def steal(_recipient: str) -> str | None:
        Delivery.objects.update(lease="00000000-0000-7000-8000-000000000000")
        connections.close_all()
        return None

    sink.at_data = steal
    send_due()
    delivery = Delivery.objects.get()
    assert delivery.state == State.SENDING
    assert told(delivery) == []
    free_leases()
    sink.at_data = lambda _recipient: None
    send_due()
    first, second = sink.received
    assert first.content == second.content


@pytest.mark.rule("MAIL-17")
def test_a_mail_with_a_leak_is_held_for_staff_and_never_sent(
    sink: Sink, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlook_files(monkeypatch)
    pair = pair_of_two()
    text = f"my address: {BUYER_ADDRESS}".encode()
    say(pair, Side.BUYER, files=(SubmittedFile(name="note.txt", content=text),))
    notices(1)
    assert send_due() == 2
    assert send_due() == 0
    copy = Delivery.objects.get(kind="copy")
    assert copy.state == State.HELD
    assert told(copy)[0][0] == "held"
    assert [mail.recipient for mail in sink.received] == ["person0@mail.example"]
    alert = next(record for record in caplog.records if "leak gate" in record.getMessage())
    assert alert.levelname == "ERROR"
    assert BUYER_ADDRESS not in str(alert.__dict__)
    assert BUYER_ADDRESS not in told(copy)[0][1]


@pytest.mark.rule("REL-4")
def test_a_mail_that_cannot_be_made_stops_no_other(sink: Sink) -> None:
    good = notice_for(pair_of_two())
    bad = notice_for(None, "no_such_template", recipient="x@mail.example", now=timezone.now())
    for _ in range(3):
        send_due()
        Delivery.objects.filter(state=State.DEFERRED).update(next_at=timezone.now())
    good.refresh_from_db()
    bad.refresh_from_db()
    assert good.state == State.SENT
    assert bad.state == State.HELD
    assert [outcome for outcome, _ in told(bad)] == ["deferred", "deferred", "held"]


class Died(BaseException):
    """A worker is killed."""


@pytest.fixture
def deadly(monkeypatch: pytest.MonkeyPatch) -> set[UUID]:
    """The deliveries over whose rendering the worker dies."""
    guilty: set[UUID] = set()

    def render(parcel: Parcel) -> Finished:
        if parcel.delivery.id in guilty:
            raise Died
        return render_mail(parcel)

    monkeypatch.setattr(ready, "render_mail", render)
    return guilty


def begin_again() -> int:
    """How often a worker dies until one finds nothing more to do."""
    deaths = 0
    while deaths < 50:
        free_leases()  # as the sweeper or the next runner does
        try:
            if not send_due():
                return deaths
        except Died:
            deaths += 1
    return deaths


@pytest.mark.rule("REL-4", "MAIL-20")
@pytest.mark.parametrize("places", [(0,), (2,), (5,), (1, 3)])
def test_a_mail_that_kills_its_worker_is_put_aside_and_its_neighbours_leave(
    sink: Sink, deadly: set[UUID], places: tuple[int, ...], caplog: pytest.LogCaptureFixture
) -> None:
    mails = notices(6)
    bad = {mails[place].id for place in places}
    deadly |= bad
    assert begin_again() == 1 + 3 * len(bad)
    states = dict(Delivery.objects.values_list("id", "state"))
    assert {row_id for row_id, state in states.items() if state == State.HELD} == bad
    assert len(sink.received) == 6 - len(bad)
    assert [told(mails[place]) for place in places] == [
        [("held", "not rendered (its worker died each time)")]
    ] * len(bad)
    assert caplog.records[-1].levelname == "ERROR"


@pytest.mark.rule("REL-1", "MAIL-20")
def test_a_worker_that_is_killed_again_and_again_puts_nothing_aside(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever mail it has in hand, twelve times."""
    notices(12)
    killed: Counter[UUID] = Counter()

    def render(parcel: Parcel) -> Finished:
        if len(killed) < 12 and not killed[parcel.delivery.id]:
            killed[parcel.delivery.id] += 1
            raise Died
        return render_mail(parcel)

    monkeypatch.setattr(ready, "render_mail", render)
    assert begin_again() == 12
    assert set(Delivery.objects.values_list("state", "begun")) == {(State.SENT, 0)}
    assert len(sink.received) == 12


@pytest.mark.rule("REL-3")
def test_trouble_of_the_disk_puts_nothing_aside(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    notices(1, now=timezone.now())

    def fail(parcel: Parcel) -> Finished:
        raise OSError("input/output error")

    monkeypatch.setattr(ready, "render_mail", fail)
    for _ in range(5):
        send_due()
        Delivery.objects.update(next_at=timezone.now())
    assert {outcome for outcome, _ in told(Delivery.objects.get())} == {"deferred"}


@pytest.mark.rule("REL-4")
@pytest.mark.parametrize("column", ["context_sealed", "rendered_sealed"])
def test_a_delivery_that_cannot_be_opened_stops_no_other(sink: Sink, column: str) -> None:
    bad, *_ = notices(3, now=timezone.now())
    values = {"rendered_size": 10} if column == "rendered_sealed" else {}
    Delivery.objects.filter(pk=bad.pk).update(**{column: b"broken", **values})
    for _ in range(3):
        send_due()
        Delivery.objects.filter(state=State.DEFERRED).update(next_at=timezone.now())
    assert [outcome for outcome, _ in told(bad)] == ["deferred", "deferred", "held"]
    assert len(sink.received) == 2


@pytest.mark.rule("REL-4", "MAIL-20")
@pytest.mark.parametrize("begun", [0, 1])
def test_what_there_is_no_time_to_make_goes_back_to_the_queue(begun: int, settings: Any) -> None:
    """A lease that ran out meanwhile would let another worker begin with the same mails."""
    notices(3)
    Delivery.objects.update(begun=begun)
    lease = claim_due(now=timezone.now(), limit=3)
    assert lease is not None
    parcels, _ = ready.load(lease)
    long_ago = time.monotonic() - settings.LEASE_SECONDS / 4
    going, settled = ready.make_ready(lease, parcels, long_ago, between=lambda: None)
    assert ([one.delivery for one in going], settled) == ([parcels[0].delivery], 0)
    rows = list(Delivery.objects.order_by("id").values_list("state", "attempts", "begun"))
    assert rows == [(State.SENDING, 1, 0), (State.QUEUED, 0, begun), (State.QUEUED, 0, begun)]


@pytest.mark.rule("REL-4")
def test_large_mails_are_taken_in_hand_a_few_at_a_time(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (ready, send):
        monkeypatch.setattr(module, "MOST_IN_HAND", 1)
    notices(3)
    assert [send_due() for _ in range(4)] == [1, 1, 1, 0]
    assert list(Delivery.objects.values_list("attempts", flat=True)) == [1, 1, 1]


@pytest.mark.rule("MAIL-27")
def test_notices_past_the_hourly_number_wait_for_the_list(sink: Sink, settings: Any) -> None:
    settings.NOTICES_PER_HOUR = 3
    for number in range(5):
        notice_for(None, "unlisted", recipient="one@mail.example", now=NOON + timedelta(minutes=number))
    notice_for(None, "unlisted", recipient="other@mail.example", now=NOON)
    notice_for(None, "unlisted", recipient="one@mail.example", now=NOON + timedelta(minutes=63))
    send_due()
    states = (
        Delivery.objects.filter(recipient="one@mail.example")
        .order_by("created_at")
        .values_list("state", flat=True)
    )
    # At 13:03 the notices of 12:04 alone lie within the hour.
    assert list(states) == [State.SENT] * 3 + [State.LISTED] * 2 + [State.SENT]
    assert len(sink.received) == 5


@pytest.mark.rule("MAIL-20")
def test_a_batch_costs_a_fixed_number_of_queries() -> None:
    counts = []
    for size in (5, 40):
        for _ in range(size):
            say(PairFactory.create(), Side.BUYER)
        with CaptureQueriesContext(connection) as seen:
            assert send_due(100) == size
        counts.append([query["sql"].split()[0] for query in seen])
    assert abs(len(counts[0]) - len(counts[1])) <= 6  # how many results come together is chance
    assert len(counts[1]) <= 40


@pytest.mark.rule("MAIL-20")
def test_the_command_sends_what_waits(sink: Sink) -> None:
    notices(3)
    out = StringIO()
    call_command("relay_send", "--once", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"sent": 3}
    assert len(sink.received) == 3
