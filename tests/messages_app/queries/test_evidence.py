"""Which thread a mail answers: the ladder, rung by rung, within the pair (MAIL-11, MAIL-12, OPT-3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Pair
from messages_app.mail.evidence import Evidence
from messages_app.mail.parsed import ParsedMail, ReplySpans
from messages_app.mail.references import message_id, reference_code
from messages_app.models import Delivery, Message
from messages_app.policy.facts import Side
from messages_app.queries.evidence import Found, find_evidence, latest_thread, order_named
from messages_app.vault.keys import installation_key
from tests.factories import OrderFactory, PairFactory
from tests.messages_app.relay.inbound_world import NOON, said, write

pytestmark = pytest.mark.django_db

LONG = "The blue casserole that I ordered last week has arrived with a crack right across its lid."
EMPTY = ParsedMail(
    from_mailboxes=(),
    subject="Something else",
    message_id="",
    reference_ids=(),
    text="An answer.",
    html="",
    spans=ReplySpans(new=((0, 10),)),
)


@pytest.fixture
def pair() -> Pair:
    return PairFactory.create()


@pytest.fixture
def question(pair: Pair) -> Message:
    fields = ["Message-ID: <question@client.example>"]
    return said(write(pair, Side.BUYER, LONG, subject="A cracked lid", fields=fields))


def our_id(row_id: UUID, kind: str = "m", key: bytes | None = None) -> str:
    return message_id(kind, row_id, key=key or installation_key("message_ids"), domain="marketplace.example")


def code(number: int, key: bytes | None = None) -> str:
    return reference_code(number, key=key or installation_key("reference_codes"))


def quoting(text: str) -> ParsedMail:
    whole = f"An answer.\n> {text}"
    return replace(EMPTY, text=whole, spans=ReplySpans(new=((0, 11),)))


def rungs(message: Message) -> dict[Evidence, ParsedMail]:
    """For each rung a mail that stands on it alone."""
    return {
        Evidence.MESSAGE_ID: replace(EMPTY, reference_ids=("<x@y.example>", our_id(message.pk))),
        Evidence.CODE: replace(EMPTY, html=f"<p>Ref. {code(message.thread.number)}</p>"),
        Evidence.FOREIGN_ID: replace(EMPTY, reference_ids=("<question@client.example>",)),
        Evidence.QUOTE: quoting(LONG),
        Evidence.SUBJECT: replace(EMPTY, subject="AW: a Cracked lid"),
    }


@pytest.mark.rule("MAIL-11")
@pytest.mark.parametrize("rung", list(Evidence)[1:-1])
def test_each_rung_leads_to_the_thread(pair: Pair, question: Message, rung: Evidence) -> None:
    found = find_evidence(pair, rungs(question)[rung], now=NOON)
    assert found == Found(rung, question.thread_id)


@pytest.mark.rule("MAIL-11", "MAIL-12")
@pytest.mark.parametrize("rung", list(Evidence)[1:-1])
def test_another_pairs_evidence_is_none(pair: Pair, question: Message, rung: Evidence) -> None:
    for other in (PairFactory.create(seller=pair.seller), PairFactory.create(buyer=pair.buyer)):
        assert find_evidence(other, rungs(question)[rung], now=NOON) == Found(Evidence.NONE)


@pytest.mark.rule("MAIL-11")
def test_the_best_rung_wins(pair: Pair, question: Message) -> None:
    other = said(write(pair, Side.BUYER, "Another matter.", subject="Invoice"))
    assert other.thread_id != question.thread_id
    everything = replace(
        quoting(LONG),
        reference_ids=("<question@client.example>", our_id(other.pk)),
        html=code(question.thread.number),
        subject="Re: A cracked lid",
    )
    assert find_evidence(pair, everything, now=NOON) == Found(Evidence.MESSAGE_ID, other.thread_id)


@pytest.mark.rule("MAIL-11")
def test_a_notice_leads_to_the_thread_it_was_about(pair: Pair, question: Message) -> None:
    pair.blocked_by_seller_at = NOON
    pair.save()
    blocked = said(write(pair, Side.BUYER, "Are you there?"))
    notice = Delivery.objects.get(kind=Delivery.Kind.NOTICE)
    answer = replace(EMPTY, reference_ids=(our_id(notice.pk, kind="n"),))
    assert find_evidence(pair, answer, now=NOON) == Found(Evidence.MESSAGE_ID, blocked.thread_id)


@pytest.mark.rule("MAIL-12", "OPT-3")
def test_forged_ids_and_codes_are_no_evidence(pair: Pair, question: Message) -> None:
    true_id, true_code = our_id(question.pk), code(question.thread.number)
    forgeries = [
        replace(EMPTY, reference_ids=(our_id(question.pk, key=b"another installation's key"),)),
        replace(EMPTY, reference_ids=(true_id.replace("<m.", "<n."),)),
        replace(EMPTY, reference_ids=(true_id[:20] + ("a" if true_id[20] != "a" else "b") + true_id[21:],)),
        replace(EMPTY, html=code(question.thread.number, key=b"another installation's key")),
        replace(EMPTY, html=true_code[:-1] + ("A" if true_code[-1] != "A" else "B")),
        replace(EMPTY, reference_ids=(str(question.pk), f"<{question.pk}@marketplace.example>", "<>", "")),
    ]
    for mail in forgeries:
        assert find_evidence(pair, mail, now=NOON) == Found(Evidence.NONE)


@pytest.mark.rule("MAIL-11")
@pytest.mark.parametrize(
    ("rung", "days"), [(Evidence.QUOTE, timedelta(days=180)), (Evidence.SUBJECT, timedelta(days=30))]
)
def test_words_count_for_their_time(pair: Pair, question: Message, rung: Evidence, days: timedelta) -> None:
    mail = rungs(question)[rung]
    assert find_evidence(pair, mail, now=NOON + days).evidence is rung
    assert find_evidence(pair, mail, now=NOON + days + timedelta(seconds=1)).evidence is Evidence.NONE


@pytest.mark.rule("MAIL-11", "OPT-3")
def test_text_written_again_is_no_quote(pair: Pair, question: Message) -> None:
    again = replace(EMPTY, text=LONG, spans=ReplySpans(new=((0, len(LONG)),)))
    assert find_evidence(pair, again, now=NOON) == Found(Evidence.NONE)


@pytest.mark.rule("MAIL-11")
def test_nothing_in_a_mail_matches_nothing_in_the_store(pair: Pair) -> None:
    write(pair, Side.BUYER, "No id, no subject.", subject=" ", fields=["Message-ID:"])
    bare = replace(EMPTY, subject="", text="", spans=ReplySpans(new=()))
    assert find_evidence(pair, bare, now=NOON) == Found(Evidence.NONE)


@pytest.mark.rule("MAIL-12")
def test_the_order_named_must_be_the_pairs_own(pair: Pair) -> None:
    own, second = OrderFactory.create(pair=pair), OrderFactory.create(pair=pair)
    foreign = OrderFactory.create(seller=pair.seller)
    text = f"It is {foreign.number}, or {second.number}."
    assert order_named(pair, replace(EMPTY, text=text)) == second.pk
    assert order_named(pair, replace(EMPTY, text=text, subject=f"Order {own.number}")) == own.pk
    assert order_named(pair, replace(EMPTY, subject=foreign.number)) is None
    assert order_named(pair, EMPTY) is None


@pytest.mark.rule("MAIL-26")
def test_the_latest_thread_is_that_of_the_last_delivered_message(pair: Pair, question: Message) -> None:
    assert latest_thread(PairFactory.create()) is None
    later = said(write(pair, Side.BUYER, "Another.", subject="Invoice", at=NOON + timedelta(hours=1)))
    assert latest_thread(pair) == later.thread_id


@pytest.mark.rule("MAIL-11")
def test_the_statements_are_bounded_whatever_the_mail_names(pair: Pair, question: Message) -> None:
    for number in range(5):
        write(pair, Side.BUYER, f"Message {number}. {LONG}", subject=f"Matter {number}")
    ids = tuple(f"<{number}@client.example>" for number in range(50))
    codes = " ".join(code(number) for number in range(50))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        find_evidence(pair, replace(EMPTY, reference_ids=ids, text=codes), now=NOON)
    assert len(queries) <= 5
