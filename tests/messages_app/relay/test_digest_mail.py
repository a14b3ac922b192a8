"""What the mail of a daily digest says, and that it leaves on its own day only (ACC-5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import Buyer, Pair
from messages_app.models import Case, Delivery
from messages_app.policy.facts import Side
from messages_app.relay.send import hang_up, send_due
from messages_app.services.digests import queue_digests
from tests.factories import seller_owner
from tests.messages_app.relay.mail_world import (
    BUYER_ADDRESS,
    NOON,
    Sink,
    body,
    header,
    only_mail,
    order_for,
    pair_of_two,
    running,
    say,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

EIGHT = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
TEXT = "The lid of the casserole is chipped."


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A mail server that takes everything, in the place of EMAIL_URL."""
    server = Sink()
    with running(server) as port:
        settings.DEMO_MAILBOXES = False
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield server
        hang_up()  # before the server goes


def waiting(at: datetime = EIGHT) -> Pair:
    """A seller whose digest is queued, for Hannah W. has asked about an order."""
    pair = pair_of_two(mail_digest=True)
    order = order_for(pair, number="304-1111111-2222222")
    say(pair, Side.BUYER, TEXT, order_id=order.pk, reason="damaged_or_wrong_item")
    Delivery.objects.all().delete()
    queue_digests(at)
    return pair


@pytest.mark.rule("ACC-5", "ACC-9", "MAIL-19")
def test_it_says_who_waits_in_text_and_html_and_quotes_nobody() -> None:
    pair = waiting()
    mail = only_mail()
    assert mail["To"] == seller_owner(pair.seller).email
    assert mail["Auto-Submitted"] == "auto-generated"
    assert header(mail, "Subject") == "1 conversation is waiting for your answer"
    assert "Marketplace UK" in header(mail, "From")
    about = "Damaged or wrong item · order 304-1111111-2222222"
    line = f"Hannah W. · {about} · Answer by Thursday 19 November, 11:22"
    for text in (body(mail, "plain"), body(mail, "html")):
        assert line in text
        assert "Waiting for an answer" in text
        assert "Overdue" not in text
        assert "/messages/" in text
        assert "/settings/notifications/" in text
        for secret in (TEXT, "Winter", BUYER_ADDRESS, pair.aliases.get(side="buyer").address):
            assert secret not in text


@pytest.mark.rule("ACC-5", "UX-4")
def test_due_times_are_of_the_marketplaces_clock_and_words_of_the_owners_language() -> None:
    pair = pair_of_two(mail_digest=True)
    market, owner = pair.seller.marketplace, seller_owner(pair.seller)
    market.time_zone, owner.language = "Europe/Berlin", "de"
    market.save()
    owner.save()
    say(pair, Side.BUYER, TEXT)
    Delivery.objects.all().delete()
    queue_digests(EIGHT + timedelta(hours=4))
    assert "· War fällig am Donnerstag, 19. November, 12:22" in body(only_mail(), "plain")


@pytest.mark.rule("ACC-5", "MAIL-17")
def test_the_leak_gate_stops_one_that_would_tell_a_real_address(sink: Sink) -> None:
    waiting()
    Buyer.objects.update(display_name=BUYER_ADDRESS)  # no page takes such a name
    with time_machine.travel(EIGHT, tick=True):
        assert send_due() == 1
    assert sink.received == []
    assert Delivery.objects.get().state == "held"
    assert Case.objects.filter(delivery__kind="digest").count() == 1


@pytest.mark.rule("ACC-5", "MAIL-17")
def test_who_shows_a_name_that_is_anothers_full_one_does_not_stop_it() -> None:
    waiting()
    buyer = Buyer.objects.select_related("user").get()
    buyer.display_name = buyer.user.full_name
    buyer.save()
    assert "Hannah Winter" in body(only_mail(), "plain")


@pytest.mark.rule("ACC-5", "MAIL-19", "MAIL-20")
@pytest.mark.parametrize(
    ("moment", "state", "mails"),
    [
        (EIGHT, "sent", 1),
        (MIDNIGHT - timedelta(seconds=30), "sent", 1),
        (MIDNIGHT, "suppressed", 0),
        (EIGHT + timedelta(days=1), "suppressed", 0),
    ],
)
def test_it_leaves_once_and_on_its_own_day_only(sink: Sink, moment: datetime, state: str, mails: int) -> None:
    pair = waiting()
    with time_machine.travel(moment, tick=True):
        assert [send_due(), send_due()] == [1, 0]
    assert [mail.recipient for mail in sink.received] == [seller_owner(pair.seller).email] * mails
    assert all(mail.sender == "" for mail in sink.received)
    assert Delivery.objects.get().state == state


@pytest.mark.rule("ACC-5", "MAIL-21")
def test_one_that_was_deferred_over_midnight_is_not_sent_again(sink: Sink) -> None:
    waiting(MIDNIGHT - timedelta(hours=1))
    sink.answer = lambda _recipient: "451 4.3.0 later"
    with time_machine.travel(MIDNIGHT - timedelta(minutes=1), tick=True):
        send_due()
    assert Delivery.objects.get().state == "deferred"
    sink.answer = lambda _recipient: None
    with time_machine.travel(MIDNIGHT + timedelta(minutes=5), tick=True):
        send_due()
    assert sink.received == []
    assert Delivery.objects.get().state == "suppressed"


@pytest.mark.rule("ACC-5")
def test_a_morning_without_waiting_buyers_tells_the_rest() -> None:
    pair = waiting()
    Delivery.objects.all().delete()
    thread = pair.threads.get()
    say(pair, Side.SELLER, "It is on its way.", thread_id=thread.id, now=NOON + timedelta(hours=21))
    Delivery.objects.all().delete()
    thread.entries.filter(side="seller").update(unread=2)
    queue_digests(EIGHT + timedelta(days=1))
    mail = only_mail()
    assert header(mail, "Subject") == "What is new in your mailbox"
    text = body(mail, "plain")
    assert "Nobody is waiting for your answer." in text
    assert "Unread: 1" in text
    assert "Written yesterday: 1 of 605" in text
    assert "Waiting for an answer" not in text
