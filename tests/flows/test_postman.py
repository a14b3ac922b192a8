"""What the postman must never do: show an address, talk to machines, answer strangers, deliver twice."""

from __future__ import annotations

import itertools
import smtplib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from email.utils import parseaddr
from typing import Any

import pytest
from django.db import connections

from accounts.models import Pair
from accounts.queries.pairs import alias_of
from messages_app.models import Delivery, InboundMail, Message
from messages_app.policy.facts import Side
from messages_app.relay.receive import process_waiting
from messages_app.relay.send import hang_up, send_due
from tests.factories import OrderFactory
from tests.flows.processes import MailDoor, mail_door
from tests.messages_app.relay.inbound_world import arrive, mail_from, write
from tests.messages_app.relay.mail_world import Received, Sink, pair_of_two, running

_numbers = itertools.count()


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A mail server that takes everything, in the place of EMAIL_URL."""
    server = Sink()
    with running(server) as port:
        settings.DEMO_MAILBOXES = False
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield server
        hang_up()


# --- Machines that answer machines (MAIL-26, MAIL-27) -----------------------------------------------------


def answered_by_machine(mail: Received, marks: str) -> bytes:
    """What an out-of-office makes of a mail: to its From, from whoever got it."""
    got = message_from_bytes(mail.content)
    lines = [
        f"From: <{mail.recipient}>",
        f"To: {got['From']}",
        f"In-Reply-To: {got['Message-ID']}",
        f"Message-ID: <{next(_numbers)}@machine.example>",
        *(line for line in marks.splitlines() if line),
        *([] if "Subject:" in marks else [f"Subject: Re: {got['Subject']}"]),
        "",
        "I am away until the end of the month. This box is not read.",
    ]
    return "\r\n".join(lines).encode()


_numbers = itertools.count()


def post(door: MailDoor, mail: Received, answer: bytes) -> bool:
    """Gives an answer to the real door, as the machine's server does; False: nobody takes it."""
    recipient = parseaddr(message_from_bytes(mail.content)["From"])[1]
    with smtplib.SMTP(door.host, door.port, timeout=30) as smtp:
        try:
            smtp.sendmail(mail.recipient, [recipient], answer)
        except smtplib.SMTPRecipientsRefused:
            return False
    return True


@pytest.mark.rule("MAIL-26", "MAIL-27", "MOD-4")
@pytest.mark.process
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("marks", "mails"),
    [
        ("Auto-Submitted: auto-replied", 1),
        ("Subject: Automatic reply: away", 1),
        ("Precedence: bulk", 1),
        # Nothing says that it is a machine: the first mail, two rounds of answers, and the notice that the
        # third identical body is held. That comes from an address which takes no mail.
        ("", 1 + 4 + 1),
    ],
)
def test_two_machines_that_answer_everything_fall_silent(marks: str, mails: int, sink: Sink) -> None:
    pair = pair_of_two()
    OrderFactory.create(pair=pair)
    with mail_door() as door:
        write(pair, Side.BUYER)
        answered = 0
        for _ in range(50):
            process_waiting(100)
            send_due(100)
            unanswered = sink.received[answered:]
            if not unanswered:
                break
            answered += len(unanswered)
            for mail in unanswered:
                post(door, mail, answered_by_machine(mail, marks))
    assert len(sink.received) == answered == mails
    assert not InboundMail.objects.filter(state="waiting").exists()


# --- Strangers (MAIL-9, MAIL-10, MAIL-27) -----------------------------------------------------------------

FORGERIES: tuple[tuple[str, ...], ...] = (
    (),
    ("Authentication-Results: mx.elsewhere.example; dmarc=pass header.from={domain}",),
    ("Authentication-Results: mx.marketplace.example; dmarc=fail header.from={domain}",),
    ("Authentication-Results: mx.marketplace.example; dkim=pass header.d=unrelated.example",),
    (
        "Authentication-Results: mx.marketplace.example; dmarc=fail header.from={domain}",
        "Authentication-Results: mx.marketplace.example; dmarc=pass header.from={domain}",
    ),
    ("X-Authentication-Results: mx.marketplace.example; dmarc=pass header.from={domain}",),
    ("Auto-Submitted: auto-replied",),
    ("In-Reply-To: <m.agnjwaaaabyadaabaaaaaaaaaemlmbqiqwalyr4j@marketplace.example>",),
    ("From: one@mail.example, two@mail.example",),
)


@pytest.mark.rule("MAIL-9", "MAIL-10", "MAIL-27")
@pytest.mark.django_db
def test_three_hundred_forged_mails_cause_none(sink: Sink, settings: Any) -> None:
    settings.MAIL_SENDER_AUTH = "trusted-header"
    settings.MAIL_AUTHSERV_ID = "mx.marketplace.example"
    pair = pair_of_two()
    OrderFactory.create(pair=pair)
    senders = (pair.buyer.user.email, pair.seller.customer_service_address, "stranger@elsewhere.example")
    cases = itertools.cycle(itertools.product(senders, FORGERIES, (Side.BUYER, Side.SELLER)))
    for sender, marks, side in itertools.islice(cases, 300):
        fields = [mark.format(domain=sender.partition("@")[2]) for mark in marks]
        arrive(mail_from(sender, "", fields=fields), alias_of(pair, side), loopback=False)
    send_due(1000)
    assert Counter(InboundMail.objects.values_list("state", flat=True)).keys() == {"held", "recorded"}
    assert InboundMail.objects.count() == 300
    assert (Message.objects.count(), Delivery.objects.count(), sink.received) == (0, 0, [])


# --- The same mail, many times at once (MAIL-5) -------------------------------------------------------------


def work_off(_worker: int) -> int:
    try:
        return process_waiting(100)
    finally:
        connections.close_all()


@pytest.mark.rule("MAIL-3", "MAIL-5", "GATE-5")
@pytest.mark.process
@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_the_same_mail_fifty_times_at_once_is_one_message_and_one_copy(sink: Sink) -> None:
    pair: Pair = pair_of_two()
    raw, alias = mail_from(pair.buyer.user.email), alias_of(pair, "seller")
    with mail_door() as door:

        def send(turn: int) -> None:
            with smtplib.SMTP(door.host, door.port, timeout=60) as smtp:
                smtp.sendmail("writer@client.example", [alias], b"Received: from relay%d\r\n" % turn + raw)

        with ThreadPoolExecutor(50) as pool:
            list(pool.map(send, range(50)))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work_off, range(4)))
    send_due(100)
    assert Counter(InboundMail.objects.values_list("state", flat=True)) == {"done": 1, "duplicate": 49}
    assert Message.objects.count() == len(sink.received) == 1
