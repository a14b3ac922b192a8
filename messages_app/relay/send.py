"""Deliveries leave here: claimed, rendered once, sent over kept connections, recorded (MAIL-20 to MAIL-22).

The calling thread does all the database's work; threads of a pool only talk SMTP. While a slow domain
keeps some of them busy, the deliveries of other domains are claimed and sent.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from messages_app.models import Delivery, DeliveryAttempt
from messages_app.queries.outbox import Parcel
from messages_app.relay.backend import Backend, open_backend
from messages_app.relay.ready import MOST_IN_HAND, Outgoing, load, make_ready
from messages_app.services.notice_lists import past_the_hour
from messages_app.services.sending import (
    Result,
    claim_due,
    end_unsent,
    give_back,
    list_instead,
    record_results,
)

log = logging.getLogger(__name__)

BATCH = 50
_THREADS = 16
_KEPT_CONNECTIONS = 4
_LOOK_EVERY = 0.1  # seconds between looks for new work while slow domains keep this call

Tried = DeliveryAttempt.Outcome


def send_due(limit: int = BATCH) -> int:
    """Sends up to `limit` due deliveries, and what else falls due while slow ones keep it; returns how
    many it settled. Any number of workers may call it at once."""
    return _Sender(limit).run()


def hang_up() -> None:
    """Closes the kept connections."""
    _connections.close()


@dataclass(frozen=True, slots=True)
class _Done:
    """What a thread reports: one mail with its result (None: not begun), or the end of a chunk."""

    domain: str
    outgoing: Outgoing | None = None
    result: Result | None = None


class _Connections:
    """Idle connections, last used first; shared by the threads of this process."""

    def __init__(self) -> None:
        self._idle: list[Backend] = []
        self._lock = threading.Lock()

    def borrow(self) -> Backend:
        with self._lock:
            return self._idle.pop() if self._idle else open_backend()

    def give_back(self, backend: Backend) -> None:
        with self._lock:
            if len(self._idle) < _KEPT_CONNECTIONS:
                self._idle.append(backend)
                return
        backend.close()

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for backend in idle:
            backend.close()


_connections = _Connections()


class _Sender:
    """One call of `send_due`: its threads, and what they have in hand."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._done: queue.SimpleQueue[_Done] = queue.SimpleQueue()
        self._busy: Counter[str] = Counter()  # chunks in hand by domain
        self._in_hand = 0  # bytes
        self._settled = 0
        self._stop_claiming = time.monotonic() + settings.LEASE_SECONDS / 4

    def run(self) -> int:
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="send") as pool:
            self._take_batch(pool)
            looked_at = time.monotonic()
            while self._busy:
                self._collect(wait=_LOOK_EVERY)
                if self._busy and time.monotonic() - looked_at >= _LOOK_EVERY:
                    looked_at = time.monotonic()
                    if looked_at < self._stop_claiming and self._in_hand < MOST_IN_HAND:
                        self._take_batch(pool)
        return self._settled

    def _take_batch(self, pool: ThreadPoolExecutor) -> None:
        """Claims, renders and hands out. What comes back meanwhile is recorded at once: the longer that a
        sent mail is not, the likelier a kill sends it again."""
        claimed_at = time.monotonic()
        full = [domain for domain, chunks in self._busy.items() if chunks >= settings.DOMAIN_CONNECTIONS]
        lease = claim_due(now=timezone.now(), limit=self._limit, without_domains=full)
        if lease is None:
            return
        parcels, broken = load(lease)
        listed = _listed(lease, parcels)
        late = _late(lease, parcels)
        rest = [one for one in parcels if one.delivery.id not in listed | late]
        ready, stopped = make_ready(lease, rest, claimed_at, between=self._collect)
        self._hand_out(pool, ready)
        self._settled += broken + stopped + len(listed) + len(late)

    def _hand_out(self, pool: ThreadPoolExecutor, ready: Iterable[Outgoing]) -> None:
        """One chunk for each connection that the domain may still have."""
        by_domain: defaultdict[str, list[Outgoing]] = defaultdict(list)
        for outgoing in ready:
            self._in_hand += len(outgoing.envelope.mail)
            by_domain[outgoing.delivery.recipient_domain].append(outgoing)
        for domain, mails in by_domain.items():
            free = settings.DOMAIN_CONNECTIONS - self._busy[domain]
            for chunk in (mails[start::free] for start in range(min(free, len(mails)))):
                self._busy[domain] += 1
                pool.submit(_send_chunk, domain, chunk, self._done)

    def _collect(self, wait: float = 0) -> None:
        """Waits so many seconds for a result and records all that have come in one transaction a lease."""
        reports = _drain(self._done, wait)
        results: defaultdict[UUID, list[Result]] = defaultdict(list)
        unbegun: defaultdict[UUID, list[UUID]] = defaultdict(list)
        for report in reports:
            if report.outgoing is None:
                self._busy[report.domain] -= 1
                if not self._busy[report.domain]:
                    del self._busy[report.domain]
                continue
            self._in_hand -= len(report.outgoing.envelope.mail)
            if report.result is None:
                unbegun[report.outgoing.lease].append(report.outgoing.delivery.id)
            else:
                results[report.outgoing.lease].append(report.result)
        for lease, ids in unbegun.items():
            give_back(lease, ids)
        for lease, some in results.items():
            record_results(lease, some, now=timezone.now())
            self._settled += len(some)


def _drain(done: queue.SimpleQueue[_Done], wait: float) -> list[_Done]:
    """What has been reported, waiting so many seconds for the first."""
    reports: list[_Done] = []
    with suppress(queue.Empty):
        reports.append(done.get(timeout=wait))
        while True:
            reports.append(done.get_nowait())
    return reports


def _send_chunk(domain: str, chunk: Sequence[Outgoing], done: queue.SimpleQueue[_Done]) -> None:
    """In a thread: one mail after the other over one connection. Touches no database."""
    backend = _connections.borrow()
    try:
        for outgoing in chunk:
            done.put(_Done(domain, outgoing, _try(backend, outgoing)))
    finally:
        _connections.give_back(backend)
        done.put(_Done(domain))


def _try(backend: Backend, outgoing: Outgoing) -> Result | None:
    if time.monotonic() >= outgoing.start_before:
        return None
    try:
        answer = backend.send(outgoing.envelope, deadline=outgoing.deadline)
    except Exception as error:  # a bug on the way out must neither lose a mail nor its neighbours (REL-4)
        log.exception("mail could not be handed over", extra={"delivery": str(outgoing.delivery.id)})
        return Result(outgoing.delivery, Tried.DEFERRED, type(error).__name__)
    return Result(outgoing.delivery, answer.outcome, answer.reply)


def _late(lease: UUID, parcels: Sequence[Parcel]) -> set[UUID]:
    """The digests whose day is over, at every try: the next morning's says it anew (ACC-5)."""
    now = timezone.now()
    late = {
        parcel.delivery.id
        for parcel in parcels
        if parcel.delivery.kind == Delivery.Kind.DIGEST
        and now >= datetime.fromisoformat(parcel.context["until"])
    }
    if late:
        end_unsent(lease, late)
    return late


def _listed(lease: UUID, parcels: Sequence[Parcel]) -> set[UUID]:
    """The notices that go into the hourly list instead (MAIL-27); asked before their first try only."""
    notices = [
        parcel.delivery.id
        for parcel in parcels
        if parcel.delivery.kind == Delivery.Kind.NOTICE and not parcel.delivery.rendered_size
    ]
    listed = past_the_hour(notices)
    if listed:
        list_instead(lease, listed)
    return listed
