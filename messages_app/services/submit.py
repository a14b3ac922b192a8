"""The one gate: every message of every door enters here (GATE-1 to GATE-5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.models import Pair
from accounts.queries.pairs import is_own_seller
from messages_app.mail.address_forms import shows_something
from messages_app.models import Message, Thread
from messages_app.policy.checks import decide
from messages_app.policy.content import POLICY_VERSION
from messages_app.policy.facts import Door, Facts, FileFacts, Side
from messages_app.policy.important import has_important_tag
from messages_app.policy.verdict import Decision, Verdict
from messages_app.queries.facts import Circumstances, Surroundings, gate_facts, surroundings_of, usage_of
from messages_app.queries.limits import current_limits
from messages_app.services.locks import lock_usages, locked_pairs
from messages_app.services.prepare import Prepared, forget_files, prepare, store_files
from messages_app.services.record import Judged, record_automatic, record_messages
from messages_app.services.submission import Submission, Submitted
from messages_app.services.threads import orders_of, pair_orders, threads_again, threads_of
from orders.models import Order
from orders.numbers import order_numbers
from orders.queries import local_day


@dataclass(frozen=True, slots=True)
class Ready:
    """A submission that was looked at, with the moment at which it counts."""

    submission: Submission
    prepared: Prepared
    now: datetime


def submit_message(submission: Submission, *, now: datetime) -> Submitted:
    """Decides about a submission and records it, whole or not at all (GATE-4).

    Raises what a full disk or a lost database raises: then nothing was recorded and the door says "later".
    """
    return submit_ready([_ready(submission, now)])[0]


def submit_ready(ready: Sequence[Ready]) -> list[Submitted]:
    """The same for several that were looked at before, all or none of them. The answers are those of
    handing them in one after the other; no two may be of one pair, for the second would need to know the
    first, and an automatic one comes alone: mailbox entries are locked by rising id, once. Raises ValueError
    otherwise."""
    if len({one.submission.pair.pk for one in ready}) < len(ready):
        raise ValueError("two submissions of one pair at once")
    if len(ready) > 1 and any(one.submission.automatic for one in ready):
        raise ValueError("an automatic mail comes alone")
    for one in ready:
        store_files(one.prepared)
    try:
        submitted = _submit(ready)
    except Exception:  # whatever it was, nothing was recorded that would name these files
        for one in ready:
            forget_files(one.prepared)
        raise
    for one, answer in zip(ready, submitted, strict=True):
        if answer.repeated:
            forget_files(one.prepared)
    return submitted


def dry_run(submission: Submission, *, now: datetime, waiting: tuple[FileFacts, ...] = ()) -> Decision:
    """What the gate would say now, also with files that `waiting` tells of; nothing is stored, counted or
    sent (GATE-3). The pair may be one that is not saved (`accounts.queries.pairs.pair_between`)."""
    pair = submission.pair
    ready = _ready(submission, now, waiting)
    case = _case(ready, pair, ready.prepared.thread)
    used = usage_of(pair.seller, case.day) if submission.author is Side.SELLER else 0
    return _decide(case, surroundings_of([case])[0], used)[1]


@transaction.atomic
def _submit(ready: Sequence[Ready]) -> list[Submitted]:
    """The half under the lock: read, decide, record."""
    pairs = locked_pairs([one.submission.pair for one in ready])
    # Two of the same submission may meet here; the second finds the first one's message (GATE-5).
    answers = _known([one.submission.key for one in ready])
    fresh = [(one, pair) for one, pair in zip(ready, pairs, strict=True) if one.submission.key not in answers]
    threads = threads_again([(one.submission, one.prepared.thread) for one, _ in fresh])
    cases = [_case(one, pair, thread) for (one, pair), thread in zip(fresh, threads, strict=True)]
    judged = _judge_all([one for one, _ in fresh], cases)
    answers |= _record_all(judged)
    return [answers[one.submission.key] for one in ready]


def _judge_all(ready: Sequence[Ready], cases: Sequence[Circumstances]) -> list[Judged]:
    """One after the other: what was delivered counts against the cap of the next."""
    usages = lock_usages(_day_of(case) for case in cases if _counts(case))
    around = surroundings_of(cases) if cases else []
    judged = []
    for one, case, surroundings in zip(ready, cases, around, strict=True):
        usage = usages[_day_of(case)] if _counts(case) else None
        facts, decision = _decide(case, surroundings, usage.used if usage else 0)
        if usage is not None and decision.verdict is Verdict.DELIVER:
            usage.used += 1
        judged.append(
            Judged(
                submission=one.submission,
                prepared=one.prepared,
                case=case,
                facts=facts,
                decision=decision,
                usage=usage,
            )
        )
    return judged


def _record_all(judged: Sequence[Judged]) -> dict[str, Submitted]:
    """The answers by submission key; an automatic one is the only one."""
    automatic = any(one.submission.automatic for one in judged)
    recorded = [record_automatic(one) for one in judged] if automatic else record_messages(judged)
    return {one.submission.key: answer for one, answer in zip(judged, recorded, strict=True)}


def _counts(case: Circumstances) -> bool:
    """Whether the message uses the seller's cap once it is delivered (CAP-1, MAIL-26)."""
    return case.author is Side.SELLER and not case.automatic


def _day_of(case: Circumstances) -> tuple[int, date]:
    return case.pair.seller_id, case.day


def submitted_before(key: str) -> Submitted | None:
    """What became of a submission of that key, if it was recorded (GATE-5)."""
    return _known([key]).get(key)


def _known(keys: Sequence[str]) -> dict[str, Submitted]:
    """What became of those submissions that were recorded before, by key."""
    known = Message.objects.filter(submission_key__in=keys)
    return {
        str(key): Submitted(message_id=pk, thread_id=thread_id, state=state, decision=None, repeated=True)
        for key, pk, thread_id, state in known.values_list("submission_key", "id", "thread_id", "state")
    }


def _ready(submission: Submission, now: datetime, waiting: tuple[FileFacts, ...] = ()) -> Ready:
    [(thread, order)] = places_of([submission])
    return Ready(submission, prepare(submission, thread, order, waiting), now)


def places_of(submissions: Sequence[Submission]) -> list[tuple[Thread | None, Order | None]]:
    """Which thread each continues and which order it is about, as it stands before the lock: what
    `prepare` asks for."""
    threads = threads_of(submissions)
    return list(zip(threads, orders_of(list(zip(submissions, threads, strict=True))), strict=True))


def _case(ready: Ready, pair: Pair, thread: Thread | None) -> Circumstances:
    """Automatic mail passes the same checks; only what the content policy finds in it is masked instead
    (MAIL-26)."""
    submission, prepared, now = ready.submission, ready.prepared, ready.now
    if submission.automatic and thread is None:
        raise ValueError("an automatic mail belongs to a thread")
    tagged = _tagged_order(submission, pair)
    order = tagged or prepared.order
    content = prepared.content
    return Circumstances(
        now=now,
        author=submission.author,
        door=submission.door,
        pair=pair,
        thread=thread,
        order=order,
        reason=submission.reason,
        own_seller=is_own_seller(submission.pair),
        reply_evidence=submission.evidence.proves_reply,
        important=tagged is not None,
        day=local_day(pair.seller.marketplace, now),
        automatic=submission.automatic,
        text_length=len(content.new_text),
        covers=submission.covers,
        has_text=shows_something(content.new_text),
        body_bytes=prepared.body_bytes,
        body_token=prepared.body_token,
        files=prepared.file_facts,
        obstacles=tuple(submission.obstacles),
        content=() if submission.automatic else prepared.matches,
    )


def _tagged_order(submission: Submission, pair: Pair) -> Order | None:
    """The order of a seller's mail that is marked critical in its subject (RSN-6)."""
    if submission.author is Side.BUYER or submission.door is not Door.MAIL:
        return None
    if not has_important_tag(submission.subject):
        return None
    return pair_orders(pair).filter(number__in=order_numbers(submission.subject)).first()


def _decide(case: Circumstances, around: Surroundings, used: int) -> tuple[Facts, Decision]:
    facts = gate_facts(case, around, used=used)
    return facts, decide(facts, current_limits(), policy_version=POLICY_VERSION)
