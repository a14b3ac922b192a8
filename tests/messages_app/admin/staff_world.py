"""Staff of every kind around one held message, for tests of the administration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts.models import Pair, User
from accounts.services.staff import set_moderator
from messages_app.models import Case, Message
from messages_app.policy.facts import Side
from messages_app.services.submission import SubmittedFile
from tests.factories import OrderFactory, PairFactory, UserFactory, seller_owner
from tests.messages_app.services.gate import message_of, page, send

SECRET = "Hello, your sign: nordic.green as in the picture, or plain oak?"
ASKED = "Would the copper one fit a gas hob?"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffWorld:
    """One thread in which the seller's answer is held, and everybody who may ask for it."""

    admin: User
    moderator: User
    clerk: User  # staff without the permission
    seller: User
    buyer: User
    pair: Pair
    held: Message
    case: Case


def make_staff_world() -> StaffWorld:
    pair = PairFactory.create()
    admin = UserFactory.create(is_staff=True, is_superuser=True, full_name="Ada Admin")
    clerk = UserFactory.create(is_staff=True)
    held = hold(pair)
    return StaffWorld(
        admin=admin,
        moderator=make_moderator(),
        clerk=clerk,
        seller=seller_owner(pair.seller),
        buyer=pair.buyer.user,
        pair=pair,
        held=held,
        case=Case.objects.get(message=held),
    )


def make_moderator() -> User:
    moderator: User = UserFactory.create(full_name="Robin Clarke")
    set_moderator(user=moderator, moderates=True)
    return User.objects.get(pk=moderator.pk)  # without the permissions that were looked up before


def hold(pair: Pair, text: str = SECRET) -> Message:
    """The buyer asks with a file, the seller's answer is held."""
    now = timezone.now()
    order = OrderFactory.create(pair=pair)
    note = SubmittedFile(name="hob.txt", content=b"It is a gas hob of 1998.")
    asked = send(
        page(pair, Side.BUYER, order_id=order.pk, text=ASKED, files=(note,)), now - timedelta(hours=2)
    )
    answer = page(
        pair, Side.SELLER, thread_id=asked.thread_id, text=text, user_id=seller_owner(pair.seller).pk
    )
    return message_of(send(answer, now - timedelta(hours=1)))


def browser_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
