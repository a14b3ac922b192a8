"""A team with each permission alone, the buyer, strangers and staff, around one thread of everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.models import AuthorizedAddress, Membership, User
from accounts.models.invitations import Invitation
from messages_app.models import (
    Attachment,
    Case,
    Delivery,
    Thread,
    Upload,
)
from messages_app.policy.facts import Side
from messages_app.services.submission import SubmittedFile
from messaging_center.demo_mailboxes.mailboxes import mailbox_key
from tests.factories import MembershipFactory, OrderFactory, UserFactory
from tests.messages_app.admin.staff_world import SECRET, make_moderator
from tests.messages_app.views.world import World, held_mail, make_world, signed_in, write

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
    _write_more(world)
    seller = world.pair.seller
    visitors: dict[str, User | None] = {"owner": world.owner}
    for permission in PERMISSIONS:
        columns = {f"can_{name}": name == permission for name in PERMISSIONS}
        visitors[permission] = UserFactory.create()
        MembershipFactory.create(user=visitors[permission], seller=seller, **columns)
    visitors |= {
        "none": world.blind,
        "buyer": world.buyer,
        "rival": world.rival,
        "stranger": world.stranger,
        "clerk": UserFactory.create(is_staff=True),
        "moderator": make_moderator(),
        "admin": UserFactory.create(is_staff=True, is_superuser=True),
        "nobody": None,
    }
    browsers = {name: _session_of(user) for name, user in visitors.items()}
    return Town(world, visitors, _resources(world), browsers)


def _write_more(world: World) -> None:
    """A picture that was delivered, one that a moderator is to see, and a thread in which nothing waits."""
    picture = SubmittedFile(name="scratch.png", content=_picture())
    common: dict[str, Any] = {"thread_id": world.thread.pk, "files": (picture,)}
    sent = write(world.pair, Side.BUYER, user=world.buyer, text="As you can see.", hours_ago=3, **common)
    held = write(world.pair, Side.SELLER, user=world.owner, text=SECRET, **common)
    order = OrderFactory.create(pair=world.pair)
    quiet = write(world.pair, Side.BUYER, user=world.buyer, order=order, reason="where_is_it")
    assert (sent.state, held.state, quiet.state) == ("delivered", "held", "delivered")


def _picture() -> bytes:
    made = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(made, "PNG")
    return made.getvalue()


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
        "picture": lambda: Attachment.objects.get(message__state="delivered", kind="png").pk,
        "held_picture": lambda: Attachment.objects.get(message__state="held").pk,
        "held": lambda: Attachment.objects.get(message__state="held").message_id,
        "quiet": lambda: Thread.objects.exclude(pk=world.thread.pk).get().pk,
        "case": lambda: Case.objects.get(kind=Case.Kind.HELD_MESSAGE).pk,
        "held_mail": lambda: held_mail(world),
        "owners_upload": lambda: _upload(world, world.owner),
        "buyers_upload": lambda: _upload(world, world.buyer),
    }
    numbers: dict[str, Callable[[], Any]] = {
        "address": lambda: AuthorizedAddress.objects.get(seller=seller).pk,
        "pair": lambda: world.pair.pk,
        "member": lambda: Membership.objects.get(seller=seller, user=world.reader).pk,
        "invitation": lambda: _invitation(world),
    }
    found = {name: Resource((make(),), (uuid4(),)) for name, make in ids.items()}
    at_desk = (("thread", str(world.thread.pk)),)
    for name in ("owners_upload", "buyers_upload"):
        found[name] = replace(found[name], also=at_desk)
    found |= {name: Resource((make(),), (987654321,)) for name, make in numbers.items()}
    order, case = world.order.number, found["case"]
    return found | {
        "-": Resource((), ()),
        "order": Resource((order,), ("999-9999999-9999999",)),
        "order?": Resource((order,), ("999-9999999-9999999",), query="order"),
        "thread?": Resource((world.thread.pk,), (uuid4(),), query="thread"),
        "store": Resource((seller.slug,), ("no-such-shop",)),
        "store?": Resource((seller.slug,), ("no-such-shop",), query="store"),
        "token": Resource(("no.such.token",), ("no.such.token",)),
        "release": Resource((*case.own, "release"), (*case.missing, "release")),
        "place": Resource((world.thread.pk, "archived"), (uuid4(), "archived")),
        "demo_mail": Resource((Delivery.objects.order_by("created_at")[0].pk,), (uuid4(),)),
        "demo_part": Resource((Delivery.objects.order_by("created_at")[0].pk, 99), (uuid4(), 99)),
        "demo_mailbox": Resource((mailbox_key(world.buyer.email),), ("0" * 16,)),
    }


def _upload(world: World, user: User) -> UUID:
    """A file in that person's draft for the thread."""
    path = f"{reverse('upload')}?thread={world.thread.pk}"
    file = SimpleUploadedFile("wide.png", _picture(), "image/png")
    before = set(Upload.objects.values_list("pk", flat=True))
    answer = signed_in(user).post(path, {"file": file, "thread": str(world.thread.pk)})
    assert answer.status_code in (200, 201, 302), answer.content
    return Upload.objects.exclude(pk__in=before).get().pk


def _invitation(world: World) -> int:
    seller = world.pair.seller
    return Invitation.objects.create(seller=seller, email="new@people.example", permissions=["read"]).pk
