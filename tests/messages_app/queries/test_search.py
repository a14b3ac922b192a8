"""What a person finds, and what they never find (BOX-6, PRV-2, ALI-6)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Pair, User
from accounts.roles import Role
from messages_app.models import MailboxEntry, Message
from messages_app.policy.facts import Side
from messages_app.queries.inbox import InboxPage, view_named
from messages_app.queries.search import FoundRow, search_page
from messages_app.queries.search_text import read_search
from messages_app.services.submission import SubmittedFile
from tests.factories import BuyerFactory, MembershipFactory, OrderFactory, PairFactory, SellerFactory, UserFactory
from tests.messages_app.services.gate import NOON, mail, message_of, page, send

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def pair() -> Pair:
    return PairFactory.create(
        seller=SellerFactory.create(trade_name="Alder and Pine"), buyer__display_name="Hannah W."
    )


def selling(pair: Pair) -> Role:
    membership = pair.seller.memberships.get(is_owner=True)
    return Role(user=membership.user, membership=membership)


def buying(pair: Pair) -> Role:
    return Role(user=pair.buyer.user, buyer=pair.buyer)


def found(role: Role, text: str, **fields: object) -> InboxPage:
    return search_page(role, read_search(text), **fields)  # type: ignore[arg-type]


def texts(role: Role, text: str) -> list[str]:
    return [row.text for row in found(role, text).rows]


def say(pair: Pair, text: str, author: Side = Side.BUYER, at: datetime = NOON, **fields: object) -> Message:
    return message_of(send(page(pair, author, text=text, **fields), now=at))


@pytest.mark.rule("BOX-6")
@pytest.mark.parametrize("query", ["parcel", "PARCELS", "where parcel", "“parcels”", '"my parcel"', "Hannah", "alder"])
def test_both_sides_find_a_message(pair: Pair, query: str) -> None:
    say(pair, "Where is my parcel? It should have come on Friday.")
    say(PairFactory.create(seller=pair.seller), "Something else entirely.")
    for role in (selling(pair), buying(pair)):
        [row] = found(role, query).rows
        assert row.text == "Where is my parcel? It should have come on Friday."
