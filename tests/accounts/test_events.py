"""What accounts and orders tell becomes mail and system messages."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.urls import resolve

from accounts.links import address_by_token, person_by_token
from accounts.models import AccountEvent, AuthorizedAddress, User
from accounts.services.addresses import add_address, block_address
from accounts.services.people import ask_for_link, sign_up_buyer
from messages_app.models import Delivery, Message, Thread
from messages_app.services.events import take_events
from messages_app.services.system_messages import post_system_message
from messages_app.vault.content import written_content
from messages_app.vault.keys import open_key
from messages_app.vault.values import open_json
from orders.models import OrderEvent
from tests.factories import MarketplaceFactory, OrderFactory, SellerFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)


def sent() -> list[Delivery]:
    return list(Delivery.objects.order_by("pk"))


def context_of(delivery: Delivery) -> dict[str, str]:
    key = open_key(delivery.key)
    context = open_json(
        key, delivery.context_sealed, table="delivery", column="context_sealed", row_id=delivery.id
    )
    return dict(context)


def token_in(delivery: Delivery) -> tuple[str, str]:
    """The name of the page that the mail's link opens, and its token."""
    link = context_of(delivery)["link"]
    assert link.startswith("http://127.0.0.1:8000/")
    found = resolve(link.removeprefix("http://127.0.0.1:8000"))
    return str(found.url_name), str(found.kwargs.get("token", ""))


@pytest.mark.both_databases
@pytest.mark.rule("ACC-4", "SEC-4")
def test_an_added_address_gets_its_link_in_the_sellers_language() -> None:
    seller = SellerFactory.create(language="de", trade_name="Alder")
    row = add_address(seller=seller, address="desk@shop.example", now=NOW).row
    assert take_events(NOW) == 1
    [delivery] = sent()
    assert (delivery.kind, delivery.template, delivery.recipient, delivery.language) == (
        "account", "confirm_address", "desk@shop.example", "de",
    )  # fmt: skip
    assert context_of(delivery)["seller"] == "Alder"
    page, token = token_in(delivery)
    assert page == "confirm_address"
    assert address_by_token(token) == row
    assert take_events(NOW) == 0  # told once
    assert len(sent()) == 1


@pytest.mark.rule("ACC-1", "ACC-11")
@pytest.mark.parametrize(("unclaimed", "template"), [(True, "claim"), (False, "reset_password")])
def test_links_to_people(*, unclaimed: bool, template: str) -> None:
    user = UserFactory.create(unclaimed=unclaimed, language="fr")
    ask_for_link(email=user.email, now=NOW)
    take_events(NOW)
    [delivery] = sent()
    assert (delivery.template, delivery.recipient, delivery.language) == (template, user.email, "fr")
    page, token = token_in(delivery)
    assert page == "set_password"
    assert person_by_token(token) == user


@pytest.mark.rule("ACC-1")
def test_signing_up_and_signing_up_again() -> None:
    known = UserFactory.create()
    for email in ("new@people.example", known.email):
        sign_up_buyer(
            email=email, full_name="N", language="es", marketplace=MarketplaceFactory.create(), now=NOW
        )
    assert take_events(NOW) == 2
    assert [(one.template, one.recipient, token_in(one)[0]) for one in sent()] == [
        ("sign_up", "new@people.example", "set_password"),
        ("account_exists", known.email, "sign_in"),
    ]
    assert person_by_token(token_in(sent()[0])[1]) == User.objects.get(email="new@people.example")


@pytest.mark.rule("ACC-1", "ACC-4")
def test_what_leads_to_nobody_is_taken_without_a_mail() -> None:
    ask_for_link(email="nobody@people.example", now=NOW)
    row = add_address(seller=SellerFactory.create(), address="desk@shop.example", now=NOW).row
    block_address(row=row)
    assert take_events(NOW) == 2
    assert sent() == []
    assert not AccountEvent.objects.filter(taken_at=None).exists()
    assert AuthorizedAddress.objects.get(pk=row.pk).state == "blocked"


@pytest.mark.rule("ORD-6", "UX-4")
@pytest.mark.parametrize(
    ("zone", "day"), [("", "3 marca 2026"), ("Asia/Tokyo", "4 marca 2026"), ("Mars/Base", "3 marca 2026")]
)
def test_a_system_message_tells_days_as_its_reader_counts_them(zone: str, day: str) -> None:
    order = OrderFactory.create(
        buyer__user__language="pl",
        buyer__user__time_zone=zone,
        delivered_at=datetime(2026, 3, 3, 20, 30, tzinfo=UTC),
    )
    post_system_message(order=order, kind=OrderEvent.Kind.DELIVERED, now=NOW)
    message = Message.objects.select_related("thread__key").get()
    assert f" {day}." in written_content(open_key(message.thread.key), message).text


@pytest.mark.both_databases
@pytest.mark.rule("ORD-6")
def test_order_events_become_system_messages_once() -> None:
    order = OrderFactory.create(buyer__user__language="pl")
    for kind in OrderEvent.Kind:
        OrderEvent.objects.create(order=order, kind=kind, at=NOW)
    OrderEvent.objects.filter(kind="placed").update(taken_at=NOW)
    assert take_events(NOW) == 5
    assert take_events(NOW) == 0
    messages = Message.objects.filter(author="marketplace").order_by("pk")
    assert [message.reason for message in messages] == ["order_shipped", "order_delivered", "order_refunded"]
    thread = Thread.objects.get()
    assert (thread.kind, thread.buyer, thread.order, thread.seller) == ("system", order.buyer, order, None)
    assert {delivery.language for delivery in sent()} == {"pl"}
    assert json.dumps([context_of(delivery) for delivery in sent()]).count("@") == 0
