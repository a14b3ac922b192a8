from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Pair
from accounts.queries.pairs import alias_of
from messages_app.views import searching
from orders.models import Order, OrderEvent
from tests.factories import (
    LONG_AGO,
    BuyerFactory,
    MembershipFactory,
    OrderFactory,
    PairFactory,
    SellerFactory,
    seller_owner,
)
from tests.visitors import visitor

pytestmark = pytest.mark.django_db


def path_of(order: Order) -> str:
    return f"/orders/{order.number}/"


def numbers_on(client: Client, path: str) -> list[str]:
    return [order.number for order in client.get(path).context["page"].orders]


def plain(page: bytes) -> str:
    """A page without what differs from one rendering to the next: its token and its own path."""
    return re.sub(r'value="[^"]*"', "", page.decode())


@pytest.mark.rule("ORD-2", "SEC-1", "ACC-9")
def test_each_side_sees_its_own_orders_and_of_the_other_only_the_name() -> None:
    order = OrderFactory.create(buyer__display_name="Hannah W.", seller__trade_name="Alder")
    OrderFactory.create()
    owner = seller_owner(order.seller)
    buyers = (order.buyer.user.email, order.buyer.user.full_name)
    sellers = (order.seller.customer_service_address, owner.email, owner.full_name)
    for user, other, secrets in ((order.buyer.user, "Alder", sellers), (owner, "Hannah W.", buyers)):
        client = visitor(user)
        assert numbers_on(client, "/orders/") == [order.number]
        for path in ("/orders/", path_of(order)):
            page = client.get(path).content.decode()
            assert other in page
            assert not [secret for secret in secrets if secret in page]
            assert f"/messages/new/?order={order.number}" in page


@pytest.mark.rule("SEC-4")
def test_who_searches_for_orders_too_often_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """One count for orders and messages; looking at the list is no search."""
    monkeypatch.setattr(searching, "SEARCHES", replace(searching.SEARCHES, tries=2))
    order = OrderFactory.create()
    owner, buyer = visitor(seller_owner(order.seller)), visitor(order.buyer.user)
    path = f"/orders/?q={order.number}"
    assert [numbers_on(owner, path) for _ in range(3)] == [[order.number], [order.number], []]
    page = owner.get(path).content.decode()
    assert "Many searches in a short time" in page
    assert f'value="{order.number}"' in page
    assert "Many searches in a short time" in owner.get("/messages/?q=parcel").content.decode()
    assert numbers_on(owner, "/orders/") == numbers_on(buyer, path) == [order.number]


@pytest.mark.rule("SEC-1", "ACC-3")
def test_who_may_open_an_order() -> None:
    order = OrderFactory.create()
    blind = MembershipFactory.create(seller=order.seller, can_read=False, can_reply=True)
    reader = MembershipFactory.create(seller=order.seller)
    for client, status in [
        (visitor(order.buyer.user), 200),
        (visitor(seller_owner(order.seller)), 200),
        (visitor(reader.user), 200),
        (visitor(blind.user), 403),
        (visitor(BuyerFactory.create().user), 404),
        (visitor(seller_owner(SellerFactory.create())), 404),
        (visitor(), 302),
    ]:
        assert client.get(path_of(order)).status_code == status
    assert "/messages/new/" not in visitor(reader.user).get(path_of(order)).content.decode()
    assert visitor(blind.user).get("/orders/").status_code == 403


@pytest.mark.rule("SEC-1")
@pytest.mark.parametrize("number", ["304-9999999-9999999", "x", "304-9999999-9999999%00", "%F0%9F%92%A9"])
def test_a_strangers_order_answers_like_none_at_all(number: str) -> None:
    order = OrderFactory.create()
    client = visitor(BuyerFactory.create().user)
    with CaptureQueriesContext(connection) as of_stranger:
        foreign = client.get(path_of(order))
    with CaptureQueriesContext(connection) as of_none:
        missing = client.get(f"/orders/{number}/")
    assert foreign.status_code == missing.status_code == 404
    assert len(of_stranger) == len(of_none)
    assert plain(foreign.content) == plain(missing.content)


@pytest.mark.rule("ORD-2")
def test_pages_of_fifty_lose_and_repeat_nothing() -> None:
    seller = SellerFactory.create()
    for n in range(101):
        placed_at = LONG_AGO + timedelta(hours=n // 7)  # many at the same moment
        OrderFactory.create(seller=seller, placed_at=placed_at, lines=[])
    client = visitor(seller_owner(seller))
    seen, path, sizes = [], "/orders/", []
    while path:
        page = client.get(path).context["page"]
        sizes.append(len(page.orders))
        seen += [order.pk for order in page.orders]
        path = f"/orders/?after={page.after}" if page.after else ""
    assert sizes == [50, 50, 1]
    assert seen == list(Order.objects.order_by("-placed_at", "-pk").values_list("pk", flat=True))


@pytest.mark.parametrize("after", ["x", "1-", "-1", "9" * 400 + "-1", "1-" + "9" * 400, "1.5-2", "\x00"])
def test_a_nonsense_place_shows_a_page(after: str) -> None:
    order = OrderFactory.create()
    answer = visitor(order.buyer.user).get("/orders/", {"after": after})
    assert answer.status_code == 200


def test_a_list_costs_the_same_whatever_its_length() -> None:
    order = OrderFactory.create()
    client = visitor(order.buyer.user)
    with CaptureQueriesContext(connection) as one:
        client.get("/orders/")
    for _ in range(10):
        OrderFactory.create(buyer=order.buyer, lines=[{}, {}])
    with CaptureQueriesContext(connection) as many:
        client.get("/orders/")
    assert len(one) == len(many)


@pytest.mark.rule("ORD-1")
def test_the_order_page_shows_lines_and_timeline() -> None:
    order = OrderFactory.create(
        lines=[{"title": "Casserole"}, {"title": "<b>Lid</b>"}], carrier="Parcel Co", tracking="JD0146"
    )
    for days, kind in enumerate(("placed", "shipped", "delivered")):
        OrderEvent.objects.create(order=order, kind=kind, at=LONG_AGO + timedelta(days=days))
    page = visitor(order.buyer.user).get(path_of(order)).content.decode()
    for words in ("Casserole", "&lt;b&gt;Lid&lt;/b&gt;", "Parcel Co", "JD0146"):
        assert words in page
    timeline = page[page.index("Timeline") :]
    places = [timeline.index(word) for word in ("Ordered", "Shipped", "Delivered")]
    assert places == sorted(places)


@pytest.mark.rule("ORD-1", "ACC-10")
@pytest.mark.parametrize(("language", "words"), [("fr", "Livrée"), ("it", "Consegnato"), ("pl", "Doręczone")])
def test_an_orders_state_has_its_own_words(language: str, words: str) -> None:
    """A parcel is delivered in other words than a message."""
    order = OrderFactory.create(status="delivered", buyer__user__language=language)
    OrderEvent.objects.create(order=order, kind="delivered", at=LONG_AGO)
    client = visitor(order.buyer.user)
    for path in ("/orders/", path_of(order), f"/messages/new/?order={order.number}"):
        assert re.search(rf'class="tag tag--ok">.*?{words}', client.get(path).content.decode(), re.DOTALL)


@pytest.mark.rule("ALI-5", "ALI-6", "SEC-2")
def test_each_side_is_shown_the_alias_that_it_writes_to() -> None:
    pair = PairFactory.create()
    order = OrderFactory.create(pair=pair)
    to_buyer, to_seller = alias_of(pair, "buyer"), alias_of(pair, "seller")
    seller_page = visitor(seller_owner(pair.seller)).get(path_of(order)).content.decode()
    buyer_page = visitor(pair.buyer.user).get(path_of(order)).content.decode()
    assert to_buyer in seller_page
    assert to_seller not in seller_page
    assert to_seller in buyer_page
    assert to_buyer not in buyer_page


@pytest.mark.rule("ACC-8", "ACC-3", "SEC-1")
def test_a_seller_blocks_a_buyer_and_unblocks_them() -> None:
    order = OrderFactory.create()
    path = f"{path_of(order)}block/"
    member = MembershipFactory.create(seller=order.seller, can_reply=True, can_organise=True)
    for client, status in [
        (visitor(member.user), 403),
        (visitor(order.buyer.user), 404),
        (visitor(seller_owner(SellerFactory.create())), 404),
        (visitor(), 302),
    ]:
        assert client.post(path, {"blocked": "yes"}).status_code == status
    assert not Pair.objects.exists()
    owner = visitor(seller_owner(order.seller))
    assert owner.get(path).status_code == 405
    assert owner.post(path, {"blocked": "yes"}).status_code == 302
    assert Pair.objects.get().blocked_by_seller_at is not None
    assert "Unblock the buyer" in owner.get(path_of(order)).content.decode()
    owner.post(path, {"blocked": "no"})
    assert Pair.objects.get().blocked_by_seller_at is None
