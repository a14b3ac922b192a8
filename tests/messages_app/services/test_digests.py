"""The daily digest: when it comes, to whom, what it counts (ACC-5)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Pair, Seller
from messages_app.models import DailyUsage, Delivery, MailboxEntry, Message
from messages_app.policy.facts import Side
from messages_app.queries.outbox import open_context
from messages_app.services import digests
from messages_app.services.clock import mark_not_needed
from messages_app.services.digests import queue_digests
from tests.factories import MarketplaceFactory, OrderFactory, PairFactory, SellerFactory, seller_owner
from tests.messages_app.services.gate import message_of, page, send
from tests.messages_app.services.test_submit_races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

INSTANT = timedelta(microseconds=1)
DAY = timedelta(days=1)
EIGHT = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)  # of London's winter


def pair_at(zone: str = "Europe/London", *, code: str = "UK", **seller: Any) -> Pair:
    """A buyer and a seller who wants digests, at a marketplace of that zone."""
    values = {
        "mail_digest": True,
        "marketplace": MarketplaceFactory.create(code=code, time_zone=zone),
        **seller,
    }
    return PairFactory.create(seller=SellerFactory.create(**values))


def asked(pair: Pair, at: datetime, **values: Any) -> Message:
    return message_of(send(page(pair, Side.BUYER, **values), at))


def sent() -> list[str]:
    return sorted(Delivery.objects.filter(kind="digest").values_list("recipient", flat=True))


def told() -> dict[str, Any]:
    """What the one digest says."""
    return open_context(Delivery.objects.select_related("key").get(kind="digest"))


@pytest.mark.rule("ACC-5", "REL-7")
@pytest.mark.parametrize(
    ("zone", "eight", "midnight"),
    [
        ("Europe/London", "2026-03-11T08:00", "2026-03-12T00:00"),
        ("Europe/London", "2026-03-29T07:00", "2026-03-29T23:00"),  # the clock goes forward in that night
        ("Europe/London", "2026-10-25T08:00", "2026-10-26T00:00"),  # and back
        ("America/Los_Angeles", "2026-03-08T15:00", "2026-03-09T07:00"),
        ("America/Los_Angeles", "2026-11-01T16:00", "2026-11-02T08:00"),
        ("Asia/Kolkata", "2026-03-11T02:30", "2026-03-11T18:30"),
        ("Pacific/Kiritimati", "2026-03-10T18:00", "2026-03-11T10:00"),  # the first of the Earth
        ("Pacific/Pago_Pago", "2026-03-11T19:00", "2026-03-12T11:00"),  # and the last
        ("Africa/Cairo", "2026-04-24T05:00", "2026-04-24T21:00"),  # midnight itself is skipped
    ],
)
def test_a_days_digest_is_due_from_eight_until_the_day_ends_there(
    zone: str, eight: str, midnight: str
) -> None:
    due, over = datetime.fromisoformat(f"{eight}Z"), datetime.fromisoformat(f"{midnight}Z")
    pair = pair_at(zone)
    asked(pair, due - DAY)

    for moment, taken in [(due - INSTANT, 0), (over, 0), (over - INSTANT, 1), (due, 0)]:
        assert queue_digests(moment) == taken, moment
    Seller.objects.update(digest_day=date(1970, 1, 1))
    assert queue_digests(due) == 1

    assert sent() == [seller_owner(pair.seller).email] * 2


@pytest.mark.rule("ACC-5")
def test_one_mail_a_day_and_none_for_a_day_that_was_missed() -> None:
    pair = pair_at()
    asked(pair, EIGHT - DAY)

    counts = []
    for moment in (EIGHT, EIGHT + INSTANT, EIGHT + timedelta(hours=15), EIGHT + 3 * DAY, EIGHT + 3 * DAY):
        queue_digests(moment)
        counts.append(len(sent()))

    assert counts == [1, 1, 1, 2, 2]


@pytest.mark.rule("ACC-5")
def test_who_has_not_switched_it_on_and_who_has_no_news_gets_none() -> None:
    asked(pair_at(mail_digest=False), EIGHT - DAY)
    answered = pair_at()
    thread = asked(answered, EIGHT - DAY).thread
    send(page(answered, Side.SELLER, thread_id=thread.id), EIGHT - timedelta(hours=23))
    MailboxEntry.objects.filter(thread=thread).update(unread=0)

    assert queue_digests(EIGHT) == 1

    assert sent() == []


@pytest.mark.rule("ACC-5")
def test_it_goes_to_the_owner_in_the_owners_language_never_to_the_buyer_messages_address() -> None:
    pair = pair_at(buyer_messages_address="desk@shop.example", language="fr")
    owner = seller_owner(pair.seller)
    owner.language = "pl"
    owner.save()
    asked(pair, EIGHT - DAY)

    queue_digests(EIGHT)

    delivery = Delivery.objects.get(kind="digest")
    assert (delivery.recipient, delivery.language) == (owner.email, "pl")


@pytest.mark.rule("ACC-5")
def test_it_counts_what_waits_and_names_the_five_that_are_due_first() -> None:
    pair = pair_at()
    moments = [EIGHT - DAY + timedelta(hours=number) for number in range(-2, 5)]
    threads = [asked(PairFactory.create(seller=pair.seller), at).thread_id for at in moments]
    mark_not_needed(thread=MailboxEntry.objects.filter(thread=threads[0])[0].thread, user=None, now=EIGHT)
    MailboxEntry.objects.filter(thread=threads[1], side="seller").update(unread=0)
    asked(pair_at(code="DE", zone="UTC", mail_digest=False), EIGHT - DAY)  # somebody else's

    queue_digests(EIGHT)

    figures = told()
    # The second of the six is due at this very moment, which is still in time (Terms), as on its page.
    assert (figures["waiting"], figures["overdue"], figures["unread"]) == (6, 1, 6)
    assert figures["soonest"] == [
        [str(thread), (at + DAY).isoformat()] for thread, at in zip(threads[1:6], moments[1:6], strict=True)
    ]


@pytest.mark.rule("ACC-5")
def test_held_and_blocked_count_from_one_mornings_eight_to_the_next() -> None:
    pair = pair_at()
    order = OrderFactory.create(pair=pair)
    thread = asked(pair, EIGHT - 3 * DAY, order_id=order.pk).thread_id
    moments = [EIGHT - DAY - INSTANT, EIGHT - DAY, EIGHT - timedelta(hours=3), EIGHT - INSTANT, EIGHT]
    refused = [
        message_of(
            send(page(pair, Side.SELLER, thread_id=thread, text="Write to me@shop-elsewhere.example."), at)
        )
        for at in moments
    ]
    assert {message.state for message in refused} == {"blocked"}
    Message.objects.filter(pk=refused[2].pk).update(state="held")

    queue_digests(EIGHT + timedelta(hours=5))  # late: what came after eight is tomorrow's

    figures = told()
    assert (figures["held"], figures["blocked"]) == (1, 2)


@pytest.mark.rule("ACC-5", "CAP-1")
def test_it_says_how_much_of_yesterdays_cap_was_used() -> None:
    pair = pair_at()
    asked(pair, EIGHT - DAY)
    today = EIGHT.date()
    for day, used in [(today - 2 * DAY, 7), (today - DAY, 42), (today, 3)]:
        DailyUsage.objects.update_or_create(seller=pair.seller, day=day, defaults={"used": used})
    for number in range(60):  # two a day: 5 x 2 + 600
        OrderFactory.create(pair=pair, lines=[], placed_at=EIGHT - timedelta(days=3, minutes=number))
    for number in range(30):  # they count from today on
        OrderFactory.create(pair=pair, lines=[], placed_at=EIGHT - timedelta(days=1, minutes=number))
    OrderFactory.create(pair=pair, lines=[], placed_at=EIGHT - timedelta(days=3), status="cancelled")

    queue_digests(EIGHT)

    figures = told()
    assert (figures["used"], figures["cap"]) == (42, 610)


@pytest.mark.rule("ACC-5")
def test_batches_tell_everybody_once_with_as_many_statements_for_many_as_for_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(digests, "AT_ONCE", 3)
    sellers = [pair_at(code=code, zone="UTC") for code in ("UK", "UK", "UK", "UK", "DE")]
    for pair in sellers:
        asked(pair, EIGHT - DAY)

    rounds = []
    for _ in range(4):
        with CaptureQueriesContext(
            connection,
        ) as statements:
            rounds.append((queue_digests(EIGHT), len(statements)))

    assert [taken for taken, _ in rounds] == [3, 1, 1, 0]
    assert len({number for _, number in rounds[:3]}) == 1
    assert rounds[3][1] <= 5
    assert sent() == sorted(seller_owner(pair.seller).email for pair in sellers)


@pytest.mark.rule("ACC-5")
@pytest.mark.django_db(transaction=True)
def test_six_workers_at_once_queue_one() -> None:
    asked(pair_at(), EIGHT - DAY)

    taken = at_once(queue_digests, [EIGHT] * 6)

    assert sum(taken) == 1
    assert len(sent()) == 1
