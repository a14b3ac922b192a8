"""Reminders and undo of the response clock, to the second."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.models import Pair
from messages_app.models import Delivery, MailboxEntry, ResponseContact, Thread
from messages_app.policy.facts import Side
from messages_app.services.clock import mark_not_needed, remind_due, undo_not_needed
from tests.factories import PairFactory, seller_owner
from tests.messages_app.services.gate import NOON, page, send
from tests.messages_app.services.test_submit_races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

INSTANT = timedelta(microseconds=1)
SOON, DUE = NOON + timedelta(hours=18), NOON + timedelta(hours=24)


def asked(pair: Pair) -> Thread:
    return Thread.objects.get(pk=send(page(pair, Side.BUYER)).thread_id)


def reminders() -> list[str]:
    return list(Delivery.objects.filter(kind="reminder").values_list("recipient", flat=True))


@pytest.mark.rule("RSP-6")
@pytest.mark.parametrize(
    ("moments", "mails"),
    [
        ([SOON - INSTANT], 0),
        ([SOON], 1),
        ([SOON, SOON + INSTANT, DUE - INSTANT], 1),
        ([SOON, DUE], 2),
        ([SOON, DUE, DUE + INSTANT, DUE + timedelta(days=9)], 2),
        ([DUE], 1),  # the center was down at 18 h: the later one says it all
        ([DUE, DUE + INSTANT], 1),
    ],
)
def test_reminders_come_at_18_hours_and_at_the_due_time_once_each(
    moments: list[datetime], mails: int
) -> None:
    pair = PairFactory.create()
    asked(pair)

    for moment in moments:
        remind_due(moment)

    assert reminders() == [seller_owner(pair.seller).email] * mails


@pytest.mark.rule("RSP-6", "RSP-2")
def test_who_has_answered_is_not_reminded() -> None:
    pair = PairFactory.create()
    thread = asked(pair)
    send(page(pair, Side.SELLER, thread_id=thread.id), NOON + timedelta(hours=1))

    assert remind_due(DUE) == 0
    assert reminders() == []


@pytest.mark.rule("RSP-6", "ACC-5")
def test_a_seller_who_wants_no_reminders_gets_none() -> None:
    pair = PairFactory.create()
    pair.seller.mail_reminders = False
    pair.seller.save()
    asked(pair)

    remind_due(DUE)

    assert reminders() == []
    assert ResponseContact.objects.get().reminded_due_at == DUE


@pytest.mark.rule("RSP-3")
def test_undo_puts_the_thread_back_with_its_due_time_unchanged() -> None:
    thread = asked(PairFactory.create())
    entry = MailboxEntry.objects.filter(thread=thread, side="seller")
    mark_not_needed(thread=thread, user=None, now=NOON + timedelta(hours=2))
    assert entry.get().due_at is None

    assert undo_not_needed(thread=thread)

    assert entry.get().due_at == DUE
    assert ResponseContact.objects.get().outcome == "open"


@pytest.mark.rule("RSP-3")
def test_a_later_question_opens_a_new_clock_and_ends_the_undo() -> None:
    pair = PairFactory.create()
    thread = asked(pair)
    mark_not_needed(thread=thread, user=None, now=NOON + timedelta(hours=2))
    send(page(pair, Side.BUYER, thread_id=thread.id, text="And now?"), NOON + timedelta(hours=3))

    assert not undo_not_needed(thread=thread)
    assert ResponseContact.objects.filter(outcome="open").get().due_at == NOON + timedelta(hours=27)


@pytest.mark.rule("RSP-3")
def test_the_link_of_an_older_mail_leaves_the_later_contact_alone() -> None:
    pair = PairFactory.create()
    thread = asked(pair)
    first = ResponseContact.objects.get()
    send(page(pair, Side.SELLER, thread_id=thread.id), NOON + timedelta(hours=1))
    send(page(pair, Side.BUYER, thread_id=thread.id, text="One more."), NOON + timedelta(hours=2))

    assert not mark_not_needed(thread=thread, user=None, now=NOON + timedelta(hours=3), contact=first)
    assert ResponseContact.objects.filter(outcome="open").count() == 1


@pytest.mark.rule("RSP-6")
@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_send_one_reminder() -> None:
    asked(PairFactory.create())

    taken = at_once(remind_due, [SOON] * 6)

    assert sum(taken) == 1
    assert len(reminders()) == 1
