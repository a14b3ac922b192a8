"""A seller's page and Ask a Question (GATE-6, ACC-6, ACC-8)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.kept_writing import COOKIE
from accounts.models import Buyer, Pair, Seller
from messages_app.models import Draft, Message, Thread
from tests.factories import (
    PASSWORD,
    BuyerFactory,
    MembershipFactory,
    OrderFactory,
    PairFactory,
    SellerFactory,
    seller_owner,
)
from tests.visitors import visitor

pytestmark = pytest.mark.django_db

REPORT_AT = "https://www.marketplace.example/infringement"


@pytest.fixture
def seller(settings: object) -> Seller:
    setattr(settings, "INFRINGEMENT_URL", REPORT_AT)  # noqa: B010 - the fixture takes any name
    seller: Seller = SellerFactory.create(trade_name="Alder & Pine", slug="alder-pine")
    return seller


def ask(client: Client, seller: Seller, **fields: str) -> Any:
    said = {"text": "Is it dishwasher safe?", "topic": "product_question", "token": uuid.uuid4().hex}
    return client.post(f"/stores/{seller.slug}/ask/", {**said, **fields})


@pytest.mark.rule("GATE-6")
def test_a_buyer_asks_without_an_order(seller: Seller) -> None:
    buyer = BuyerFactory.create()
    client = visitor(buyer.user)
    page = client.get(f"/stores/{seller.slug}/").content.decode()
    assert "Alder &amp; Pine" in page
    assert "selling since 2025" in page
    answer = ask(client, seller)
    thread = Thread.objects.get()
    assert answer.headers["Location"] == f"/messages/{thread.pk}/"
    assert (thread.order, thread.topic, thread.started_by) == (None, "product_question", "buyer")
    assert (thread.buyer, thread.seller, Message.objects.get().state) == (buyer, seller, "delivered")
    assert Pair.objects.get(buyer=buyer, seller=seller).aliases.count() == 2


@pytest.mark.rule("GATE-5", "GATE-6")
def test_a_double_click_asks_once(seller: Seller) -> None:
    client, token = visitor(BuyerFactory.create().user), uuid.uuid4().hex
    first, second = (ask(client, seller, token=token) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Message.objects.count() == 1


@pytest.mark.rule("GATE-5", "BOX-9")
def test_a_question_is_its_sellers_and_so_is_its_draft(seller: Seller) -> None:
    """The same words under the same ticket to another seller are another message."""
    other, ticket = SellerFactory.create(), uuid.uuid4().hex
    client = visitor(BuyerFactory.create().user)
    for one in (seller, other):
        client.post(f"/messages/drafts/?seller={one.slug}", {"text": f"Half a question to {one.slug}"})
    assert ask(client, seller, token=ticket).status_code == 302
    assert [draft.to_seller for draft in Draft.objects.all()] == [other]
    assert ask(client, other, token=ticket).status_code == 302
    assert sorted(Thread.objects.values_list("seller", flat=True)) == sorted([seller.pk, other.pk])
    assert not Draft.objects.exists()


@pytest.mark.rule("GATE-6")
def test_in_the_role_of_a_seller_it_is_refused_with_the_way_to_report(seller: Seller) -> None:
    rival = SellerFactory.create()
    client = visitor(seller_owner(rival))
    for answer in (client.get(f"/stores/{seller.slug}/"), ask(client, seller)):
        page = answer.content.decode()
        assert "Sellers do not write to sellers" in page
        assert REPORT_AT in page
        assert "textarea" not in page
        assert "Switch to buying" not in page.split("<main")[1]
    assert answer.status_code == 422
    assert "Is it dishwasher safe?" in page  # what was written is shown, not sent
    assert not Thread.objects.exists()
    assert not Pair.objects.exists()


@pytest.mark.rule("GATE-6", "ACC-2")
def test_who_also_buys_is_offered_to_switch(seller: Seller) -> None:
    buyer = BuyerFactory.create()
    rival = SellerFactory.create(owner=buyer.user)
    selling = visitor(buyer.user, selling_for=rival)
    assert "Switch to buying" in selling.get(f"/stores/{seller.slug}/").content.decode().split("<main")[1]
    selling.post("/role/", {"role": "buyer"})
    assert ask(selling, seller).status_code == 302
    assert Thread.objects.get().buyer == buyer


@pytest.mark.rule("GATE-6")
def test_nobody_asks_the_seller_whose_team_they_belong_to(seller: Seller) -> None:
    buyer = BuyerFactory.create()
    MembershipFactory.create(user=buyer.user, seller=seller)
    client = visitor(buyer.user)
    client.post("/role/", {"role": "buyer"})
    page = client.get(f"/stores/{seller.slug}/").content.decode()
    assert "You belong to the team of Alder &amp; Pine" in page
    assert "textarea" not in page
    answer = ask(client, seller)
    assert answer.status_code == 422
    assert "You belong to the team" in answer.content.decode()
    assert not Message.objects.filter(state="delivered").exists()


@pytest.mark.rule("ACC-6")
def test_a_seller_who_takes_no_messages_says_so(seller: Seller) -> None:
    Seller.objects.update(messaging_enabled=False)
    for client in (visitor(), visitor(BuyerFactory.create().user)):
        page = client.get(f"/stores/{seller.slug}/").content.decode()
        assert "takes no messages" in page
        assert "textarea" not in page
    assert ask(client, seller).status_code == 422
    assert not Message.objects.filter(state="delivered").exists()


@pytest.mark.rule("ACC-6")
@pytest.mark.parametrize(("status", "passes"), [("shipped", True), ("delivered", False)])
def test_an_open_order_is_still_written_about(seller: Seller, status: str, passes: bool) -> None:
    Seller.objects.update(messaging_enabled=False)
    order = OrderFactory.create(pair=PairFactory.create(seller=seller), status=status)
    page = visitor(order.buyer.user).get(f"/messages/new/?order={order.number}").content.decode()
    assert ("textarea" in page) is passes
    assert ("takes no messages" in page) is not passes


def blocking_pair(seller: Seller, buyer: Buyer) -> Pair:
    pair: Pair = PairFactory.create(seller=seller, buyer=buyer, blocked_by_buyer_at=timezone.now())
    return pair


@pytest.mark.rule("ACC-8")
def test_who_blocks_the_seller_is_asked_to_unblock_first(seller: Seller) -> None:
    buyer = BuyerFactory.create()
    pair = blocking_pair(seller, buyer)
    order = OrderFactory.create(pair=pair)
    client = visitor(buyer.user)
    for path in (f"/stores/{seller.slug}/", f"/messages/new/?order={order.number}"):
        page = client.get(path).content.decode()
        assert "unblock it first" in page
        assert f"/settings/privacy/{pair.pk}/" in page
        assert "textarea" not in page
    assert ask(client, seller).status_code == 422
    client.post(f"/settings/privacy/{pair.pk}/", {"action": "unblock"})
    assert ask(client, seller).status_code == 302


@pytest.mark.rule("ACC-8")
def test_whom_the_seller_blocks_is_led_to_their_orders(seller: Seller) -> None:
    buyer = BuyerFactory.create()
    PairFactory.create(seller=seller, buyer=buyer, blocked_by_seller_at=timezone.now())
    client = visitor(buyer.user)
    assert "about your orders only" in client.get(f"/stores/{seller.slug}/").content.decode()
    assert ask(client, seller).status_code == 422


@pytest.mark.rule("UX-5", "GATE-6")
def test_who_is_signed_out_signs_in_and_finds_the_text_again(seller: Seller) -> None:
    buyer = BuyerFactory.create()
    client = Client()
    signed_in = {"username": buyer.user.email, "password": PASSWORD}
    client.post("/sign-in/", signed_in)  # this browser knows who was here last
    assert COOKIE in client.cookies
    client.post("/sign-out/")
    assert "textarea" in client.get(f"/stores/{seller.slug}/").content.decode()
    refused = ask(client, seller)
    assert refused.status_code == 403
    form = {name: refused.context[name] for name in ("next", "kept")}
    back = client.post("/sign-in/", {**signed_in, **form})
    assert back.headers["Location"] == f"/stores/{seller.slug}/ask/"
    assert "Is it dishwasher safe?" in client.get(back.headers["Location"]).content.decode()
    assert not Message.objects.exists()


@pytest.mark.rule("UX-5")
def test_whom_the_browser_does_not_know_finds_the_text_after_signing_in(seller: Seller) -> None:
    client, buyer = Client(), BuyerFactory.create()
    refused = ask(client, seller)
    form = {name: refused.context[name] for name in ("next", "kept")}
    back = client.post("/sign-in/", {"username": buyer.user.email, "password": PASSWORD, **form})
    assert "Is it dishwasher safe?" in client.get(back.headers["Location"]).content.decode()


@pytest.mark.rule("SEC-1")
def test_a_page_is_of_sellers_that_are_there(seller: Seller) -> None:
    Seller.objects.filter(pk=seller.pk).update(standing=Seller.Standing.CLOSED)
    for slug in (seller.slug, "nobody"):
        assert visitor().get(f"/stores/{slug}/").status_code == 404
        assert ask(visitor(BuyerFactory.create().user), Seller(slug=slug)).status_code == 404


@pytest.mark.rule("ACC-4", "PRV-5")
def test_the_page_names_no_address_of_the_seller(seller: Seller) -> None:
    page = visitor(BuyerFactory.create().user).get(f"/stores/{seller.slug}/").content.decode()
    owner = seller_owner(seller)
    for secret in (seller.customer_service_address, owner.email, owner.full_name):
        assert secret not in page


def test_a_page_costs_the_same_whoever_else_there_is(seller: Seller) -> None:
    client = visitor(BuyerFactory.create().user)
    client.get(f"/stores/{seller.slug}/")
    with CaptureQueriesContext(connection) as few:
        client.get(f"/stores/{seller.slug}/")
    for _ in range(3):
        OrderFactory.create(pair=PairFactory.create(seller=seller))
    with CaptureQueriesContext(connection) as many:
        client.get(f"/stores/{seller.slug}/")
    assert len(few) == len(many)
