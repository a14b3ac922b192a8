"""What a quote may hold: a seller answers a buyer who has named a link (POL-1, docs/decisions/0005)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Pair
from messages_app.mail.evidence import Evidence
from messages_app.policy.facts import Side
from tests.factories import OrderFactory, PairFactory
from tests.messages_app.services.gate import NOON, codes, mail, page, send

pytestmark = pytest.mark.django_db

ASKED = (
    "Is it the one at https://maker.example/oak/12?table=3, as in\nthe catalogue (see www.catalogue.example)?"
)
NEW = "Yes, it is that one."
OWN = "desk@seller.example"


@pytest.fixture
def pair() -> Pair:
    made = PairFactory.create(seller__customer_service_address=OWN)
    OrderFactory.create(pair=made)
    return made


def answered(pair: Pair, **fields: object) -> list[str]:
    """What the gate says of a seller's answer in the buyer's thread."""
    asked = send(page(pair, Side.BUYER, order_id=pair.buyer.orders.get().pk, text=ASKED))
    answer = mail(pair, Side.SELLER, thread_id=asked.thread_id, evidence=Evidence.MESSAGE_ID, **fields)
    return codes(send(answer, NOON + timedelta(hours=1)))


QUOTED_TEXT = [
    ("as it was", "> Is it the one at https://maker.example/oak/12?table=3, as in", []),
    ("broken over lines", "> Is it the one at https://maker.example/\n> oak/12?table=3, as", []),
    ("with other marks", "> > (https://maker.example/oak/12?table=3)", []),
    ("bare", "> (see www.catalogue.example)?", []),
    ("own address", f"> To: {OWN}", []),
    ("own address, linked", f"> To: <mailto:{OWN}>", []),
    ("shorter", "> at https://maker.example/oak/12 as in", ["external_link"]),
    ("another page", "> at https://maker.example/oak/13?table=3", ["external_link"]),
    ("longer", "> at https://maker.example/oak/12?table=3&shop=1", ["external_link"]),
    ("host alone", "> at https://maker.example/ as in", ["external_link"]),
    ("never said", "> at https://shop.example/", ["external_link"]),
    ("address around one's own", f"> To: boss.{OWN}", ["contact_email"]),
    ("address beyond one's own", f"> To: {OWN}.shop", ["contact_email"]),
    ("one's own within a link", f"> https://shop.example/?ref={OWN}", ["contact_email", "external_link"]),
    ("one's own as a path", f"> https://shop.example/{OWN}/", ["external_link"]),
]


@pytest.mark.rule("POL-1", "POL-3")
@pytest.mark.parametrize(
    ("quoted", "found"), [row[1:] for row in QUOTED_TEXT], ids=[row[0] for row in QUOTED_TEXT]
)
@pytest.mark.parametrize("spans", ["cut", "whole"])
def test_quoted_text_holds_what_was_sent_and_nothing_more(
    pair: Pair, quoted: str, found: list[str], spans: str
) -> None:
    text = f"{NEW}\n{quoted}\n"
    new = ((0, len(NEW) + 1),) if spans == "cut" else ((0, len(text)),)
    assert answered(pair, text=text, new=new) == found


@pytest.mark.rule("POL-1")
@pytest.mark.parametrize("said", [f"Write to {OWN}.", "See https://maker.example/oak/12?table=3 again."])
def test_what_an_author_says_anew_is_judged_whoever_said_it_before(pair: Pair, said: str) -> None:
    assert answered(pair, text=said, new=((0, len(said)),)) != []


HTML = [
    ("quoted link", '<blockquote><a href="https://maker.example/oak/12?table=3">that</a></blockquote>', []),
    ("quoted address", f'<blockquote>To: <a href="mailto:{OWN}">{OWN}</a></blockquote>', []),
    (
        "header block",
        (
            f"<hr><b>From:</b> H. W.<br><b>Sent:</b> Friday, 20 November 2026 10:00<br><b>To:</b> {OWN}<br>"
            "<b>Subject:</b> Oak<br><br>as in www.catalogue.example"
        ),
        [],
    ),
    ("anew", '<p><a href="https://maker.example/oak/12?table=3">that</a></p>', ["external_link"]),
    ("a part of it anew", '<p>Buy <a href="https://maker.example/oak/12">here</a></p>', ["external_link"]),
    ("host anew", '<p>Buy <a href="https://maker.example/">here</a></p>', ["external_link"]),
    (
        "a part of it, quoted",
        '<blockquote><a href="https://maker.example/oak">that</a></blockquote>',
        ["external_link"],
    ),
    ("own address", f"<p>Write to {OWN}</p>", ["contact_email"]),
    ("own mailto", f'<p><a href="mailto:{OWN}">Write</a></p>', ["contact_email"]),
    ("own address in a link", f'<p><a href="https://shop.example/?ref={OWN}">x</a></p>', ["contact_email"]),
    ("around one's own", f"<p>write to boss.{OWN} now</p>", ["contact_email"]),
    ("in a comment", f"<!-- {OWN} -->", ["contact_email"]),
]


@pytest.mark.rule("POL-1", "POL-3")
@pytest.mark.parametrize(("html", "found"), [row[1:] for row in HTML], ids=[row[0] for row in HTML])
def test_the_html_beside_a_harmless_text_is_judged_by_itself(pair: Pair, html: str, found: list[str]) -> None:
    assert answered(pair, text=NEW, new=((0, len(NEW)),), html=f"<p>{NEW}</p>{html}")[:1] == found
