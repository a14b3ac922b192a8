"""What a list's filters stand for: people, aliases and orders of that side's own (BOX-2, ALI-6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import Buyer, Pair, Seller
from accounts.queries.pairs import alias_of
from accounts.roles import Role
from messages_app.models import MailboxEntry
from messages_app.policy.facts import Side
from messages_app.queries import filters as filters_module
from messages_app.queries.filters import read_filters
from messages_app.queries.inbox import inbox_page
from messages_app.queries.mailbox_views import view_named
from tests.factories import BuyerFactory, OrderFactory, PairFactory, SellerFactory
from tests.messages_app.views.world import write

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

NUMBERS = {
    "Łucja N.": "304-7712093-4418265",
    "Renée A.": "304-7712093-9000000",
    "Łukasz": "305-0000000-0000001",
}


def asked(seller: Seller, buyer: Buyer, number: str) -> Pair:
    pair: Pair = PairFactory.create(seller=seller, buyer=buyer)
    order = OrderFactory.create(pair=pair, number=number)
    write(pair, Side.BUYER, user=buyer.user, order=order, text="Where is it?", hours_ago=1)
    return pair


@pytest.fixture
def seller() -> Seller:
    """Whose buyers have the names above; somebody of the same name wrote to another seller."""
    seller: Seller = SellerFactory.create()
    for name, number in NUMBERS.items():
        asked(seller, BuyerFactory.create(display_name=name), number)
    asked(SellerFactory.create(), BuyerFactory.create(display_name="Łucja N."), "304-7712093-0000007")
    return seller


def member_of(seller: Seller) -> Role:
    membership = seller.memberships.get()
    return Role(user=membership.user, membership=membership)


def who_is_listed(role: Role, **query: str) -> set[str]:
    view = view_named(role, "all" if role.membership else "inbox")
    return {row.who for row in inbox_page(role, view, "", read_filters(query)).rows}


@pytest.mark.rule("BOX-2")
@pytest.mark.parametrize("most", [200, 0], ids=["few", "more-than-are-looked-up"])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"who": "lucja"}, {"Łucja N."}),
        ({"who": " LU "}, {"Łucja N.", "Łukasz"}),
        ({"who": "renee a"}, {"Renée A."}),
        ({"who": "?!"}, set()),
        ({"order": "304-7712093-4418265"}, {"Łucja N."}),
        ({"order": "304 77120934418265"}, {"Łucja N."}),
        ({"order": "#304-77"}, {"Łucja N.", "Renée A."}),
        ({"order": "3" * 18}, set()),
        ({"order": "none"}, set()),
        ({"who": "lu", "order": "305"}, {"Łukasz"}),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else None,
)
def test_a_seller_finds_own_buyers_by_name_and_number(
    monkeypatch: pytest.MonkeyPatch, seller: Seller, most: int, query: dict[str, str], expected: set[str]
) -> None:
    monkeypatch.setattr(filters_module, "MOST", most)
    assert who_is_listed(member_of(seller), **query) == expected


@pytest.mark.rule("BOX-2", "BOX-3", "ALI-6")
def test_a_buyer_finds_own_sellers_by_name_and_alias() -> None:
    buyer: Buyer = BuyerFactory.create()
    pine, pinecone = (SellerFactory.create(trade_name=name) for name in ("Alder & Pine Home", "Pinecone"))
    pairs = [asked(one, buyer, f"302-0000000-000000{n}") for n, one in enumerate((pine, pinecone))]
    asked(SellerFactory.create(trade_name="Pine Wood"), BuyerFactory.create(), "302-0000000-0000009")
    role = Role(user=buyer.user, buyer=buyer)
    assert who_is_listed(role, who="pine") == {"Alder & Pine Home", "Pinecone"}
    assert who_is_listed(role, who="pine h") == {"Alder & Pine Home"}
    alias = alias_of(pairs[1], Side.SELLER)
    for written in (alias, alias.upper(), f'"Pinecone" <{alias}>', alias.partition("@")[0][:12]):
        assert who_is_listed(role, alias=written) == {"Pinecone"}, written
    assert who_is_listed(role, alias=alias_of(pairs[1], Side.BUYER)) == set()


@pytest.mark.rule("BOX-2", "REL-7")
@pytest.mark.parametrize("view", ["all", "received", "needed"])
def test_days_begin_and_end_in_the_readers_zone_and_both_are_included(view: str) -> None:
    """The day of 23 hours on which Warsaw's summer time begins."""
    begins, ends = (datetime(2026, 3, day, hour, tzinfo=UTC) for day, hour in ((28, 23), (29, 22)))
    instant = timedelta(microseconds=1)
    seller: Seller = SellerFactory.create()
    moments = {"before": begins - instant, "first": begins, "last": ends - instant, "after": ends}
    for number, (name, moment) in enumerate(moments.items()):
        pair = asked(seller, BuyerFactory.create(display_name=name), f"306-0000000-000000{number}")
        entry = MailboxEntry.objects.filter(thread__pair=pair, side=Side.SELLER)
        entry.update(last_at=moment, received_at=moment, due_at=moment)
    role = member_of(seller)

    def listed(**query: str) -> set[str]:
        rows = inbox_page(role, view_named(role, view), "", read_filters(query)).rows
        return {row.who for row in rows}

    with timezone.override(ZoneInfo("Europe/Warsaw")):
        assert listed(after="2026-03-29") == {"first", "last", "after"}
        assert listed(before="2026-03-29") == {"before", "first", "last"}
        assert listed(after="2026-03-29", before="2026-03-29") == {"first", "last"}
