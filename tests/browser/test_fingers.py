"""What stands alone on a phone is as high as a finger (UX-1, UX-2)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import VisitorMaker
from tests.messages_app.views.world import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FINGER = 36  # pixels: 44 less what the smallest type lacks


@pytest.fixture
def world(transactional_db: None, installation_keys: None) -> World:
    return make_world()


@pytest.mark.rule("UX-1", "UX-2")
def test_the_links_of_orders_and_of_a_conversations_head_are_as_high_as_a_finger(
    visitors: VisitorMaker, world: World
) -> None:
    order = f"/orders/{world.order.number}/"
    for user, verdicts in ((world.owner, ", .message__verdict a"), (world.buyer, "")):
        phone = visitors(width=390, touch=True)
        phone.sign_in(user.email)
        for path, links in (
            ("/orders/", ".orders tbody a"),
            (order, ".page__head p a, .card p > a"),
            (f"/messages/new/?order={world.order.number}", ".page__head p a, .orderline a"),
            (f"/messages/{world.thread.pk}/", f".conversation__title a{verdicts}"),
        ):
            phone.open(path)
            seen = phone.page.locator(links).filter(visible=True)
            expect(seen.first).to_be_visible()
            assert {link.inner_text() for link in seen.all() if height(link) < FINGER} == set()


def height(link: Locator) -> float:
    box = link.bounding_box()
    assert box is not None
    return box["height"]
