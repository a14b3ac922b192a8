"""Where threads lie in one side's mailbox, and what moves them (BOX-5, BOX-11)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role, roles_of
from messages_app.models import MailboxEntry, Message
from messages_app.policy.facts import Side
from messages_app.queries.inbox import inbox_page
from messages_app.queries.mailbox_views import view_named
from messages_app.services.clock import mark_not_needed, undo_not_needed
from messages_app.services.places import Place, place_threads
from messages_app.services.reading import mark_read
from tests.factories import OrderFactory
from tests.messages_app.views.world import World, make_world, write

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def world() -> World:
    return make_world()


def role_of(user: User) -> Role:
    return roles_of(user)[0]


def entry_of(world: World, side: str) -> MailboxEntry:
    return MailboxEntry.objects.get(thread=world.thread, side=side)


def put(world: World, user: User, place: Place) -> int:
    return place_threads(role=role_of(user), thread_ids=[world.thread.pk], place=place, now=timezone.now())


def lists(user: User) -> set[str]:
    """The views that show the thread."""
    role = role_of(user)
    names = ["inbox", "sent"] if role.buyer else ["received", "sent", "all"]
    return {
        name
        for name in [*names, "unread", "archived", "deleted"]
        if inbox_page(role, view_named(role, name)).rows
    }


@pytest.mark.rule("BOX-5")
@pytest.mark.parametrize(
    ("place", "sellers", "buyers"),
    [
        (Place.INBOX, {"received", "sent", "unread", "all"}, {"inbox", "sent", "unread"}),
        (Place.ARCHIVED, {"sent", "all", "archived"}, {"sent", "archived"}),
        (Place.DELETED, {"deleted"}, {"deleted"}),
    ],
)
def test_a_place_decides_which_views_show_a_thread(
    world: World, place: Place, sellers: set[str], buyers: set[str]
) -> None:
    put(world, world.owner, place)
    assert (lists(world.owner), lists(world.buyer)) == (sellers, {"inbox", "sent", "unread"})
    put(world, world.owner, Place.INBOX)
    put(world, world.buyer, place)
    assert (lists(world.owner), lists(world.buyer)) == ({"received", "sent", "unread", "all"}, buyers)


@pytest.mark.rule("BOX-5", "SEC-1")
def test_nobody_moves_a_thread_of_others(world: World) -> None:
    for user in (world.stranger, world.rival):
        assert put(world, user, Place.DELETED) == 0
    assert {entry.place for entry in MailboxEntry.objects.all()} == {"inbox"}


@pytest.mark.rule("BOX-5")
def test_what_lies_there_already_is_left_alone(world: World) -> None:
    assert put(world, world.owner, Place.ARCHIVED) == 1
    before = entry_of(world, "seller")
    assert put(world, world.owner, Place.ARCHIVED) == 0
    after = entry_of(world, "seller")
    assert (after.placed_at, after.changed_at) == (before.placed_at, before.changed_at)


@pytest.mark.rule("BOX-5")
@pytest.mark.parametrize(("beyond", "restorable"), [(-1, True), (0, True), (1, False)])
@pytest.mark.parametrize("place", [Place.INBOX, Place.ARCHIVED])
def test_what_was_deleted_can_be_restored_for_30_days(
    world: World, beyond: int, restorable: bool, place: Place
) -> None:
    put(world, world.owner, Place.DELETED)
    deleted_at = entry_of(world, "seller").placed_at
    assert deleted_at
    now = deleted_at + timedelta(days=30) + timedelta(microseconds=beyond)
    moved = place_threads(role=role_of(world.owner), thread_ids=[world.thread.pk], place=place, now=now)
    assert moved == int(restorable)
    assert entry_of(world, "seller").place == (place if restorable else "deleted")


@pytest.mark.rule("BOX-5")
@pytest.mark.parametrize(("beyond", "listed"), [(-1, True), (0, True), (1, False)])
def test_what_was_deleted_is_listed_for_30_days(world: World, beyond: int, listed: bool) -> None:
    put(world, world.buyer, Place.DELETED)
    deleted_at = entry_of(world, "buyer").placed_at
    assert deleted_at
    with time_machine.travel(deleted_at + timedelta(days=30, microseconds=beyond), tick=False):
        assert lists(world.buyer) == ({"deleted"} if listed else set())
    assert Message.objects.filter(thread=world.thread).count() == 3  # the record is kept


@pytest.mark.rule("BOX-5")
@pytest.mark.parametrize("place", [Place.ARCHIVED, Place.DELETED])
@pytest.mark.parametrize("days", [1, 31])
def test_a_new_message_brings_a_thread_back(world: World, place: Place, days: int) -> None:
    put(world, world.owner, place)
    put(world, world.buyer, place)
    MailboxEntry.objects.update(placed_at=timezone.now() - timedelta(days=days))
    write(world.pair, Side.BUYER, user=world.buyer, thread_id=world.thread.pk, text="One more thing.")
    for side in ("seller", "buyer"):
        entry = entry_of(world, side)
        assert (entry.place, entry.placed_at) == ("inbox", None)


@pytest.mark.rule("BOX-5")
def test_what_was_not_delivered_brings_nothing_back(world: World) -> None:
    put(world, world.owner, Place.ARCHIVED)
    put(world, world.buyer, Place.ARCHIVED)
    sent = write(
        world.pair, Side.SELLER, user=world.owner, thread_id=world.thread.pk, text="Or at b@shop.example"
    )
    assert sent.state == "blocked"
    assert {entry.place for entry in MailboxEntry.objects.all()} == {"archived"}


@pytest.mark.rule("BOX-5", "RSP-1")
@pytest.mark.parametrize("place", [Place.ARCHIVED, Place.DELETED])
def test_a_running_clock_never_hides(world: World, place: Place) -> None:
    write(world.pair, Side.BUYER, user=world.buyer, thread_id=world.thread.pk, text="Still waiting.")
    put(world, world.owner, place)
    role = role_of(world.owner)
    assert [row.place for row in inbox_page(role, view_named(role, "needed")).rows] == [place]


@pytest.mark.rule("BOX-11")
@pytest.mark.parametrize("what", ["message", "read", "placed", "clock_off", "clock_on"])
def test_every_write_moves_the_moment_of_change(world: World, what: str) -> None:
    write(world.pair, Side.BUYER, user=world.buyer, thread_id=world.thread.pk, text="And now?")
    if what == "clock_on":
        mark_not_needed(thread=world.thread, user=world.owner, now=timezone.now())
    changes: dict[str, Callable[[], object]] = {
        "message": lambda: write(
            world.pair, Side.BUYER, user=world.buyer, thread_id=world.thread.pk, text="Hello?"
        ),
        "read": lambda: mark_read(thread=world.thread, side=Side.SELLER, now=timezone.now()),
        "placed": lambda: put(world, world.owner, Place.ARCHIVED),
        "clock_off": lambda: mark_not_needed(thread=world.thread, user=world.owner, now=timezone.now()),
        "clock_on": lambda: undo_not_needed(thread=world.thread),
    }
    before = entry_of(world, "seller").changed_at
    changes[what]()
    assert entry_of(world, "seller").changed_at > before


@pytest.mark.rule("BOX-1")
def test_a_list_knows_which_threads_carry_files(world: World) -> None:
    assert entry_of(world, "seller").has_files
    assert entry_of(world, "buyer").has_files
    other = OrderFactory.create(pair=world.pair)
    plain = write(world.pair, Side.BUYER, user=world.buyer, order=other, text="Another matter.")
    assert not MailboxEntry.objects.filter(thread=plain.thread_id, has_files=True).exists()
