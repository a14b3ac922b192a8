"""A team with each permission alone, the buyer, strangers and staff, around one thread of everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuthorizedAddress, Membership, User
from accounts.models.invitations import Invitation
from messages_app.models import Attachment, Delivery, InboundMail, RawMail, SealingKey
from messages_app.models.draft import Upload
from messages_app.policy.facts import Side
from tests.factories import MembershipFactory, UserFactory
from tests.messages_app.views.world import World, make_world, signed_in, write

PERMISSIONS = ("read", "reply", "organise", "see_reports", "manage_settings")


@dataclass(frozen=True, slots=True)
class Resource:
    """Ids of one thing in an address: the world's own, and those of nothing. `query`: they stand behind the
    question mark under this name."""

    own: tuple[Any, ...]
    missing: tuple[Any, ...]
    query: str = ""
    also: tuple[tuple[str, str], ...] = ()  # what stands behind the question mark besides


@dataclass(frozen=True, slots=True)
class Town:
    """Everybody by the name that the table calls them, and everything that has an address."""

    world: World
    visitors: dict[str, User | None]
    resources: dict[str, Resource]
    browsers: dict[str, str]  # session keys by visitor


def make_town() -> Town:
    """All of it, made by the services that serve people where there are any."""
    world = make_world()
    picture = write(
        world.pair,
        Side.BUYER,
        user=world.buyer,
        thread_id=world.thread.pk,
        text="As you can see.",
        hours_ago=3,
    )
    assert picture.state == "delivered"
    seller = world.pair.seller
    visitors: dict[str, User | None] = {"owner": world.owner}
    for permission in PERMISSIONS:
        columns = {f"can_{name}": name == permission for name in PERMISSIONS}
        visitors[permission] = UserFactory.create()
        MembershipFactory.create(user=visitors[permission], seller=seller, **columns)
    moderator, admin = UserFactory.create(is_staff=True), UserFactory.create(is_staff=True, is_superuser=True)
    visitors |= {
        "none": world.blind,
        "buyer": world.buyer,
        "rival": world.rival,
        "stranger": world.stranger,
        "moderator": moderator,
        "admin": admin,
        "nobody": None,
    }
    browsers = {name: _session_of(user) for name, user in visitors.items()}
    return Town(world, visitors, _resources(world), browsers)


def _session_of(user: User | None) -> str:
    return signed_in(user).session.session_key or "" if user else ""


def _resources(world: World) -> dict[str, Resource]:
    seller = world.pair.seller
    ids: dict[str, Callable[[], Any]] = {
        "thread": lambda: world.thread.pk,
        "asked": lambda: world.asked.pk,
        "answered": lambda: world.answered.pk,
        "refused": lambda: world.refused.pk,
        "attachment": lambda: Attachment.objects.get(message=world.asked).pk,
        "held_mail": lambda: _held_mail(world),
        "owners_upload": lambda: _upload(world, world.owner),
        "buyers_upload": lambda: _upload(world, world.buyer),
    }
    numbers: dict[str, Callable[[], Any]] = {
        "address": lambda: AuthorizedAddress.objects.get(seller=seller).pk,
        "member": lambda: Membership.objects.get(seller=seller, user=world.reader).pk,
        "invitation": lambda: _invitation(world),
        "buyers_seller": lambda: seller.pk,
    }
    found = {name: Resource((make(),), (uuid4(),)) for name, make in ids.items()}
    at_desk = (("thread", str(world.thread.pk)),)
    for name in ("owners_upload", "buyers_upload"):
        found[name] = replace(found[name], also=at_desk)
    found |= {name: Resource((make(),), (987654321,)) for name, make in numbers.items()}
    order = world.order.number
    return found | {
        "-": Resource((), ()),
        "order": Resource((order,), ("999-9999999-9999999",)),
        "order?": Resource((order,), ("999-9999999-9999999",), query="order"),
        "thread?": Resource((world.thread.pk,), (uuid4(),), query="thread"),
        "store": Resource((seller.slug,), ("no-such-shop",)),
        "store?": Resource((seller.slug,), ("no-such-shop",), query="store"),
        "token": Resource(("no.such.token",), ("no.such.token",)),
        "place": Resource((world.thread.pk, "archived"), (uuid4(), "archived")),
        "demo_mail": Resource((Delivery.objects.order_by("created_at")[0].pk,), (uuid4(),)),
        "demo_part": Resource((Delivery.objects.order_by("created_at")[0].pk, 99), (uuid4(), 99)),
        "demo_mailbox": Resource((world.buyer.email,), ("nobody@nowhere.example",)),
    }


def _held_mail(world: World) -> UUID:
    """A mail that says it comes from the seller, held outside."""
    key = SealingKey.objects.create(purpose="raw", wrapped=b"")
    raw = RawMail.objects.create(key=key, size=1, sealed=b"x")
    row = InboundMail.objects.create(
        raw=raw,
        door=InboundMail.Door.SMTP,
        alias=world.pair.aliases.get(side="buyer"),
        envelope_sealed=b"",
        received_at=timezone.now() - timedelta(days=1),
        state=InboundMail.State.HELD,
        outcome="unproven",
    )
    return row.pk


def _upload(world: World, user: User) -> UUID:
    """A file in that person's draft for the thread."""
    path = f"{reverse('upload')}?thread={world.thread.pk}"
    file = SimpleUploadedFile("note.txt", b"24 cm wide", "text/plain")
    before = set(Upload.objects.values_list("pk", flat=True))
    answer = signed_in(user).post(path, {"file": file, "thread": str(world.thread.pk)})
    assert answer.status_code in (200, 201, 302), answer.content
    return Upload.objects.exclude(pk__in=before).get().pk


def _invitation(world: World) -> int:
    seller = world.pair.seller
    return Invitation.objects.create(seller=seller, email="new@people.example", permissions=["read"]).pk
