"""What notices, lists, reminders, system and account mails say (MAIL-27, MAIL-28, RSP-6, ORD-6, ACC-5)."""

from __future__ import annotations

import email
from email.message import Message as ParsedMessage
from typing import Any, cast

import pytest

from messages_app.mail.references import read_message_id
from messages_app.models import Delivery
from messages_app.policy.facts import Door, Side
from messages_app.policy.verdict import Severity
from messages_app.services.outbox import queue_delivery
from messages_app.services.system_messages import post_system_message
from messages_app.vault.keys import installation_key
from orders.models import OrderEvent
from tests.factories import seller_owner
from tests.messages_app.relay.mail_world import (
    BUYER_ADDRESS,
    NOON,
    SELLER_ADDRESS,
    body,
    finished,
    header,
    notice_for,
    only_mail,
    order_for,
    pair_of_two,
    say,
)

pytestmark = pytest.mark.django_db

OPTED_OUT = {"code": "opted_out", "severity": int(Severity.BLOCK), "data": {}}


def status_part(mail: ParsedMessage) -> dict[str, str]:
    """The fields of the machine-readable part."""
    part = next(part for part in mail.walk() if part.get_content_type() == "message/delivery-status")
    blocks = part.get_payload()
    assert isinstance(blocks, list)
    return {name: str(value) for block in blocks for name, value in cast(ParsedMessage, block).items()}


@pytest.mark.rule("MAIL-28", "OPT-1", "GATE-2")
def test_a_notice_says_which_message_what_happened_which_rule_and_what_to_do() -> None:
    pair = pair_of_two()
    notice_for(pair, context={"findings": [OPTED_OUT], "foreign_id": "<tip@alderpine.example>"})
    mail = only_mail()
    assert header(mail, "Subject") == "Not delivered: “A tip for your casserole”"
    for text in (body(mail, "plain"), body(mail, "html")):
        assert "A tip for your casserole" in text
        assert "18 November 2026, 11:22 (London)" in text
        assert pair.aliases.get(side="buyer").address in text
        assert "Opt-out from unsolicited messages" in text
        assert "switched off unsolicited messages" in text
        assert "[important]" in text
        assert "“Buyer opt-out” is on" in text
    assert mail["In-Reply-To"] == "<tip@alderpine.example>"


@pytest.mark.rule("MAIL-28", "MAIL-19")
def test_a_notice_is_a_report_that_names_the_alias() -> None:
    pair = pair_of_two()
    notice_for(pair, context={"findings": [OPTED_OUT]})
    mail = only_mail()
    assert mail.get_content_type() == "multipart/report"
    fields = status_part(mail)
    assert fields["Final-Recipient"] == f"rfc822; {pair.aliases.get(side='buyer').address}"
    assert (fields["Action"], fields["Status"]) == ("failed", "5.7.1")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert BUYER_ADDRESS not in mail.as_string()
    delivery = Delivery.objects.get()
    assert read_message_id(mail["Message-ID"], key=installation_key("message_ids")) == ("n", delivery.id)


@pytest.mark.rule("MAIL-28", "GATE-1")
def test_a_notice_about_a_mail_of_the_gate_answers_that_mail() -> None:
    pair = pair_of_two()
    say(
        pair,
        Side.SELLER,
        "Hello",
        subject="No order at all",
        door=Door.MAIL,
        notify=SELLER_ADDRESS,
        foreign_id="<x@alderpine.example>",
    )
    mail = only_mail()
    assert mail["To"] == SELLER_ADDRESS
    assert header(mail, "Subject") == "Not delivered: “No order at all”"
    assert "There is no order with this buyer" in body(mail, "plain")


@pytest.mark.rule("MAIL-28", "ACC-10")
@pytest.mark.parametrize(
    ("language", "about"), [("fr", "Où est ma commande ?"), ("de", "Wo bleibt die Bestellung?")]
)
def test_a_notice_about_a_message_of_a_page_names_it_in_its_authors_language(
    language: str, about: str
) -> None:
    """Over the message stands what the other side reads."""
    pair = pair_of_two()
    order = order_for(pair)
    asked = say(
        pair,
        Side.BUYER,
        subject=f"Where is it?, {order.number}",
        reason="where_is_it",
        order_id=order.pk,
    )
    Delivery.objects.all().delete()
    told = {"language": language, "to_side": Side.BUYER, "recipient": BUYER_ADDRESS}
    notice_for(pair, "failed", message=asked, context={"subject": asked.reason}, **told)
    text = body(only_mail(), "plain")
    assert about in text
    assert order.number in text
    assert "Where is it?" not in text


@pytest.mark.rule("MAIL-28")
@pytest.mark.parametrize(
    ("code", "status"), [("too_large", "5.3.4"), ("file_type", "5.6.1"), ("over_cap", "5.7.1")]
)
def test_the_status_follows_the_first_objection(code: str, status: str) -> None:
    findings = [{"code": code, "severity": 2, "data": {}}, OPTED_OUT]
    notice_for(pair_of_two(), context={"findings": findings})
    assert status_part(only_mail())["Status"] == status


@pytest.mark.rule("GATE-2")
def test_the_notice_lists_every_objection_and_leaves_out_what_passed() -> None:
    findings = [
        OPTED_OUT,
        {"code": "empty", "severity": 2, "data": {}},
        {"code": "burst", "severity": 0, "data": {"count": 21, "limit": 20}},
    ]
    notice_for(pair_of_two(), context={"findings": findings})
    text = body(only_mail(), "plain")
    assert "Opt-out from unsolicited messages, Empty message" in text
    assert "neither text nor files" in text
    assert "within five minutes" not in text


@pytest.mark.rule("MAIL-17", "MAIL-28")
def test_an_excerpt_that_gives_the_other_sides_address_does_not_tell_it_again() -> None:
    pair = pair_of_two()
    match = {"excerpt": f"I know {BUYER_ADDRESS}", "place": "text", "rule": "contact_email"}
    finding = {"code": "contact_email", "severity": 2, "data": {"sure": True, "matches": [match]}}
    notice_for(pair, context={"findings": [finding], "subject": f"To Hannah Winter, {BUYER_ADDRESS}"})
    mail = only_mail()
    assert BUYER_ADDRESS not in body(mail, "plain")
    assert f"I know {pair.aliases.get(side='buyer').address}" in body(mail, "plain")


@pytest.mark.rule("MAIL-28")
def test_an_excerpt_with_ones_own_address_stays_recognisable() -> None:
    match = {"excerpt": SELLER_ADDRESS, "place": "text", "rule": "contact_email"}
    finding = {"code": "contact_email", "severity": 2, "data": {"sure": True, "matches": [match]}}
    notice_for(pair_of_two(), context={"findings": [finding]})
    assert f"“{SELLER_ADDRESS}”" in body(only_mail(), "plain")


@pytest.mark.rule("MAIL-9", "MAIL-28")
def test_the_neutral_refusal_names_no_account() -> None:
    notice_for(None, "unlisted", recipient="stranger@mail.example", context={"subject": "Hello"})
    mail = only_mail()
    text = body(mail, "plain")
    assert "may not write to this alias" in text
    assert "/messages/" not in text
    assert "/orders/" not in text


@pytest.mark.rule("MAIL-28", "MAIL-21", "MAIL-6")
@pytest.mark.parametrize(
    ("template", "words", "action"),
    [
        ("held", "a moderator looks at it first", "delayed"),
        ("late", "tried again for two days", "delayed"),
        ("failed", "can be read on the web", "failed"),
        ("no_reply_permission", "permission to reply", "failed"),
        ("quarantined", "People look at it now", "delayed"),
    ],
)
def test_the_other_notices(template: str, words: str, action: str) -> None:
    notice_for(pair_of_two(), template, context={"reply": "550 5.1.1 no such user as Hannah Winter"})
    mail = only_mail()
    assert words in body(mail, "plain")
    answered = "550 5.1.1 – There is no such mailbox." in body(mail, "plain")
    assert answered is (template in ("late", "failed"))
    assert words in body(mail, "html")
    assert status_part(mail)["Action"] == action


@pytest.mark.rule("MAIL-28", "SEC-6")
def test_a_subject_can_neither_add_a_header_nor_markup() -> None:
    notice_for(pair_of_two(), context={"subject": "x\r\nBcc: all@example.org\u202e<script>", "findings": []})
    (one,) = finished()
    mail = email.message_from_bytes(one.mail)
    assert mail["Bcc"] is None
    assert "<script>" not in body(mail, "html")
    assert "\u202e" not in header(mail, "Subject")


@pytest.mark.rule("MAIL-27")
def test_the_hourly_list_names_each_message() -> None:
    items = [
        {
            "template": "blocked",
            "subject": "One",
            "at": NOON.isoformat(),
            "alias": "a@m.example",
            "codes": ["empty"],
        },
        {"template": "late", "subject": "", "at": NOON.isoformat(), "alias": "b@m.example", "codes": []},
    ]
    queue_delivery(
        kind=Delivery.Kind.NOTICE_LIST,
        template="notice_list",
        recipient=SELLER_ADDRESS,
        language="en",
        context={"items": items},
        now=NOON,
    )
    mail = only_mail()
    assert header(mail, "Subject") == "2 messages were not delivered as usual"
    for text in (body(mail, "plain"), body(mail, "html")):
        assert "18 November 2026, 11:22 (UTC): “One” to a@m.example: Empty message" in text
        assert "“(no subject)” to b@m.example: delayed" in text


@pytest.mark.rule("RSP-6")
@pytest.mark.parametrize(
    ("which", "subject", "chip"),
    [
        ("soon", "Hannah W. is waiting for your answer", "Answer by Thursday 19 November, 11:22"),
        (
            "due",
            "Overdue: Hannah W. has waited 24 hours for an answer",
            "Was due on Thursday 19 November, 11:22",
        ),
    ],
)
def test_a_reminder_says_who_waits_and_until_when(which: str, subject: str, chip: str) -> None:
    pair = pair_of_two()
    message = say(pair, Side.BUYER)
    Delivery.objects.all().delete()
    queue_delivery(
        kind=Delivery.Kind.REMINDER,
        template="reminder",
        recipient=seller_owner(pair.seller).email,
        language="en",
        key=message.thread.key,
        pair=pair,
        to_side=Side.SELLER,
        context={"thread": str(message.thread_id), "due_at": "2026-11-19T11:22:00+00:00", "which": which},
        now=NOON,
    )
    mail = only_mail()
    assert header(mail, "Subject") == subject
    assert chip in body(mail, "plain")
    assert f"/messages/{message.thread_id}/" in body(mail, "html")


@pytest.mark.rule("ORD-6")
@pytest.mark.parametrize("kind", OrderEvent.ANNOUNCED)
def test_a_system_mail_says_what_stands_in_the_inbox(kind: OrderEvent.Kind) -> None:
    pair = pair_of_two()
    order = order_for(pair)
    post_system_message(order=order, kind=kind, now=NOON)
    mail = only_mail()
    assert mail["To"] == BUYER_ADDRESS
    assert mail["Auto-Submitted"] == "auto-generated"
    assert order.number in header(mail, "Subject")
    assert "1 × Enamel casserole, 24 cm" in body(mail, "plain")
    assert "Enamel casserole" in body(mail, "html")


@pytest.mark.rule("ACC-4", "ACC-11", "ACC-1")
@pytest.mark.parametrize(
    ("template", "button"),
    [
        ("confirm_address", "Confirm the address"),
        ("claim", "Claim the account"),
        ("reset_password", "Set a new password"),
        ("sign_up", "Confirm and choose a password"),
        ("account_exists", "Sign in"),
        ("invitation", "See the invitation"),
        ("new_address", "Confirm the address"),
        ("address_taken", "Sign in"),
        ("address_changed", "Sign in"),
    ],
)
def test_an_account_mail_brings_its_link(template: str, button: str) -> None:
    context: dict[str, Any] = {"link": "https://marketplace.example/x/~abc/"}
    queue_delivery(
        kind=Delivery.Kind.ACCOUNT,
        template=template,
        recipient="new@mail.example",
        language="en",
        context=context,
        now=NOON,
    )
    mail = only_mail()
    assert f"{button}: https://marketplace.example/x/~abc/" in body(mail, "plain")
    assert 'href="https://marketplace.example/x/~abc/"' in body(mail, "html")


@pytest.mark.rule("ACC-12")
def test_the_address_that_was_left_gets_no_link() -> None:
    queue_delivery(
        kind=Delivery.Kind.ACCOUNT,
        template="address_left",
        recipient="old@mail.example",
        language="en",
        context={},
        now=NOON,
    )
    text = body(only_mail(), "plain")
    assert "tell the marketplace at once" in text
    assert "one button" not in text
    assert "https://" not in text
