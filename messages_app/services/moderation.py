"""Decisions of moderators about what waits in the queue (MOD-3, MOD-6, POL-7).

Each is one transaction with its audit record. The thing's own state decides between two moderators at once:
whoever comes second changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.services.audit import record_audit
from messages_app.models import Case
from messages_app.policy.verdict import Finding
from messages_app.queries.moderation import is_party
from messages_app.services.decided import ALREADY, DONE, NOT_POSSIBLE, Decided, Outcome
from messages_app.services.held_delivery import discard_delivery, release_delivery, retry_delivery
from messages_app.services.held_mail import discard_quarantined, disown, let_in, retry_mails
from messages_app.services.release import FILE_REVEALS, reject_message, release_message
from messages_app.services.rescan import objection_of_scanner


class Action(StrEnum):
    """What a moderator can decide."""

    RELEASE = "release"
    REJECT = "reject"
    RETRY = "retry"
    DISCARD = "discard"
    LET_IN = "let_in"


Step = Callable[[Case, User, str, datetime], Decided]


def decide_case(*, case_id: UUID, action: Action, by: User, reason: str, now: datetime) -> Decided:
    """One decision about one case. `reason` is typed by the person and stands in the audit record."""
    unseen = _objection_of_scanner(case_id, action, reason)
    return _decide(case_id, action, by, reason, now, unseen=unseen, one_of_many=False)


def decide_cases(
    *, case_ids: Sequence[UUID], action: Action, by: User, reason: str, now: datetime
) -> dict[UUID, Decided]:
    """The same decision about several, each in a transaction of its own. What shows real addresses to the
    other side when it is decided wrongly is LOOK_FIRST."""
    decided = {}
    for case_id in dict.fromkeys(case_ids):
        unseen = _objection_of_scanner(case_id, action, reason)
        decided[case_id] = _decide(case_id, action, by, reason, now, unseen=unseen, one_of_many=True)
    return decided


def _objection_of_scanner(case_id: UUID, action: Action, reason: str) -> Finding | None:
    """What the scanner says of files that would go out now. Before the transaction: it may take its time."""
    if action is not Action.RELEASE or not reason.strip():
        return None
    held = Case.objects.filter(pk=case_id, kind=Case.Kind.HELD_MESSAGE, closed_at=None)
    message_id = held.values_list("message_id", flat=True).first()
    return objection_of_scanner(message_id) if message_id else None


@transaction.atomic
def _decide(
    case_id: UUID,
    action: Action,
    by: User,
    reason: str,
    now: datetime,
    *,
    unseen: Finding | None,
    one_of_many: bool,
) -> Decided:
    case = _case(case_id)
    if case is None or not case.is_open:
        return ALREADY
    if is_party(by, case):
        return Decided(Outcome.OWN)
    if not reason.strip():
        return Decided(Outcome.NO_REASON)
    step = STEPS.get((case.kind, action))
    if step is None:
        return NOT_POSSIBLE
    if one_of_many and _is_grave(case, action):
        return Decided(Outcome.LOOK_FIRST)
    if unseen is not None:
        return Decided(Outcome.OBJECTED, (unseen,))
    decided = step(case, by, reason.strip(), now)
    if decided.outcome is Outcome.DONE:
        _record(case, action, by, reason.strip(), now)
    return decided


def _case(case_id: UUID) -> Case | None:
    cases = Case.objects.select_related("seller", "buyer", "message", "inbound", "delivery")
    return cases.filter(pk=case_id).first()


def _is_grave(case: Case, action: Action) -> bool:
    """Whether a hasty yes would hand out a real address or let a stranger speak for somebody."""
    if action is Action.LET_IN:
        return True
    if action is not Action.RELEASE:
        return False
    return case.kind == Case.Kind.HELD_DELIVERY or shows_real_addresses(case)


def shows_real_addresses(case: Case) -> bool:
    """Whether the gate held the message for a file that shows a real address, or cannot be searched."""
    if case.message is None:
        return False
    gate = case.message.decisions.filter(decided_by=None).order_by("decided_at", "id").last()
    return gate is not None and FILE_REVEALS in gate.codes


def _record(case: Case, action: Action, by: User, reason: str, now: datetime) -> None:
    record_audit(
        actor=by,
        action=action,
        kind="case",
        object_id=case.pk,
        seller=case.seller,
        buyer=case.buyer,
        reason=reason,
        details={"case": case.kind},
        at=now,
    )


def _release_message(case: Case, by: User, reason: str, now: datetime) -> Decided:
    return release_message(_id(case.message_id), by=by, reason=reason, now=now)


def _reject_message(case: Case, by: User, reason: str, now: datetime) -> Decided:
    return reject_message(_id(case.message_id), by=by, reason=reason, now=now)


def _retry_mail(case: Case, by: User, reason: str, now: datetime) -> Decided:
    return DONE if retry_mails([_id(case.inbound_id)], now=now, by=by) else ALREADY


def _discard_mail(case: Case, by: User, reason: str, now: datetime) -> Decided:
    return DONE if discard_quarantined([_id(case.inbound_id)], now=now, by=by) else ALREADY


def _let_in(case: Case, by: User, reason: str, now: datetime) -> Decided:
    if case.inbound is not None and case.inbound.outcome == "from_mailboxes":
        return NOT_POSSIBLE  # it names no single sender, so nobody can vouch for it (MAIL-9)
    decision = Case.Decision.LET_IN
    return DONE if let_in(inbound_id=_id(case.inbound_id), decision=decision, now=now, by=by) else ALREADY


def _disown(case: Case, by: User, reason: str, now: datetime) -> Decided:
    decision = Case.Decision.DISCARDED
    return DONE if disown(inbound_id=_id(case.inbound_id), decision=decision, now=now, by=by) else ALREADY


def _retry_delivery(case: Case, by: User, reason: str, now: datetime) -> Decided:
    return retry_delivery(_id(case.delivery_id), by=by, now=now)


def _release_delivery(case: Case, by: User, reason: str, now: datetime) -> Decided:
    return release_delivery(_id(case.delivery_id), by=by, now=now)


def _discard_delivery(case: Case, by: User, reason: str, now: datetime) -> Decided:
    return discard_delivery(_id(case.delivery_id), by=by, now=now)


def _id(value: UUID | None) -> UUID:
    """By the table's constraint a case of its kind names its thing."""
    if value is None:
        raise ValueError("a case without its thing")
    return value


_KIND = Case.Kind
STEPS: dict[tuple[str, Action], Step] = {
    (_KIND.HELD_MESSAGE, Action.RELEASE): _release_message,
    (_KIND.HELD_MESSAGE, Action.REJECT): _reject_message,
    (_KIND.QUARANTINED_MAIL, Action.RETRY): _retry_mail,
    (_KIND.QUARANTINED_MAIL, Action.DISCARD): _discard_mail,
    (_KIND.UNPROVEN_MAIL, Action.LET_IN): _let_in,
    (_KIND.UNPROVEN_MAIL, Action.DISCARD): _disown,
    (_KIND.HELD_DELIVERY, Action.RETRY): _retry_delivery,
    (_KIND.HELD_DELIVERY, Action.RELEASE): _release_delivery,
    (_KIND.HELD_DELIVERY, Action.DISCARD): _discard_delivery,
}


def actions_of(kind: str) -> tuple[Action, ...]:
    """What can be decided about a case of that kind, in the order in which pages offer it."""
    return tuple(action for one, action in STEPS if one == kind)
