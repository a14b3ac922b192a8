"""Fills a fresh store: `python -m benchmarks.fill PAIRS MESSAGES` prints the writers as JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import django

django.setup()

from accounts.models import Buyer, Marketplace, Pair, Seller  # noqa: E402 - models need Django set up
from accounts.queries.pairs import alias_of  # noqa: E402
from accounts.services.pairs import pair_for  # noqa: E402
from accounts.services.parties import (  # noqa: E402
    NewBuyer,
    NewSeller,
    Refused,
    buyer_from_marketplace,
    seller_from_marketplace,
)
from benchmarks.world import Writer  # noqa: E402
from messages_app.models import Delivery  # noqa: E402
from messages_app.policy.facts import Door, Side  # noqa: E402
from messages_app.services.submission import Submission  # noqa: E402
from messages_app.services.submit import submit_message  # noqa: E402
from orders.models import Order  # noqa: E402

SELLERS = 10


def fill(pairs: int, messages: int) -> list[Writer]:
    """`pairs` buyers at ten sellers, each with an order, and `messages` in the store from before."""
    now = datetime.now(UTC)
    marketplace = Marketplace.objects.create(code="UK", name="Bench", time_zone="Europe/London")
    sellers = [_seller(number, marketplace, now) for number in range(SELLERS)]
    writers = []
    for number in range(pairs):
        buyer = _buyer(number, marketplace, now)
        pair = pair_for(buyer, sellers[number % SELLERS])
        order = _order(number, pair, marketplace, now)
        writers.append(Writer(buyer.user.email, alias_of(pair, "seller"), order.number))
        for count in range(messages // pairs):
            _ask(
                pair,
                order,
                f"bench:{number}:{count}",
                now - timedelta(days=2) + timedelta(minutes=10 * count),
            )
    Delivery.objects.all().delete()  # the mails of the store are no part of what is timed
    return writers


def _seller(number: int, marketplace: Marketplace, now: datetime) -> Seller:
    seller = seller_from_marketplace(
        NewSeller(
            external_id=f"s{number}",
            trade_name=f"Workshop {number}",
            email=f"desk{number}@workshop.example",
            marketplace=marketplace,
            selling_since=date(2025, 1, 1),
            messaging_enabled=True,
        ),
        now=now,
    )
    if isinstance(seller, Refused):
        raise SystemExit(seller.problem)
    return seller


def _buyer(number: int, marketplace: Marketplace, now: datetime) -> Buyer:
    buyer = buyer_from_marketplace(
        NewBuyer(
            external_id=f"b{number}",
            email=f"buyer{number}@post.example",
            full_name=f"Hannah Winter{number}",
            language="en",
            marketplace=marketplace,
        ),
        now=now,
    )
    if isinstance(buyer, Refused):
        raise SystemExit(buyer.problem)
    return buyer


def _order(number: int, pair: Pair, marketplace: Marketplace, now: datetime) -> Order:
    return Order.objects.create(
        number=f"302-{number:07d}-0000000",
        buyer=pair.buyer,
        seller=pair.seller,
        marketplace=marketplace,
        status="shipped",
        placed_at=now - timedelta(days=3),
    )


def _ask(pair: Pair, order: Order, key: str, at: datetime) -> None:
    submission = Submission(
        key=key,
        door=Door.WEB,
        author=Side.BUYER,
        pair=pair,
        order_id=order.pk,
        text=f"A question, {key}.",
    )
    submit_message(submission, now=at)


if __name__ == "__main__":
    json.dump([asdict(writer) for writer in fill(int(sys.argv[1]), int(sys.argv[2]))], sys.stdout)
