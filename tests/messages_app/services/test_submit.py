"""The gate through its one door, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Pair
from messages_app.files.names import MAX_NAME
from messages_app.mail.evidence import Evidence
from messages_app.models import DailyUsage, Decision, Delivery, MailboxEntry, Message, ResponseContact, Thread
from messages_app.policy.facts import Door, Side
from messages_app.queries.threads import file_meta
from messages_app.services.submission import SubmittedFile
from messages_app.services.submit import dry_run
from messages_app.vault.content import shown_content, written_content
from messages_app.vault.keys import open_key
from orders.models import Order
from tests.factories import AuthorizedAddressFactory, OrderFactory, PairFactory
from tests.messages_app.services.gate import NOON, codes, mail, message_of, page, send

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def stored_files(data_dir: Path) -> set[str]:
    return {path.name for path in (data_dir / "media").rglob("*") if path.is_file()}


@pytest.fixture
def pair() -> Pair:
    made: Pair = PairFactory.create()
    return made


@pytest.fixture
def order(pair: Pair) -> Order:
    made: Order = OrderFactory.create(pair=pair)
    return made


@pytest.mark.rule("GATE-1", "GATE-4")
def test_a_delivered_message_leaves_everything_that_follows_from_it(pair: Pair, order: Order) -> None:
    sent = send(page(pair, Side.BUYER, order_id=order.pk, reason="where_is_it"))

    message = message_of(sent)
    assert message.state == Message.State.DELIVERED
    assert written_content(open_key(message.thread.key), message).text.startswith("Good morning")
    assert Decision.objects.get(message=message).verdict == "deliver"
    assert ResponseContact.objects.get(thread=message.thread).due_at == NOON + timedelta(hours=24)
    copy = Delivery.objects.get(message=message)
    assert (copy.recipient, copy.to_side) == (pair.seller.customer_service_address, "seller")
    entries = {entry.side: entry for entry in MailboxEntry.objects.filter(thread=message.thread)}
    assert entries["seller"].unread == 1
    assert entries["buyer"].unread == 0
    assert entries["seller"].due_at == NOON + timedelta(hours=24)


@pytest.mark.rule("GATE-1", "BOX-1")
def test_a_blocked_message_stays_with_its_author_alone(pair: Pair, order: Order) -> None:
    sent = send(
        page(pair, Side.SELLER, order_id=order.pk, reason="other", text="Write to me@shop-mail.example")
    )

    assert sent.state == Message.State.BLOCKED
    assert codes(sent) == ["contact_email"]
    assert [entry.side for entry in MailboxEntry.objects.filter(thread=sent.thread_id)] == ["seller"]
    assert not Delivery.objects.filter(message=sent.message_id).exists()
    assert not DailyUsage.objects.filter(used__gt=0).exists()


@pytest.mark.rule("GATE-1", "MAIL-28")
def test_a_refused_mail_is_told_to_the_address_that_wrote(pair: Pair, order: Order) -> None:
    sent = send(mail(pair, Side.SELLER, text="Write to me@shop-mail.example"))

    notice = Delivery.objects.get(message=sent.message_id)
    assert (notice.kind, notice.template, notice.recipient) == ("notice", "blocked", "writer@mail.example")


@pytest.mark.rule("GATE-3")
def test_a_dry_run_says_what_the_gate_would_say_and_leaves_nothing(pair: Pair, order: Order) -> None:
    submission = page(pair, Side.SELLER, order_id=order.pk, reason="invoice", text="")

    decision = dry_run(submission, now=NOON)

    assert [finding.code for finding in decision.findings] == ["attachment_missing"]
    assert not Thread.objects.exists()
    assert not Message.objects.exists()
    assert not DailyUsage.objects.exists()


@pytest.mark.rule("GATE-5")
def test_the_same_submission_twice_is_one_message(pair: Pair, order: Order) -> None:
    submission = page(pair, Side.BUYER, order_id=order.pk)
    first, second = send(submission), send(submission, NOON + timedelta(hours=1))

    assert second.repeated
    assert first.message_id == second.message_id
    assert Message.objects.count() == 1
    assert Delivery.objects.count() == 1


@pytest.mark.rule("OPT-1", "OPT-2", "OPT-3")
@pytest.mark.parametrize(
    ("evidence", "state"),
    [
        (Evidence.MESSAGE_ID, "delivered"),
        (Evidence.CODE, "delivered"),
        (Evidence.FOREIGN_ID, "delivered"),
        (Evidence.QUOTE, "delivered"),
        (Evidence.SUBJECT, "blocked"),
        (Evidence.NONE, "blocked"),
    ],
)
def test_an_opted_out_buyer_gets_replies_by_evidence_alone(
    pair: Pair, order: Order, evidence: Evidence, state: str
) -> None:
    asked = send(page(pair, Side.BUYER, order_id=order.pk))
    pair.buyer.opted_out_at = NOON
    pair.buyer.save()

    answer = send(
        mail(pair, Side.SELLER, thread_id=asked.thread_id, evidence=evidence), NOON + timedelta(hours=1)
    )

    assert answer.state == state
    assert codes(answer) == ([] if state == "delivered" else ["opted_out"])


@pytest.mark.rule("OPT-2", "RSN-6")
@pytest.mark.parametrize(
    ("subject", "state"),
    [
        ("[important] about {number}", "delivered"),
        ("[WICHTIG] {number}", "delivered"),
        ("[important] about your order", "blocked"),
        ("important {number}", "blocked"),
        ("[important] 999-9999999-9999999", "blocked"),
    ],
)
def test_a_critical_mail_carries_the_tag_and_an_order_of_this_buyer(
    pair: Pair, order: Order, subject: str, state: str
) -> None:
    pair.opted_out_at = NOON
    pair.save()

    sent = send(mail(pair, Side.SELLER, subject=subject.format(number=order.number)))

    assert sent.state == state
    assert message_of(sent).critical == (state == "delivered")


@pytest.mark.rule("OPT-1", "ACC-5")
@pytest.mark.parametrize(("switched_on", "notices"), [(True, 1), (False, 0)])
def test_the_opt_out_notice_honours_its_switch(
    pair: Pair, order: Order, switched_on: bool, notices: int
) -> None:
    pair.seller.mail_opt_out_notice = switched_on
    pair.seller.save()
    pair.opted_out_at = NOON
    pair.save()

    sent = send(mail(pair, Side.SELLER))

    assert sent.state == "blocked"
    assert Delivery.objects.filter(template="blocked").count() == notices


@pytest.mark.rule("OPT-4")
def test_opting_in_again_acts_on_the_next_message(pair: Pair, order: Order) -> None:
    pair.opted_out_at = NOON
    pair.save()
    before = send(mail(pair, Side.SELLER))
    pair.opted_out_at = None
    pair.save()

    assert before.state == "blocked"
    assert send(mail(pair, Side.SELLER, text="Another word about it.")).state == "delivered"


@pytest.mark.rule("RSN-6")
@pytest.mark.parametrize(
    ("status", "state"),
    [("pending", "delivered"), ("shipped", "delivered"), ("returned", "delivered"), ("cancelled", "blocked")],
)
def test_a_mail_out_of_the_blue_is_about_the_newest_order(pair: Pair, status: str, state: str) -> None:
    OrderFactory.create(pair=pair, status=status)

    assert send(mail(pair, Side.SELLER)).state == state


@pytest.mark.rule("RSN-2", "RSN-6")
@pytest.mark.parametrize(
    ("after", "state"), [(timedelta(days=30), "delivered"), (timedelta(days=30, seconds=1), "blocked")]
)
def test_unsolicited_mail_ends_with_the_window(pair: Pair, after: timedelta, state: str) -> None:
    OrderFactory.create(pair=pair, status="delivered", delivered_at=NOON - after)

    assert send(mail(pair, Side.SELLER)).state == state


@pytest.mark.rule("CAP-1", "CAP-2")
@pytest.mark.parametrize(("used", "state"), [(604, "delivered"), (605, "blocked")])
def test_message_number_cap_passes_and_the_next_does_not(
    pair: Pair, order: Order, used: int, state: str
) -> None:
    DailyUsage.objects.create(seller=pair.seller, day=NOON.date(), used=used)

    sent = send(page(pair, Side.SELLER, order_id=order.pk, reason="order_question", text="Which colour?"))

    assert order.status == "shipped"
    assert ("over_cap" in codes(sent)) == (state == "blocked")


@pytest.mark.rule("CAP-1")
def test_the_cap_grows_with_the_orders_of_the_last_thirty_days(pair: Pair) -> None:
    OrderFactory.create_batch(61, pair=pair, placed_at=NOON - timedelta(days=2), lines=[])
    DailyUsage.objects.create(seller=pair.seller, day=NOON.date(), used=609)

    assert send(mail(pair, Side.SELLER)).state == "delivered"  # 5 x 61/30 = 10.17: cap 610
    over = send(mail(pair, Side.SELLER, text="And another word."))
    assert codes(over) == ["over_cap"]
    assert over.decision is not None
    assert dict(over.decision.findings[0].data) | {"day_ends_at": None} == {
        "cap": 610,
        "used": 610,
        "day_ends_at": None,
    }


@pytest.mark.rule("CAP-2")
def test_a_blocked_message_does_not_use_the_cap_up(pair: Pair, order: Order) -> None:
    send(mail(pair, Side.SELLER, text="Mail me@shop-mail.example"))
    send(mail(pair, Side.SELLER))

    assert DailyUsage.objects.get(seller=pair.seller).used == 1


@pytest.mark.rule("ATT-1")
@pytest.mark.parametrize(("size", "refused"), [(10_485_760, False), (10_485_761, True)])
def test_ten_megabytes_pass_and_one_byte_more_does_not(
    pair: Pair, order: Order, size: int, refused: bool
) -> None:
    text = "A word."
    file = SubmittedFile(name="notes.txt", content=b"a" * (size - len(text)))

    sent = send(page(pair, Side.BUYER, order_id=order.pk, text=text, files=(file,)))

    assert ("too_large" in codes(sent)) == refused


@pytest.mark.rule("POL-2")
def test_a_buyers_address_is_masked_for_the_seller_and_kept_for_the_record(pair: Pair, order: Order) -> None:
    text = "My address is hannah@private-mail.example, thank you."

    message = message_of(send(page(pair, Side.BUYER, order_id=order.pk, text=text)))

    key = open_key(message.thread.key)
    assert message.state == "delivered"
    assert written_content(key, message).text == text
    assert shown_content(key, message).text == "My address is [e-mail address removed], thank you."


@pytest.mark.rule("RSP-1", "RSP-2")
def test_the_clock_runs_from_the_first_question_to_the_first_answer(pair: Pair, order: Order) -> None:
    asked = send(page(pair, Side.BUYER, order_id=order.pk))
    send(page(pair, Side.BUYER, order_id=order.pk, text="Are you there?"), NOON + timedelta(hours=3))
    contact = ResponseContact.objects.get(thread=asked.thread_id)
    assert contact.due_at == NOON + timedelta(hours=24)

    answered = send(page(pair, Side.SELLER, thread_id=asked.thread_id), NOON + timedelta(hours=5))

    contact.refresh_from_db()
    assert (contact.outcome, contact.answered_by_id) == ("answered", answered.message_id)
    assert contact.closed_at == NOON + timedelta(hours=5)
    assert MailboxEntry.objects.get(thread=asked.thread_id, side="seller").due_at is None


@pytest.mark.rule("RSP-2")
def test_a_blocked_answer_does_not_stop_the_clock(pair: Pair, order: Order) -> None:
    asked = send(page(pair, Side.BUYER, order_id=order.pk))
    send(page(pair, Side.SELLER, thread_id=asked.thread_id, text="Mail me@shop-mail.example"))

    assert ResponseContact.objects.get(thread=asked.thread_id).outcome == "open"


@pytest.mark.rule("RSP-4", "MAIL-26")
def test_an_out_of_office_is_a_line_that_sets_nothing_off(pair: Pair, order: Order) -> None:
    asked = send(page(pair, Side.BUYER, order_id=order.pk))
    send(page(pair, Side.SELLER, thread_id=asked.thread_id), NOON + timedelta(hours=1))
    before = Delivery.objects.count()

    line = replace(
        mail(pair, Side.BUYER, thread_id=asked.thread_id, evidence=Evidence.MESSAGE_ID), automatic=True
    )
    sent = send(line, NOON + timedelta(hours=2))

    assert message_of(sent).automatic
    assert Delivery.objects.count() == before
    assert not ResponseContact.objects.filter(outcome="open").exists()
    assert Decision.objects.get(message=sent.message_id).codes == []


@pytest.mark.rule("MAIL-26", "GATE-1", "GATE-7", "ACC-8")
@pytest.mark.parametrize(
    ("field", "value"), [("standing", "suspended"), ("standing", "closed"), ("blocked_by_buyer_at", NOON)]
)
def test_an_automatic_mail_passes_the_same_checks(
    pair: Pair, order: Order, field: str, value: object
) -> None:
    asked = send(page(pair, Side.BUYER, order_id=order.pk))
    owner = pair.seller if field == "standing" else pair
    setattr(owner, field, value)
    owner.save()

    line = mail(pair, Side.SELLER, thread_id=asked.thread_id, evidence=Evidence.MESSAGE_ID, automatic=True)
    sent = send(line, NOON + timedelta(hours=1))

    assert sent.state == "blocked"
    assert not Delivery.objects.filter(message=sent.message_id).exists()


@pytest.mark.rule("MAIL-26", "POL-1")
@pytest.mark.parametrize("author", list(Side))
def test_an_automatic_mail_is_masked_for_the_other_side(pair: Pair, order: Order, author: Side) -> None:
    asked = send(page(pair, Side.BUYER, order_id=order.pk))
    text = "I am away. Write to bea@elsewhere.example or see https://elsewhere.example/help."

    line = mail(
        pair, author, text=text, thread_id=asked.thread_id, evidence=Evidence.MESSAGE_ID, automatic=True
    )
    message = message_of(send(line, NOON + timedelta(hours=1)))

    shown = shown_content(open_key(message.thread.key), message).text
    assert message.state == "delivered"
    assert "elsewhere" not in shown
    assert shown.startswith("I am away. Write to [contact details removed]")


@pytest.mark.rule("MAIL-16", "ALI-5", "SEC-2")
@pytest.mark.parametrize("author", list(Side))
def test_real_addresses_in_quotes_reach_no_page(pair: Pair, order: Order, author: Side) -> None:
    asked = send(page(pair, Side.BUYER, order_id=order.pk))
    address = pair.buyer.user.email if author is Side.BUYER else pair.seller.customer_service_address
    new = "Yes, it is oak."
    text = f"{new}\n\n> To: <{address}>\n> Is it oak?"
    html = f"<p>{new}</p><blockquote>To: <a href='mailto:{address}'>{address}</a></blockquote>"

    answer = mail(
        pair,
        author,
        text=text,
        html=html,
        new=((0, len(new)),),
        thread_id=asked.thread_id,
        evidence=Evidence.MESSAGE_ID,
    )
    message = message_of(send(answer, NOON + timedelta(hours=1)))

    shown = shown_content(open_key(message.thread.key), message)
    assert message.state == "delivered"
    assert address not in shown.text + shown.html
    assert pair.aliases.get(side=author).address in shown.text
    assert shown.new_text == new


@pytest.mark.rule("POL-2")
def test_a_buyers_address_in_a_file_name_is_masked_too(pair: Pair, order: Order) -> None:
    file = SubmittedFile(name="write hannah.private@gmx.de.txt", content=b"A note.")

    message = message_of(send(page(pair, Side.BUYER, order_id=order.pk, files=(file,))))

    key = open_key(message.thread.key)
    (kept,) = message.attachments.all()
    meta = file_meta(key, kept)
    assert meta["name"] == "write hannah.private@gmx.de.txt"
    assert meta["shown_name"] == "write [e-mail address removed].txt"


@pytest.mark.rule("ATT-5", "POL-2")
def test_masked_file_names_stay_apart_and_short(pair: Pair, order: Order) -> None:
    address = "hannah.private@gmx.de"
    names = ["ann@a-shop.example.txt", "ann@b-shop.example.txt", f"{'n' * 94} {address}.txt"]
    files = tuple(SubmittedFile(name=name, content=b"A note.") for name in names)

    message = message_of(send(page(pair, Side.BUYER, order_id=order.pk, files=files)))

    key = open_key(message.thread.key)
    metas = [file_meta(key, kept) for kept in message.attachments.order_by("position")]
    assert [meta["name"] for meta in metas] == names
    first, second, third = [meta["shown_name"] for meta in metas]
    assert (first, second) == ("[e-mail address removed].txt", "[e-mail address removed] (2).txt")
    assert len(third) == MAX_NAME
    assert third.endswith(".txt")
    assert "gmx" not in third


@pytest.mark.rule("RSP-1", "RSP-2", "MAIL-10")
def test_a_mail_let_in_later_counts_from_that_moment(pair: Pair, order: Order) -> None:
    later = NOON + timedelta(days=5)

    sent = send(replace(mail(pair, Side.BUYER), accepted_at=NOON), later)

    message = message_of(sent)
    assert (message.accepted_at, message.released_at) == (NOON, later)
    assert ResponseContact.objects.get(thread=sent.thread_id).due_at == later + timedelta(hours=24)


@pytest.mark.rule("RSP-2")
def test_an_answer_older_than_the_question_answers_nothing(pair: Pair, order: Order) -> None:
    asked = send(page(pair, Side.BUYER, order_id=order.pk))

    send(page(pair, Side.SELLER, thread_id=asked.thread_id), NOON - timedelta(minutes=1))

    assert ResponseContact.objects.get(thread=asked.thread_id).outcome == "open"


@pytest.mark.rule("RSN-6")
def test_a_mail_known_by_its_subject_alone_is_about_the_newest_order(pair: Pair) -> None:
    old = OrderFactory.create(pair=pair, status="delivered", delivered_at=NOON - timedelta(days=90))
    asked = send(page(pair, Side.BUYER, order_id=old.pk))
    OrderFactory.create(pair=pair, status="shipped", placed_at=NOON - timedelta(days=1))

    sent = send(
        mail(pair, Side.SELLER, thread_id=asked.thread_id, evidence=Evidence.SUBJECT),
        NOON + timedelta(hours=1),
    )

    assert (sent.state, sent.thread_id) == ("delivered", asked.thread_id)


@pytest.mark.rule("PRV-1", "REL-3")
def test_files_of_a_submission_that_came_to_nothing_are_taken_back(
    pair: Pair, order: Order, settings: Any
) -> None:
    file = SubmittedFile(name="note.txt", content=b"A note.")
    submission = page(pair, Side.BUYER, order_id=order.pk, files=(file,))
    send(submission)
    kept = stored_files(settings.DATA_DIR)

    with pytest.raises(ValueError, match="belongs to a thread"):
        send(mail(pair, Side.BUYER, files=(file,), automatic=True))

    assert stored_files(settings.DATA_DIR) == kept


@pytest.mark.rule("BOX-1")
def test_a_buyers_page_writes_on_in_the_latest_thread_of_the_order(pair: Pair, order: Order) -> None:
    first = send(page(pair, Side.BUYER, order_id=order.pk))
    later = send(page(pair, Side.BUYER, order_id=order.pk, text="One more thing."), NOON + timedelta(days=40))
    other_order = OrderFactory.create(pair=pair)

    assert later.thread_id == first.thread_id
    assert send(page(pair, Side.BUYER, order_id=other_order.pk)).thread_id != first.thread_id


@pytest.mark.rule("BOX-1")
def test_a_buyers_page_never_writes_on_where_the_buyer_sees_nothing(pair: Pair, order: Order) -> None:
    blocked = send(
        page(pair, Side.SELLER, order_id=order.pk, reason="other", text="Mail me@shop-mail.example")
    )

    asked = send(page(pair, Side.BUYER, order_id=order.pk))

    assert blocked.state == "blocked"
    assert asked.thread_id != blocked.thread_id


@pytest.mark.rule("ACC-6")
@pytest.mark.parametrize(
    ("text", "state"), [("A word about it.", "delivered"), ("Mail me@shop-mail.example", "blocked")]
)
def test_with_messaging_off_a_buyer_answers_only_what_reached_them(pair: Pair, text: str, state: str) -> None:
    order = OrderFactory.create(pair=pair, status="returned")
    pair.seller.messaging_enabled = False
    pair.seller.save()
    began = send(page(pair, Side.SELLER, order_id=order.pk, reason="return_question", text=text))

    answer = send(mail(pair, Side.BUYER, thread_id=began.thread_id, evidence=Evidence.CODE))

    assert (began.state, answer.state) == (state, state)


@pytest.mark.rule("BOX-1")
def test_contact_buyer_with_a_reason_opens_a_new_thread(pair: Pair, order: Order) -> None:
    asked = send(page(pair, Side.BUYER, order_id=order.pk))

    contacted = send(page(pair, Side.SELLER, order_id=order.pk, reason="other"))

    assert contacted.thread_id != asked.thread_id
    assert message_of(contacted).proactive


@pytest.mark.rule("MAIL-12", "SEC-1")
def test_a_thread_or_order_of_another_pair_is_as_if_it_were_not_there(pair: Pair, order: Order) -> None:
    stranger: Pair = PairFactory.create()
    OrderFactory.create(pair=stranger)
    theirs = send(page(stranger, Side.BUYER))

    sent = send(mail(pair, Side.SELLER, thread_id=theirs.thread_id, evidence=Evidence.CODE))

    assert sent.thread_id != theirs.thread_id
    assert message_of(sent).proactive


@pytest.mark.rule("MOD-4", "MAIL-27")
def test_the_third_identical_body_within_the_hour_is_held(pair: Pair, order: Order) -> None:
    asked = send(page(pair, Side.BUYER, order_id=order.pk))
    states = [
        send(page(pair, Side.SELLER, thread_id=asked.thread_id), NOON + timedelta(minutes=minute)).state
        for minute in (1, 2, 3)
    ]

    assert states == ["delivered", "delivered", "held"]
    assert (
        send(
            page(pair, Side.SELLER, thread_id=asked.thread_id), NOON + timedelta(minutes=61, seconds=1)
        ).state
        == "held"
    )  # the second and the third still lie within the hour
    assert (
        send(page(pair, Side.SELLER, thread_id=asked.thread_id), NOON + timedelta(hours=3)).state
        == "delivered"
    )


@pytest.mark.rule("ACC-5", "MAIL-29")
@pytest.mark.parametrize(
    ("mail_messages", "reason", "mails"),
    [(True, "other", 1), (False, "other", 0), (False, "unexpected_problem", 1)],
)
def test_a_buyers_switch_stops_the_mail_but_never_a_critical_one(
    pair: Pair, order: Order, mail_messages: bool, reason: str, mails: int
) -> None:
    pair.buyer.mail_messages = mail_messages
    pair.buyer.save()

    sent = send(page(pair, Side.SELLER, order_id=order.pk, reason=reason))

    assert sent.state == "delivered"
    assert Delivery.objects.filter(message=sent.message_id, kind="copy").count() == mails


@pytest.mark.rule("ACC-4", "ACC-5")
@pytest.mark.parametrize("state", ["waiting", "blocked"])
def test_an_unconfirmed_address_never_gets_a_buyers_text(pair: Pair, order: Order, state: str) -> None:
    AuthorizedAddressFactory.create(seller=pair.seller, address="new@shop.example", state=state)
    pair.seller.buyer_messages_address = "new@shop.example"
    pair.seller.save()

    sent = send(page(pair, Side.BUYER, order_id=order.pk))

    assert Delivery.objects.get(message=sent.message_id).recipient == pair.seller.customer_service_address


@pytest.mark.rule("ACC-5", "GATE-1")
def test_the_switch_silences_the_opt_out_alone(pair: Pair, order: Order) -> None:
    pair.seller.mail_opt_out_notice = False
    pair.seller.save()
    pair.opted_out_at = NOON
    pair.save()

    sent = send(mail(pair, Side.SELLER, text="Mail me@shop-mail.example"))

    assert codes(sent) == ["opted_out", "contact_email"]
    assert Delivery.objects.filter(template="blocked").count() == 1


@pytest.mark.rule("MOD-4", "MAIL-27")
@pytest.mark.parametrize(("seconds", "state"), [(299, "held"), (300, "held"), (301, "delivered")])
def test_the_21st_message_within_five_minutes_is_held(
    pair: Pair, order: Order, seconds: int, state: str
) -> None:
    asked = send(page(pair, Side.BUYER, order_id=order.pk, text="Message 0"))
    for number in range(1, 20):
        send(page(pair, Side.BUYER, thread_id=asked.thread_id, text=f"Message {number}"))

    later = NOON + timedelta(seconds=seconds)
    assert send(page(pair, Side.BUYER, thread_id=asked.thread_id, text="Last"), later).state == state


@pytest.mark.rule("GATE-7", "MOD-1")
@pytest.mark.parametrize(
    ("left", "state"), [(timedelta(microseconds=1), "blocked"), (timedelta(0), "delivered")]
)
def test_a_sanction_is_over_at_its_end(pair: Pair, order: Order, left: timedelta, state: str) -> None:
    pair.seller.standing, pair.seller.standing_until = "suspended", NOON + left
    pair.seller.save()

    assert send(mail(pair, Side.SELLER)).state == state


@pytest.mark.rule("RSN-6")
@pytest.mark.parametrize(
    ("older", "newer", "state"),
    [
        ("shipped", "pending", "delivered"),
        ("cancelled", "shipped", "delivered"),
        ("shipped", "cancelled", "delivered"),
        ("unshipped", "delivered", "delivered"),  # an open one first
        ("delivered", "delivered", "blocked"),
    ],
)
def test_a_mail_is_about_the_newest_order_open_ones_first(
    pair: Pair, older: str, newer: str, state: str
) -> None:
    def delivered(status: str) -> datetime | None:
        return NOON - timedelta(days=45) if status == "delivered" else None

    OrderFactory.create(
        pair=pair, status=older, placed_at=NOON - timedelta(days=60), delivered_at=delivered(older)
    )
    last = OrderFactory.create(
        pair=pair, status=newer, placed_at=NOON - timedelta(days=50), delivered_at=delivered(newer)
    )

    sent = send(mail(pair, Side.SELLER))

    assert sent.state == state
    if (older, newer) == ("shipped", "pending"):
        assert message_of(sent).thread.order == last


@pytest.mark.rule("ATT-1")
@pytest.mark.parametrize(("size", "refused"), [(10_485_760, False), (10_485_761, True)])
def test_a_body_counts_once_however_it_came(pair: Pair, order: Order, size: int, refused: bool) -> None:
    sent = send(mail(pair, Side.BUYER, text="A word.", html="<p>A word.</p>", body_bytes=size))

    assert ("too_large" in codes(sent)) == refused


@pytest.mark.rule("GATE-4")
def test_the_door_is_written_down(pair: Pair, order: Order) -> None:
    assert message_of(send(mail(pair, Side.BUYER))).door == Door.MAIL
    assert message_of(send(page(pair, Side.BUYER, order_id=order.pk))).door == Door.WEB


@pytest.mark.rule("GATE-1")
@pytest.mark.parametrize("door", [page, mail])
def test_a_text_that_nobody_sees_is_empty(pair: Pair, order: Order, door: Any) -> None:
    sent = send(door(pair, Side.BUYER, order_id=order.pk, text="\u200b\xa0\n\ufeff"))
    assert (message_of(sent).state, codes(sent)) == (Message.State.BLOCKED, ["empty"])
