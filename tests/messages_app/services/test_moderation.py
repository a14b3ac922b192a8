"""What moderators decide: each thing once, at the moment of the decision (MOD-3, MOD-6, POL-7, Terms)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import AuditRecord, Pair, Seller, User
from accounts.services.audit import verify_audit
from messages_app.models import (
    Case,
    DailyUsage,
    Decision,
    Delivery,
    MailboxEntry,
    Message,
    ResponseContact,
)
from messages_app.policy.facts import Side
from messages_app.services.clock import mark_not_needed, undo_not_needed
from messages_app.services.decided import Outcome
from messages_app.services.moderation import Action, actions_of, decide_case, decide_cases
from messages_app.vault.keys import open_key
from messages_app.vault.values import open_json
from tests.factories import MembershipFactory, OrderFactory, PairFactory, UserFactory, seller_owner
from tests.messages_app.services.gate import NOON, mail, message_of, page, send
from tests.messages_app.services.test_submit_races import at_once

LATER = NOON + timedelta(hours=5)
WHY = "It is a product’s name."
UNSURE = "Hello, your sign: nordic.green as in the picture, or plain oak?"


def moderator() -> User:
    return UserFactory.create(is_staff=True)


def held_message(pair: Pair | None = None, **fields: Any) -> Message:
    """A seller's answer that the gate holds, in a thread in which the buyer asked two hours before."""
    pair = pair or PairFactory.create()
    order = OrderFactory.create(pair=pair)
    asked = send(page(pair, Side.BUYER, order_id=order.pk), NOON - timedelta(hours=2))
    values = {"text": UNSURE, "thread_id": asked.thread_id, "user_id": seller_owner(pair.seller).pk, **fields}
    message = message_of(send(page(pair, Side.SELLER, **values)))
    assert message.state == "held"
    return message


def case_of(message: Message) -> Case:
    return Case.objects.get(message=message)


def decide(case: Case, action: Action, by: User | None = None, reason: str = WHY, now: Any = LATER) -> Any:
    return decide_case(case_id=case.pk, action=action, by=by or moderator(), reason=reason, now=now)


@pytest.mark.rule("MOD-3", "GATE-1")
@pytest.mark.django_db
def test_a_held_message_opens_a_case_and_a_delivered_one_does_not() -> None:
    message = held_message()
    case = Case.objects.get()
    assert (case.kind, case.message_id, case.about) == ("held_message", message.pk, "seller")
    assert (case.thread_id, case.pair_id) == (message.thread_id, message.pair_id)
    assert case.opened_at == NOON
    assert case.is_open


@pytest.mark.rule("RSP-2", "POL-7", "MOD-3", "CAP-1")
@pytest.mark.django_db
@pytest.mark.both_databases
def test_a_released_answer_is_delivered_at_its_release() -> None:
    message = held_message()
    before = DailyUsage.objects.filter(used__gt=0).count()
    staff = moderator()
    assert decide(case_of(message), Action.RELEASE, staff).outcome is Outcome.DONE

    message.refresh_from_db()
    assert (message.state, message.accepted_at, message.released_at) == ("delivered", NOON, LATER)
    contact = ResponseContact.objects.get()
    assert (contact.outcome, contact.closed_at, contact.answered_by_id) == ("answered", LATER, message.pk)
    assert before == 0
    assert DailyUsage.objects.get(seller=message.thread.seller, day=LATER.date()).used == 1
    copy = Delivery.objects.get(message=message, kind="copy")
    assert (copy.to_side, copy.state, copy.files_cleared) == ("buyer", "queued", False)
    buyers = MailboxEntry.objects.get(thread=message.thread, side="buyer")
    sellers = MailboxEntry.objects.get(thread=message.thread, side="seller")
    assert (buyers.unread, buyers.received_at) == (1, LATER)
    assert (sellers.sent_at, sellers.refused_at, sellers.due_at) == (LATER, None, None)
    message.thread.refresh_from_db()
    assert message.thread.seller_wrote_at == LATER
    case = case_of(message)
    assert (case.decision, case.decided_by, case.closed_at) == ("released", staff, LATER)


@pytest.mark.rule("POL-7", "SEC-7")
@pytest.mark.django_db
def test_a_decision_keeps_the_person_the_verdict_and_the_reason() -> None:
    message = held_message()
    staff = moderator()
    decide(case_of(message), Action.RELEASE, staff)
    gate, person = Decision.objects.filter(message=message).order_by("decided_at")
    assert (gate.verdict, gate.decided_by, gate.codes) == ("hold", None, ["external_link"])
    assert (person.verdict, person.decided_by, person.codes) == ("deliver", staff, [])
    key = open_key(message.thread.key)
    kept = open_json(key, person.record_sealed, table="decision", column="record_sealed", row_id=person.id)
    assert kept["reason"] == WHY
    record = AuditRecord.objects.get()
    assert (record.actor, record.action, record.kind) == (staff, "release", "case")
    assert (record.object_id, record.seller, record.reason) == (
        str(case_of(message).pk), message.thread.seller, WHY,
    )  # fmt: skip
    assert verify_audit().faults == ()


@pytest.mark.rule("RSP-2", "POL-7", "GATE-1")
@pytest.mark.django_db
def test_a_rejected_message_is_blocked_and_its_author_is_told() -> None:
    message = held_message()
    staff = moderator()
    assert decide(case_of(message), Action.REJECT, staff).outcome is Outcome.DONE
    message.refresh_from_db()
    assert (message.state, message.released_at) == ("blocked", None)
    assert ResponseContact.objects.get().outcome == "open"
    last = Decision.objects.filter(message=message).order_by("decided_at").last()
    assert last is not None
    assert (last.verdict, last.decided_by, last.codes) == ("block", staff, ["rejected", "external_link"])
    notice = Delivery.objects.get(message=message)
    assert (notice.kind, notice.template, notice.recipient) == (
        "notice", "rejected", seller_owner(message.thread.seller).email,  # type: ignore[arg-type]
    )  # fmt: skip
    assert case_of(message).decision == "rejected"


@pytest.mark.rule("GATE-1", "MAIL-28")
@pytest.mark.django_db
def test_a_rejected_mail_is_told_to_the_address_that_wrote() -> None:
    pair = PairFactory.create()
    order = OrderFactory.create(pair=pair)
    asked = send(page(pair, Side.BUYER, order_id=order.pk), NOON - timedelta(hours=2))
    held = message_of(
        send(mail(pair, Side.SELLER, text=UNSURE, thread_id=asked.thread_id, notify="desk@shop.example"))
    )
    decide(case_of(held), Action.REJECT)
    told = Delivery.objects.filter(message=held).order_by("id")
    assert [(one.template, one.recipient) for one in told] == [
        ("held", "desk@shop.example"), ("rejected", "desk@shop.example"),
    ]  # fmt: skip


@pytest.mark.rule("RSP-2", "RSP-1")
@pytest.mark.django_db
def test_a_buyers_held_message_opens_the_clock_at_its_release(settings: Any) -> None:
    settings.IDENTICAL_BODIES = 2
    pair = PairFactory.create()
    orders = [OrderFactory.create(pair=pair) for _ in range(2)]
    first, second = (send(page(pair, Side.BUYER, order_id=order.pk)) for order in orders)
    assert (first.state, second.state) == ("delivered", "held")
    held = message_of(second)
    assert not ResponseContact.objects.filter(thread=held.thread).exists()
    assert not MailboxEntry.objects.filter(thread=held.thread, side="seller").exists()
    decide(case_of(held), Action.RELEASE)
    contact = ResponseContact.objects.get(thread=held.thread)
    assert (contact.opened_at, contact.due_at) == (LATER, LATER + timedelta(hours=24))
    assert MailboxEntry.objects.get(thread=held.thread, side="seller").due_at == contact.due_at
    assert Delivery.objects.get(message=held, kind="copy").to_side == "seller"


@pytest.mark.rule("RSP-3", "RSP-2")
@pytest.mark.django_db
def test_an_answer_released_after_the_question_ends_the_undo() -> None:
    """It was written before the question, and counts from its release (Terms)."""
    pair = PairFactory.create()
    held = held_message(pair)
    first = held.thread
    mark_not_needed(thread=first, user=None, now=NOON)
    send(page(pair, Side.BUYER, thread_id=first.pk, text="And is it oak?"), NOON + timedelta(hours=1))
    mark_not_needed(thread=first, user=None, now=NOON + timedelta(hours=2))
    decide(case_of(held), Action.RELEASE)

    assert not undo_not_needed(thread=first)
    assert not ResponseContact.objects.filter(outcome="open").exists()


def near_cap(seller: Seller, used: int) -> None:
    DailyUsage.objects.update_or_create(seller=seller, day=LATER.date(), defaults={"used": used})


@pytest.mark.rule("CAP-1", "CAP-2")
@pytest.mark.django_db
@pytest.mark.both_databases
@pytest.mark.parametrize(("used", "released"), [(604, True), (605, False)])
def test_the_cap_counts_at_the_release(used: int, released: bool) -> None:
    message = held_message()
    seller = message.thread.seller
    assert seller is not None
    near_cap(seller, used)
    decided = decide(case_of(message), Action.RELEASE)
    message.refresh_from_db()
    if released:
        assert (decided.outcome, message.state) == (Outcome.DONE, "delivered")
    else:
        assert [one.code for one in decided.objections] == ["over_cap"]
        assert (decided.outcome, message.state) == (Outcome.OBJECTED, "held")
        assert case_of(message).is_open
        assert not AuditRecord.objects.exists()
        assert decide(case_of(message), Action.RELEASE, now=LATER + timedelta(days=1)).outcome is Outcome.DONE
    assert DailyUsage.objects.get(seller=seller, day=LATER.date()).used == 605


def _pairs(message: Message) -> QuerySet[Pair]:
    return Pair.objects.filter(threads=message.thread)


def _sellers(message: Message) -> QuerySet[Seller]:
    return Seller.objects.filter(threads=message.thread)


def opt_out(message: Message) -> None:
    _pairs(message).update(opted_out_at=NOON)


def block_by_buyer(message: Message) -> None:
    _pairs(message).update(blocked_by_buyer_at=NOON)


def suspend(message: Message) -> None:
    _sellers(message).update(standing="suspended")


def restrict(message: Message) -> None:
    _sellers(message).update(standing="restricted")


def close(message: Message) -> None:
    _sellers(message).update(standing="closed")


@pytest.mark.rule("GATE-1", "OPT-1", "ACC-8", "GATE-7")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (opt_out, "opted_out"),
        (block_by_buyer, "blocked_by_other"),
        (suspend, "suspended"),
        (restrict, "restricted"),
        (close, "closed"),
    ],
)
def test_what_changed_meanwhile_stops_the_release(change: Any, code: str) -> None:
    pair = PairFactory.create()
    order = OrderFactory.create(pair=pair)
    submission = page(pair, Side.SELLER, order_id=order.pk, reason="problem_with_order", text=UNSURE)
    message = message_of(send(submission))
    assert (message.state, message.proactive) == ("held", True)
    change(message)
    decided = decide(case_of(message), Action.RELEASE)
    assert decided.outcome is Outcome.OBJECTED
    assert [one.code for one in decided.objections] == [code]
    message.refresh_from_db()
    assert message.state == "held"


@pytest.mark.rule("OPT-2")
@pytest.mark.django_db
def test_a_buyer_who_has_written_since_made_it_a_reply() -> None:
    pair = PairFactory.create()
    order = OrderFactory.create(pair=pair)
    message = message_of(
        send(page(pair, Side.SELLER, order_id=order.pk, reason="problem_with_order", text=UNSURE))
    )
    opt_out(message)
    Message.objects.filter(pk=message.pk).update(evidence="page")
    message.thread.buyer_wrote_at = NOON
    message.thread.save()
    assert decide(case_of(message), Action.RELEASE).outcome is Outcome.DONE


def former_author(message: Message) -> User:
    """Somebody who wrote in the thread for a team that they have left."""
    person: User = UserFactory.create()
    Message.objects.filter(thread=message.thread_id, author="seller").update(user=person)
    return person


@pytest.mark.rule("MOD-6")
@pytest.mark.django_db
@pytest.mark.parametrize("who", ["buyer", "owner", "member", "former member"])
def test_nobody_decides_on_a_thread_of_their_own(who: str) -> None:
    message = held_message()
    seller = message.thread.seller
    assert seller is not None
    person = {
        "buyer": lambda: message.thread.buyer.user,
        "owner": lambda: seller_owner(seller),
        "member": lambda: MembershipFactory.create(seller=seller).user,
        "former member": lambda: former_author(message),
    }[who]()
    for action in (Action.RELEASE, Action.REJECT):
        assert decide(case_of(message), action, person).outcome is Outcome.OWN
    message.refresh_from_db()
    assert (message.state, case_of(message).is_open) == ("held", True)


@pytest.mark.rule("MOD-6")
@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_decision_needs_a_typed_reason(reason: str) -> None:
    message = held_message()
    assert decide(case_of(message), Action.RELEASE, reason=reason).outcome is Outcome.NO_REASON
    assert case_of(message).is_open


@pytest.mark.rule("MOD-3")
@pytest.mark.django_db
def test_what_is_decided_is_decided_once() -> None:
    message = held_message()
    assert decide(case_of(message), Action.RELEASE).outcome is Outcome.DONE
    for action in Action:
        assert decide(case_of(message), action).outcome is Outcome.ALREADY
    assert Decision.objects.filter(message=message).count() == 2
    assert Delivery.objects.filter(message=message).count() == 1
    assert AuditRecord.objects.count() == 1


@pytest.mark.rule("MOD-3")
@pytest.mark.django_db
def test_each_kind_takes_its_own_decisions_only() -> None:
    case = case_of(held_message())
    assert set(actions_of(case.kind)) == {Action.RELEASE, Action.REJECT}
    for action in (Action.RETRY, Action.DISCARD, Action.LET_IN):
        assert decide(case, action).outcome is Outcome.NOT_POSSIBLE
    assert {kind for kind in Case.Kind.values if actions_of(kind)} == set(Case.Kind.values)


@pytest.mark.rule("MOD-3")
@pytest.mark.django_db
def test_many_are_decided_at_once_and_each_says_how_it_ended() -> None:
    cases = [case_of(held_message()) for _ in range(3)]
    Seller.objects.filter(pk__in=[cases[1].seller_id]).update(standing="suspended")
    decided = decide_cases(
        case_ids=[case.pk for case in cases], action=Action.RELEASE, by=moderator(), reason=WHY, now=LATER
    )
    assert [one.outcome for one in decided.values()] == [Outcome.DONE, Outcome.OBJECTED, Outcome.DONE]
    assert Case.objects.filter(closed_at=None).count() == 1


@pytest.mark.rule("MOD-3", "POL-7")
@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
@pytest.mark.parametrize("actions", [(Action.RELEASE, Action.RELEASE), (Action.RELEASE, Action.REJECT)])
def test_two_moderators_at_once_decide_once(actions: tuple[Action, Action]) -> None:
    message = held_message()
    case = case_of(message)
    people = [(moderator(), actions[number % 2]) for number in range(6)]

    def work(one: tuple[User, Action]) -> Outcome:
        person, action = one
        return decide_case(case_id=case.pk, action=action, by=person, reason=WHY, now=timezone.now()).outcome

    outcomes = at_once(work, people)
    assert sorted(outcomes) == [Outcome.ALREADY] * 5 + [Outcome.DONE]
    assert Decision.objects.filter(message=message, decided_by__isnull=False).count() == 1
    assert Delivery.objects.filter(message=message).count() == 1
    assert AuditRecord.objects.count() == 1
    assert verify_audit().faults == ()


@pytest.mark.rule("CAP-3")
@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_releases_at_once_never_pass_the_cap() -> None:
    first = held_message()
    seller = first.thread.seller
    assert seller is not None
    others = [held_message(PairFactory.create(seller=seller)) for _ in range(4)]
    near_cap(seller, 603)
    staff = moderator()

    def work(message: Message) -> Outcome:
        return decide_case(
            case_id=case_of(message).pk, action=Action.RELEASE, by=staff, reason=WHY, now=LATER
        ).outcome

    outcomes = at_once(work, [first, *others])
    assert sorted(outcomes) == [Outcome.DONE] * 2 + [Outcome.OBJECTED] * 3
    assert DailyUsage.objects.get(seller=seller, day=LATER.date()).used == 605
