"""What a person finds, and what they never find (BOX-6, PRV-2, ALI-6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice, product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Pair
from accounts.queries.pairs import alias_of
from accounts.roles import Role
from messages_app.forms import TEXT_MOST
from messages_app.models import MailboxEntry, Message, SearchEntry
from messages_app.policy.facts import Side
from messages_app.queries import search, search_match
from messages_app.queries.filters import Filters
from messages_app.queries.inbox import InboxPage
from messages_app.queries.mailbox_views import view_named
from messages_app.queries.search import FoundRow, search_page
from messages_app.queries.search_text import read_search
from messages_app.services.submission import SubmittedFile
from tests.factories import BuyerFactory, OrderFactory, PairFactory, SellerFactory
from tests.messages_app.services.gate import NOON, mail, message_of, page, send

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def pair() -> Pair:
    seller = SellerFactory.create(trade_name="Alder and Pine")
    return PairFactory.create(seller=seller, buyer=BuyerFactory.create(display_name="Hannah W."))


def other_pair(pair: Pair, name: str = "Robert K.") -> Pair:
    """Another buyer's, of the same seller."""
    return PairFactory.create(seller=pair.seller, buyer=BuyerFactory.create(display_name=name))


def selling(pair: Pair) -> Role:
    membership = pair.seller.memberships.get(is_owner=True)
    return Role(user=membership.user, membership=membership)


def buying(pair: Pair) -> Role:
    return Role(user=pair.buyer.user, buyer=pair.buyer)


def found(role: Role, text: str, **fields: Any) -> InboxPage:
    return search_page(role, read_search(text), **fields)


def texts(role: Role, text: str, **fields: Any) -> list[str]:
    return [row.text for row in found(role, text, **fields).rows]


def say(pair: Pair, text: str, author: Side = Side.BUYER, at: datetime = NOON, **fields: Any) -> Message:
    """A message on a page; the seller's are answers to a mail that proves itself."""
    return message_of(send(page(pair, author, text=text, **fields), now=at))


WHERE = "Where is my parcel? It should have come on Friday."


@pytest.mark.rule("BOX-6", "PRV-2")
@pytest.mark.parametrize(
    "query",
    [
        "parcel",
        "PARCELS",
        "pàrcel",
        "where parcel",
        '"my parcel"',
        '"Parcel, it"',
        "Hannah",
        "alder",
        "from:hannah parcel",
    ],
)
def test_both_sides_find_a_message(pair: Pair, query: str) -> None:
    say(pair, WHERE)
    say(PairFactory.create(), "Quite another matter.")
    assert texts(selling(pair), query) == [WHERE]
    assert texts(buying(pair), query) == [WHERE]


@pytest.mark.rule("BOX-6")
@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Where are the parcels?", "parcel"),
        ("Où sont les colis remboursés ?", "rembourser"),
        ("Il pacco non è arrivato, spedizioni lente", "spedizione"),
        ("Gdzie są moje paczki?", "paczka"),
        ("Gdzie jest moja paczka?", "paczki"),
        ("Wo sind die Pakete?", "Paket"),
        ("Los pedidos no están aquí", "pedido"),
    ],
)
def test_other_forms_of_a_word_are_found_in_each_language(pair: Pair, text: str, query: str) -> None:
    say(pair, text)
    assert texts(selling(pair), query) == texts(buying(pair), query) == [text]


@pytest.mark.rule("BOX-6")
def test_a_page_of_the_longest_text_is_found_by_its_last_word(pair: Pair) -> None:
    syllables = [one + two for one in "bdfgklmnprst" for two in "aeiou"]
    words = list(islice(map("".join, product(syllables, repeat=3)), TEXT_MOST // 7))
    *_, last = words
    say(pair, " ".join(words))
    assert len(texts(selling(pair), last)) == len(texts(buying(pair), last)) == 1


@pytest.mark.rule("BOX-6")
@pytest.mark.parametrize(
    "query",
    [
        *("parcel monday", '"parcel my"', '"parcels"', "from:alder parcel", "to:hannah", "has:attachment"),
        *("order:304", "after:2026-03-11", "before:2026-03-10", "shopping", "parcelling:x nothing"),
    ],
)
def test_what_does_not_fit_is_not_found(pair: Pair, query: str) -> None:
    say(pair, WHERE)
    assert texts(selling(pair), query) == []


@pytest.mark.rule("BOX-6", "SEC-1")
def test_nobody_else_finds_it(pair: Pair) -> None:
    say(pair, WHERE)
    others = [PairFactory.create(), other_pair(pair), PairFactory.create(buyer=pair.buyer)]
    roles = [selling(others[0]), buying(others[0]), buying(others[1]), selling(others[2])]
    for role in roles:
        assert texts(role, "parcel") == texts(role, "after:2026-01-01") == []


@pytest.mark.rule("BOX-6", "POL-2", "ACC-9")
def test_what_was_masked_is_found_by_its_author_alone(pair: Pair) -> None:
    text = "Please write to quittenmond@post.example about the parcel."
    message = say(pair, text)
    assert message.is_delivered
    assert texts(buying(pair), "quittenmond") == [text]
    assert texts(selling(pair), "quittenmond") == texts(selling(pair), "post.example") == []
    assert len(texts(selling(pair), "parcel")) == 1


@pytest.mark.rule("BOX-6", "ACC-9")
def test_the_full_name_and_address_of_a_buyer_find_nothing(pair: Pair) -> None:
    user = pair.buyer.user
    say(pair, f"I am {user.full_name}, {WHERE}")
    assert texts(selling(pair), user.full_name.split()[-1]) == []
    assert texts(selling(pair), user.email) == []
    assert texts(selling(pair), "parcel") != []


@pytest.mark.rule("BOX-6")
@pytest.mark.parametrize("state", ["held", "blocked"])
def test_what_was_refused_is_found_by_its_author_alone(pair: Pair, state: str) -> None:
    say(pair, WHERE)
    thread_id = Message.objects.get().thread_id
    if state == "held":
        Message.objects.filter(author=Side.BUYER).update(read_at=NOON)
    refused = say(pair, "Write to tintenfee@shop.example instead.", Side.SELLER, thread_id=thread_id)
    assert refused.is_blocked
    sides = SearchEntry.objects.filter(message=refused.pk).values_list("side", flat=True)
    assert list(sides) == ["seller"]  # the other side keeps no tokens of it either
    if state == "held":
        Message.objects.filter(pk=refused.pk).update(state="held")
    [row] = found(selling(pair), "tintenfee").rows
    assert isinstance(row, FoundRow)
    assert row.refused
    assert texts(buying(pair), "tintenfee") == []
    assert texts(buying(pair), "from:alder") == []


@pytest.mark.rule("BOX-6", "ALI-6")
def test_aliases_and_order_numbers_find_threads_with_that_seller(pair: Pair) -> None:
    order = OrderFactory.create(pair=pair)
    say(pair, WHERE, order_id=order.pk, reason="where_is_it")
    say(other_pair(pair), "Quite another matter.")
    whole, parts = order.number, order.number.split("-")
    for query in [
        whole,
        whole.replace("-", ""),
        parts[2],
        f"{parts[1]}-{parts[2]}",
        f"order:{whole}",
        f"order:{parts[2]}",
    ]:
        assert texts(selling(pair), query) == [WHERE], query
    alias = alias_of(pair, "buyer")
    for query in [alias, alias.upper(), alias.partition("@")[0], f"from:{alias}"]:
        assert texts(selling(pair), query) == [WHERE], query
    assert texts(buying(pair), alias_of(pair, "seller")) == [WHERE]
    assert texts(buying(pair), alias) == []  # the buyer never learns it


@pytest.mark.rule("BOX-6")
@pytest.mark.parametrize(
    "query", ["invoice", "rechnung_2026", "2026", "pdf", "RechnungInvoice_2026.txt", "has:attachment"]
)
def test_file_names_are_found(pair: Pair, query: str) -> None:
    file = SubmittedFile(name="RechnungInvoice_2026.txt", content=b"The sum is due.")
    query = query.replace("pdf", "txt")
    say(pair, "See the file.", files=(file,))
    say(other_pair(pair), "Nothing is attached here.")
    assert len(texts(selling(pair), query)) == 1


@pytest.mark.rule("BOX-6")
def test_a_file_name_shows_where_it_was_found(pair: Pair) -> None:
    say(pair, "See the file.", files=(SubmittedFile(name="Rechnung.txt", content=b"The sum is due."),))
    [row] = found(selling(pair), "rechnung").rows
    assert isinstance(row, FoundRow)
    assert [piece.text for piece in row.pieces if piece.found] == ["Rechnung"]


@pytest.mark.rule("BOX-6")
def test_subjects_and_visible_html_are_found(pair: Pair) -> None:
    html = "<p>The <b>handle</b> is cracked.</p><style>.hidden { color: red }</style>"
    send(mail(pair, Side.BUYER, subject="Cracked casserole", text="The handle is cracked.", html=html))
    for query in ("casseroles", "handle", '"handle is cracked"'):
        assert len(texts(selling(pair), query)) == 1, query
    assert texts(selling(pair), "hidden") == texts(selling(pair), "color") == []


LANGUAGES = {
    "en": (
        "The parcels were delivered to my neighbours.",
        ["parcel", "delivering", "neighbour", "NEIGHBOURS"],
    ),
    "fr": (
        "Les colis sont arrivés chez ma voisine étonnée.",
        ["arrivé", "arrivée", "arrives", "étonné", "etonnee"],
    ),
    "it": ("Le scarpe ordinate non sono ancora arrivate.", ["scarpa", "ordinato", "arrivato", "ordinati"]),
    "de": (
        "Die bestellten Schuhe drücken, die Größen stimmen nicht.",
        ["bestellte", "Schuh", "große", "grossen"],
    ),
    "es": ("Las camisas recibidas están manchadas.", ["camisa", "recibido", "manchado", "estan"]),
    "pl": (
        "Paczka jeszcze nie dotarła do Łodzi, proszę o pomoc.",
        ["dotarła", "dotarla", "łodzi", "LODZI", "prosze"],
    ),
}


@pytest.mark.rule("BOX-6")
@pytest.mark.parametrize("language", list(LANGUAGES))
def test_other_forms_of_a_word_are_found(pair: Pair, language: str) -> None:
    text, queries = LANGUAGES[language]
    say(pair, text)  # of people whose language is English: the text shows its own
    say(other_pair(pair), "Quite another matter.")
    for query in queries:
        assert texts(selling(pair), query) == [text], query


@pytest.mark.rule("BOX-6")
def test_the_newest_message_found_leads(pair: Pair) -> None:
    second, third = other_pair(pair), other_pair(pair, "Vera P.")
    say(pair, "Parcel one.", at=NOON)
    say(second, "Parcel two.", at=NOON + timedelta(hours=1))
    say(third, "Parcel three.", at=NOON + timedelta(hours=2))
    first = Message.objects.get(thread__pair=pair)
    say(pair, "Parcel four.", at=NOON + timedelta(hours=3), thread_id=first.thread_id)
    say(second, "Nothing more.", at=NOON + timedelta(hours=4))
    assert texts(selling(pair), "parcel") == ["Parcel four.", "Parcel three.", "Parcel two."]


@pytest.mark.rule("BOX-6")
@pytest.mark.parametrize("query", ["parcel", '"parcel number"', "after:2026-01-01"])
def test_pages_hold_each_thread_once(pair: Pair, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PAGE", 3)
    monkeypatch.setattr(search, "MOST", 4)
    monkeypatch.setattr(search, "MOST_OPENED", 4)
    pairs = [pair, *(other_pair(pair, f"Buyer {number}") for number in range(6))]
    threads = [
        say(one, f"Parcel number {number}.", at=NOON + timedelta(minutes=number)).thread_id
        for number, one in enumerate(pairs)
    ]
    for minute, (one, thread) in enumerate(zip(pairs * 2, threads * 2, strict=True), 60):
        say(one, "Parcel number again.", at=NOON + timedelta(minutes=minute), thread_id=thread)
    seen, cursor = [], ""
    for _ in range(20):
        part = found(selling(pair), query, cursor=cursor)
        seen += [row.id for row in part.rows]
        cursor = part.next_cursor
        if not cursor:
            break
    assert seen == list(reversed(threads))


@pytest.mark.rule("BOX-6")
@pytest.mark.parametrize("cursor", ["", "x", "-1", "9" * 40, "²", "99999999999999999999"])
def test_an_unreadable_cursor_begins_at_the_front(pair: Pair, cursor: str) -> None:
    say(pair, WHERE)
    assert texts(selling(pair), "parcel", cursor=cursor) == [WHERE]


@pytest.mark.rule("BOX-6")
def test_days_are_those_of_the_persons_zone(pair: Pair) -> None:
    late = datetime(2026, 3, 10, 23, 30, tzinfo=ZoneInfo("UTC"))
    say(pair, WHERE, at=late)
    for zone, day in ((ZoneInfo("UTC"), 10), (ZoneInfo("Europe/Paris"), 11)):
        with timezone.override(zone):
            assert texts(selling(pair), f"after:2026-03-{day}") == [WHERE]
            assert texts(selling(pair), f"after:2026-03-{day + 1}") == []
            assert texts(selling(pair), f"before:2026-03-{day + 1} parcel") == [WHERE]
            assert texts(selling(pair), f"before:2026-03-{day}") == []


@pytest.mark.rule("BOX-6", "BOX-5")
def test_views_filters_and_marks_narrow_a_search(pair: Pair) -> None:
    say(pair, WHERE)
    role = selling(pair)
    assert (
        texts(role, "is:unread parcel") == texts(role, "parcel", view=view_named(role, "needed")) == [WHERE]
    )
    assert texts(role, "parcel", view=view_named(role, "sent")) == []
    assert texts(role, "parcel", filters=Filters(who="hannah")) == [WHERE]
    assert texts(role, "parcel", filters=Filters(who="robert")) == []
    MailboxEntry.objects.filter(side=Side.SELLER).update(unread=0, place="archived", placed_at=NOON)
    assert texts(role, "is:unread parcel") == []
    assert texts(role, "parcel") == [WHERE]
    MailboxEntry.objects.filter(side=Side.SELLER).update(place="deleted")
    assert texts(role, "parcel") == []
    assert texts(role, "parcel", view=view_named(role, "deleted")) == []  # it can be restored no more
    MailboxEntry.objects.filter(side=Side.SELLER).update(placed_at=timezone.now())
    assert texts(role, "parcel", view=view_named(role, "deleted")) == [WHERE]
    assert texts(buying(pair), "parcel") == [WHERE]


@pytest.mark.rule("BOX-6")
def test_me_is_whoever_searches(pair: Pair) -> None:
    say(pair, WHERE)
    assert texts(buying(pair), "from:me") == texts(selling(pair), "to:me") == [WHERE]
    assert texts(selling(pair), "from:me") == texts(buying(pair), "to:me") == []


@pytest.mark.rule("BOX-6")
def test_a_rare_word_is_found_behind_the_newest_messages(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_match, "NEWEST", 2)
    say(pair, WHERE)
    for number in range(4):
        say(
            other_pair(pair, f"Buyer {number}"),
            "Quite another matter.",
            at=NOON + timedelta(minutes=1 + number),
        )
    assert texts(selling(pair), "parcel") == [WHERE]
    assert texts(selling(pair), "e-parcel OR x") == []


@pytest.mark.rule("BOX-6")
@pytest.mark.parametrize(
    ("query", "most"), [("parcel", 6), ("hannah from:hannah order:304 parcel", 6), ('"my parcel"', 8)]
)
def test_statements_do_not_grow_with_what_is_found(pair: Pair, query: str, most: int) -> None:
    counts = []
    for number in range(2):
        for more in range(1 + 8 * number):
            say(other_pair(pair, f"Hannah {more}"), f"{WHERE} {more}")
        with CaptureQueriesContext(connection) as statements:
            found(selling(pair), query)
        counts.append(len(statements))
    assert counts[0] <= counts[1] <= most + 2 * (connection.vendor == "postgresql")


@pytest.mark.rule("BOX-6")
def test_sqlite_walks_the_full_text_table_and_looks_up_one_entry_a_row(pair: Pair) -> None:
    if connection.vendor != "sqlite":
        return  # PostgreSQL is told by MATERIALIZED
    wanted = search._wanted(selling(pair), read_search("parcel"), search.EVERYWHERE, "", None)
    query, params = search_match._by_full_text(wanted, 50)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {query}", params)
        plan = [row[3] for row in cursor.fetchall()]
    assert "VIRTUAL TABLE" in plan[0]
    assert "search_entries_of_owner (side=? AND owner=? AND place=?)" in plan[1]
    assert not any("TEMP B-TREE" in step for step in plan)
