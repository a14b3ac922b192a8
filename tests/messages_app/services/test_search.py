"""How messages become findable, and stop being so (BOX-6, PRV-1, PRV-2, PRV-4)."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Buyer, Pair
from accounts.roles import Role
from messages_app.mail.marker import REPLY_MARKER
from messages_app.models import Message, SealingKey, SearchEntry
from messages_app.models.search import packed_tokens, unpacked_tokens
from messages_app.policy.facts import Side
from messages_app.queries.search import search_page
from messages_app.queries.search_places import LAST, new_place, place_at
from messages_app.queries.search_text import read_search
from messages_app.sealing import searchable
from messages_app.services import prepare as prepare_module
from messages_app.services import renamed, search_build, submit
from messages_app.services.events import take_events
from messages_app.services.rotation import rotate_keys
from messages_app.services.search import forget_messages
from messages_app.services.search_build import build_search, index_again, waiting
from messages_app.services.search_tables import compact_words
from messages_app.services.submission import SubmittedFile
from messages_app.services.system_messages import post_system_message
from messages_app.vault import keys
from orders.models import OrderEvent
from tests.factories import BuyerFactory, OrderFactory, PairFactory
from tests.messages_app.services.gate import NOON, mail, message_of, page, send
from tests.visitors import visitor

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

WHERE = "Where is my Quittenmond?"


@pytest.fixture
def pair() -> Pair:
    return PairFactory.create()


def selling(pair: Pair) -> Role:
    membership = pair.seller.memberships.get(is_owner=True)
    return Role(user=membership.user, membership=membership)


def buying(pair: Pair) -> Role:
    return Role(user=pair.buyer.user, buyer=pair.buyer)


def hits(role: Role, text: str) -> int:
    return len(search_page(role, read_search(text)).rows)


def say(pair: Pair, text: str = WHERE, author: Side = Side.BUYER, **fields: Any) -> Message:
    return message_of(send(page(pair, author, text=text, **fields)))


def unindexed(pair: Pair, number: int = 1) -> list[Message]:
    """Messages from before there was search."""
    messages = [say(pair, f"{WHERE} {count}") for count in range(number)]
    forget_messages([message.pk for message in messages])
    assert not SearchEntry.objects.exists()
    return messages


def build(*options: str) -> str:
    out = StringIO()
    call_command("build_search", *options, stdout=out)
    return out.getvalue()


@pytest.mark.rule("BOX-6")
def test_recording_costs_one_statement_more_and_two_on_sqlite(pair: Pair) -> None:
    say(pair)
    with CaptureQueriesContext(connection) as statements:
        say(pair, author=Side.BUYER)
    written = [one["sql"] for one in statements if "messages_app_search" in one["sql"]]
    assert len(written) == (2 if connection.vendor == "sqlite" else 1)


@pytest.mark.rule("BOX-6")
def test_a_build_finds_what_came_before(pair: Pair) -> None:
    unindexed(pair, 5)
    assert hits(selling(pair), "quittenmond") == 0
    assert waiting(everything=False) == 5
    told = [json.loads(line) for line in build("--batch", "2", "--json").splitlines()]
    assert [one["done"] for one in told] == [2, 4, 5]
    assert (told[-1]["percent"], told[-1]["unreadable"]) == (100.0, 0)
    assert hits(selling(pair), "quittenmond") == hits(buying(pair), "quittenmonds") == threads()
    assert build() == "All messages can be found.\n"


def threads() -> int:
    return len(set(Message.objects.values_list("thread_id", flat=True)))


@pytest.mark.rule("BOX-6")
def test_a_stopped_build_goes_on_where_it_stood(pair: Pair) -> None:
    unindexed(pair, 4)
    first = build_search(everything=False, batch=2)
    next(first)
    say(pair, "Something came in meanwhile.")
    assert waiting(everything=False) == 2
    build()
    assert SearchEntry.objects.count() == 2 * Message.objects.count()


@pytest.mark.rule("BOX-6")
def test_what_is_indexed_meanwhile_is_not_indexed_twice(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    [message] = unindexed(pair)
    entries = search_build._entries_if_readable

    def slowly(one: Message) -> Any:
        found = entries(one)
        index_again([message.pk])  # another build was quicker
        return found

    monkeypatch.setattr(search_build, "_entries_if_readable", slowly)
    build()
    assert SearchEntry.objects.count() == 2


@pytest.mark.rule("BOX-6")
def test_everything_anew_says_the_same(pair: Pair) -> None:
    file = SubmittedFile(name="Rechnung.txt", content=b"The sum is due.")
    say(pair, "Please write to zwiebelturm@post.example, thank you.", files=(file,))
    say(pair, "Write to me@shop.example", Side.SELLER)
    post_system_message(order=OrderFactory.create(pair=pair), kind=OrderEvent.Kind.SHIPPED, now=NOON)
    before = tokens()
    count = Message.objects.count()
    assert f"{count} of {count} messages (100.0 %)" in build("--all")
    assert tokens() == before


@pytest.mark.rule("BOX-6")
def test_what_older_stems_wrote_is_found_once_everything_is_built_anew(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(searchable, "stems_of", lambda *_arguments: set())
        say(pair, "Gdzie jest moja paczka?")
    assert hits(selling(pair), "paczki") == 0
    build("--all")
    assert hits(selling(pair), "paczki") == hits(buying(pair), "paczki") == 1


def tokens() -> dict[tuple[object, str], list[int]]:
    return {(row.message_id, row.side): row.tokens for row in SearchEntry.objects.all()}


@pytest.mark.rule("BOX-6")
def test_a_message_let_through_later_is_found_by_both(pair: Pair) -> None:
    thread = say(pair).thread_id
    blocked = say(pair, "Write to fasanenpost@shop.example", Side.SELLER, thread_id=thread)
    assert (hits(selling(pair), "fasanenpost"), hits(buying(pair), "fasanenpost")) == (1, 0)
    Message.objects.filter(pk=blocked.pk).update(state="delivered", released_at=NOON + timedelta(days=1))
    index_again([blocked.pk])
    assert (hits(selling(pair), "fasanenpost"), hits(buying(pair), "fasanenpost")) == (1, 1)
    assert hits(buying(pair), "after:2026-03-11") == 1


@pytest.mark.rule("PRV-4")
def test_forgotten_messages_leave_no_token(pair: Pair) -> None:
    gone, kept = say(pair), say(PairFactory.create(seller=pair.seller), "The Zwiebelturm stays.")
    forget_messages([gone.pk])
    assert (hits(selling(pair), "quittenmond"), hits(selling(pair), "zwiebelturm")) == (0, 1)
    assert set(SearchEntry.objects.values_list("message_id", flat=True)) == {kept.pk}
    compact_words()
    assert hits(selling(pair), "zwiebelturm") == 1


@pytest.mark.rule("PRV-4")
def test_what_cannot_be_opened_is_passed_over(pair: Pair) -> None:
    lost, erased, kept = unindexed(pair, 3)
    SealingKey.objects.filter(pk=lost.thread.key_id).update(wrapped=b"\1" * 60)
    SealingKey.objects.filter(pk=erased.thread.key_id).update(destroyed_at=NOON, wrapped=b"")
    told = json.loads(build("--json").splitlines()[-1])
    assert (told["done"], told["unreadable"]) == (2, 1)
    assert set(SearchEntry.objects.values_list("message_id", flat=True)) == {kept.pk}


@pytest.mark.rule("PRV-1", "PRV-2")
def test_search_survives_a_rotation_of_the_master_key(pair: Pair, settings: Any) -> None:
    say(pair)
    settings.MASTER_KEYS = [os.urandom(32), *settings.MASTER_KEYS]
    rotate_keys()
    settings.MASTER_KEYS = settings.MASTER_KEYS[:1]
    keys.installation_key.cache_clear()
    assert hits(selling(pair), "quittenmond") == 1


@pytest.mark.rule("PRV-1", "PRV-2")
def test_the_tables_of_search_hold_no_word(pair: Pair) -> None:
    file = SubmittedFile(name="Wolkenrechnung.txt", content=b"The sum is due.")
    message = say(pair, files=(file,))
    dump = json.dumps(
        [
            [row.side, row.owner, row.place, row.tokens, packed_tokens(row.tokens).hex()]
            for row in SearchEntry.objects.filter(message=message)
        ]
    )
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT block FROM messages_app_searchwords_data")
            dump += "".join(bytes(block).decode("latin-1") for (block,) in cursor.fetchall())
    for word in ("quitten", "where", "wolken", "rechnung", "has:", "from:", "parcel"):
        assert word not in dump.lower()
    both = [set(row.tokens) for row in SearchEntry.objects.filter(message=message)]
    assert not set.intersection(*both)  # the same words of two owners have nothing in common


@pytest.mark.rule("BOX-6", "ORD-6")
def test_messages_of_the_marketplace_are_found_by_the_buyer_alone(pair: Pair) -> None:
    order = OrderFactory.create(pair=pair)
    post_system_message(order=order, kind=OrderEvent.Kind.SHIPPED, now=NOON)
    for query in (order.number, "casserole", f"from:{pair.buyer.marketplace.name.split()[0]}"):
        assert (hits(buying(pair), query), hits(selling(pair), query)) == (1, 0)


@pytest.mark.rule("BOX-6", "MAIL-26")
def test_automatic_mail_is_found(pair: Pair) -> None:
    thread = say(pair).thread_id
    send(mail(pair, Side.BUYER, text="Tintenfee is away until Monday.", automatic=True, thread_id=thread))
    assert hits(selling(pair), "tintenfee") == 1


@pytest.mark.rule("BOX-6")
def test_places_rise_with_time_and_tell_messages_apart() -> None:
    moments = [NOON, NOON + timedelta(milliseconds=1), NOON + timedelta(days=1)]
    places = [new_place(moment) for moment in moments]
    assert places == sorted(places)
    assert all(place_at(moment) <= place <= LAST for moment, place in zip(moments, places, strict=True))
    assert new_place(NOON) != new_place(NOON)
    assert place_at(NOON.replace(year=1902)) == 0
    assert place_at(timezone.now().replace(year=9000)) == LAST


def test_tokens_are_packed_and_unpacked() -> None:
    assert unpacked_tokens(packed_tokens([0, 1, 2**63 - 1])) == [0, 1, 2**63 - 1]
    assert unpacked_tokens(packed_tokens([])) == []


def drained() -> int:
    """Calls of the worker until nothing waits."""
    calls = 0
    while take_events(timezone.now()):
        calls += 1
    return calls


def take_name(buyer: Buyer, name: str) -> None:
    """On the page of the profile."""
    form = {"language": "en", "time_zone": "", "display_name": name}
    assert visitor(buyer.user).post("/settings/profile/", form).status_code == 302


@pytest.mark.rule("BOX-6", "ACC-9")
def test_a_new_display_name_finds_what_was_said_before_and_the_old_one_no_longer(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renamed, "AT_ONCE", 2)
    take_name(pair.buyer, "Hannah W.")
    drained()
    pair.buyer.refresh_from_db()
    elsewhere = PairFactory.create(buyer=pair.buyer)
    for text in ("One.", "Two.", "Three."):
        say(pair, text)
    say(elsewhere, "I know another Hannah.")
    oliver = BuyerFactory.create(display_name="Oliver B.")
    say(PairFactory.create(seller=pair.seller, buyer=oliver), "Somebody else.")
    sellers = [selling(pair), selling(elsewhere)]
    found = [hits(role, "from:hannah") for role in sellers]
    assert min(found) == 1

    take_name(pair.buyer, "Zoë Quittenmond")
    assert drained() == 3  # two full steps, and one that finds no more
    for query in ("from:quittenmond", "from:zoe", "zoe quittenmond"):
        assert [hits(role, query) for role in sellers] == found
    assert hits(buying(pair), "from:quittenmond") == sum(found)
    assert [hits(role, "from:hannah") for role in sellers] == [0, 0]
    assert [hits(role, "hannah") for role in sellers] == [0, 1]  # what was said is found as before
    assert SearchEntry.objects.count() == 2 * Message.objects.count()

    take_name(pair.buyer, "Zoë Quittenmond")
    assert drained() == 0  # the same name asks for nothing


@pytest.mark.rule("BOX-6")
def test_a_name_taken_before_the_last_one_was_followed_begins_anew(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renamed, "AT_ONCE", 1)
    for text in ("One.", "Two.", "Three."):
        say(pair, text)
    take_name(pair.buyer, "Zoë")
    take_events(timezone.now())
    take_name(pair.buyer, "Quittenmond")
    drained()
    entries = SearchEntry.objects.filter(side=Side.SELLER)
    assert hits(selling(pair), "from:quittenmond") == len(set(entries.values_list("thread", flat=True)))
    assert hits(selling(pair), "from:zoe") == 0


@pytest.mark.rule("BOX-6", "ACC-9")
def test_a_step_under_way_leaves_a_newer_name_alone(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    say(pair)
    take_name(pair.buyer, "Zoë")
    entries = search_build._entries_if_readable

    def slowly(one: Message) -> Any:
        found = entries(one)
        monkeypatch.setattr(search_build, "_entries_if_readable", entries)
        take_name(pair.buyer, "Quittenmond")
        drained()  # another worker was quicker
        return found

    monkeypatch.setattr(search_build, "_entries_if_readable", slowly)
    drained()
    assert [hits(selling(pair), query) for query in ("from:quittenmond", "from:zoe")] == [1, 0]
    assert SearchEntry.objects.count() == 2 * Message.objects.count()


@pytest.mark.rule("BOX-6", "ACC-9")
def test_a_message_looked_at_before_a_new_name_is_found_by_the_new_one(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_name(pair.buyer, "Zoë")
    pair.buyer.refresh_from_db()
    prepare = prepare_module.prepare

    def slowly(*asked: Any) -> Any:
        found = prepare(*asked)
        take_name(pair.buyer, "Quittenmond")
        drained()
        return found

    monkeypatch.setattr(submit, "prepare", slowly)
    say(pair)
    assert [hits(selling(pair), query) for query in ("from:quittenmond", "from:zoe")] == [1, 0]


@pytest.mark.rule("BOX-6")
def test_a_step_after_a_new_name_costs_the_same_for_every_number_of_messages(
    pair: Pair,
) -> None:
    def statements(name: str) -> int:
        take_name(pair.buyer, name)
        with CaptureQueriesContext(connection) as asked:
            take_events(timezone.now())
        return len(asked)

    say(pair, "One.")
    statements("Zoë")  # whatever is read once in a process
    one = statements("Hannah")
    for text in ("Two.", "Three.", "Four."):
        say(pair, text)
    assert statements("Zoë") == one


QUOTED = "On Tuesday somebody wrote:\n> The Zwiebelturm is closed."


@pytest.mark.rule("BOX-6", "MAIL-13")
def test_what_a_mail_quotes_is_not_found_and_what_it_says_is(pair: Pair) -> None:
    text = f"{WHERE}\n\n{REPLY_MARKER}\n{QUOTED}"
    quote = "<blockquote>The Zwiebelturm is closed.</blockquote>"
    html = f"<p>{WHERE} It is urgent.</p><p>{REPLY_MARKER}</p>{quote}"
    send(mail(pair, Side.BUYER, text=text, html=html, new=((0, len(WHERE)),)))
    for role in (selling(pair), buying(pair)):
        assert hits(role, "quittenmond") == hits(role, '"my quittenmond"') == hits(role, "urgent") == 1
        assert hits(role, "zwiebelturm") == hits(role, '"zwiebelturm is"') == 0
    before = tokens()
    build("--all")
    assert tokens() == before
