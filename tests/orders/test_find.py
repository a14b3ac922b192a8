"""Finding orders by state, days, number, name and alias (ORD-2, ALI-6)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Pair, Seller
from accounts.queries.pairs import alias_of
from orders.models import Order
from orders.queries.filters import OrderFilter, read_filter
from orders.queries.lists import PAGE
from orders.queries.search import NAMES_MOST
from tests.factories import BuyerFactory, OrderFactory, PairFactory, SellerFactory, seller_owner
from tests.visitors import visitor

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def found(client: Client, **said: str) -> list[str]:
    """The numbers that a list shows, as it shows them."""
    answer = client.get("/orders/", said)
    assert answer.status_code == 200
    return [order.number for order in answer.context["page"].orders]


@pytest.fixture
def seller() -> Seller:
    seller: Seller = SellerFactory.create(trade_name="Alder & Pine Home")
    return seller


@pytest.fixture
def owner(seller: Seller) -> Client:
    return visitor(seller_owner(seller))


def order_of(seller: Seller, number: str, name: str = "Hannah W.", **fields: object) -> Order:
    """An order whose pair is known, as an import leaves it."""
    pair = PairFactory.create(seller=seller, buyer=BuyerFactory.create(display_name=name))
    order: Order = OrderFactory.create(pair=pair, number=number, lines=[], **fields)
    return order


@pytest.mark.rule("ORD-2")
@pytest.mark.parametrize(
    "typed",
    [
        "304-7712093-4418265",
        "30477120934418265",
        "304 7712093 4418265",
        "#304-7712093-4418265",
        "Order 304-7712093-4418265, please",
        "304-77",
        "30477",
        "3047712",
        "304-7712093-",
    ],
)
def test_a_number_is_found_whole_without_dashes_and_from_the_front(
    seller: Seller, owner: Client, typed: str
) -> None:
    order_of(seller, "304-7712093-4418265")
    order_of(seller, "304-7812093-4418265")
    order_of(SellerFactory.create(), "304-7712093-4418266")
    assert found(owner, q=typed) == ["304-7712093-4418265"]


@pytest.mark.rule("ORD-2")
@pytest.mark.parametrize("typed", ["4418265", "305", "3" * 18, "304-7712093-4418266", "---", "x" * 500, "\0"])
def test_what_no_number_begins_with_finds_nothing_or_asks_for_nothing(
    seller: Seller, owner: Client, typed: str
) -> None:
    order_of(seller, "304-7712093-4418265")
    assert found(owner, q=typed) == ([] if typed != "\0" else ["304-7712093-4418265"])


@pytest.mark.rule("ORD-2")
@pytest.mark.parametrize("typed", ["hannah", "HANNAH W", "Hánnah  w.", "h"])
def test_a_buyer_is_found_by_the_beginning_of_the_display_name(
    seller: Seller, owner: Client, typed: str
) -> None:
    order_of(seller, "304-0000000-0000001", "Hannah W.")
    order_of(seller, "304-0000000-0000002", "Oliver B.")
    order_of(SellerFactory.create(), "304-0000000-0000003", "Hannah W.")
    assert found(owner, q=typed) == ["304-0000000-0000001"]


@pytest.mark.rule("ORD-2", "ACC-9")
def test_a_full_name_finds_nobody(seller: Seller, owner: Client) -> None:
    order = order_of(seller, "304-0000000-0000001", "Hannah W.")
    for secret in (order.buyer.user.full_name, order.buyer.user.email, order.buyer.external_id or ""):
        assert found(owner, q=secret) == []


@pytest.mark.rule("ORD-2")
def test_of_very_many_namesakes_the_first_are_looked_through_and_the_page_says_so(
    seller: Seller, owner: Client
) -> None:
    for n in range(NAMES_MOST + 1):
        order_of(seller, f"304-0000000-{n:07d}", "Hannah W." if n else "Hannah Z.")
    page = owner.get("/orders/", {"q": "hannah"})
    assert page.context["page"].more_names
    assert "More than 200 buyers" in page.content.decode()
    assert found(owner, q="hannah z") == ["304-0000000-0000000"]
    assert not owner.get("/orders/", {"q": "hannah w"}).context["page"].more_names


@pytest.mark.rule("ALI-6", "ORD-2", "ALI-4")
def test_an_alias_finds_the_orders_of_its_pair_for_who_writes_to_it(seller: Seller, owner: Client) -> None:
    order = order_of(seller, "304-0000000-0000001")
    order_of(seller, "304-0000000-0000002")
    other = SellerFactory.create()
    pair = Pair.objects.get(buyer=order.buyer, seller=seller)
    elsewhere = PairFactory.create(buyer=order.buyer, seller=other)
    OrderFactory.create(pair=elsewhere, number="304-0000000-0000003", lines=[])
    to_buyer, to_seller = alias_of(pair, "buyer"), alias_of(pair, "seller")
    buyer = visitor(order.buyer.user)
    for typed in (to_buyer, to_buyer.upper(), f"Hannah W. <{to_buyer}>", f" {to_buyer} "):
        assert found(owner, q=typed) == ["304-0000000-0000001"]
    assert found(buyer, q=to_seller) == ["304-0000000-0000001"]
    # nobody learns from a search what an alias of somebody else is
    assert found(owner, q=to_seller) == found(owner, q=alias_of(elsewhere, "buyer")) == []
    assert found(visitor(seller_owner(other)), q=to_buyer) == []
    assert found(buyer, q=to_buyer) == found(owner, q=to_buyer[:-1]) == []


@pytest.mark.rule("ALI-6", "ORD-2")
def test_an_alias_is_found_without_its_domain_and_from_the_front(seller: Seller, owner: Client) -> None:
    order = order_of(seller, "304-0000000-0000001")
    order_of(seller, "304-0000000-0000002")
    pair = Pair.objects.get(buyer=order.buyer, seller=seller)
    buyer = visitor(order.buyer.user)
    for client, side in ((owner, "buyer"), (buyer, "seller")):
        alias = alias_of(pair, side).partition("@")[0]
        for typed in (alias, alias.upper(), f" {alias} ", alias[:6]):
            assert found(client, q=typed) == ["304-0000000-0000001"], typed
        assert found(client, q=f"{alias}x") == found(client, q=alias[1:]) == []
    # too short to be told from a name, and never the other side's own
    assert found(owner, q=alias_of(pair, "buyer")[:5]) == []
    assert found(owner, q=alias_of(pair, "seller").partition("@")[0]) == []


@pytest.mark.rule("ORD-2")
@pytest.mark.parametrize(
    ("typed", "hits"), [("alder", 1), ("pine", 1), ("ALDER & PINE", 1), ("ine", 0), ("maison", 1), ("x", 0)]
)
def test_a_buyer_finds_a_seller_by_a_word_of_its_name(seller: Seller, typed: str, hits: int) -> None:
    order = order_of(seller, "304-0000000-0000001")
    other = PairFactory.create(buyer=order.buyer, seller__trade_name="Maison Lumière")
    OrderFactory.create(pair=other, number="304-0000000-0000002", lines=[])
    assert len(found(visitor(order.buyer.user), q=typed)) == hits


@pytest.mark.rule("ORD-2")
def test_states_and_days_combine_with_what_is_searched_for(seller: Seller, owner: Client) -> None:
    for n, (status, days) in enumerate([("shipped", 0), ("shipped", 1), ("returned", 0), ("returned", 2)]):
        order_of(seller, f"304-000000{n}-0000000", status=status, placed_at=NOON + timedelta(days=days))
    assert len(found(owner, status="returned")) == 2
    day = {"from": "2026-06-15", "to": "2026-06-15"}
    assert found(owner, status="returned", **day) == ["304-0000002-0000000"]
    assert found(owner, status="returned", q="hannah", **day) == ["304-0000002-0000000"]
    assert found(owner, status="returned", q="304-0000003") == ["304-0000003-0000000"]
    assert found(owner, status="returned", q="304-0000003", **day) == []
    assert found(owner, status="pending") == []


@pytest.mark.rule("ORD-2", "UX-4", "REL-7")
@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Asia/Tokyo"])
def test_days_begin_at_midnight_of_the_person(seller: Seller, zone: str) -> None:
    """The 29th of March 2026 has 23 hours in London."""
    person = seller_owner(seller)
    person.time_zone = zone
    person.save()
    day = date(2026, 3, 29)
    first = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    after = datetime(2026, 3, 30, tzinfo=ZoneInfo(zone))
    tick = timedelta(microseconds=1)
    for n, at in enumerate([first.astimezone(UTC) - tick, first, after.astimezone(UTC) - tick, after]):
        order_of(seller, f"304-000000{n}-0000000", placed_at=at)
    client = visitor(person)
    assert found(client, **{"from": "2026-03-29", "to": "2026-03-29"}) == [
        "304-0000002-0000000",
        "304-0000001-0000000",
    ]
    assert len(found(client, **{"from": "2026-03-29"})) == 3
    assert len(found(client, to="2026-03-28")) == 1


@pytest.mark.rule("ORD-2")
@pytest.mark.parametrize(
    "said",
    [
        {"status": "nonsense"},
        {"from": "yesterday"},
        {"to": "9999-12-31"},
        {"from": "0001-01-01"},
        {"status": "SHIPPED\0"},
        {"after": "x"},
    ],
)
def test_nonsense_in_the_address_asks_for_nothing(
    seller: Seller, owner: Client, said: dict[str, str]
) -> None:
    order_of(seller, "304-0000000-0000001")
    assert len(found(owner, **said)) == 1


def test_a_filter_survives_its_address() -> None:
    wanted = OrderFilter(status="shipped", since=date(2026, 1, 2), until=date(2026, 1, 3), text="Zoë & <b>")
    said = dict(pair.split("=") for pair in wanted.query.split("&"))
    assert said["status"] == "shipped"
    assert "<" not in wanted.query
    client = Client()
    request = client.request(PATH_INFO="/", QUERY_STRING=wanted.query).wsgi_request
    assert read_filter(request.GET.dict()) == wanted
    assert not OrderFilter().is_set
    assert OrderFilter().query == ""


@pytest.mark.rule("ORD-2")
@pytest.mark.parametrize("said", [{}, {"q": "304"}, {"q": "hannah"}, {"status": "shipped"}])
def test_pages_of_a_filter_lose_and_repeat_nothing(
    seller: Seller, owner: Client, said: dict[str, str]
) -> None:
    pair = PairFactory.create(seller=seller)
    for n in range(PAGE + 2):
        OrderFactory.create(
            pair=pair, number=f"304-{n:07d}-0000000", lines=[], placed_at=NOON + timedelta(hours=n // 7)
        )
    order_of(seller, "999-0000000-0000000", "Oliver B.", status="pending", placed_at=NOON)
    wanted = {**said, "from": "2026-06-01"}
    first = found(owner, **wanted)
    answer = owner.get("/orders/", wanted)
    rest = owner.get(f"/orders/?{answer.context['next_page']}")
    seen = first + [order.number for order in rest.context["page"].orders]
    assert len(first) == PAGE
    assert len(seen) == len(set(seen)) == PAGE + 2 + (not said)
    assert rest.context["next_page"] == ""
    assert f'value="{said.get("q", "")}"' in rest.content.decode()


@pytest.mark.rule("ORD-2")
@pytest.mark.parametrize(
    "said", [{}, {"q": "304"}, {"q": "hannah"}, {"q": "a@b.example"}, {"status": "shipped"}]
)
def test_a_search_costs_the_same_whatever_there_is(
    seller: Seller, owner: Client, said: dict[str, str]
) -> None:
    order_of(seller, "304-0000000-0000001")
    with CaptureQueriesContext(connection) as few:
        owner.get("/orders/", said)
    for n in range(2, 12):
        order_of(seller, f"304-0000000-00000{n:02d}")
    with CaptureQueriesContext(connection) as many:
        owner.get("/orders/", said)
    assert len(few) == len(many)


@pytest.mark.rule("ORD-2", "BOX-13")
def test_an_empty_list_says_why_and_what_to_do(seller: Seller, owner: Client) -> None:
    assert "No orders yet" in owner.get("/orders/").content.decode()
    order_of(seller, "304-0000000-0000001")
    for said in ({"q": "nobody"}, {"status": "returned"}, {"from": "2099-01-01"}):
        page = owner.get("/orders/", said).content.decode()
        assert "No order matches" in page
        assert page.count("Clear filters") == 2
    end = owner.get("/orders/", {"after": "1-1"}).content.decode()
    assert "That was the last order" in end
