"""From a blocked message back to its text (GATE-2)."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.urls import reverse

from accounts.models import User
from tests.messages_app.views.world import World, make_world, signed_in

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


@pytest.mark.rule("GATE-2")
def test_the_blocked_message_leads_there(world: World) -> None:
    address = f"{reverse('thread', args=[world.thread.pk])}?again={world.refused.pk}"
    for user, led in ((world.owner, True), (world.reader, False)):
        page = signed_in(user).get(reverse("thread", args=[world.thread.pk])).content.decode()
        assert (f'href="{address}"' in page) is led
