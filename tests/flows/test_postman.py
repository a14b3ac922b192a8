"""What the postman must never do: show an address, talk to machines, answer strangers, deliver twice."""

from __future__ import annotations

import itertools
import smtplib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from email.utils import parseaddr
from typing import Any

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, event, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import AuthorizedAddress, Pair, Seller
from accounts.queries.pairs import alias_of
from messages_app.models import Delivery, InboundMail, Message
from messages_app.policy.facts import Side
from messages_app.relay.receive import process_waiting
from messages_app.relay.send import hang_up, send_due
from tests.factories import OrderFactory
from tests.flows.planted import (
    HEADER_FIELDS,
    HEADER_WRITINGS,
    HTML_WRITINGS,
    TEXT_WRITINGS,
    TRANSFERS,
    Writing,
    encoded_word,
    shows,
)
from tests.flows.processes import MailDoor, mail_door
from tests.mail_samples.corridor import corridor
from tests.mail_samples.world import NAMED, NOW
from tests.messages_app.relay.inbound_world import arrive, mail_from, write
from tests.messages_app.relay.mail_world import Received, Sink, pair_of_two, running

ENGLISH = NAMED["en"]
PRIVATE = "rowan.private@workshop.example"  # another confirmed address of the seller


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A mail server that takes everything, in the place of EMAIL_URL."""
    server = Sink()
    with running(server) as port:
        settings.DEMO_MAILBOXES = False
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield server
        hang_up()


# --- No protected address in any byte that left (MAIL-17) -----------------------------------------------


@pytest.fixture
def street(fixed_world: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    """The fixed world of the samples; there its seller has a second address."""
    with corridor(monkeypatch, settings) as server:
        seller = Seller.objects.get(trade_name=ENGLISH.trade_name)
        AuthorizedAddress.objects.create(
            seller=seller, address=PRIVATE, state=AuthorizedAddress.State.CONFIRMED, confirmed_at=NOW
        )
        yield server


SECRETS = {
    Side.BUYER: (ENGLISH.buyer_address, ENGLISH.full_name),
    Side.SELLER: (ENGLISH.seller_address, PRIVATE),
}


PLACES = ("field", "subject", "from", "text", "html", "part")


@st.composite
def plants(draw: st.DrawFn) -> tuple[Side, str, bytes]:
    """An author, a secret of theirs, and a mail of theirs that holds it in one or more places."""
    author = draw(st.sampled_from([Side.BUYER, Side.SELLER]))
    secret = draw(st.sampled_from(SECRETS[author]))

    def written(writings: dict[str, Writing]) -> str:
        return writings[draw(st.sampled_from(sorted(writings)))](secret)

    places = draw(st.permutations(PLACES))[: draw(st.integers(1, 3))]
    fields = (
        [f"{draw(st.sampled_from(HEADER_FIELDS))}: {written(HEADER_WRITINGS)}"] if "field" in places else []
    )
    subject = f"About {written(HEADER_WRITINGS)}" if "subject" in places else "The lid"
    shown = encoded_word(secret) if "from" in places else "Me"
    text = _text(draw, written(TEXT_WRITINGS)) if "text" in places else "The lid fits."
    rich = _html(draw, written(HTML_WRITINGS)) if "html" in places else ""
    files = [_file(draw, written, secret)] if "part" in places else []
    bodies = [_part("text/plain; charset=utf-8", text.encode(), draw)]
    if rich:
        bodies.append(_part("text/html; charset=utf-8", rich.encode(), draw))
    address = ENGLISH.buyer_address if author is Side.BUYER else ENGLISH.seller_address
    head = [f"From: {shown} <{address}>", f"Subject: {subject}", *fields, "MIME-Version: 1.0"]
    return author, secret, _multipart(head, bodies, files)


def _text(draw: st.DrawFn, written: str) -> str:
    return draw(
        st.sampled_from(
            [
                f"Write to {written} please.",
                f"The lid fits.\n\nOn Wednesday {written} wrote:\n> Does it?",
                f"The lid fits.\n\nFrom: {written}\nSent: Wednesday, 14:41\nTo: {written}\nSubject: Lid",
                f"The lid fits.\n\n> {written}\n> said so",
            ]
        )
    )


def _html(draw: st.DrawFn, written: str) -> str:
    return draw(
        st.sampled_from(
            [
                f"<p>Write to {written}.</p>",
                f"<p>Fits.</p><div>{written} wrote:<blockquote>Does it?</blockquote></div>",
                f'<p>Fits.</p><blockquote type="cite"><a href="mailto:{written}">them</a></blockquote>',
                f'<p title="{written}">Fits.</p>',
                f'<p>Fits.</p><img src="cid:none" alt="{written}">',
                f"<p>Fits.</p><!-- {written} -->",
                f"<p style=\"font-family:'{written}'\">Fits.</p>",
                f'<p lang="{written}" dir="ltr">Fits.</p>',
                f"<p>Fits.</p><style>/* {written} */</style>",
            ]
        )
    )


def _file(draw: st.DrawFn, written: Callable[[dict[str, Writing]], str], secret: str) -> bytes:
    """A part whose name, fields or content tell the secret."""
    match draw(st.sampled_from(["name", "field", "content", "forward", "calendar", "wide"])):
        case "name":
            name = written(HEADER_WRITINGS).replace("\n", " ").strip('"')
            return _raw_part("text/plain", b"Care of the pot.", f'attachment; filename="{name}.txt"')
        case "field":
            return _raw_part("text/plain", b"Care.", 'attachment; filename="care.txt"', f"X-By: {secret}")
        case "content":
            return _raw_part("text/plain", f"By {secret}.".encode(), 'attachment; filename="care.txt"')
        case "forward":
            inner = f"From: {secret}\r\nSubject: {secret}\r\n\r\nIt was {written(TEXT_WRITINGS)}."
            return b"Content-Type: message/rfc822\r\n\r\n" + inner.encode()
        case "calendar":
            return _raw_part(
                "text/calendar", f"BEGIN:VCALENDAR\r\nORGANIZER:mailto:{secret}".encode(), "inline"
            )
        case _:
            return _raw_part(
                "text/plain", f"By {secret}.".encode("utf-16"), 'attachment; filename="care.txt"'
            )


def _raw_part(kind: str, content: bytes, disposition: str, *fields: str) -> bytes:
    lines = [f"Content-Type: {kind}", f"Content-Disposition: {disposition}", *fields, "", ""]
    return "\r\n".join(lines).encode() + content


def _part(kind: str, content: bytes, draw: st.DrawFn) -> bytes:
    transfer = draw(st.sampled_from(sorted(TRANSFERS)))
    body = TRANSFERS[transfer](content).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {transfer}\r\n\r\n".encode() + body


def _multipart(head: list[str], bodies: list[bytes], files: list[bytes]) -> bytes:
    body = b"Content-Type: multipart/alternative; boundary=inner\r\n\r\n" + _between(bodies, b"inner")
    start = "\r\n".join([*head, "Content-Type: multipart/mixed; boundary=outer", "", ""])
    return start.encode() + _between([body, *files], b"outer")


def _between(parts: list[bytes], boundary: bytes) -> bytes:
    return (
        b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + boundary + b"--\r\n"
    )


@pytest.mark.rule("MAIL-14", "MAIL-16", "MAIL-17", "ACC-9")
@pytest.mark.django_db
@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(plant=plants())
def test_no_byte_that_leaves_shows_a_protected_address(plant: tuple[Side, str, bytes], street: Sink) -> None:
    author, secret, raw = plant
    assert shows(raw, secret)  # the eye sees it in what came in, so it would in what goes out
    street.received.clear()
    alias = ENGLISH.seller_alias if author is Side.BUYER else ENGLISH.buyer_alias
    other = ENGLISH.seller_address if author is Side.BUYER else ENGLISH.buyer_address
    with transaction.atomic():
        arrive(raw, alias, at=NOW)
        send_due(10)
        transaction.set_rollback(True)  # each mail meets the same world
    left = [mail for mail in street.received if mail.recipient == other]
    event(f"{author}: {'a copy left' if left else 'no copy left'}")
    for mail in left:
        assert not shows(mail.content, secret)
        assert not shows(f"{mail.sender} {mail.recipient}".encode(), secret)


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
