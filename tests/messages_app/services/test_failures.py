"""Authors hear of late mail, and lists take the place of too many notices (MAIL-21, MAIL-27, MAIL-23)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from messages_app.models import Delivery
from messages_app.policy.facts import Side
from messages_app.queries.outbox import open_context
from messages_app.queries.trace import trace_of
from messages_app.services.failures import tell_late
from messages_app.services.notice_lists import past_the_hour, queue_notice_lists
from messages_app.services.sending import Result, claim_due, record_results
from tests.messages_app.relay.mail_world import BUYER_ADDRESS, NOON, notice_for, pair_of_two, parcels, say

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.mark.rule("MAIL-21")
@pytest.mark.parametrize(("waited", "told"), [(4 * HOUR - SECOND, 0), (4 * HOUR, 1)])
def test_the_author_is_told_after_four_hours(waited: timedelta, told: int) -> None:
    say(pair_of_two(), Side.BUYER)
    Delivery.objects.update(state=Delivery.State.DEFERRED)
    assert tell_late(NOON + waited) == told
    assert tell_late(NOON + waited) == 0
    notices = Delivery.objects.filter(template="late")
    assert [notice.recipient for notice in notices] == [BUYER_ADDRESS] * told


@pytest.mark.rule("MAIL-21")
@pytest.mark.parametrize("state", [Delivery.State.SENT, Delivery.State.FAILED, Delivery.State.HELD])
def test_what_does_not_wait_is_not_late(state: str) -> None:
    say(pair_of_two(), Side.BUYER)
    Delivery.objects.update(state=state)
    assert tell_late(NOON + 10 * HOUR) == 0


@pytest.mark.rule("MAIL-21")
@pytest.mark.parametrize("state", [Delivery.State.SENT, Delivery.State.SENDING, Delivery.State.BOUNCED])
def test_what_leaves_between_look_and_word_is_not_late(state: str) -> None:
    say(pair_of_two(), Side.BUYER)

    gone: list[str] = []

    def leave(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE") and not gone:
            gone.append(state)  # only once
            Delivery.objects.update(state=state)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(leave):
        assert tell_late(NOON + 5 * HOUR) == 0
    assert not Delivery.objects.filter(template="late").exists()


@pytest.mark.rule("MAIL-27")
def test_the_hundred_and_first_within_the_hour_is_listed(settings: object) -> None:
    rows = [
        notice_for(None, "unlisted", recipient="one@mail.example", now=NOON + number * SECOND)
        for number in range(102)
    ]
    assert past_the_hour([row.id for row in rows]) == {rows[100].id, rows[101].id}


@pytest.mark.rule("MAIL-27")
@pytest.mark.parametrize(("later", "listed"), [(HOUR - SECOND, True), (HOUR, False)])
def test_the_hour_slides(settings: object, later: timedelta, listed: bool) -> None:
    for _ in range(100):
        notice_for(None, "unlisted", recipient="one@mail.example", now=NOON)
    next_one = notice_for(None, "unlisted", recipient="one@mail.example", now=NOON + later)
    assert bool(past_the_hour([next_one.id])) is listed


@pytest.mark.rule("MAIL-27")
def test_a_list_takes_what_waits_an_hour_after_the_first() -> None:
    pair = pair_of_two()
    for number in range(3):
        notice_for(pair, context={"subject": f"Mail {number} to {BUYER_ADDRESS}"}, now=NOON + number * SECOND)
    Delivery.objects.update(state=Delivery.State.LISTED)
    assert queue_notice_lists(NOON + HOUR - SECOND) == 0
    assert queue_notice_lists(NOON + HOUR) == 3
    assert queue_notice_lists(NOON + HOUR) == 0
    listing = Delivery.objects.get(kind=Delivery.Kind.NOTICE_LIST)
    items = open_context(listing)["items"]
    assert [item["subject"] for item in items] == [f"Mail {number} to ***@***" for number in range(3)]
    assert listing.listed.count() == 3


@pytest.mark.rule("MAIL-23", "ACC-9", "PRV-5")
def test_a_servers_words_reach_neither_trace_nor_notice() -> None:
    """They may name the buyer in any spelling; what is kept are the codes."""
    pair = pair_of_two()
    question = say(pair, Side.BUYER)
    Delivery.objects.update(state=Delivery.State.SENT)
    answer = say(pair, Side.SELLER, "Tomorrow", thread_id=question.thread_id, now=NOON + HOUR)
    (parcel,) = parcels()
    lease = Delivery.objects.get(pk=parcel.delivery.pk).lease
    assert lease is not None
    said = "550 5.1.1 No mailbox hannahwinter (hannah_winter; Hannah Winter) user=aGFubmFo"
    record_results(lease, [Result(parcel.delivery, "failed", said)], now=NOON + HOUR)
    assert [line.detail for line in trace_of(answer) if line.event == "failed"] == ["550 5.1.1"]
    notice = Delivery.objects.get(template="failed")
    context = open_context(notice)
    assert (context["reply"], context["status"]) == ("550 5.1.1", "5.1.1")
    assert "innah" not in str(context)


@pytest.mark.rule("MAIL-23", "ACC-9")
def test_words_that_were_kept_before_are_not_shown() -> None:
    message = say(pair_of_two(), Side.BUYER)
    Delivery.objects.get().tries.create(at=NOON, outcome="failed", reply="550 5.1.1 Hannah Winter is unknown")
    assert "550 5.1.1" in [line.detail for line in trace_of(message)]


@pytest.mark.rule("MAIL-23")
def test_the_trace_tells_the_whole_way() -> None:
    message = say(pair_of_two(), Side.BUYER)
    for minute, (outcome, reply) in enumerate([("deferred", "450 busy"), ("sent", "250 taken")], start=1):
        Delivery.objects.update(next_at=NOON)
        (parcel,) = parcels()
        lease = Delivery.objects.get().lease
        assert lease is not None
        now = NOON + timedelta(minutes=minute)
        record_results(lease, [Result(parcel.delivery, outcome, reply)], now=now)
    message.read_at = NOON + HOUR
    lines = [(line.event, line.detail) for line in trace_of(message)]
    assert lines == [
        ("accepted", ""),
        ("checked", "deliver"),
        ("queued", ""),
        ("deferred", "450"),
        ("sent", "250"),
        ("read", ""),
    ]


@pytest.mark.rule("MAIL-20")
def test_only_one_of_two_claims_gets_a_delivery() -> None:
    say(pair_of_two(), Side.BUYER)
    assert claim_due(now=NOON, limit=10) is not None
    assert claim_due(now=NOON, limit=10) is None


@pytest.mark.rule("MAIL-20")
@pytest.mark.parametrize(("ahead", "due"), [(SECOND, False), (timedelta(0), True)])
def test_a_delivery_is_due_from_its_moment_on(ahead: timedelta, due: bool) -> None:
    say(pair_of_two(), Side.BUYER)
    assert (claim_due(now=NOON - ahead, limit=1) is not None) is due
