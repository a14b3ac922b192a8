"""Working off what came in: attempts, leases, poison, quarantine (MAIL-4, MAIL-6, REL-3, REL-4)."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections, transaction
from django.utils import timezone

from accounts.models import AuditRecord, Pair
from accounts.queries.pairs import alias_of
from messages_app.models import InboundMail, Message, RawMail
from messages_app.policy.facts import Side
from messages_app.relay import parser, receive
from messages_app.relay import route as routing
from messages_app.relay.arrival import Arrival
from messages_app.relay.intake import raw_bytes
from messages_app.relay.parser import Parser
from messages_app.relay.receive import process_waiting
from messages_app.relay.route import Routed, route
from messages_app.services.child import Unreadable
from messages_app.services.submission import Submission, Submitted
from tests.factories import OrderFactory, PairFactory
from tests.messages_app.relay.inbound_world import (
    address_of,
    arrive,
    mail_from,
    notices,
    said,
    take_in,
    write,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> Pair:
    made = PairFactory.create()
    OrderFactory.create(pair=made)
    return made


def from_buyer(pair: Pair, text: str) -> InboundMail:
    return take_in(mail_from(pair.buyer.user.email, text), alias_of(pair, "seller"))


@pytest.fixture
def bad_child(monkeypatch: pytest.MonkeyPatch) -> Iterator[Parser]:
    """The parser's child misbehaves on the words HANG, DIE, GROW and LIE."""
    start = subprocess.Popen

    def popen(words: list[str], **options: Any) -> subprocess.Popen[bytes]:
        bad = [
            word.replace("messages_app.relay.parse_child", "tests.messages_app.relay.bad_child")
            for word in words
        ]
        return start(bad, **options)

    monkeypatch.setattr(parser, "PARSE_SECONDS", 2)
    monkeypatch.setattr(subprocess, "Popen", popen)
    own = Parser()
    monkeypatch.setattr(receive, "PARSER", own)
    yield own
    own.close()


@pytest.mark.rule("MAIL-6", "REL-4")
@pytest.mark.usefixtures("bad_child")
@pytest.mark.parametrize("poison", ["HANG", "DIE", "GROW", "LIE"])
def test_a_poison_mail_is_quarantined_and_its_neighbours_go_on(pair: Pair, poison: str) -> None:
    before, bad, after = (from_buyer(pair, text) for text in ("One.", f"{poison} now.", "Three."))
    assert process_waiting(100) == 5  # three tries for the bad one
    states = dict(InboundMail.objects.values_list("pk", "state"))
    assert states == {before.pk: "done", bad.pk: "quarantined", after.pk: "done"}
    bad.refresh_from_db()
    assert (bad.attempts, bad.outcome) == (3, "unreadable")
    assert raw_bytes(bad.raw).endswith(f"{poison} now.\r\n".encode())
    assert notices() == [("quarantined", pair.buyer.user.email)]


@pytest.mark.rule("MAIL-6", "MAIL-27")
@pytest.mark.usefixtures("bad_child")
@pytest.mark.parametrize(
    ("sender", "fields", "loopback"),
    [
        ("stranger@mail.example", [], True),
        ("", ["Auto-Submitted: auto-replied"], True),
        ("", [], False),
        ("", ["Subject: DIE already in the header"], True),
    ],
)
def test_only_a_proven_human_party_hears_of_the_quarantine(
    pair: Pair, sender: str, fields: list[str], loopback: bool
) -> None:
    raw = mail_from(sender or pair.buyer.user.email, "DIE now.", fields=fields)
    inbound = arrive(raw, alias_of(pair, "seller"), loopback=loopback)
    assert (inbound.state, notices()) == ("quarantined", [])


@pytest.mark.rule("MAIL-6", "REL-4")
def test_a_fault_of_ours_over_one_mail_stops_no_neighbour(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(arrival: Arrival) -> Routed:
        if "fault" in arrival.mail.text:
            raise KeyError(arrival.mail.text)
        return route(arrival)

    monkeypatch.setattr(receive, "route", faulty)
    bad, good = from_buyer(pair, "A fault."), from_buyer(pair, "Well.")
    process_waiting(100)
    assert {one.pk: one.state for one in InboundMail.objects.all()} == {
        bad.pk: "quarantined",
        good.pk: "done",
    }


@pytest.mark.rule("REL-3", "MAIL-6")
@pytest.mark.parametrize("trouble", [OSError("no space left"), OperationalError("gone")])
def test_trouble_of_disk_or_database_costs_no_attempt(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    first, second = from_buyer(pair, "One."), from_buyer(pair, "Two.")

    def fail(arrival: Arrival) -> Routed:
        raise trouble

    with monkeypatch.context() as patch:
        patch.setattr(receive, "route", fail)
        with pytest.raises(type(trouble)):
            process_waiting(100)
    assert set(InboundMail.objects.values_list("state", "attempts")) == {("waiting", 0)}
    assert process_waiting(100) == 0  # a pause, not a tight loop
    InboundMail.objects.update(lease_until=timezone.now())
    assert process_waiting(100) == 2
    assert [said(one).pk for one in InboundMail.objects.order_by("id")] == list(
        Message.objects.order_by("id").values_list("pk", flat=True)
    )
    assert {first.pk, second.pk} == set(InboundMail.objects.filter(state="done").values_list("pk", flat=True))


@pytest.mark.rule("MAIL-6")
def test_the_attempt_is_counted_before_the_bytes_are_read_and_for_that_mail_alone(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_buyer(pair, "One.")
    from_buyer(pair, "Two.")
    seen: list[list[int]] = []

    def killed(raw: RawMail) -> bytes:
        seen.append(list(InboundMail.objects.order_by("id").values_list("attempts", flat=True)))
        raise KeyboardInterrupt

    monkeypatch.setattr(receive, "raw_bytes", killed)
    with pytest.raises(KeyboardInterrupt):
        process_waiting(100)
    assert seen == [[1, 0]]
    least = timezone.now() + timedelta(seconds=settings.LEASE_SECONDS - 60)
    assert InboundMail.objects.filter(state="waiting", lease_until__gt=least).count() == 2


@pytest.mark.rule("MAIL-4")
def test_a_leased_mail_waits_until_its_lease_has_run_out(pair: Pair) -> None:
    inbound = from_buyer(pair, "One.")
    InboundMail.objects.update(lease_until=timezone.now() + timedelta(seconds=60), attempts=1)
    assert process_waiting(100) == 0
    InboundMail.objects.update(lease_until=timezone.now())
    assert process_waiting(100) == 1
    assert InboundMail.objects.get(pk=inbound.pk).state == "done"


@pytest.mark.rule("MAIL-6")
@pytest.mark.parametrize(("attempts", "state"), [(2, "done"), (3, "quarantined")])
def test_a_mail_that_outlived_three_workers_is_set_aside(pair: Pair, attempts: int, state: str) -> None:
    inbound = from_buyer(pair, "One.")
    InboundMail.objects.update(attempts=attempts)
    process_waiting(100)
    assert InboundMail.objects.get(pk=inbound.pk).state == state


@pytest.mark.rule("MAIL-4")
def test_mail_of_a_pair_waits_for_what_came_before(pair: Pair) -> None:
    other = PairFactory.create()
    held_up, later = from_buyer(pair, "One."), from_buyer(pair, "Two.")
    elsewhere = from_buyer(other, "Three.")
    InboundMail.objects.filter(pk=held_up.pk).update(lease_until=timezone.now() + timedelta(seconds=60))
    assert process_waiting(100) == 1
    assert InboundMail.objects.get(state="done").pk == elsewhere.pk
    InboundMail.objects.filter(pk=held_up.pk).update(lease_until=None)
    process_waiting(100)
    assert said(InboundMail.objects.get(pk=held_up.pk)).pk < said(InboundMail.objects.get(pk=later.pk)).pk


@pytest.mark.rule("MAIL-4", "MAIL-6")
def test_a_mail_that_failed_once_is_not_overtaken_by_its_pair(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others go first; those of its own pair wait for it."""
    failing, later = from_buyer(pair, "One."), from_buyer(pair, "Two.")
    elsewhere = [from_buyer(PairFactory.create(), f"{number}.") for number in range(20)]
    tried: list[InboundMail] = []

    def fails_at_first(raw: RawMail) -> bytes:
        tried.append(InboundMail.objects.get(raw=raw))
        if len(tried) == 1:
            raise FileNotFoundError
        return raw_bytes(raw)

    monkeypatch.setattr(receive, "raw_bytes", fails_at_first)
    process_waiting(100)
    assert tried == [failing, *elsewhere, failing, later]
    assert not InboundMail.objects.exclude(state="done").exists()


@pytest.mark.rule("MAIL-4", "PERF-6")
def test_the_next_mails_are_found_by_an_index(pair: Pair) -> None:
    plan = receive._claimable()[:16].explain()
    assert "inbound_to_claim" in plan
    assert "TEMP B-TREE" not in plan
    assert "CORRELATED" not in plan


@pytest.mark.rule("MAIL-4")
@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_second_worker_does_not_overtake_what_the_first_is_just_taking(pair: Pair) -> None:
    first, second = from_buyer(pair, "One."), from_buyer(pair, "Two.")
    elsewhere = from_buyer(PairFactory.create(), "Three.")
    theirs: list[InboundMail] = []

    def rival() -> None:
        try:
            theirs.extend(receive._claim(16))
        finally:
            connections.close_all()

    worker = threading.Thread(target=rival)
    with transaction.atomic():
        assert receive._claim(1) == [first]
        worker.start()
        worker.join(timeout=1)  # it waits for us, or it has taken what it should not
    worker.join()
    assert theirs == [elsewhere]
    assert second not in theirs


@pytest.mark.rule("MAIL-6")
def test_broken_mail_is_never_refused_for_its_defects(pair: Pair) -> None:
    sender = f"From: {pair.buyer.user.email}\n".encode()
    mails = [
        sender + b"Subject: a\0b\nContent-Type: text/plain; charset=x-unknown\n\nH\xe9llo \0 there",
        sender + b"Content-Type: multipart/mixed\n\nno boundary at all",
        sender + b"Content-Type: multipart/mixed; boundary=b\n\n--b\nnever closed",
        sender + b"Content-Type: text/plain\nContent-Type: text/html\n\ntwo types",
        sender + b"Content-Transfer-Encoding: base64\n\nnot base64!!",
        sender + b"no blank line before the text",
    ]
    outcomes = {arrive(raw, alias_of(pair, "seller")).state for raw in mails}
    assert outcomes == {"done"}


@pytest.mark.rule("MAIL-6")
def test_bytes_that_cannot_be_opened_are_quarantined(pair: Pair) -> None:
    lost = take_in(mail_from(pair.buyer.user.email, "x" * 200_000), alias_of(pair, "seller"))
    changed = from_buyer(pair, "Changed.")
    (settings.DATA_DIR / "media" / lost.raw_id.hex[-2:] / lost.raw_id.hex).unlink()
    sealed = bytes(changed.raw.sealed)
    changed.raw.sealed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    changed.raw.save()
    process_waiting(100)
    assert set(InboundMail.objects.values_list("state", flat=True)) == {"quarantined"}


def test_the_child_has_neither_keys_nor_open_files_of_its_parent() -> None:
    own = Parser()
    own.parse(b"From: a@b.example\n\nx", envelope_sender="", loop_mark="", own_marks=())
    assert own._child._process is not None
    process = Path(f"/proc/{own._child._process.pid}")
    assert b"MASTER_KEYS" not in (process / "environ").read_bytes()
    targets = [str(handle.readlink()) for handle in (process / "fd").iterdir()]
    own.close()
    assert all(target.startswith("pipe:") or target == "/dev/null" for target in targets)


@pytest.mark.rule("REL-4")
def test_a_dead_child_is_replaced() -> None:
    own = Parser()
    options: dict[str, Any] = {"envelope_sender": "", "loop_mark": "", "own_marks": ()}
    own.parse(b"Subject: one\n\nx", **options)
    assert own._child._process is not None
    own._child._process.kill()
    own._child._process.wait()
    assert own.parse(b"Subject: two\n\nx", **options)[0].subject == "two"
    own.close()


@pytest.mark.rule("MAIL-6")
def test_time_is_bounded(bad_child: Parser) -> None:
    with pytest.raises(Unreadable):
        bad_child.parse(b"HANG", envelope_sender="", loop_mark="", own_marks=())


def quarantine(*words: object) -> list[str]:
    out = StringIO()
    call_command("quarantine", *map(str, words), stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture
def aside(pair: Pair) -> InboundMail:
    inbound = from_buyer(pair, "Once more.")
    InboundMail.objects.update(attempts=3)
    process_waiting(100)
    return InboundMail.objects.get(pk=inbound.pk)


@pytest.mark.rule("MAIL-6")
def test_staff_lists_and_reads_what_is_set_aside(aside: InboundMail) -> None:
    (line,) = quarantine("list", "--json")
    row = json.loads(line)
    assert (row["id"], row["attempts"], row["outcome"]) == (str(aside.pk), 4, "unreadable")
    assert (
        "\n".join(quarantine("show", aside.pk)).rstrip()
        == raw_bytes(aside.raw).decode().replace("\r", "").rstrip()
    )


@pytest.mark.rule("MAIL-6", "REL-2", "SEC-7")
def test_staff_tries_again_or_discards(aside: InboundMail) -> None:
    quarantine("show", aside.pk)
    assert quarantine("retry", aside.pk) == ["1 back in the line"]
    process_waiting(100)
    aside.refresh_from_db()
    assert (aside.state, aside.attempts) == ("done", 1)
    InboundMail.objects.update(state="quarantined")
    assert quarantine("discard", "--all") == ["1 discarded"]
    aside.refresh_from_db()
    assert (aside.state, aside.outcome) == ("dropped", "discarded")
    assert [template for template, _recipient in notices()] == ["quarantined", "rejected"]
    assert quarantine("list") == []
    acts = AuditRecord.objects.filter(actor=None, object_id=str(aside.pk)).order_by("number")
    assert list(acts.values_list("action", flat=True)) == ["read_raw_mail", "retry", "discard"]


@pytest.mark.rule("MAIL-5", "MAIL-6")
def test_what_staff_discarded_may_be_sent_again(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its fault showed after it had been taken for an original."""
    raw = mail_from(pair.buyer.user.email, "Once more.")

    def faulty(submission: Submission, *, now: datetime) -> Submitted:
        raise KeyError

    with monkeypatch.context() as patch:
        patch.setattr(routing, "submit_message", faulty)
        assert arrive(raw, alias_of(pair, "seller")).state == "quarantined"
    assert quarantine("discard", "--all") == ["1 discarded"]
    assert arrive(raw, alias_of(pair, "seller")).state == "done"


@pytest.mark.rule("MAIL-6")
@pytest.mark.parametrize("words", [["retry"], ["discard"], ["show"]])
def test_only_what_is_set_aside_can_be_chosen(pair: Pair, words: list[str]) -> None:
    inbound = from_buyer(pair, "Waiting.")
    with pytest.raises(CommandError):
        quarantine(*words, inbound.pk)
    inbound.refresh_from_db()
    assert inbound.state == "waiting"


@pytest.mark.rule("MAIL-4")
def test_relay_process_drains_and_prints_counts(pair: Pair) -> None:
    for number in range(3):
        from_buyer(pair, f"Number {number}.")
    out = StringIO()
    call_command("relay_process", "--once", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"tries": 3, "waiting": 0, "held": 0, "quarantined": 0}


@pytest.mark.rule("PRV-5")
def test_nothing_personal_is_logged(
    pair: Pair, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive, "route", lambda arrival: arrival.mail.text + 1)
    write(pair, Side.BUYER, "A secret word.")
    assert caplog.records
    logged = " ".join(record.getMessage() for record in caplog.records)
    assert "secret" not in logged
    assert address_of(pair, Side.BUYER) not in logged
