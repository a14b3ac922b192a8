"""Archive, delete, restore and their undo, as pages do it (BOX-5, ACC-3, SEC-1)."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from messages_app.models import MailboxEntry
from tests.factories import MembershipFactory
from tests.messages_app.views.world import World, signed_in

pytestmark = pytest.mark.django_db


def place(client: Client, thread: object, name: str, query: str = "") -> tuple[int, str]:
    answer = client.post(reverse("place_thread", args=[thread, name]) + query)
    return answer.status_code, answer.headers.get("Location", "")


def place_of(world: World, side: str) -> str:
    return MailboxEntry.objects.get(thread=world.thread, side=side).place


@pytest.mark.rule("BOX-5")
@pytest.mark.parametrize("name", ["archived", "deleted"])
@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_it_happens_at_once_and_can_be_undone(world: World, name: str, side: str) -> None:
    client = signed_in(world.owner if side == "seller" else world.buyer)
    done = place(client, world.thread.pk, name, "?view=sent&who=a")
    assert done == (302, f"{reverse('inbox')}?view=sent&who=a")
    assert place_of(world, side) == name
    assert place_of(world, "buyer" if side == "seller" else "seller") == "inbox"
    page = client.get(done[1]).content.decode()
    undo = re.search(r'action="([^"]+)"[^>]*>(?:(?!</form>).)*>Undo<', page, re.DOTALL)
    assert undo
    assert client.post(undo.group(1).replace("&amp;", "&")).status_code == 302
    assert place_of(world, side) == "inbox"


@pytest.mark.rule("BOX-5")
def test_undoing_a_deletion_leads_back_to_the_archive(world: World) -> None:
    client = signed_in(world.owner)
    place(client, world.thread.pk, "archived")
    client.get(reverse("inbox"))  # the first toast is read
    place(client, world.thread.pk, "deleted")
    assert reverse("place_thread", args=[world.thread.pk, "archived"]) in (
        client.get(reverse("inbox")).content.decode()
    )


@pytest.mark.rule("BOX-5", "SEC-1", "ACC-3")
def test_who_may_move_a_thread(world: World) -> None:
    helper = MembershipFactory.create(seller=world.pair.seller, can_organise=True).user
    outcomes = {
        who: place(signed_in(user), world.thread.pk, "archived")[0]
        for who, user in (
            ("stranger", world.stranger),
            ("rival", world.rival),
            ("reader", world.reader),
            ("blind", world.blind),
        )
    }
    assert outcomes == {"stranger": 404, "rival": 404, "reader": 403, "blind": 403}
    assert place(signed_in(None), world.thread.pk, "archived")[1].startswith(reverse("sign_in"))
    assert {place_of(world, "seller"), place_of(world, "buyer")} == {"inbox"}
    assert place(signed_in(helper), world.thread.pk, "archived")[0] == 302
    assert place_of(world, "seller") == "archived"


def test_a_place_or_a_thread_that_does_not_exist_is_not_found(world: World) -> None:
    client = signed_in(world.owner)
    assert place(client, world.thread.pk, "attic")[0] == 404
    assert place(client, uuid4(), "archived")[0] == 404
    assert client.get(reverse("place_thread", args=[world.thread.pk, "archived"])).status_code == 405


@pytest.mark.rule("ACC-3")
def test_who_may_not_organise_sees_why(world: World) -> None:
    page = signed_in(world.reader).get(reverse("thread", args=[world.thread.pk])).content.decode()
    assert reverse("place_thread", args=[world.thread.pk, "archived"]) not in page
    assert "can let you organise the mailbox" in page


@pytest.mark.rule("BOX-5")
def test_what_was_put_away_is_opened_and_restored(world: World) -> None:
    client = signed_in(world.buyer)
    place(client, world.thread.pk, "deleted")
    page = client.get(f"{reverse('inbox')}?view=deleted").content.decode()
    assert reverse("thread", args=[world.thread.pk]) in page
    thread = client.get(f"{reverse('thread', args=[world.thread.pk])}?view=deleted").content.decode()
    restore = reverse("place_thread", args=[world.thread.pk, "inbox"])
    assert f'action="{restore}?view=deleted"' in thread
    assert place(client, world.thread.pk, "inbox") == (302, reverse("thread", args=[world.thread.pk]))
