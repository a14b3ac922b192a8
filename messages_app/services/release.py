"""What a moderator decides about a held message: it goes on its way now, or never (POL-7, RSP-2, Terms)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Max

from accounts.models import Pair, User
from accounts.queries.pairs import is_own_seller, pairs_with_people
from messages_app.mail.evidence import Evidence
from messages_app.models import Case, DailyUsage, Delivery, MailboxEntry, Message, Thread
from messages_app.models import Decision as DecisionRow
from messages_app.policy.content import POLICY_VERSION
from messages_app.policy.facts import Door, Facts, Side
from messages_app.policy.release import objections_to_release
from messages_app.policy.verdict import Finding, Severity, Verdict
from messages_app.queries.facts import Circumstances, gate_facts, order_facts, surroundings_of
from messages_app.queries.limits import current_limits
from messages_app.services.cases import close_cases
from messages_app.services.decided import ALREADY, DONE, Decided, Outcome
from messages_app.services.delivered import follow_deliveries, note_first_words, save_first_words
from messages_app.services.locks import lock_usages, locked_pairs
from messages_app.services.mailbox import Noted, note_change, note_messages, seen_by
from messages_app.services.purge import UNDELIVERED_KEPT
from messages_app.services.rejection import tell_rejected
from messages_app.services.search_build import index_again
from messages_app.services.threads import pair_orders
from messages_app.vault.content import shown_content, written_content
from messages_app.vault.keys import open_key
from messages_app.vault.values import open_json, seal_json
from orders.queries import local_day

FILE_REVEALS = "file_reveals"
REJECTED = "rejected"  # the finding that a moderator's no adds to those of the gate


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A held message under the pair's lock, with what the gate wrote down about it."""

    message: Message
    pair: Pair
    record: dict[str, Any]  # {"facts", "findings"}

    @property
    def thread(self) -> Thread:
        return self.message.thread


def release_message(
    message_id: UUID, *, unseen: Finding | None, by: User, reason: str, now: datetime
) -> Decided:
    """The message is delivered at this moment: clock and cap count from it, its place in the thread stays
    (Terms). OBJECTED where the rules stop it now, or the scanner: `unseen` is what `objection_of_scanner`
    said before. In a transaction."""
    held = _locked(message_id)
    if held is None:
        return ALREADY
    circumstances = _circumstances(held, now)
    usage = _usage(circumstances)
    objections = objections_to_release(_facts(held, circumstances, usage), current_limits())
    if unseen is not None:
        objections = (unseen, *objections)
    if objections:
        return Decided(Outcome.OBJECTED, objections)
    message = held.message
    message.state, message.released_at = Message.State.DELIVERED, now
    message.save(update_fields=["state", "released_at"])
    passed = [one for one in held.record["findings"] if one["severity"] == Severity.DELIVER]
    _decide(held, Verdict.DELIVER, passed, by=by, reason=reason, now=now)
    index_again([message.pk])
    if message.automatic:  # one line of its thread, as it would have been at once (MAIL-26)
        note_change(message)
    else:
        _follow(held, usage)
    close_cases(message=message, decision=Case.Decision.RELEASED, now=now, by=by)
    return DONE


def reject_message(message_id: UUID, *, by: User, reason: str, now: datetime) -> Decided:
    """The message stays where only its author sees it, who is told. In a transaction."""
    held = _locked(message_id)
    if held is None:
        return ALREADY
    message = held.message
    message.state = Message.State.BLOCKED
    message.save(update_fields=["state"])
    message.attachments.update(purge_at=now + UNDELIVERED_KEPT)  # it is blocked from now on (ATT-2)
    stopped = [
        {**one, "severity": int(Severity.BLOCK)}
        for one in held.record["findings"]
        if one["severity"] > Severity.DELIVER
    ]
    findings = [{"code": REJECTED, "severity": int(Severity.BLOCK), "data": {}}, *stopped]
    _decide(held, Verdict.BLOCK, findings, by=by, reason=reason, now=now)
    note_change(message)
    close_cases(message=message, decision=Case.Decision.REJECTED, now=now, by=by)
    if not message.automatic:
        tell_rejected(message, held.pair, stopped, now=now)
    return DONE


def _locked(message_id: UUID) -> _Held | None:
    """None: it is held no longer."""
    pair_id = Message.objects.values_list("pair_id", flat=True).get(pk=message_id)
    known = pairs_with_people().filter(pk=pair_id).first()
    if known is None:
        return None
    pair = locked_pairs([known])[0]
    message = Message.objects.select_related("thread__key", "thread__order", "user").get(pk=message_id)
    if not message.is_held:
        return None
    decision = message.decisions.order_by("decided_at", "id").last()
    if decision is None:
        raise ValueError("a held message has a decision")
    record = open_json(
        open_key(message.thread.key),
        decision.record_sealed,
        table="decision",
        column="record_sealed",
        row_id=decision.id,
    )
    return _Held(message=message, pair=pair, record=record)


def _circumstances(held: _Held, now: datetime) -> Circumstances:
    """The message as the gate would see it now."""
    message, facts = held.message, held.record["facts"]
    number = facts["order"]
    return Circumstances(
        now=now,
        author=Side(message.author),
        door=Door(message.door),
        pair=held.pair,
        thread=held.thread,
        order=pair_orders(held.pair).filter(number=number).first() if number else None,
        reason=message.reason,
        own_seller=is_own_seller(held.pair),
        reply_evidence=Evidence(message.evidence).proves_reply,
        important=facts["important"],
        day=local_day(held.pair.seller.marketplace, now),
        automatic=message.automatic,
        text_length=0,
        has_text=True,
        body_bytes=0,
        body_token=b"",
    )


def _usage(case: Circumstances) -> DailyUsage | None:
    """The seller's counter of this day, locked; a held message has used nothing of it (Terms)."""
    if case.author is not Side.SELLER or case.automatic:
        return None
    key: tuple[int, date] = (case.pair.seller_id, case.day)
    return lock_usages([key])[key]


def _facts(held: _Held, case: Circumstances, usage: DailyUsage | None) -> Facts:
    facts = gate_facts(case, surroundings_of([case])[0], used=usage.used if usage else 0)
    if held.message.reason == "review_request":
        return replace(facts, order=order_facts(case.order))
    return facts


def _decide(
    held: _Held, verdict: Verdict, findings: list[dict[str, Any]], *, by: User, reason: str, now: datetime
) -> None:
    """The person's decision beside the gate's (POL-7)."""
    row = DecisionRow(
        message=held.message,
        verdict=verdict,
        codes=[one["code"] for one in findings],
        policy_version=POLICY_VERSION,
        decided_at=now,
        decided_by=by,
    )
    record = {"facts": held.record["facts"], "findings": findings, "reason": reason}
    row.record_sealed = seal_json(
        open_key(held.thread.key), record, table="decision", column="record_sealed", row_id=row.id
    )
    row.save(force_insert=True)


def _follow(held: _Held, usage: DailyUsage | None) -> None:
    """What a delivered message sets off: first words, mailboxes, cap, clock, mail to the other side."""
    message, thread = held.message, held.thread
    if note_first_words(thread, message):
        save_first_words([thread])
    key = open_key(thread.key)
    seen = seen_by(message, written=written_content(key, message), shown=shown_content(key, message))
    with_files = message.attachments.exists()
    note_messages([Noted(thread=thread, message=message, seen=seen, with_files=with_files)])
    _forget_refusal(message, thread)
    if usage is not None:
        usage.used += 1
    follow_deliveries([(message, thread, held.pair)], [usage] if usage else [])
    if any(one["code"] == FILE_REVEALS for one in held.record["findings"]):
        # What the leak gate would find in its files, the moderator has looked at: decision 0014.
        Delivery.objects.filter(message=message, kind=Delivery.Kind.COPY).update(files_cleared=True)


def _forget_refusal(message: Message, thread: Thread) -> None:
    """The author's list shows the thread under Held or blocked only while something of theirs is."""
    refused = Message.objects.filter(thread=thread, author=message.author, automatic=False).exclude(
        state=Message.State.DELIVERED
    )
    last = refused.aggregate(last=Max("accepted_at"))["last"]
    MailboxEntry.objects.filter(thread=thread, side=message.author).update(refused_at=last)
