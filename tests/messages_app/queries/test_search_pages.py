"""What a further page of a search reads to know which threads earlier pages have shown (BOX-6, PERF-6)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from accounts.models import Pair
from accounts.roles import Role
from messages_app.policy.facts import Side
from messages_app.queries import search
from messages_app.queries.search import search_page
from messages_app.queries.search_text import read_search
from tests.factories import PairFactory
from tests.messages_app.services.gate import NOON, page, send
from tests.plans import Statement, plan_of, read_whole, statements

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def role(monkeypatch: pytest.MonkeyPatch) -> Role:
    """A seller whose first buyer asked of a parcel at the beginning, wrote five times since and asked again
    last; two others asked just after the beginning."""
    monkeypatch.setattr(search, "PAGE", 1)
    pair = PairFactory.create()
    owner = pair.seller.memberships.get(is_owner=True)
    thread = say(pair, "Where is my parcel, please?", 0)
    for minute in range(4, 9):
        say(pair, f"And another thing, number {minute}.", minute, thread)
    for minute in (2, 3):
        say(PairFactory.create(seller=pair.seller), f"My parcel is late by {minute} days.", minute)
    say(pair, "So where is my parcel?", 9, thread)
    return Role(user=owner.user, membership=owner)


def say(pair: Pair, text: str, minute: int, thread: UUID | None = None) -> UUID | None:
    """Says it in the thread, or begins one; returns that."""
    return send(page(pair, Side.BUYER, text=text, thread_id=thread), now=NOON + minute * MINUTE).thread_id


def pages(role: Role, text: str) -> list[str]:
    """What all pages show, one after the other."""
    seen, cursor = list[str](), ""
    while True:
        part = search_page(role, read_search(text), cursor=cursor)
        seen += [row.text for row in part.rows]
        cursor = part.next_cursor
        if not cursor:
            return seen


def looking_back(seen: list[Statement]) -> list[Statement]:
    return [one for one in seen if one[0].rstrip().endswith(f"LIMIT {search.MOST_NEWER}")]


@pytest.mark.rule("BOX-6")
def test_each_thread_is_shown_once_over_all_pages(role: Role) -> None:
    assert pages(role, "parcel") == [
        "So where is my parcel?",
        "My parcel is late by 3 days.",
        "My parcel is late by 2 days.",
    ]


@pytest.mark.rule("BOX-6", "PERF-6")
def test_looking_back_reads_a_bounded_part_of_those_threads(role: Role) -> None:
    with statements() as seen:
        pages(role, "parcel")
    back = looking_back(seen)
    assert back
    for one in back:
        assert read_whole([one]) == set()
        if connection.vendor == "sqlite":
            assert "search_entries_of_thread" in " ".join(plan_of(one))
            assert "TEMP B-TREE" not in " ".join(plan_of(one))


@pytest.mark.rule("BOX-6")
def test_where_that_is_not_enough_a_thread_is_listed_twice_and_none_is_missed(
    role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = pages(role, "parcel")
    monkeypatch.setattr(search, "MOST_NEWER", 3)
    assert pages(role, "parcel") == [*everything, "Where is my parcel, please?"]
