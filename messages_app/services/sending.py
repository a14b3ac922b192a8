"""The queue of deliveries: claimed by a lease, results recorded (MAIL-20, MAIL-21).

The row is the truth. Whoever holds its lease may write its result; a sender that lost the lease
writes nothing.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import uuid_utils.compat as uuid
from django.conf import settings
from django.db import transaction
from django.db.models import F

from messages_app.mail.reply_codes import reply_codes
from messages_app.models import Delivery, DeliveryAttempt
from messages_app.sealing.seal import open_sealed, row_identity, seal
from messages_app.services.cases import open_delivery_cases
from messages_app.services.failures import tell_author_failed
from messages_app.services.outcomes import note_outcomes
from messages_app.vault.files import INLINE_LIMIT, delete_file, read_file, write_file
from messages_app.vault.keys import open_key

State, Tried = Delivery.State, DeliveryAttempt.Outcome

KEEP_TRYING = timedelta(hours=48)  # MAIL-21
KEEP_TRYING_NOTICES = timedelta(hours=12)
JITTER = 0.2  # so that what failed together does not come back together
_CLAIM_TRIES = 5
_MAX_REPLY = 300
_WAITING = (State.QUEUED, State.DEFERRED)
_LONG = frozenset({Delivery.Kind.COPY, Delivery.Kind.SYSTEM})
_jitter = random.Random()  # noqa: S311 - spreads retries, guards nothing


@dataclass(frozen=True, slots=True)
class Result:
    """How a try ended: one of DeliveryAttempt.Outcome, with the server's answer as it came."""

    delivery: Delivery
    outcome: str
    reply: str


def claim_due(*, now: datetime, limit: int, without_domains: Collection[str] = ()) -> UUID | None:
    """Takes up to `limit` due deliveries under one new lease; None: nothing is due.

    A conditional UPDATE decides between workers, on every database alike; the loser looks again.
    Each claim counts as a try, so that a mail that kills its worker is counted too.
    """
    for _ in range(_CLAIM_TRIES):
        due = Delivery.objects.filter(state__in=_WAITING, next_at__lte=now)
        if without_domains:
            due = due.exclude(recipient_domain__in=without_domains)
        ids = list(due.order_by("next_at", "id").values_list("id", flat=True)[:limit])
        if not ids:
            return None
        lease: UUID = uuid.uuid7()
        won = Delivery.objects.filter(pk__in=ids, state__in=_WAITING, next_at__lte=now).update(
            state=State.SENDING,
            lease=lease,
            lease_until=now + timedelta(seconds=settings.LEASE_SECONDS),
            attempts=F("attempts") + 1,
        )
        if won:
            return lease
    return None


def give_back(lease: UUID, ids: Iterable[UUID]) -> None:
    """Returns what was claimed and not tried; the try does not count."""
    Delivery.objects.filter(lease=lease, pk__in=list(ids), state=State.SENDING).update(
        state=State.QUEUED, lease=None, lease_until=None, attempts=F("attempts") - 1
    )


def count_begun(lease: UUID, ids: Iterable[UUID], *, by: int = 1) -> None:
    """Counts a rendering before it begins, so that one that kills its worker is counted too. One that is
    finished and stored counts no longer; `by` -1: it was not begun after all."""
    Delivery.objects.filter(lease=lease, pk__in=list(ids), state=State.SENDING).update(begun=F("begun") + by)


def list_instead(lease: UUID, ids: Iterable[UUID]) -> None:
    """Leaves these notices to the hourly list (MAIL-27)."""
    Delivery.objects.filter(lease=lease, pk__in=list(ids), state=State.SENDING).update(
        state=State.LISTED, lease=None, lease_until=None
    )


def end_unsent(lease: UUID, ids: Iterable[UUID]) -> None:
    """Ends these unsent: the time in which they meant something is over."""
    Delivery.objects.filter(lease=lease, pk__in=list(ids), state=State.SENDING).update(
        state=State.SUPPRESSED, lease=None, lease_until=None
    )


@transaction.atomic
def store_rendered(lease: UUID, mails: Mapping[UUID, bytes], deliveries: Sequence[Delivery]) -> None:
    """Keeps the finished bytes, sealed, before their first try: every later one sends the same
    (MAIL-14). Large ones go to the file store."""
    changed = []
    for delivery in deliveries:
        mail = mails[delivery.id]
        key = open_key(delivery.key)
        delivery.rendered_size = len(mail)
        delivery.begun = 0
        if len(mail) <= INLINE_LIMIT:
            delivery.rendered_sealed = seal(key, mail, identity=_identity(delivery.id))
        else:
            write_file(key, [mail], table="delivery", row_id=delivery.id)
        changed.append(delivery)
    Delivery.objects.filter(lease=lease).bulk_update(changed, ["rendered_sealed", "rendered_size", "begun"])


def rendered_mail(delivery: Delivery) -> bytes | None:
    """The bytes that were rendered once; None before that, and after a sent mail was let go."""
    if not delivery.rendered_size:
        return None
    key = open_key(delivery.key)
    if delivery.rendered_sealed:
        return open_sealed(key, bytes(delivery.rendered_sealed), identity=_identity(delivery.id))
    return b"".join(read_file(key, table="delivery", row_id=delivery.id))


def _identity(delivery_id: UUID) -> bytes:
    return row_identity("delivery", "rendered_sealed", delivery_id)


@transaction.atomic
def record_results(lease: UUID, results: Sequence[Result], *, now: datetime) -> None:
    """Writes what became of tries under this lease: states, trace lines, and what authors are told.

    What has come to another end meanwhile, by a report about it, stays as it is.
    """
    ids = [result.delivery.id for result in results]
    # Locked, where the database locks rows, against a report that comes at this moment.
    held = Delivery.objects.filter(lease=lease, pk__in=ids, state=State.SENDING).select_for_update()
    ours = set(held.values_list("id", flat=True))
    results = [result for result in results if result.delivery.id in ours]
    _record_sent([result.delivery for result in results if result.outcome == Tried.SENT], now)
    troubled = [_troubled(result, now) for result in results if result.outcome != Tried.SENT]
    if troubled:
        fields = ["state", "next_at", "lease", "lease_until"]
        Delivery.objects.filter(lease=lease).bulk_update([result.delivery for result in troubled], fields)
    DeliveryAttempt.objects.bulk_create(
        DeliveryAttempt(
            delivery=result.delivery,
            at=now,
            outcome=result.delivery.state,
            reply=_kept_of(result),
        )
        for result in results
    )
    note_outcomes(result.delivery for result in results)
    open_delivery_cases([result.delivery for result in troubled if result.delivery.state == State.HELD], now)
    for result in troubled:
        if result.delivery.state == State.FAILED:
            tell_author_failed(result.delivery, result.reply, now=now)


def _kept_of(result: Result) -> str:
    """Of an answer its codes; why we hold a mail ourselves is told in our own words, for staff."""
    return result.reply[:_MAX_REPLY] if result.outcome == Tried.HELD else reply_codes(result.reply)


def _record_sent(deliveries: Sequence[Delivery], now: datetime) -> None:
    """Sent: the bytes have done their work, but in the demo, whose mailboxes show them."""
    if not deliveries:
        return
    let_go = {} if settings.DEMO_MAILBOXES else {"rendered_sealed": b"", "rendered_size": 0}
    Delivery.objects.filter(pk__in=[delivery.id for delivery in deliveries]).update(
        state=State.SENT, sent_at=now, lease=None, lease_until=None, **let_go
    )
    for delivery in deliveries:
        delivery.state = State.SENT
        if let_go and delivery.rendered_size and not delivery.rendered_sealed:
            transaction.on_commit(partial(delete_file, delivery.id))


def _troubled(result: Result, now: datetime) -> Result:
    """The delivery as it stands after a try that did not send it; a deferred one whose time is over
    has failed."""
    delivery = result.delivery
    end = delivery.tried_from + _patience(delivery)
    outcome = Tried.FAILED if result.outcome == Tried.DEFERRED and now >= end else result.outcome
    delivery.state = State(outcome)
    delivery.lease, delivery.lease_until = None, None
    if outcome == Tried.DEFERRED:
        delivery.next_at = min(now + retry_delay(delivery.attempts), end)  # the last try is at the end itself
    return result


def _patience(delivery: Delivery) -> timedelta:
    return KEEP_TRYING if delivery.kind in _LONG else KEEP_TRYING_NOTICES


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after that many tries (at least 1), a fifth more or less at random."""
    schedule = settings.RETRY_SCHEDULE
    seconds = schedule[min(attempts, len(schedule)) - 1]
    return timedelta(seconds=seconds * _jitter.uniform(1 - JITTER, 1 + JITTER))
