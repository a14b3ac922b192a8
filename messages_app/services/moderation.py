"""Decisions of moderators about what waits in the queue (MOD-3, MOD-6, POL-7).

Each is one transaction with its audit record. The thing's own state decides between two moderators at once:
whoever comes second changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One decision that a moderator wants."""

    action: Action
    by: User
    reason: str  # typed by the person; it stands in the audit record
    now: datetime
    one_of_many: bool
    unseen: Finding | None = None  # what the scanner says against a release


Step = Callable[[Case, _Asked], Decided]


def decide_case(*, case_id: UUID, action: Action, by: User, reason: str, now: datetime) -> Decided:
    """One decision about one case. `reason` is typed by the person and stands in the audit record."""
    return _decide(case_id, _Asked(action=action, by=by, reason=reason.strip(), now=now, one_of_many=False))


def decide_cases(
    *, case_ids: Sequence[UUID], action: Action, by: User, reason: str, now: datetime
) -> dict[UUID, Decided]:
    """The same decision about several, each in a transaction of its own. What shows real addresses to the
    other side when it is decided wrongly is LOOK_FIRST."""
    asked = _Asked(action=action, by=by, reason=reason.strip(), now=now, one_of_many=True)
    return {case_id: _decide(case_id, asked) for case_id in dict.fromkeys(case_ids)}


def _decide(case_id: UUID, asked: _Asked) -> Decided:
    """Whoever may not decide starts no scan: it takes its time, and what it finds is destroyed."""
    case = _open_case(case_id)
    if case is None:
        return ALREADY
    return _refusal(case, asked) or _decide_now(case_id, replace(asked, unseen=_unseen(case, asked)))


def _unseen(case: Case, asked: _Asked) -> Finding | None:
    """What the scanner says of files that would go out now. Before the transaction: it asks a server."""
    if asked.action is not Action.RELEASE or case.kind != Case.Kind.HELD_MESSAGE:
        return None
    return objection_of_scanner(_id(case.message_id))


@transaction.atomic
def _decide_now(case_id: UUID, asked: _Asked) -> Decided:
    case = _open_case(case_id)
    if case is None:
        return ALREADY
    if refused := _refusal(case, asked):
        return refused
    decided = STEPS[case.kind, asked.action](case, asked)
    if decided.outcome is Outcome.DONE:
        _record(case, asked)
    return decided


def _refusal(case: Case, asked: _Asked) -> Decided | None:
    """Why this person's decision is not taken at all."""
    if is_party(asked.by, case):
        return Decided(Outcome.OWN)
    if not asked.reason:
        return Decided(Outcome.NO_REASON)
    if (case.kind, asked.action) not in STEPS:
        return NOT_POSSIBLE
    if asked.one_of_many and _is_grave(case, asked.action):
        return Decided(Outcome.LOOK_FIRST)
    return None


def _open_case(case_id: UUID) -> Case | None:
    """None: it is closed, whoever did it."""
    cases = Case.objects.select_related("seller", "buyer", "message", "inbound", "delivery")
    return cases.filter(pk=case_id, closed_at=None).first()


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


def _record(case: Case, asked: _Asked) -> None:
    record_audit(
        actor=asked.by,
        action=asked.action,
        kind="case",
        object_id=case.pk,
        seller=case.seller,
        buyer=case.buyer,
        reason=asked.reason,
        details={"case": case.kind},
        at=asked.now,
    )


def _release_message(case: Case, asked: _Asked) -> Decided:
    message_id = _id(case.message_id)
    return release_message(message_id, unseen=asked.unseen, by=asked.by, reason=asked.reason, now=asked.now)


def _reject_message(case: Case, asked: _Asked) -> Decided:
    return reject_message(_id(case.message_id), by=asked.by, reason=asked.reason, now=asked.now)


def _retry_mail(case: Case, asked: _Asked) -> Decided:
    return DONE if retry_mails([_id(case.inbound_id)], now=asked.now, by=asked.by) else ALREADY


def _discard_mail(case: Case, asked: _Asked) -> Decided:
    return DONE if discard_quarantined([_id(case.inbound_id)], now=asked.now, by=asked.by) else ALREADY


def _let_in(case: Case, asked: _Asked) -> Decided:
    if case.inbound is not None and case.inbound.outcome == "from_mailboxes":
        return NOT_POSSIBLE  # it names no single sender, so nobody can vouch for it (MAIL-9)
    decision = Case.Decision.LET_IN
    done = let_in(inbound_id=_id(case.inbound_id), decision=decision, now=asked.now, by=asked.by)
    return DONE if done else ALREADY


def _disown(case: Case, asked: _Asked) -> Decided:
    decision = Case.Decision.DISCARDED
    done = disown(inbound_id=_id(case.inbound_id), decision=decision, now=asked.now, by=asked.by)
    return DONE if done else ALREADY


def _retry_delivery(case: Case, asked: _Asked) -> Decided:
    return retry_delivery(_id(case.delivery_id), by=asked.by, now=asked.now)


def _release_delivery(case: Case, asked: _Asked) -> Decided:
    return release_delivery(_id(case.delivery_id), by=asked.by, now=asked.now)


def _discard_delivery(case: Case, asked: _Asked) -> Decided:
    return discard_delivery(_id(case.delivery_id), by=asked.by, now=asked.now)


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
