"""Bounces in words alone, as old and small servers send them (MAIL-24, MAIL-25)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages_app.mail.delivery_status import MAX_DIAGNOSTIC
from messages_app.mail.report import DeliveryReport, RecipientReport, ReportKind, read_report
from tests.messages_app.mail.raw_mails import multipart, part

QMAIL = """Hi. This is the qmail-send program at mx.customer.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ann@customer.example>:
{why}

--- Below this line is a copy of the message.

Return-Path: <b.token@relay.example>
Subject: about 550 5.7.1 and user unknown
"""
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ann@customer.example
    {why}

------ This is a copy of the message, including all the headers. ------

Received: from relay.example
"""
SENDMAIL = """The original message was received at Mon, 2 Mar 2026 10:00:00 GMT

   ----- The following addresses had permanent fatal errors -----
<ann@customer.example>
    (reason: {why})

   ----- Transcript of session follows -----
... while talking to mx.customer.example.:
>>> DATA
"""
POSTFIX = """I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<ann@customer.example>: host mx.customer.example[192.0.2.5] said: {why}
    (in reply to RCPT TO command)
"""


def bounced(
    text: str,
    *,
    sender: str = "MAILER-DAEMON@mx.customer.example",
    subject: str = "Mail",
    fields: tuple[str, ...] = (),
) -> bytes:
    head = [f"From: Mail <{sender}>", f"Subject: {subject}", "To: <b.token@relay.example>", *fields]
    return "\r\n".join([*head, "", *text.split("\n")]).encode()


def read(raw: bytes) -> RecipientReport:
    report = read_report(raw)
    assert report is not None
    assert report.kind is ReportKind.DELIVERY
    (recipient,) = report.recipients
    return recipient


@pytest.mark.rule("MAIL-24", "MAIL-25")
@pytest.mark.parametrize(
    ("text", "status", "status_class", "hard"),
    [
        (QMAIL.format(why="Sorry, no mailbox here by that name. (#5.1.1)"), "5.1.1", 5, True),
        (
            QMAIL.format(why="192.0.2.5 does not like recipient.\nRemote host said: 550 no such user"),
            "",
            5,
            True,
        ),
        (QMAIL.format(why="The user's mailbox is full. (#5.2.2)"), "5.2.2", 5, False),
        (
            QMAIL.format(why="Sorry, I wasn't able to connect. (#4.4.1)\nI'm not going to try again"),
            "4.4.1",
            4,
            False,
        ),
        (QMAIL.format(why="Something else"), "", 5, False),
        (EXIM.format(why="Unrouteable address"), "", 5, True),
        (
            EXIM.format(why="SMTP error from remote mail server:\n    550 5.1.1 <a@b.example> is not here"),
            "5.1.1",
            5,
            True,
        ),
        (EXIM.format(why="retry timeout exceeded"), "", 5, False),
        (
            EXIM.format(why="mail server after RCPT TO:<ann@customer.example>: 554 5.7.1 spam"),
            "5.7.1",
            5,
            False,
        ),
        (SENDMAIL.format(why="550 5.1.1 <ann@customer.example>... User unknown"), "5.1.1", 5, True),
        (SENDMAIL.format(why="553 sorry, no mailbox here by that name"), "", 5, True),
        (POSTFIX.format(why="550-5.1.1 the account does not exist"), "5.1.1", 5, True),
        (POSTFIX.format(why="550 5.2.1 The mailbox is disabled"), "5.2.1", 5, True),
        (POSTFIX.format(why="552 5.2.2 Over quota"), "5.2.2", 5, False),
        ("The recipient's address was rejected (#5.1.10).", "5.1.10", 5, True),
        ("Die Nachricht konnte nicht zugestellt werden.", "", 5, False),
        ("Le message n'a pas pu être remis : 550 5.1.1", "5.1.1", 5, True),
        ("Nie można dostarczyć wiadomości: użytkownik nie istnieje.", "", 5, False),
    ],
)
def test_a_failure(text: str, status: str, status_class: int, hard: bool) -> None:
    got = read(bounced(text))
    assert got.failed
    assert (got.status, got.status_class, got.hard) == (status, status_class, hard)


@pytest.mark.rule("MAIL-24")
def test_a_named_failed_recipient_is_enough() -> None:
    fields = ("X-Failed-Recipients: ann@customer.example", "Auto-Submitted: auto-replied")
    got = read(bounced("Sorry.", sender="robot@mx.customer.example", fields=fields))
    assert (got.failed, got.status, got.status_class, got.hard) == (True, "", 5, False)
    assert read_report(bounced("Sorry.", sender="robot@mx.customer.example", fields=fields[1:])) is None


@pytest.mark.rule("MAIL-24")
@pytest.mark.parametrize(
    "subject",
    [
        "failure notice",
        "Undelivered Mail Returned to Sender",
        "Undeliverable: Your parcel",
        "Mail delivery failed: returning message to sender",
        "Delivery Status Notification (Failure)",
        "Returned mail: see transcript for details",
        "Unzustellbar: Ihr Paket",
        "=?utf-8?q?=C3=89chec_de_la_remise_:_Colis?=",
        "Mancata consegna: Pacco",
        "Niedostarczone: Paczka",
        "No se puede entregar: Paquete",
    ],
)
def test_the_subject_tells_who_wrote(subject: str) -> None:
    for text in ("What you sent:", "550 5.1.1 User unknown"):
        assert read(bounced(text, sender="service@customer.example", subject=subject)).failed


@pytest.mark.rule("MAIL-24", "MAIL-26")
@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("ann@customer.example", "Re: Your parcel", "I am away until 5.1.24. In haste: 550 5.1.1"),
        ("ann@customer.example", "Automatic reply: Your parcel", "My delivery failed."),
        ("postmaster@customer.example", "Out of office", "I cannot be reached, error 550 5.1.1."),
        ("ann@customer.example", "", ""),
        ("mailer@customer.example", "Newsletter", "Our delivery has failed nobody."),
    ],
)
def test_an_absence_note_or_a_persons_mail_is_no_failure(sender: str, subject: str, text: str) -> None:
    assert read_report(bounced(text, sender=sender, subject=subject)) is None


@pytest.mark.rule("MAIL-24", "MAIL-25")
@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Warning: message 1abc delayed 24 hours", "451 4.3.0 will be retried"),
        ("Warning: could not send message for past 4 hours", "THIS IS A WARNING MESSAGE ONLY."),
        ("Delayed Mail (still being retried)", "550 5.1.1 said a server"),
        ("Delivery Status", "Your message has not been delivered yet. No action is required."),
        ("Zustellung", "Ihre Nachricht ist verzögert: konnte nicht zugestellt werden."),
        ("Mail", "mx.customer.example said: 450 try another time"),
    ],
)
def test_a_delay_is_no_failure(subject: str, text: str) -> None:
    got = read(bounced(text, subject=subject))
    assert (got.failed, got.status_class, got.hard) == (False, 4, False)


@pytest.mark.rule("MAIL-24")
@pytest.mark.parametrize(
    "text", ["", "We have your mail.", "Delivered, 250 2.0.0 OK", "At 500.1.2 and 5.1.24 there"]
)
def test_what_a_server_says_without_a_word_of_failure_is_unknown(text: str) -> None:
    got = read(bounced(text))
    assert (got.failed, got.status_class, got.hard, got.status) == (False, 0, False, "")


@pytest.mark.rule("MAIL-24")
def test_what_the_returned_mail_says_is_not_read() -> None:
    for line in ("Return-Path: <x@y.example>", "--- Original message follows", "> Received: from here"):
        got = read(bounced(f"We have your mail.\n{line}\n550 5.1.1 User unknown"))
        assert (got.failed, got.status) == (False, "")


@pytest.mark.rule("MAIL-24", "PRV-5")
def test_the_diagnostic_is_what_the_server_said_without_addresses() -> None:
    got = read(bounced(QMAIL.format(why="Remote host said: 550 5.1.1 <ann@customer.example>\nunknown here")))
    assert got.diagnostic == "Remote host said: 550 5.1.1 <***@***> unknown here"
    assert "relay.example" not in got.diagnostic
    long = read(bounced("550 5.1.1 " + "x " * 5_000))
    assert len(long.diagnostic) == MAX_DIAGNOSTIC


@pytest.mark.rule("MAIL-24")
def test_html_and_returned_parts_are_read_too() -> None:
    html = part(b"text/html", b"<html><body><p>Failed:</p><p>550 5.1.1 User unknown</p></body></html>")
    returned = part(b"message/rfc822", b"Message-ID: <m.1@relay.example>\r\n\r\n552 5.2.2 body")
    head = b"From: <postmaster@mx.example>\r\nSubject: Mail\r\n"
    report = read_report(multipart(b"mixed", html, returned, head=head))
    assert isinstance(report, DeliveryReport)
    assert report.recipients[0].status == "5.1.1"
    broken = multipart(
        b"report; report-type=delivery-status", part(b"text/plain", b"550 5.1.1 no"), head=head
    )
    assert read(broken).status == "5.1.1"


@pytest.mark.rule("MAIL-6")
@given(st.text(max_size=300), st.text(max_size=60))
def test_any_words_are_read(text: str, subject: str) -> None:
    line = " ".join(subject.split()).encode("utf-8", "replace").decode("utf-8", "replace")
    raw = f"From: <mailer-daemon@x.example>\r\nSubject: {line}\r\n\r\n{text}"
    read_report(raw.encode("utf-8", "replace"))


@pytest.mark.rule("MAIL-7")
@pytest.mark.parametrize(
    "piece", ["a", "\n", "- ", "--", "550 ", "5.1.1", "not ", "delivery ", "nicht ", "no ", "(#"]
)
def test_large_hostile_words_end(piece: str) -> None:
    read_report(bounced(piece * (1_000_000 // len(piece))))
