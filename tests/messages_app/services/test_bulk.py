"""Many submissions at once leave the rows of one after the other, with time standing still."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.apps import apps
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Pair
from accounts.queries.pairs import pairs_with_people
from messages_app.mail.evidence import Evidence
from messages_app.models import Decision, MailboxEntry, Message, SearchEntry, Thread
from messages_app.policy.facts import Door, Side
from messages_app.services.bulk import Dated, submit_in_bulk
from messages_app.services.submission import Submission, SubmittedFile
from messages_app.services.submit import submit_message
from messages_app.vault.content import shown_content, written_content
from messages_app.vault.keys import open_key
from messages_app.vault.previews import open_preview
from messages_app.vault.values import open_json
from orders.models import Order
from tests.factories import OrderFactory, PairFactory, SellerFactory
from tests.messages_app.services.gate import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

SUBMISSIONS, PAIRS = 200, 16
TEXTS = (
    "Good morning, when will the parcel arrive?",
    "Write to me at shop@workshop.example, that is quicker.",
    "We have looked into it and will tell you more tomorrow.",
    "Is nordic.green the colour?",
)
NOTE = SubmittedFile(name="measures.txt", content=b"24 cm wide")
BAD = SubmittedFile(name="run.exe", content=b"MZ\x90\x00")
# What chance makes. A search place of the same moment ends in chance.
RANDOM = {"number", "wrapped", "lease", "key"}


@pytest.fixture
def pairs() -> list[Pair]:
    """Sixteen pairs at three sellers, each with an order; one buyer opted out, one seller is blocked."""
    sellers = [SellerFactory.create() for _ in range(3)]
    made = [PairFactory.create(seller=sellers[number % 3]) for number in range(PAIRS)]
    for number, pair in enumerate(made):
        OrderFactory.create(pair=pair, status=("shipped", "unshipped", "delivered")[number % 3])
    Pair.objects.filter(pk=made[0].pk).update(opted_out_at=NOON)
    Pair.objects.filter(pk=made[1].pk).update(blocked_by_buyer_at=NOON)
    return list(pairs_with_people().filter(pk__in=[pair.pk for pair in made]).order_by("pk"))


def batches(pairs: list[Pair], threads: dict[int, Any]) -> Iterator[list[Dated]]:
    """200 submissions of every kind that may come with others, from the even and the odd pairs in turn;
    `threads` are read as they come to be."""
    chance = random.Random(11)
    made = 0
    while made < SUBMISSIONS:
        for group in (pairs[::2], pairs[1::2]):
            yield [
                Dated(
                    _submission(chance, pair, made + place, threads.get(pair.pk)),
                    NOON + timedelta(minutes=made + place),
                )
                for place, pair in enumerate(group)
            ]
            made += len(group)


def _submission(chance: random.Random, pair: Pair, number: int, thread_id: Any) -> Submission:
    author = chance.choice((Side.BUYER, Side.SELLER))
    continues = thread_id is not None and chance.random() < 0.7
    by_mail = chance.random() < 0.4
    return Submission(
        key=f"bulk:{number}",
        door=Door.MAIL if by_mail else Door.WEB,
        author=author,
        pair=pair,
        user_id=pair.buyer.user_id if author is Side.BUYER else None,
        thread_id=thread_id if continues else None,
        order_id=Order.objects.get(buyer=pair.buyer, seller=pair.seller).pk
        if chance.random() < 0.8
        else None,
        reason="other" if author is Side.BUYER else chance.choice(("other", "customization", "")),
        subject="A word",
        text=chance.choice(TEXTS),
        files=chance.choice(((), (), (NOTE,), (BAD,))),
        evidence=Evidence.MESSAGE_ID
        if continues and by_mail
        else Evidence.NONE
        if by_mail
        else Evidence.PAGE,
        notify="writer@mail.example" if by_mail else "",
    )


def in_bulk(pairs: list[Pair]) -> None:
    threads: dict[int, Any] = {}
    asked: list[list[Dated]] = []

    def noted() -> Iterator[list[Dated]]:
        for batch in batches(pairs, threads):
            asked.append(batch)
            yield batch

    for place, answers in enumerate(submit_in_bulk(noted(), pool=None)):
        for one, answer in zip(asked[place], answers, strict=True):
            threads[one.submission.pair.pk] = answer.thread_id


def one_by_one(pairs: list[Pair]) -> None:
    threads: dict[int, Any] = {}
    for batch in batches(pairs, threads):
        answers = [submit_message(one.submission, now=one.now) for one in batch]
        for one, answer in zip(batch, answers, strict=True):
            threads[one.submission.pair.pk] = answer.thread_id


def rows_after(run: Callable[[list[Pair]], None], pairs: list[Pair]) -> dict[str, list[str]]:
    """Every row of the product after it, by table, without what chance makes; then all is undone."""
    with transaction.atomic(), time_machine.travel(NOON + timedelta(days=2), tick=False):
        run(pairs)
        found = {model.__name__: _rows(model) for model in apps.get_app_config("messages_app").get_models()}
        found["opened"] = _opened()
        transaction.set_rollback(True)
    return found


def _rows(model: type[models.Model]) -> list[str]:
    names = _names()
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.primary_key
        and field.name not in RANDOM | ({"place"} if model is SearchEntry else set())
        and not field.name.endswith("_sealed")
    ]
    return sorted(
        str({field.name: _plain(field.value_from_object(row), names) for field in fields})
        for row in model._default_manager.all()
    )


def _plain(value: Any, names: dict[Any, str]) -> Any:
    if isinstance(value, UUID):
        return names.get(value, "an id")
    return bytes(value) if isinstance(value, memoryview) else value


def _names() -> dict[Any, str]:
    """Messages by their submission, threads by their first one."""
    messages = list(Message.objects.order_by("accepted_at", "submission_key"))
    threads: dict[Any, str] = {}
    for message in messages:
        threads.setdefault(message.thread_id, f"thread of {message.submission_key}")
    return {message.pk: str(message.submission_key) for message in messages} | threads


def _opened() -> list[str]:
    """What is sealed: texts as written and shown, previews, the facts and findings of decisions."""
    found = []
    for message in Message.objects.select_related("thread__key"):
        key = open_key(message.thread.key)
        contents = written_content(key, message), shown_content(key, message)
        found.append(f"{message.submission_key} {[replace(one, html='') for one in contents]}")
    entries = MailboxEntry.objects.select_related("thread__key")
    found += [f"{one.side} {one.last_at} {_preview(one)}" for one in entries]
    for row in Decision.objects.select_related("message__thread__key"):
        key = open_key(row.message.thread.key)
        record = open_json(key, row.record_sealed, table="decision", column="record_sealed", row_id=row.id)
        found.append(f"{row.message.submission_key} {record}")
    return sorted(found)


def _preview(entry: MailboxEntry) -> dict[str, str]:
    key = open_key(entry.thread.key)
    return open_preview(key, entry.preview_sealed, thread_id=entry.thread_id, side=Side(entry.side))


@pytest.mark.rule("GATE-1", "GATE-4", "CAP-2", "RSP-1", "RSP-2")
def test_many_at_once_leave_the_rows_of_one_by_one(pairs: list[Pair], settings: Any) -> None:
    settings.DAILY_CAP_BASE, settings.DAILY_CAP_FACTOR = 9, 0  # reached by each seller in the middle
    together, apart = rows_after(in_bulk, pairs), rows_after(one_by_one, pairs)
    assert together.keys() == apart.keys()
    for table, rows in apart.items():
        assert together[table] == rows, table
    states = "".join(apart["Message"])
    assert len(apart["Message"]) >= SUBMISSIONS
    assert all(f"'state': '{state}'" in states for state in Message.State)
    assert "over_cap" in "".join(apart["Decision"])


@pytest.mark.rule("GATE-4")
def test_the_statements_are_those_of_one(pairs: list[Pair]) -> None:
    def statements(count: int, start: int) -> int:
        dated = [
            Dated(_submission(random.Random(1), pair, start + place, None), NOON)
            for place, pair in enumerate(pairs[2 : 2 + count])
        ]
        with CaptureQueriesContext(connection) as seen:
            list(submit_in_bulk([dated], pool=None))
        return len(seen)

    statements(1, 1000)
    assert statements(12, 3000) <= statements(2, 2000) + 2


@pytest.mark.rule("GATE-4")
def test_two_of_one_pair_at_once_are_refused(pairs: list[Pair]) -> None:
    twice = [Dated(_submission(random.Random(1), pairs[2], number, None), NOON) for number in range(2)]
    with pytest.raises(ValueError, match="one pair"):
        list(submit_in_bulk([twice], pool=None))
    with pytest.raises(ValueError, match="neighbouring"):
        list(submit_in_bulk([[one] for one in twice], pool=None))
    assert not Thread.objects.exists()


@pytest.mark.rule("GATE-4", "MAIL-26")
def test_an_automatic_mail_comes_alone(pairs: list[Pair]) -> None:
    two = [_submission(random.Random(1), pair, number, None) for number, pair in enumerate(pairs[2:4])]
    for automatic in ((True, False), (False, True)):
        mixed = [
            Dated(replace(one, automatic=is_automatic), NOON)
            for one, is_automatic in zip(two, automatic, strict=True)
        ]
        with pytest.raises(ValueError, match="alone"):
            list(submit_in_bulk([mixed], pool=None))
    assert not Thread.objects.exists()
