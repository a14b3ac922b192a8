"""A seller's team, two buyers and a rival around one thread, for tests of pages."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.test import Client
from django.utils import timezone

from accounts.models import Pair, User
from messages_app.models import Case, InboundMail, Message, RawMail, SealingKey, Thread
from messages_app.policy.facts import Door, Side
from messages_app.services.cases import open_mail_case
from messages_app.services.submission import Submission, Submitted, SubmittedFile
from messages_app.services.submit import submit_message
from orders.models import Order
from tests.factories import (
    BuyerFactory,
    MembershipFactory,
    OrderFactory,
    PairFactory,
    SellerFactory,
    UserFactory,
    seller_owner,
)

_keys = itertools.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One thread of a buyer and a seller about a shipped order, and people around it."""

    owner: User  # of the seller
    reader: User  # a member who may read only
    blind: User  # a member who may do nothing
    buyer: User
    stranger: User  # another buyer
    rival: User  # the owner of another seller
    pair: Pair
    order: Order
    thread: Thread
    asked: Message  # the buyer's, with a file
    answered: Message  # the seller's, delivered
    refused: Message  # the seller's, blocked


def make_world() -> World:
    """Question and answer of an hour ago, then an answer that the gate blocked."""
    pair = PairFactory.create()
    seller, buyer = pair.seller, pair.buyer
    owner = seller_owner(seller)
    reader, blind = UserFactory.create(), UserFactory.create()
    MembershipFactory.create(user=reader, seller=seller)
    MembershipFactory.create(user=blind, seller=seller, can_read=False)
    order = OrderFactory.create(pair=pair)
    note = SubmittedFile(name="note.txt", content=b"It rattles.")
    asked = write(
        pair, Side.BUYER, user=buyer.user, order=order, reason="where_is_it", files=(note,), hours_ago=2
    )
    answered = write(
        pair, Side.SELLER, user=owner, thread_id=asked.thread_id, text="On its way.", hours_ago=1
    )
    refused = write(pair, Side.SELLER, user=owner, thread_id=asked.thread_id, text="Write to me@shop.example")
    assert (answered.state, refused.state) == ("delivered", "blocked")
    return World(
        owner=owner,
        reader=reader,
        blind=blind,
        buyer=buyer.user,
        stranger=BuyerFactory.create().user,
        rival=seller_owner(SellerFactory.create()),
        pair=pair,
        order=order,
        thread=Thread.objects.get(pk=asked.thread_id),
        asked=Message.objects.get(pk=asked.message_id),
        answered=Message.objects.get(pk=answered.message_id),
        refused=Message.objects.get(pk=refused.message_id),
    )


def write(
    pair: Pair,
    author: Side,
    *,
    user: User | None = None,
    order: Order | None = None,
    thread_id: UUID | None = None,
    hours_ago: float = 0,
    **fields: Any,
) -> Submitted:
    """A message through the gate, as a page hands it in."""
    submission = Submission(
        **{
            "key": f"views:{next(_keys)}",
            "door": Door.WEB,
            "author": author,
            "pair": pair,
            "user_id": user.pk if user else None,
            "order_id": order.pk if order else None,
            "thread_id": thread_id,
            "text": "Where is my parcel?",
            **fields,
        }
    )
    return submit_message(submission, now=timezone.now() - timedelta(hours=hours_ago))


def signed_in(user: User | None) -> Client:
    """A browser of that person, or of nobody."""
    client = Client()
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def held_mail(world: World, *, of: Side = Side.SELLER) -> UUID:
    """A mail that says it comes from that side, held outside."""
    key = SealingKey.objects.create(purpose="raw", wrapped=b"")
    raw = RawMail.objects.create(key=key, size=1, sealed=b"x")
    row = InboundMail.objects.create(
        raw=raw,
        door=InboundMail.Door.SMTP,
        alias=world.pair.aliases.exclude(side=of).get(),
        envelope_sealed=b"",
        received_at=timezone.now() - timedelta(days=1),
        state=InboundMail.State.HELD,
        outcome="unproven",
    )
    open_mail_case(row, Case.Kind.UNPROVEN_MAIL, row.received_at)
    return row.pk
