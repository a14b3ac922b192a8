"""Pairs that write to each other: `python -m benchmarks.world PAIRS MESSAGES` prints the writers as JSON."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta

import django


@dataclass(frozen=True, slots=True)
class Writer:
    """A buyer's address, the alias of the seller they write to, and an order to write about."""

    address: str
    alias: str
    order: str


def make(pairs: int, messages: int) -> list[Writer]:
    """`pairs` buyers at ten sellers, each with an order, and a store of `messages` before anything is timed."""
    from accounts.models import Marketplace  # late: Django is set up by then
    from accounts.queries.pairs import alias_of
    from accounts.services.pairs import pair_for
    from accounts.services.parties import NewBuyer, NewSeller, buyer_from_marketplace, seller_from_marketplace
    from messages_app.policy.facts import Door, Side
    from messages_app.services.submission import Submission
    from messages_app.services.submit import submit_message
    from orders.models import Order

    now = datetime.now(UTC)
    marketplace = Marketplace.objects.create(code="UK", name="Bench", time_zone="Europe/London")
    sellers = [
        seller_from_marketplace(
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
        for number in range(10)
    ]
    writers = []
    for number in range(pairs):
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
        seller = sellers[number % len(sellers)]
        order = Order.objects.create(
            number=f"302-{number:07d}-0000000",
            buyer=buyer,
            seller=seller,
            marketplace=marketplace,
            status="shipped",
            placed_at=now - timedelta(days=3),
        )
        pair = pair_for(buyer, seller)
        writers.append(Writer(buyer.user.email, alias_of(pair, "seller"), order.number))
        for count in range(messages // pairs):
            submit_message(
                Submission(
                    key=f"bench:{number}:{count}",
                    door=Door.WEB,
                    author=Side.BUYER,
                    pair_id=pair.pk,
                    order_id=order.pk,
                    text=f"A question, number {count}.",
                ),
                now=now - timedelta(days=2) + timedelta(minutes=10 * count),
            )
    from messages_app.models import Delivery

    Delivery.objects.all().delete()  # the mails of the store are no part of what is timed
    return writers


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "messaging_center.settings")
    django.setup()
    made = make(int(sys.argv[1]), int(sys.argv[2]))
    json.dump([asdict(writer) for writer in made], sys.stdout)
