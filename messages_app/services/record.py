"""The gate's record: message, verdict, counters, mailboxes, clock and deliveries, in the caller's
transaction (GATE-4). Nothing here decides."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from messages_app.models import Attachment, DailyUsage, Message, Thread
from messages_app.models import Decision as DecisionRow
from messages_app.policy.checks import MOST_NAMED
from messages_app.policy.content import POLICY_VERSION
from messages_app.policy.facts import Door, Facts, Side
from messages_app.policy.verdict import Decision, Verdict
from messages_app.queries.facts import Circumstances
from messages_app.services.as_json import findings_json, plain
from messages_app.services.cases import open_message_cases
from messages_app.services.delivered import follow_deliveries, note_first_words, save_first_words
from messages_app.services.mailbox import Noted, note_change, note_messages, seen_by
from messages_app.services.prepare import Prepared
from messages_app.services.purge import UNDELIVERED_KEPT
from messages_app.services.search import Indexed, Parties, index_messages
from messages_app.services.submission import Submission, Submitted
from messages_app.services.tell import queue_verdict_notice
from messages_app.services.threads import new_thread, save_threads
from messages_app.vault.content import seal_content
from messages_app.vault.keys import open_key
from messages_app.vault.values import seal_json, token

STATES = {
    Verdict.DELIVER: Message.State.DELIVERED,
    Verdict.HOLD: Message.State.HELD,
    Verdict.BLOCK: Message.State.BLOCKED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One submission with what the gate decided about it. The pair and `usage` are locked."""

    submission: Submission
    prepared: Prepared
    case: Circumstances
    facts: Facts
    decision: Decision
    usage: DailyUsage | None = None


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A judged submission with its rows."""

    judged: Judged
    thread: Thread
    message: Message

    @property
    def begun(self) -> bool:
        """Whether the thread was made for this message."""
        return self.judged.case.thread is None


def record_messages(judged: Sequence[Judged]) -> list[Submitted]:
    """Writes everything that follows from the decisions: of submissions of which no two are of one pair, in
    a fixed number of statements."""
    recorded = [_recorded(one) for one in judged]
    _save(recorded)
    note_messages([_noted(one) for one in recorded])
    index_messages([_indexed(one) for one in recorded])
    _follow([one for one in recorded if one.message.is_delivered])
    for one in recorded:
        if not one.message.is_delivered and one.judged.submission.notify:
            _tell_author(one)
    return [_submitted(one) for one in recorded]


def _recorded(judged: Judged) -> _Recorded:
    thread = judged.case.thread or _new_thread(judged.submission, judged.case)
    return _Recorded(judged, thread, _new_message(judged, thread))


def _save(recorded: Sequence[_Recorded]) -> None:
    """New threads with the first words in them, then what hangs on them."""
    delivered = [one for one in recorded if one.message.is_delivered]
    first = [one for one in delivered if note_first_words(one.thread, one.message)]
    save_threads([one.thread for one in recorded if one.begun])
    save_first_words([one.thread for one in first if not one.begun])
    Message.objects.bulk_create([one.message for one in recorded])
    DecisionRow.objects.bulk_create([_new_decision(one) for one in recorded])
    open_message_cases([one.message for one in recorded if one.message.is_held])
    Attachment.objects.bulk_create(
        [row for one in recorded for row in _new_attachments(one.message, one.thread, one.judged.prepared)]
    )


def _follow(delivered: Sequence[_Recorded]) -> None:
    usages = {usage.pk: usage for one in delivered if (usage := one.judged.usage) is not None}
    follow_deliveries([(one.message, one.thread, one.judged.case.pair) for one in delivered], usages.values())


def _noted(one: _Recorded) -> Noted:
    prepared = one.judged.prepared
    return Noted(
        thread=one.thread,
        message=one.message,
        seen=seen_by(one.message, written=prepared.content, shown=prepared.shown),
        with_files=bool(prepared.files),
        begun=one.begun,
    )


def _indexed(one: _Recorded) -> Indexed:
    prepared, author = one.judged.prepared, Side(one.message.author)
    return Indexed(
        thread=one.thread,
        message=one.message,
        parties=_parties(one.judged),
        seen=seen_by(one.message, written=prepared.content, shown=prepared.shown),
        file_names={
            author: tuple(file.facts.name for file in prepared.files),
            author.other: tuple(file.shown_name for file in prepared.files),
        },
    )


def _parties(judged: Judged) -> Parties:
    """The two by their names under the lock: what they were called when it was prepared may have changed.
    Aliases never do (ALI-3)."""
    pair, aliases = judged.case.pair, judged.submission.pair.aliases.all()
    return Parties(
        buyer=pair.buyer, seller=pair.seller, aliases={alias.side: alias.address for alias in aliases}
    )


def _tell_author(one: _Recorded) -> None:
    judged = one.judged
    queue_verdict_notice(one.message, one.thread, judged.case.pair, judged.submission, judged.decision)


def _submitted(one: _Recorded) -> Submitted:
    return Submitted(
        message_id=one.message.id,
        thread_id=one.thread.id,
        state=one.message.state,
        decision=one.judged.decision,
    )


def record_automatic(judged: Judged) -> Submitted:
    """An out-of-office as one line of its thread: no clock, no counter, no mail, and nothing moves up
    in a list (MAIL-26)."""
    if judged.case.thread is None:
        raise ValueError("an automatic mail belongs to a thread")
    one = _recorded(judged)
    one.message.save(force_insert=True)
    _new_decision(one).save(force_insert=True)
    note_change(one.message)
    index_messages([_indexed(one)])
    open_message_cases([one.message] if one.message.is_held else [])
    return _submitted(one)


def _new_thread(submission: Submission, case: Circumstances) -> Thread:
    return new_thread(
        kind=Thread.Kind.CONVERSATION,
        buyer=case.pair.buyer,
        pair=case.pair,
        order=case.order,
        started_by=submission.author,
        topic=submission.reason or "other",
        now=case.now,
    )


def _new_message(judged: Judged, thread: Thread) -> Message:
    """The message, sealed as written and, where that differs, as the other side gets it (POL-2)."""
    submission, case, prepared = judged.submission, judged.case, judged.prepared
    foreign_id = submission.foreign_id
    message = Message(
        thread=thread,
        pair_id=thread.pair_id,
        author=submission.author,
        user_id=submission.user_id,
        door=submission.door,
        state=STATES[judged.decision.verdict],
        accepted_at=submission.accepted_at or case.now,
        released_at=case.now if submission.accepted_at else None,
        automatic=submission.automatic,
        proactive=judged.decision.proactive,
        critical=judged.decision.critical,
        reason=_reason(submission, case, judged.decision),
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
    return message


def _reason(submission: Submission, case: Circumstances, decision: Decision) -> str:
    """What the message is about. A mail names nothing: it counts as `other` where it begins something (RSN-6,
    RSN-8); what it answers is about what its thread is."""
    answers = submission.door is Door.MAIL and case.thread is not None and not decision.proactive
    return "" if answers else submission.reason


def _new_attachments(message: Message, thread: Thread, prepared: Prepared) -> list[Attachment]:
    key = open_key(thread.key)
    rows = []
    for position, file in enumerate(prepared.files):
        meta = {
            "name": file.facts.name,
            "shown_name": file.shown_name,
            "content_id": file.content_id,
            "key": b64encode(file.key).decode(),
        }
        if not file.is_stored:
            meta["digest"] = file.judged.digest
        rows.append(
            Attachment(
                id=file.id,
                message=message,
                position=position,
                kind=file.facts.kind or "",
                size=len(file.judged.content),
                original_size=file.facts.size if file.judged.changed else None,
                has_preview=bool(file.judged.preview),
                stored=file.is_stored,
                purge_at=None if message.is_delivered else message.accepted_at + UNDELIVERED_KEPT,
                inline=file.facts.inline,
                meta_sealed=seal_json(key, meta, table="attachment", column="meta_sealed", row_id=file.id),
            )
        )
    return rows


def _new_decision(one: _Recorded) -> DecisionRow:
    facts, decision = one.judged.facts, one.judged.decision
    row = DecisionRow(
        message=one.message,
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
        open_key(one.thread.key), record, table="decision", column="record_sealed", row_id=row.id
    )
    return row
