"""Why mails may not arrive: settings, the last mails, where else to look (BOX-13)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Buyer, Pair, Seller, User
from messages_app.models import Delivery, DeliveryAttempt
from messages_app.policy.facts import Side
from messages_app.services.system_messages import post_system_message
from messages_app.services.tell import buyer_messages_address
from orders.models import OrderEvent
from tests.factories import OrderFactory, PairFactory
from tests.messages_app.views.world import World, signed_in, write
from tests.visitors import visitor

pytestmark = [pytest.mark.django_db, pytest.mark.rule("BOX-13")]

FULL = "552 5.2.2 the box of carol is full"


def page(user: User) -> str:
    answer = signed_in(user).get(reverse("not_receiving"))
    assert answer.status_code == 200
    return answer.content.decode()


def ended(message_id: Any, state: str, reply: str) -> None:
    """The copy of that message ended so."""
    delivery = Delivery.objects.get(message=message_id, kind=Delivery.Kind.COPY)
    Delivery.objects.filter(pk=delivery.pk).update(state=state)
    DeliveryAttempt.objects.create(delivery=delivery, outcome="bounced", reply=reply)


def test_a_buyer_sees_where_mails_go_and_that_nothing_stops_them(world: World) -> None:
    said = page(world.buyer)
    assert f"Mails are on and go to {world.buyer.email}." in said
    assert "Sellers can write to you about your orders." in said
    assert "Waiting to be sent by e-mail" in said  # the seller's answer
    assert "Some did not arrive" not in said


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"mail_messages": False}, "Mails about messages are switched off"),
        ({"opted_out_at": timezone.now}, "Sellers cannot write unasked"),
    ],
    ids=["mails-off", "opted-out"],
)
def test_a_buyers_own_settings_are_named(world: World, fields: dict[str, Any], sentence: str) -> None:
    assert sentence not in page(world.buyer)
    values = {name: value() if callable(value) else value for name, value in fields.items()}
    Buyer.objects.filter(user=world.buyer).update(**values)
    assert sentence in page(world.buyer)


@pytest.mark.parametrize("field", ["blocked_by_buyer_at", "opted_out_at"])
def test_sellers_that_a_buyer_stopped_are_counted(world: World, field: str) -> None:
    PairFactory.create(buyer=world.pair.buyer)
    Pair.objects.filter(pk=world.pair.pk).update(**{field: timezone.now()})
    assert "1 seller cannot write to you unasked" in page(world.buyer)
    Pair.objects.filter(buyer=world.pair.buyer).update(**{field: timezone.now()})
    assert "2 sellers cannot write to you unasked" in page(world.buyer)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"mail_buyer_messages": False}, "Mails about buyers' messages are switched off."),
        ({"messaging_enabled": False}, "Your seller account takes no messages"),
    ],
    ids=["mails-off", "messaging-off"],
)
def test_a_sellers_own_settings_are_named(world: World, fields: dict[str, Any], sentence: str) -> None:
    before = page(world.owner)
    assert f"Mails are on and go to {buyer_messages_address(world.pair.seller)}." in before
    assert sentence not in before
    Seller.objects.filter(pk=world.pair.seller_id).update(**fields)
    assert sentence in page(world.owner)


def test_a_seller_without_a_confirmed_address_is_told(world: World) -> None:
    world.pair.seller.authorized_addresses.all().delete()
    assert "No address for these mails is confirmed" in page(world.owner)


@pytest.mark.rule("BOX-13", "ACC-9")
def test_each_mail_says_from_whom_and_about_what_and_no_address(world: World) -> None:
    post_system_message(order=world.order, kind=OrderEvent.Kind.SHIPPED, now=timezone.now())
    to_buyer, to_seller = last_mails(world.buyer), last_mails(world.owner)
    assert len(to_buyer) == 2
    assert world.pair.buyer.marketplace.name in to_buyer[0]
    assert world.pair.seller.trade_name in to_buyer[1]
    assert len(to_seller) == 1
    assert world.pair.buyer.display_name in to_seller[0]
    for line in [*to_buyer, *to_seller]:
        assert world.order.number in line
        assert "@" not in line
    for line in [to_buyer[1], to_seller[0]]:
        assert "Where is it?" in line


def last_mails(user: User) -> list[str]:
    """The lines of the list."""
    said = page(user).partition("The last mails to you")[2].partition("</ol>")[0]
    return said.split("<li>")[1:]


@pytest.mark.rule("BOX-13", "MAIL-23")
def test_a_mail_that_came_back_says_why_in_our_words(world: World) -> None:
    ended(world.answered.pk, Delivery.State.BOUNCED, FULL)
    said = page(world.buyer)
    assert "Returned by the mail server" in said
    assert "552 5.2.2 – The mailbox is full." in said
    assert "carol" not in said
    assert "Some did not arrive" in said


@pytest.mark.parametrize(("days", "shown"), [(13.9, True), (14.1, False)])
def test_mails_of_fourteen_days_are_shown(world: World, days: float, shown: bool) -> None:
    at = timezone.now() - timedelta(days=days)
    Delivery.objects.filter(message=world.answered).update(created_at=at)
    assert ("None went out to you in the last 14 days." not in page(world.buyer)) is shown


@pytest.mark.rule("BOX-13", "SEC-1")
def test_mails_of_another_account_at_the_same_address_stay_its_own(world: World) -> None:
    """Somebody who buys and sells under one address sees on each side what went to that side."""
    address = buyer_messages_address(world.pair.seller)
    other = PairFactory.create(buyer__user=world.owner)
    User.objects.filter(pk=world.owner.pk).update(email=address)
    order = OrderFactory.create(pair=other)
    asked = write(other, Side.BUYER, user=world.owner, order=order, reason="where_is_it", hours_ago=1)
    answered = write(other, Side.SELLER, thread_id=asked.thread_id, text="To the buyer of this address.")
    Delivery.objects.filter(message=answered.message_id).update(recipient=address)
    ended(answered.message_id, Delivery.State.BOUNCED, FULL)
    world.owner.refresh_from_db()  # a session knows its person's address
    as_seller = visitor(world.owner, selling_for=world.pair.seller)
    said = as_seller.get(reverse("not_receiving")).content.decode()
    assert f"go to {address}" in said
    assert "Returned by the mail server" not in said


def test_it_asks_as_much_for_many_mails_as_for_one(world: World, django_assert_num_queries: Any) -> None:
    client = signed_in(world.buyer)
    client.get(reverse("not_receiving"))
    with django_assert_num_queries(6):
        client.get(reverse("not_receiving"))
    for number in range(12):
        write(
            world.pair,
            Side.SELLER,
            user=world.owner,
            thread_id=world.thread.pk,
            text=f"Parcel number {number}.",
        )
    with django_assert_num_queries(6):
        said = client.get(reverse("not_receiving")).content.decode()
    assert said.count("Waiting to be sent by e-mail") == 10
