"""From a blocked message back to its text (GATE-2)."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

import pytest
from django.urls import reverse

from accounts.models import User
from messages_app.policy.facts import Side
from orders.models import Order, Product
from tests.factories import OrderFactory
from tests.messages_app.views.world import World, make_world, signed_in, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def written(user: User, world: World, message: UUID | str) -> str:
    """What stands in the composer of who opens the thread to take that message up again."""
    address = f"{reverse('thread', args=[world.thread.pk])}?again={message}"
    page = signed_in(user).get(address).content.decode()
    box = re.search(r'<textarea class="composer__text"[^>]*>([^<]*)</textarea>', page)
    return box.group(1) if box else "no composer"


@pytest.mark.rule("GATE-2", "SEC-1")
def test_a_blocked_message_is_taken_up_again_by_its_own_side_alone(world: World) -> None:
    refused = world.refused.pk
    seen = {
        "owner": written(world.owner, world, refused),
        "reader": written(world.reader, world, refused),
        "buyer": written(world.buyer, world, refused),
    }
    assert seen == {"owner": "Write to me@shop.example", "reader": "no composer", "buyer": ""}


@pytest.mark.parametrize("what", ["asked", "answered", "words", ""])
def test_nothing_else_is_taken_up(world: World, what: str) -> None:
    message = {"asked": world.asked.pk, "answered": world.answered.pk}.get(what, what)
    assert written(world.owner, world, message) == ""


@pytest.mark.rule("BOX-9")
def test_a_draft_that_waits_there_stays(world: World) -> None:
    client = signed_in(world.owner)
    client.post(f"{reverse('draft')}?thread={world.thread.pk}", {"text": "Half a word"})
    assert written(world.owner, world, world.refused.pk) == "Half a word"


@pytest.mark.rule("GATE-2", "RSN-1")
@pytest.mark.parametrize(("status", "kept"), [("unshipped", True), ("shipped", False)])
def test_the_reason_is_taken_up_with_the_text_while_it_is_offered(
    world: World, status: str, kept: bool
) -> None:
    order = OrderFactory.create(pair=world.pair, status="unshipped")
    begun = write(
        world.pair,
        Side.SELLER,
        user=world.owner,
        order=order,
        reason="order_question",
        text="Write to me@shop.example",
    )
    Order.objects.filter(pk=order.pk).update(status=status)
    address = f"{reverse('thread', args=[begun.thread_id])}?again={begun.message_id}"
    page = signed_in(world.owner).get(address).content.decode()
    assert "Write to me@shop.example</textarea>" in page
    assert re.findall(r'<option value="(\w+)"[^>]* selected', page) == (["order_question"] if kept else [])


@pytest.mark.rule("GATE-2")
def test_the_blocked_message_leads_there(world: World) -> None:
    address = f"{reverse('thread', args=[world.thread.pk])}?again={world.refused.pk}"
    for user, led in ((world.owner, True), (world.reader, False)):
        page = signed_in(user).get(reverse("thread", args=[world.thread.pk])).content.decode()
        assert (f'href="{address}"' in page) is led


@pytest.mark.rule("GATE-2", "RSN-1")
def test_the_days_of_a_warranty_are_taken_up_too(world: World) -> None:
    order = OrderFactory.create(pair=world.pair)
    Product.objects.filter(pk__in=order.lines.values("product")).update(warranty=True)
    days = (date(2026, 3, 1), date(2026, 2, 28))
    begun = write(
        world.pair,
        Side.SELLER,
        user=world.owner,
        order=order,
        reason="warranty",
        text="Here it is.",
        covers=days,
    )
    address = f"{reverse('thread', args=[begun.thread_id])}?again={begun.message_id}"
    page = signed_in(world.owner).get(address).content.decode()
    assert re.findall(r'<option value="(\w+)"[^>]* selected', page) == ["warranty"]
    assert 'name="covers_from" value="2026-03-01"' in page
    assert 'name="covers_until" value="2026-02-28"' in page
