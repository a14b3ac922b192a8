"""What moderators decide about mails: set aside on the way in, or stopped on the way out (MAIL-6, MAIL-10,
MAIL-17)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import AuditRecord, Pair
from accounts.queries.pairs import alias_of
from accounts.roles import Role
from accounts.services.addresses import add_address
from messages_app.mail.leak_gate import Protected
from messages_app.models import Case, Delivery, InboundMail, Message
from messages_app.policy.facts import Side
from messages_app.queries.live import live_mark
from messages_app.relay.receive import MAX_ATTEMPTS, process_waiting
from messages_app.relay.send import send_due
from messages_app.services.decided import Outcome
from messages_app.services.failures import tell_late
from messages_app.services.held_mail import disown, let_in
from messages_app.services.moderation import Action, decide_case, decide_cases
from messages_app.services.sending import rendered_mail
from messages_app.services.submission import SubmittedFile
from tests.factories import MembershipFactory, OrderFactory, PairFactory
from tests.messages_app.relay.inbound_world import arrive, mail_from, notices, take_in
from tests.messages_app.services.gate import page, send
from tests.messages_app.services.test_moderation import WHY, moderator

pytestmark = pytest.mark.django_db(transaction=True)

LEAK = "workshop@shop.example"
HOUR = timedelta(hours=1)


@pytest.fixture
def pair() -> Pair:
    pair: Pair = PairFactory.create()
    OrderFactory.create(pair=pair)
    return pair


def quarantined(pair: Pair) -> InboundMail:
    """A mail over which a worker died each time; its header proves who wrote it."""
    inbound = take_in(mail_from(pair.buyer.user.email), alias_of(pair, Side.SELLER))
    InboundMail.objects.filter(pk=inbound.pk).update(attempts=MAX_ATTEMPTS)
    process_waiting(10)
    inbound.refresh_from_db()
    assert (inbound.state, notices()) == ("quarantined", [("quarantined", pair.buyer.user.email)])
    return inbound


def unproven(pair: Pair) -> InboundMail:
    inbound = arrive(mail_from(pair.buyer.user.email), alias_of(pair, Side.SELLER), loopback=False)
    assert (inbound.state, inbound.outcome) == ("held", "unproven")
    return inbound


def stopped(pair: Pair) -> Delivery:
    """A copy whose file names what has become a real address of the seller since."""
    note = SubmittedFile(name="care.txt", content=f"Ask {LEAK} how to care for it.".encode())
    order = pair.buyer.orders.get()
    asked = send(page(pair, Side.BUYER, order_id=order.pk), timezone.now())
    sent = send(page(pair, Side.SELLER, thread_id=asked.thread_id, files=(note,)), timezone.now())
    add_address(seller=pair.seller, address=LEAK, now=timezone.now())
    Delivery.objects.exclude(message=sent.message_id).delete()
    send_due()
    delivery = Delivery.objects.get(message=sent.message_id)
    assert delivery.state == "held"
    return delivery


def decide(action: Action, **thing: UUID) -> Outcome:
    case = Case.objects.filter(closed_at=None).get(**thing)
    return decide_case(case_id=case.pk, action=action, by=moderator(), reason=WHY, now=timezone.now()).outcome


def closed_as() -> list[tuple[str, str]]:
    return list(Case.objects.order_by("opened_at").values_list("kind", "decision"))


@pytest.mark.rule("MOD-3", "MAIL-6")
@pytest.mark.both_databases
def test_a_mail_that_cannot_be_read_opens_a_case_and_is_tried_again(pair: Pair) -> None:
    inbound = quarantined(pair)
    case = Case.objects.get()
    assert (case.kind, case.inbound, case.pair, case.about) == ("quarantined_mail", inbound, pair, "buyer")
    assert decide(Action.RETRY, inbound_id=inbound.pk) is Outcome.DONE
    process_waiting(10)
    inbound.refresh_from_db()
    assert inbound.state == "done"
    assert Message.objects.get().state == "delivered"
    assert closed_as() == [("quarantined_mail", "retried")]


@pytest.mark.rule("MOD-3", "MAIL-6")
def test_a_mail_that_fails_again_comes_back(pair: Pair) -> None:
    inbound = quarantined(pair)
    decide(Action.RETRY, inbound_id=inbound.pk)
    InboundMail.objects.update(attempts=MAX_ATTEMPTS)
    process_waiting(10)
    assert closed_as() == [("quarantined_mail", "retried"), ("quarantined_mail", "")]


@pytest.mark.rule("REL-2", "MOD-3")
def test_who_heard_of_the_quarantine_hears_that_it_was_discarded(pair: Pair) -> None:
    inbound = quarantined(pair)
    assert decide(Action.DISCARD, inbound_id=inbound.pk) is Outcome.DONE
    inbound.refresh_from_db()
    assert (inbound.state, inbound.outcome) == ("dropped", "discarded")
    assert notices() == [("quarantined", pair.buyer.user.email), ("rejected", pair.buyer.user.email)]
    assert closed_as() == [("quarantined_mail", "discarded")]


@pytest.mark.rule("BOX-11", "MAIL-10")
@pytest.mark.both_databases
def test_open_pages_of_the_named_author_follow_how_many_mails_are_held(pair: Pair) -> None:
    asked = page(pair, Side.BUYER, order_id=pair.buyer.orders.get().pk)
    assert send(asked, timezone.now()).state == "delivered"
    buyer = Role(user=pair.buyer.user, buyer=pair.buyer)
    membership = MembershipFactory.create(seller=pair.seller)
    seller = Role(user=membership.user, membership=membership)
    marks, others = [live_mark(buyer)], {live_mark(seller)}
    first = unproven(pair)
    marks.append(live_mark(buyer))
    second = unproven(pair)
    marks.append(live_mark(buyer))
    assert let_in(inbound_id=first.pk, decision=Case.Decision.LET_IN, now=timezone.now(), by=None)
    marks.append(live_mark(buyer))
    assert disown(inbound_id=second.pk, decision=Case.Decision.DISCARDED, now=timezone.now(), by=None)
    marks.append(live_mark(buyer))
    assert len(set(marks)) == len(marks)
    assert others == {live_mark(seller)}


@pytest.mark.rule("MAIL-10", "MOD-3")
@pytest.mark.both_databases
def test_an_unproven_mail_is_let_in_or_dropped_and_nobody_is_told(pair: Pair) -> None:
    first, second = unproven(pair), unproven(pair)
    assert decide(Action.LET_IN, inbound_id=first.pk) is Outcome.DONE
    assert decide(Action.DISCARD, inbound_id=second.pk) is Outcome.DONE
    process_waiting(10)
    states = dict(InboundMail.objects.values_list("pk", "state"))
    assert states == {first.pk: "done", second.pk: "dropped"}
    assert notices() == []
    assert closed_as() == [("unproven_mail", "let_in"), ("unproven_mail", "discarded")]
    assert InboundMail.objects.get(state="dropped").outcome == "discarded"


@pytest.mark.rule("MAIL-10", "MOD-3")
def test_mails_are_let_in_one_by_one_and_dropped_together(pair: Pair) -> None:
    """Who lets a mail in says that its sender is who they claim to be: that takes a look of its own."""
    mails = [unproven(pair), unproven(pair)]
    cases = list(Case.objects.values_list("pk", flat=True))

    def together(action: Action) -> set[Outcome]:
        by, now = moderator(), timezone.now()
        decided = decide_cases(case_ids=cases, action=action, by=by, reason=WHY, now=now)
        return {one.outcome for one in decided.values()}

    assert together(Action.LET_IN) == {Outcome.LOOK_FIRST}
    assert closed_as() == [("unproven_mail", "")] * 2
    assert set(InboundMail.objects.values_list("state", flat=True)) == {"held"}
    assert together(Action.DISCARD) == {Outcome.DONE}
    assert closed_as() == [("unproven_mail", "discarded")] * len(mails)


@pytest.mark.rule("MAIL-9", "MOD-3")
def test_nobody_vouches_for_a_mail_of_several_senders(pair: Pair) -> None:
    raw = mail_from("x@y.example", fields=["From: a@one.example, b@two.example"])
    inbound = arrive(raw, alias_of(pair, Side.SELLER))
    assert inbound.outcome == "from_mailboxes"
    assert decide(Action.LET_IN, inbound_id=inbound.pk) is Outcome.NOT_POSSIBLE
    assert decide(Action.DISCARD, inbound_id=inbound.pk) is Outcome.DONE


@pytest.mark.rule("MOD-3", "MAIL-10")
def test_what_its_owner_decides_leaves_the_queue(pair: Pair) -> None:
    confirmed, disowned = unproven(pair), unproven(pair)
    owner, now = pair.buyer.user, timezone.now()
    assert let_in(inbound_id=confirmed.pk, decision=Case.Decision.CONFIRMED, now=now, by=owner)
    assert disown(inbound_id=disowned.pk, decision=Case.Decision.DISOWNED, now=now, by=owner)
    assert closed_as() == [("unproven_mail", "confirmed"), ("unproven_mail", "disowned")]
    assert InboundMail.objects.get(state="dropped").outcome == "disowned"
    assert set(Case.objects.values_list("decided_by", flat=True)) == {pair.buyer.user.pk}


@pytest.mark.rule("MOD-3", "MAIL-6")
@pytest.mark.parametrize(("word", "decision"), [("retry", "retried"), ("discard", "discarded")])
def test_the_command_takes_its_mails_out_of_the_queue(pair: Pair, word: str, decision: str) -> None:
    inbound = quarantined(pair)
    held = unproven(pair)
    call_command("quarantine", word, str(inbound.pk))
    assert closed_as() == [("quarantined_mail", decision), ("unproven_mail", "")]
    assert Case.objects.get(inbound=held).is_open


@pytest.mark.rule("MAIL-17", "MOD-3")
@pytest.mark.both_databases
def test_a_stopped_mail_leaves_as_it_was_stopped(pair: Pair) -> None:
    delivery = stopped(pair)
    case = Case.objects.get()
    assert (case.kind, case.delivery, case.about) == ("held_delivery", delivery, "seller")
    found = rendered_mail(delivery)
    assert decide(Action.RELEASE, delivery_id=delivery.pk) is Outcome.DONE
    delivery.refresh_from_db()
    assert (delivery.state, rendered_mail(delivery)) == ("queued", found)
    assert send_due() == 1
    delivery.refresh_from_db()
    assert delivery.state == "sent"
    assert Case.objects.filter(closed_at=None).count() == 0


@pytest.mark.rule("MAIL-21", "MAIL-14", "MOD-3")
@pytest.mark.parametrize("action", [Action.RETRY, Action.RELEASE])
@pytest.mark.parametrize(("waits", "state"), [(-HOUR, "deferred"), (HOUR, "failed")])
def test_a_mail_that_waited_for_a_person_keeps_its_date_and_has_its_whole_time(
    pair: Pair, settings: Any, action: Action, waits: timedelta, state: str
) -> None:
    delivery = stopped(pair)
    pair.seller.authorized_addresses.filter(address=LEAK).delete()
    begun = timezone.now() - timedelta(days=9)
    Delivery.objects.filter(pk=delivery.pk).update(created_at=begun)
    assert decide(action, delivery_id=delivery.pk) is Outcome.DONE
    delivery.refresh_from_db()
    assert delivery.created_at == begun  # what it is dated, listed and counted by
    assert tell_late(timezone.now()) == 0
    Delivery.objects.filter(pk=delivery.pk).update(
        queued_again_at=timezone.now() - timedelta(hours=48) - waits, next_at=timezone.now()
    )
    settings.DEMO_MAILBOXES = False
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody takes mail there
    send_due()
    delivery.refresh_from_db()
    assert delivery.state == state


@pytest.mark.rule("MAIL-21")
@pytest.mark.parametrize(("waited", "told"), [(4 * HOUR - timedelta(minutes=1), 0), (4 * HOUR, 1)])
def test_of_a_mail_let_go_again_its_author_hears_after_four_hours_more(
    pair: Pair, waited: timedelta, told: int
) -> None:
    delivery = stopped(pair)
    Delivery.objects.filter(pk=delivery.pk).update(created_at=timezone.now() - timedelta(days=9))
    decide(Action.RELEASE, delivery_id=delivery.pk)
    assert tell_late(timezone.now() + waited) == told


@pytest.mark.rule("MAIL-17", "MOD-3")
def test_a_stopped_mail_that_is_made_anew_is_looked_through_again(pair: Pair) -> None:
    delivery = stopped(pair)
    assert decide(Action.RETRY, delivery_id=delivery.pk) is Outcome.DONE
    send_due()
    delivery.refresh_from_db()
    assert delivery.state == "held"
    assert closed_as() == [("held_delivery", "retried"), ("held_delivery", "")]
    pair.seller.authorized_addresses.filter(address=LEAK).delete()
    decide(Action.RETRY, delivery_id=delivery.pk)
    send_due()
    delivery.refresh_from_db()
    assert delivery.state == "sent"


@pytest.mark.rule("REL-2", "MAIL-21")
def test_the_author_hears_of_a_mail_that_never_leaves(pair: Pair) -> None:
    delivery = stopped(pair)
    assert decide(Action.DISCARD, delivery_id=delivery.pk) is Outcome.DONE
    delivery.refresh_from_db()
    assert delivery.state == "failed"
    assert delivery.author_told_at is not None
    assert [template for template, _ in notices()] == ["failed"]
    assert AuditRecord.objects.get().action == "discard"


@pytest.mark.rule("MAIL-17", "MOD-3", "POL-7")
def test_a_message_with_a_file_that_reveals_is_released_whole_and_alone(pair: Pair) -> None:
    address = pair.seller.customer_service_address
    note = SubmittedFile(name="care.txt", content=f"Ask {address}.".encode())
    order = pair.buyer.orders.get()
    asked = send(page(pair, Side.BUYER, order_id=order.pk), timezone.now())
    Delivery.objects.all().delete()
    held = send(page(pair, Side.SELLER, thread_id=asked.thread_id, files=(note,)), timezone.now())
    assert held.state == "held"
    assert decide(Action.RELEASE, message_id=held.message_id) is Outcome.DONE
    copy = Delivery.objects.get(message=held.message_id)
    assert copy.files_cleared
    assert send_due() == 1
    copy.refresh_from_db()
    assert copy.state == "sent"


@pytest.mark.rule("MAIL-17")
def test_cleared_files_excuse_nothing_around_them(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    note = SubmittedFile(name="care.txt", content=b"Oil it once a year.")
    order = pair.buyer.orders.get()
    asked = send(page(pair, Side.BUYER, order_id=order.pk), timezone.now())
    Delivery.objects.all().delete()
    sent = send(page(pair, Side.SELLER, thread_id=asked.thread_id, files=(note,)), timezone.now())
    Delivery.objects.filter(message=sent.message_id).update(files_cleared=True)
    protected = Protected(frozenset(), frozenset({"a word about the parcel"}))
    monkeypatch.setattr("messages_app.relay.render.protected_for", lambda parcel: protected)
    send_due()
    assert Delivery.objects.get(message=sent.message_id).state == "held"
