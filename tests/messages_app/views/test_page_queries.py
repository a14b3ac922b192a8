"""The pages of list and thread ask as often for a thousand messages as for ten (PERF-5, PERF-8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Pair
from accounts.queries.pairs import pairs_with_people
from messages_app.models import Message
from messages_app.policy.facts import Door, Side
from messages_app.services.bulk import Dated, submit_in_bulk
from messages_app.services.submission import Submission
from tests.factories import OrderFactory, PairFactory, SellerFactory, seller_owner
from tests.messages_app.views.world import make_world, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def talk(pairs: list[Pair], lines: int, name: str, threads: dict[int, UUID]) -> None:
    """So many messages of each pair in one thread of theirs, two hours apart, from both sides in turn."""

    def batches() -> Iterator[list[Dated]]:
        for line in range(lines):
            author = Side.BUYER if line % 2 == 0 else Side.SELLER
            now = timezone.now() - timedelta(hours=2 * (lines - line))
            yield [Dated(_said(pair, author, f"{name}:{pair.pk}:{line}", threads), now) for pair in pairs]
            yield []  # the next line needs the answers to this one

    asked = [pairs if number % 2 == 0 else [] for number in range(2 * lines)]
    for group, answers in zip(asked, submit_in_bulk(batches(), pool=None), strict=True):
        threads |= {pair.pk: answer.thread_id for pair, answer in zip(group, answers, strict=True)}


def _said(pair: Pair, author: Side, key: str, threads: dict[int, UUID]) -> Submission:
    return Submission(
        key=key,
        door=Door.WEB,
        author=author,
        pair=pair,
        thread_id=threads.get(pair.pk),
        reason="other",
        text=f"A word about {key}.",
    )


def statements(client: Client, path: str) -> int:
    """What a page costs once it was seen."""
    assert client.get(path).status_code == 200
    with CaptureQueriesContext(connection) as seen:
        client.get(path)
    return len(seen)


@pytest.mark.rule("PERF-5", "PERF-8")
def test_pages_cost_the_same_for_ten_messages_and_a_thousand() -> None:
    seller = SellerFactory.create()
    made = [PairFactory.create(seller=seller) for _ in range(64)]
    for pair in made:
        OrderFactory.create(pair=pair)
    pairs = list(pairs_with_people().filter(seller=seller).order_by("pk"))
    client = signed_in(seller_owner(seller))
    threads: dict[int, UUID] = {}
    talk(pairs[:2], 5, "few", threads)
    assert Message.objects.count() == 10
    thread = reverse("thread", args=[threads[pairs[0].pk]])
    lists = [reverse("inbox"), f"{reverse('inbox')}?view=received", f"{reverse('inbox')}?view=all"]
    few = [statements(client, path) for path in (*lists, thread)]
    talk(pairs, 16, "many", threads)
    assert Message.objects.count() > 1000
    assert [statements(client, path) for path in (*lists, thread)] == few


@pytest.mark.rule("PERF-5")
@pytest.mark.parametrize("who", ["owner", "buyer"])
@pytest.mark.parametrize("page", ["inbox", "orders", "settings_profile"])
def test_a_page_reads_its_persons_roles_once(who: str, page: str) -> None:
    client = signed_in(getattr(make_world(), who))
    client.get(reverse(page))
    with CaptureQueriesContext(connection) as seen:
        assert client.get(reverse(page)).status_code == 200
    read = [one["sql"] for one in seen if 'FROM "accounts_membership"' in one["sql"]]
    assert len([sql for sql in read if "trade_name" in sql]) == 1


@pytest.mark.rule("PERF-5", "PERF-8")
@pytest.mark.parametrize(("who", "of_list", "of_thread"), [("owner", 11, 24), ("buyer", 8, 18)])
def test_what_list_and_thread_ask_of_the_database(who: str, of_list: int, of_thread: int) -> None:
    """A statement more is one more on every page of every person: it needs a reason, and this number."""
    world = make_world()
    client = signed_in(getattr(world, who))
    thread = reverse("thread", args=[world.thread.pk])
    assert [statements(client, reverse("inbox")), statements(client, thread)] == [of_list, of_thread]


@pytest.mark.rule("PERF-7")
@pytest.mark.parametrize("who", ["owner", "buyer"])
def test_pages_that_were_seen_only_read(who: str) -> None:
    """So clients do not wait for one another: on SQLite whoever writes, or only begins to, has all others
    that would write wait; on PostgreSQL rows that are locked do the same."""
    world = make_world()
    client = signed_in(getattr(world, who))
    pages = [
        reverse("inbox"),
        f"{reverse('inbox')}?after=2020-01-01",
        reverse("thread", args=[world.thread.pk]),
    ]
    for page in [*pages, reverse("live"), reverse("orders")]:
        client.get(page)
        with CaptureQueriesContext(connection) as seen:
            client.get(page)
        said = [one["sql"] for one in seen]
        assert said
        assert [sql for sql in said if not sql.startswith("SELECT") or "FOR UPDATE" in sql] == []
