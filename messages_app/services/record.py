"""The gate's record: message, verdict, counters, mailboxes, clock and deliveries, in the caller's
transaction (GATE-4). Nothing here decides."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict, replace

from accounts.models import Pair
from messages_app.models import Attachment, DailyUsage, Message, Thread
from messages_app.models import Decision as DecisionRow
from messages_app.policy.checks import MOST_NAMED
from messages_app.policy.content import POLICY_VERSION
from messages_app.policy.facts import Door, Facts, Side
from messages_app.policy.verdict import Decision, Verdict
from messages_app.queries.facts import Circumstances
from messages_app.services.as_json import findings_json, plain
from messages_app.services.clock import open_clock, stop_clock
from messages_app.services.mailbox import note_message
from messages_app.services.prepare import Prepared
from messages_app.services.submission import Submission, Submitted
from messages_app.services.tell import queue_copy, queue_verdict_notice
from messages_app.services.threads import new_thread
from messages_app.vault.content import seal_content
from messages_app.vault.keys import open_key
from messages_app.vault.values import seal_json, token

STATES = {
    Verdict.DELIVER: Message.State.DELIVERED,
    Verdict.HOLD: Message.State.HELD,
    Verdict.BLOCK: Message.State.BLOCKED,
}


def record_message(
    submission: Submission,
    prepared: Prepared,
    case: Circumstances,
    facts: Facts,
    decision: Decision,
    usage: DailyUsage | None,
) -> Submitted:
    """Writes everything that follows from the decision. The pair and `usage` are locked."""
    thread = case.thread or _begin_thread(submission, case)
    message = _save_message(submission, prepared, thread, case, facts, decision)
    _save_attachments(message, thread, prepared)
    note_message(thread, message, written=prepared.content, shown=prepared.shown, begun=case.thread is None)
    if message.is_delivered:
        _follow_delivery(message, thread, case.pair, usage)
    elif submission.notify:
        queue_verdict_notice(message, thread, case.pair, submission, decision)
    return Submitted(message_id=message.id, thread_id=thread.id, state=message.state, decision=decision)


def record_automatic(
    submission: Submission, prepared: Prepared, case: Circumstances, facts: Facts, decision: Decision
) -> Submitted:
    """An out-of-office as one line of its thread: no clock, no counter, no mail, and nothing moves up
    in a list (MAIL-26)."""
    if case.thread is None:
        raise ValueError("an automatic mail belongs to a thread")
    message = _save_message(submission, prepared, case.thread, case, facts, decision)
    return Submitted(message_id=message.id, thread_id=case.thread.id, state=message.state, decision=decision)


def _begin_thread(submission: Submission, case: Circumstances) -> Thread:
    return new_thread(
        kind=Thread.Kind.CONVERSATION,
        buyer=case.pair.buyer,
        pair=case.pair,
        order=case.order,
        started_by=submission.author,
        topic=submission.reason or "other",
        now=case.now,
    )


def _save_message(
    submission: Submission,
    prepared: Prepared,
    thread: Thread,
    case: Circumstances,
    facts: Facts,
    decision: Decision,
) -> Message:
    """The message with its decision, sealed as written and, where that differs, as the other side gets
    it (POL-2)."""
    foreign_id = submission.foreign_id
    message = Message(
        thread=thread,
        pair_id=thread.pair_id,
        author=submission.author,
        user_id=submission.user_id,
        door=submission.door,
        state=STATES[decision.verdict],
        accepted_at=submission.accepted_at or case.now,
        released_at=case.now if submission.accepted_at else None,
        automatic=submission.automatic,
        proactive=decision.proactive,
        critical=decision.critical,
        reason=_reason(submission, case, decision),
        evidence=submission.evidence,
        foreign_id_token=token(foreign_id, purpose="foreign_id") if foreign_id else None,
        body_token=prepared.body_token,
        submission_key=submission.key,
    )
    key = open_key(thread.key)
    written, shown = prepared.content, prepared.shown
    message.content_sealed = seal_content(key, written, column="content_sealed", message_id=message.id)
    if shown != written:
        message.shown_sealed = seal_content(key, shown, column="shown_sealed", message_id=message.id)
    message.save(force_insert=True)
    _save_decision(message, thread, facts, decision)
    return message


def _reason(submission: Submission, case: Circumstances, decision: Decision) -> str:
    """What the message is about. A mail names nothing: it counts as `other` where it begins something (RSN-6,
    RSN-8); what it answers is about what its thread is."""
    answers = submission.door is Door.MAIL and case.thread is not None and not decision.proactive
    return "" if answers else submission.reason


def _save_attachments(message: Message, thread: Thread, prepared: Prepared) -> None:
    key = open_key(thread.key)
    rows = []
    for position, file in enumerate(prepared.files):
        meta = {
            "name": file.facts.name,
            "shown_name": file.shown_name,
            "content_id": file.content_id,
            "key": b64encode(file.key).decode(),
        }
        rows.append(
            Attachment(
                id=file.id,
                message=message,
                position=position,
                kind=file.facts.kind or "",
                size=file.facts.size,
                inline=file.facts.inline,
                meta_sealed=seal_json(key, meta, table="attachment", column="meta_sealed", row_id=file.id),
            )
        )
    Attachment.objects.bulk_create(rows)


def _save_decision(message: Message, thread: Thread, facts: Facts, decision: Decision) -> None:
    row = DecisionRow(
        message=message,
        verdict=decision.verdict,
        codes=[finding.code for finding in decision.findings],
        policy_version=POLICY_VERSION,
        decided_at=facts.now,
    )
    kept = replace(facts, content=facts.content[:MOST_NAMED])  # the text itself is sealed beside it
    record = {
        "facts": plain({**asdict(kept), "order": facts.order and facts.order.number}),
        "findings": findings_json(decision),
    }
    row.record_sealed = seal_json(
        open_key(thread.key), record, table="decision", column="record_sealed", row_id=row.id
    )
    row.save(force_insert=True)


def _follow_delivery(message: Message, thread: Thread, pair: Pair, usage: DailyUsage | None) -> None:
    """What a delivered message sets off: cap, first words of a side, clock, mail to the other side."""
    if usage is not None:
        usage.used += 1
        usage.save(update_fields=["used"])
    if message.author == Side.BUYER:
        _note_first_words(thread, "buyer_wrote_at", message)
        open_clock(thread, message)
    else:
        _note_first_words(thread, "seller_wrote_at", message)
        stop_clock(thread, message)
    queue_copy(message, thread, pair)


def _note_first_words(thread: Thread, field: str, message: Message) -> None:
    if getattr(thread, field) is None:
        setattr(thread, field, message.counted_at)
        thread.save(update_fields=[field])
