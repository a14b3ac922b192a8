"""The one gate: every message of every door enters here (GATE-1 to GATE-5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from accounts.models import Pair
from accounts.queries.pairs import is_own_seller
from messages_app.models import Message, Thread
from messages_app.policy.checks import decide
from messages_app.policy.content import POLICY_VERSION
from messages_app.policy.facts import Door, Facts, Side
from messages_app.policy.important import has_important_tag
from messages_app.policy.verdict import Decision
from messages_app.queries.facts import Circumstances, gate_facts, usage_of
from messages_app.queries.limits import current_limits
from messages_app.services.locks import lock_usage, locked_pair
from messages_app.services.prepare import Prepared, forget_files, prepare, store_files
from messages_app.services.record import record_automatic, record_message
from messages_app.services.submission import Submission, Submitted
from messages_app.services.threads import order_of, pair_orders, thread_again, thread_of
from orders.models import Order
from orders.numbers import order_numbers
from orders.queries import local_day


def submit_message(submission: Submission, *, now: datetime) -> Submitted:
    """Decides about a submission and records it, whole or not at all (GATE-4).

    Raises what a full disk or a lost database raises: then nothing was recorded and the door says "later".
    """
    prepared = _prepare(submission)
    store_files(prepared)
    try:
        submitted = _submit(submission, prepared, now)
    except Exception:  # whatever it was, nothing was recorded that would name these files
        forget_files(prepared)
        raise
    if submitted.repeated:
        forget_files(prepared)
    return submitted


def dry_run(submission: Submission, *, now: datetime) -> Decision:
    """What the gate would say now; nothing is stored, counted or sent (GATE-3)."""
    pair = submission.pair
    prepared = _prepare(submission)
    thread = thread_of(submission, pair)
    day = local_day(pair.seller.marketplace, now)
    used = usage_of(pair.seller, day) if submission.author is Side.SELLER else 0
    return _decide(_case(submission, prepared, pair, thread, now=now, used=used))[1]


@transaction.atomic
def _submit(submission: Submission, prepared: Prepared, now: datetime) -> Submitted:
    """The half under the lock: read, decide, record."""
    pair = locked_pair(submission.pair)
    # Two of the same submission may meet here; the second finds the first one's message (GATE-5).
    if known := _known(submission):
        return known
    thread = thread_again(submission, prepared.thread)
    if submission.automatic:
        return _submit_automatic(submission, prepared, pair, thread, now)
    usage = None
    if submission.author is Side.SELLER:
        usage = lock_usage(pair.seller, local_day(pair.seller.marketplace, now))
    case = _case(submission, prepared, pair, thread, now=now, used=usage.used if usage else 0)
    facts, decision = _decide(case)
    return record_message(submission, prepared, case, facts, decision, usage)


def _submit_automatic(
    submission: Submission, prepared: Prepared, pair: Pair, thread: Thread | None, now: datetime
) -> Submitted:
    """Automatic mail passes the same checks; only what the content policy finds in it is masked
    instead, and no cap is used (MAIL-26)."""
    if thread is None:
        raise ValueError("an automatic mail belongs to a thread")
    case = replace(_case(submission, prepared, pair, thread, now=now, used=0), content=())
    facts, decision = _decide(case)
    return record_automatic(submission, prepared, case, facts, decision)


def _known(submission: Submission) -> Submitted | None:
    known = Message.objects.filter(submission_key=submission.key).values_list("id", "thread_id", "state")
    for message_id, thread_id, state in known:
        return Submitted(
            message_id=message_id, thread_id=thread_id, state=state, decision=None, repeated=True
        )
    return None


def _prepare(submission: Submission) -> Prepared:
    thread = thread_of(submission, submission.pair)
    return prepare(submission, thread, order_of(submission, submission.pair, thread))


def _case(
    submission: Submission, prepared: Prepared, pair: Pair, thread: Thread | None, *, now: datetime, used: int
) -> Circumstances:
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
        used_today=used,
        text_length=len(content.new_text),
        has_text=bool(content.new_text.strip()),
        body_bytes=prepared.body_bytes,
        body_token=prepared.body_token,
        files=prepared.file_facts,
        obstacles=tuple(submission.obstacles),
        content=prepared.matches,
    )


def _tagged_order(submission: Submission, pair: Pair) -> Order | None:
    """The order of a seller's mail that is marked critical in its subject (RSN-6)."""
    if submission.author is Side.BUYER or submission.door is not Door.MAIL:
        return None
    if not has_important_tag(submission.subject):
        return None
    return pair_orders(pair).filter(number__in=order_numbers(submission.subject)).first()


def _decide(case: Circumstances) -> tuple[Facts, Decision]:
    facts = gate_facts(case)
    return facts, decide(facts, current_limits(), policy_version=POLICY_VERSION)
