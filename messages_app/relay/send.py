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
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from messages_app.mail.references import bounce_address
from messages_app.models import Delivery, DeliveryAttempt
from messages_app.queries.outbox import Parcel, parcels_of
from messages_app.relay.backend import Backend, Envelope, open_backend
from messages_app.relay.render import render_mail
from messages_app.services.notice_lists import past_the_hour
from messages_app.services.sending import (
    Result,
    claim_due,
    give_back,
    list_instead,
    record_results,
    rendered_mail,
    store_rendered,
)
from messages_app.vault.keys import installation_key

log = logging.getLogger(__name__)

BATCH = 50
_THREADS = 16
_KEPT_CONNECTIONS = 4
MOST_IN_HAND = 24 * 1024 * 1024  # bytes of finished mails; what is past it waits its turn
_LOOK_EVERY = 0.1  # seconds between looks for new work while slow domains keep this call
_RENDER_TRIES = 3  # a mail that cannot be made is put aside for people after as many tries

Tried = DeliveryAttempt.Outcome


def send_due(limit: int = BATCH) -> int:
    """Sends up to `limit` due deliveries, and what else falls due while slow ones keep it; returns how
    many it settled. Any number of workers may call it at once."""
    return _Sender(limit).run()


def hang_up() -> None:
    """Closes the kept connections."""
    _connections.close()


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """A delivery with its finished bytes, and the lease that it is sent under."""

    delivery: Delivery
    envelope: Envelope
    lease: UUID
    start_before: float  # time.monotonic; a mail not begun by then goes back to the queue
    deadline: float  # no answer is waited for beyond it: the lease would run out


@dataclass(frozen=True, slots=True)
class _Done:
    """What a thread reports: one mail with its result (None: not begun), or the end of a chunk."""

    domain: str
    outgoing: _Outgoing | None = None
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
        parcels = parcels_of(lease)
        listed = _listed(lease, parcels)
        rest = [one for one in parcels if one.delivery.id not in listed]
        ready, stopped = _ready(lease, rest, claimed_at, between=self._collect)
        self._hand_out(pool, ready)
        self._settled += stopped + len(listed)

    def _hand_out(self, pool: ThreadPoolExecutor, ready: Iterable[_Outgoing]) -> None:
        """One chunk for each connection that the domain may still have."""
        by_domain: defaultdict[str, list[_Outgoing]] = defaultdict(list)
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


def _send_chunk(domain: str, chunk: Sequence[_Outgoing], done: queue.SimpleQueue[_Done]) -> None:
    """In a thread: one mail after the other over one connection. Touches no database."""
    backend = _connections.borrow()
    try:
        for outgoing in chunk:
            done.put(_Done(domain, outgoing, _try(backend, outgoing)))
    finally:
        _connections.give_back(backend)
        done.put(_Done(domain))


def _try(backend: Backend, outgoing: _Outgoing) -> Result | None:
    if time.monotonic() >= outgoing.start_before:
        return None
    try:
        answer = backend.send(outgoing.envelope, deadline=outgoing.deadline)
    except Exception as error:  # a bug on the way out must neither lose a mail nor its neighbours (REL-4)
        log.exception("mail could not be handed over", extra={"delivery": str(outgoing.delivery.id)})
        return Result(outgoing.delivery, Tried.DEFERRED, type(error).__name__)
    return Result(outgoing.delivery, answer.outcome, answer.reply)


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


def _ready(
    lease: UUID, parcels: Sequence[Parcel], claimed_at: float, between: Callable[[], None]
) -> tuple[list[_Outgoing], int]:
    """The mails that may leave, rendered and stored; those that may not are recorded and counted.
    `between` runs before each."""
    mails: dict[UUID, bytes] = {}
    fresh: list[Delivery] = []
    kept_back: list[Result] = []
    for place, parcel in enumerate(parcels):
        between()
        if sum(map(len, mails.values())) >= MOST_IN_HAND:
            give_back(lease, [later.delivery.id for later in parcels[place:]])
            break
        delivery = parcel.delivery
        mail = rendered_mail(delivery)
        if mail is None:
            mail, problem = _rendered(parcel)
            if problem is not None:
                kept_back.append(problem)
            if not mail:
                continue
            fresh.append(delivery)
        mails[delivery.id] = mail
    if fresh:
        store_rendered(lease, mails, fresh)
    if kept_back:
        record_results(lease, kept_back, now=timezone.now())
    stopped = {result.delivery.id for result in kept_back}
    going = [parcel.delivery for parcel in parcels if parcel.delivery.id in mails.keys() - stopped]
    return [_outgoing(delivery, mails[delivery.id], lease, claimed_at) for delivery in going], len(stopped)


def _rendered(parcel: Parcel) -> tuple[bytes, Result | None]:
    """The finished bytes; with a result where they may not leave: a leak, or no mail could be made."""
    delivery = parcel.delivery
    try:
        finished = render_mail(parcel)
    except Exception as error:  # one mail that cannot be made must not stop its neighbours (REL-4)
        log.exception("mail could not be rendered", extra={"delivery": str(delivery.id)})
        outcome = Tried.DEFERRED if delivery.attempts < _RENDER_TRIES else Tried.HELD
        return b"", Result(delivery, outcome, f"not rendered ({type(error).__name__})")
    if not finished.leaks:
        return finished.mail, None
    places = ", ".join(sorted({f"{leak.kind} in {leak.place}" for leak in finished.leaks}))
    log.error("leak gate: mail held for staff", extra={"delivery": str(delivery.id), "places": places})
    return finished.mail, Result(delivery, Tried.HELD, f"leak gate: {places}")


def _outgoing(delivery: Delivery, mail: bytes, lease: UUID, claimed_at: float) -> _Outgoing:
    own = delivery.kind != Delivery.Kind.COPY
    sender = (
        ""
        if own
        else bounce_address(delivery.id, key=installation_key("bounces"), domain=settings.RELAY_DOMAIN)
    )
    return _Outgoing(
        delivery=delivery,
        envelope=Envelope(sender=sender, recipient=delivery.recipient, mail=mail),
        lease=lease,
        start_before=claimed_at + settings.LEASE_SECONDS * 0.5,
        deadline=claimed_at + settings.LEASE_SECONDS * 0.8,
    )
