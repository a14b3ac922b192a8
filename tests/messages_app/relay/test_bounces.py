"""Delivery reports that come back: recorded, told to the author, shown to nobody (MAIL-24, MAIL-25)."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import Pair
from accounts.queries.pairs import alias_of
from messages_app.mail.references import bounce_address
from messages_app.models import Delivery, DeliveryAttempt, InboundMail, Message
from messages_app.policy.facts import Side
from messages_app.services.sending import Result, record_results
from messages_app.vault.keys import installation_key
from tests.factories import OrderFactory, PairFactory, seller_owner
from tests.messages_app.relay.inbound_world import arrive, mail_from, notices, write
from tests.messages_app.relay.mail_world import finished, parcels

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> Pair:
    made = PairFactory.create()
    OrderFactory.create(pair=made)
    return made


def copy_of(pair: Pair, author: Side) -> Delivery:
    """The copy of a mail of that side, as it went out."""
    write(pair, author, "A word about the parcel.")
    delivery = Delivery.objects.get(kind=Delivery.Kind.COPY)
    Delivery.objects.update(state=Delivery.State.SENT)
    return delivery


def address_for(delivery: Delivery) -> str:
    return bounce_address(delivery.pk, key=installation_key("bounces"), domain=settings.RELAY_DOMAIN)


def report(status: str = "5.1.1", action: str = "failed", *, to: str = "hannah@mail.example") -> bytes:
    part = [
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mail.example",
        "",
        f"Final-Recipient: rfc822; {to}",
        f"Action: {action}",
        f"Status: {status}",
        f"Diagnostic-Code: smtp; 550 {status} <{to}>: said the server of {to.partition('@')[2]}",
    ]
    text = "\r\n".join(["--b", "", "It did not arrive.", "--b", *part, "--b--"])
    kind = "Content-Type: multipart/report; report-type=delivery-status; boundary=b"
    return mail_from("MAILER-DAEMON@mail.example", text, subject="Undelivered", fields=[kind])


def bounce(delivery: Delivery, raw: bytes, envelope_sender: str = "") -> InboundMail:
    return arrive(raw, address_for(delivery), envelope_sender=envelope_sender)


@pytest.mark.rule("MAIL-24")
@pytest.mark.parametrize("author", [Side.BUYER, Side.SELLER])
def test_a_failure_is_recorded_and_told_to_the_author_once(pair: Pair, author: Side) -> None:
    delivery = copy_of(pair, author)
    for _ in range(2):
        inbound = bounce(delivery, report(to=delivery.recipient))
        assert (inbound.state, inbound.outcome, inbound.message) == ("recorded", "bounced", None)
    delivery.refresh_from_db()
    assert delivery.state == "bounced"
    told = pair.buyer.user.email if author is Side.BUYER else seller_owner(pair.seller).email
    assert notices() == [("failed", told)]
    assert Message.objects.count() == 1


@pytest.mark.rule("MAIL-24", "MAIL-20")
@pytest.mark.parametrize("outcome", ["sent", "deferred", "failed"])
def test_a_report_that_overtakes_our_own_record_stands(pair: Pair, outcome: str) -> None:
    """The other server took the mail and sent it back before we had written down that it left."""
    write(pair, Side.SELLER, "A word about the parcel.")
    (parcel,) = parcels()
    lease = Delivery.objects.get().lease
    assert lease is not None
    bounce(parcel.delivery, report())
    record_results(lease, [Result(parcel.delivery, outcome, "421 and away")], now=timezone.now())
    assert Delivery.objects.get(pk=parcel.delivery.pk).state == "bounced"
    assert [template for template, _ in notices()] == ["failed"]


@pytest.mark.rule("MAIL-24", "MAIL-17")
def test_our_report_names_the_alias_and_not_the_address(pair: Pair) -> None:
    delivery = copy_of(pair, Side.SELLER)
    bounce(delivery, report(to=delivery.recipient))
    (notice,) = finished()
    assert notice.leaks == ()
    assert f"Final-Recipient: rfc822; {alias_of(pair, 'buyer')}".encode() in notice.mail
    assert delivery.recipient.encode() not in notice.mail


@pytest.mark.rule("MAIL-23", "MAIL-24", "PRV-5")
def test_the_trace_keeps_the_servers_codes_alone(pair: Pair) -> None:
    delivery = copy_of(pair, Side.SELLER)
    bounce(delivery, report(to=delivery.recipient))
    assert DeliveryAttempt.objects.get(outcome="bounced").reply in ("5.1.1", "550 5.1.1")


@pytest.mark.rule("ACC-5", "MAIL-24")
def test_a_seller_may_switch_failures_off(pair: Pair) -> None:
    delivery = copy_of(pair, Side.SELLER)
    pair.seller.mail_failures = False
    pair.seller.save()
    assert bounce(delivery, report()).outcome == "bounced"
    assert notices() == []


@pytest.mark.rule("MAIL-25")
@pytest.mark.parametrize(
    ("status", "action", "outcome"),
    [("4.2.2", "delayed", "delayed"), ("2.0.0", "delivered", "no_failure"), ("4.0.0", "", "delayed")],
)
def test_a_delay_is_a_note_and_nothing_else(pair: Pair, status: str, action: str, outcome: str) -> None:
    delivery = copy_of(pair, Side.SELLER)
    assert bounce(delivery, report(status, action)).outcome == outcome
    delivery.refresh_from_db()
    assert (delivery.state, notices()) == ("sent", [])


@pytest.mark.rule("MAIL-24", "REL-2")
def test_a_server_that_gave_up_after_delays_is_a_failure(pair: Pair) -> None:
    delivery = copy_of(pair, Side.SELLER)
    assert bounce(delivery, report("4.4.1", "failed")).outcome == "bounced"
    delivery.refresh_from_db()
    assert (delivery.state, [template for template, _ in notices()]) == ("bounced", ["failed"])


def in_words(text: str, *fields: str, subject: str = "failure notice") -> bytes:
    return mail_from("MAILER-DAEMON@mail.example", text, subject=subject, fields=fields)


IN_WORDS = [
    in_words("Hi. This is the qmail-send program.\r\n\r\n<{to}>:\r\nNo mailbox here. (#5.1.1)"),
    in_words("All relevant: <{to}> failed\r\n  Unrouteable address", "X-Failed-Recipients: {to}"),
    in_words("<{to}>: host mx.mail.example said: 550 no such user"),
    in_words("Your message to {to} could not be delivered."),
]


@pytest.mark.rule("MAIL-24", "PRV-5")
@pytest.mark.parametrize("raw", IN_WORDS)
def test_a_bounce_in_words_is_a_failure_too(pair: Pair, raw: bytes) -> None:
    delivery = copy_of(pair, Side.SELLER)
    inbound = bounce(delivery, raw.replace(b"{to}", delivery.recipient.encode()))
    assert (inbound.state, inbound.outcome, inbound.message) == ("recorded", "bounced", None)
    delivery.refresh_from_db()
    assert (delivery.state, [template for template, _ in notices()]) == ("bounced", ["failed"])
    assert delivery.recipient not in DeliveryAttempt.objects.get(outcome="bounced").reply
    (notice,) = finished()
    assert notice.leaks == ()


@pytest.mark.rule("MAIL-24", "MAIL-26")
@pytest.mark.parametrize(
    ("raw", "state", "outcome"),
    [
        (in_words("It will be retried.", subject="Warning: message delayed"), "recorded", "delayed"),
        (in_words("We have your mail.", subject="Mail"), "recorded", "no_failure"),
        (in_words("Until 5.1.24 I fail to answer.", subject="Automatic reply: x"), "dropped", "no_report"),
    ],
)
def test_other_words_fail_no_delivery(pair: Pair, raw: bytes, state: str, outcome: str) -> None:
    delivery = copy_of(pair, Side.SELLER)
    inbound = bounce(delivery, raw)
    assert (inbound.state, inbound.outcome) == (state, outcome)
    delivery.refresh_from_db()
    assert (delivery.state, notices()) == ("sent", [])


@pytest.mark.rule("MAIL-24", "MAIL-26")
def test_what_is_no_report_is_dropped(pair: Pair) -> None:
    delivery = copy_of(pair, Side.SELLER)
    outcomes = [
        bounce(delivery, mail_from(pair.buyer.user.email)).outcome,
        bounce(delivery, mail_from("x@y.example", fields=["Auto-Submitted: auto-replied"])).outcome,
        bounce(delivery, report(), envelope_sender="forger@mail.example").outcome,
        bounce(delivery, IN_WORDS[0], envelope_sender="forger@mail.example").outcome,
    ]
    assert outcomes == ["no_report"] * 4
    delivery.refresh_from_db()
    assert (delivery.state, notices(), Message.objects.count()) == ("sent", [], 1)


@pytest.mark.rule("MAIL-24")
@pytest.mark.parametrize("change", ["token", "key", "gone"])
def test_a_report_to_a_token_that_is_not_ours_is_dropped(pair: Pair, change: str) -> None:
    delivery = copy_of(pair, Side.SELLER)
    address = address_for(delivery)
    if change == "token":
        address = address[:-30] + ("a" if address[-30] != "a" else "b") + address[-29:]
    if change == "key":
        address = bounce_address(delivery.pk, key=b"another", domain=settings.RELAY_DOMAIN)
    if change == "gone":
        Delivery.objects.all().delete()
    inbound = arrive(report(), address, envelope_sender="")
    assert (inbound.state, inbound.outcome, notices()) == ("dropped", "bounce_token", [])


@pytest.mark.rule("MAIL-26", "REL-2")
def test_a_notice_that_bounces_causes_no_mail(pair: Pair) -> None:
    delivery = copy_of(pair, Side.SELLER)
    bounce(delivery, report())
    notice = Delivery.objects.get(kind=Delivery.Kind.NOTICE)
    assert bounce(notice, report()).outcome == "bounced"
    assert len(notices()) == 1


@pytest.mark.rule("MAIL-25")
def test_complaints_and_receipts_are_recorded(pair: Pair) -> None:
    delivery = copy_of(pair, Side.SELLER)
    part = "Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n"
    kind = "Content-Type: multipart/report; report-type=feedback-report; boundary=b"
    raw = mail_from("fbl@mail.example", f"--b\r\n\r\nx\r\n--b\r\n{part}\r\n--b--", fields=[kind])
    inbound = bounce(delivery, raw)
    assert (inbound.state, inbound.outcome, notices()) == ("recorded", "complaint", [])


def test_the_notice_says_it_in_words(pair: Pair) -> None:
    delivery = copy_of(pair, Side.BUYER)
    bounce(delivery, report(to=delivery.recipient))
    (notice,) = finished()
    assert b"Auto-Submitted: auto-generated" in notice.mail
