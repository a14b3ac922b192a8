"""Makes claimed deliveries ready to leave: rendered once, looked through, stored (MAIL-14, MAIL-17).

A mail that kills its worker takes the whole batch with it once. From then on each mail of that batch is
made alone, so that the next death counts for the guilty one only.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from messages_app.mail.references import bounce_address
from messages_app.models import Delivery, DeliveryAttempt
from messages_app.queries.outbox import Parcel, parcels_of
from messages_app.relay.backend import Envelope
from messages_app.relay.render import render_mail
from messages_app.sealing.keys import UnknownMasterKey
from messages_app.sealing.seal import SealBroken
from messages_app.services.sending import (
    Result,
    count_begun,
    give_back,
    record_results,
    rendered_mail,
    store_rendered,
)
from messages_app.vault.keys import installation_key

log = logging.getLogger(__name__)

MOST_IN_HAND = 24 * 1024 * 1024  # bytes of finished mails; what is past it waits its turn
RENDER_TRIES = 3  # a mail that cannot be made is put aside for people after as many tries
MOST_DEATHS = 3  # of workers, over one mail that was made alone

Tried = DeliveryAttempt.Outcome


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A delivery with its finished bytes, and the lease that it is sent under."""

    delivery: Delivery
    envelope: Envelope
    lease: UUID
    start_before: float  # time.monotonic; a mail not begun by then goes back to the queue
    deadline: float  # no answer is waited for beyond it: the lease would run out


def load(lease: UUID) -> tuple[list[Parcel], int]:
    """All that was claimed; and how many were settled because they cannot be read. Raises UnknownMasterKey,
    which is no fault of a mail."""
    try:
        return parcels_of(lease), 0
    except UnknownMasterKey:
        raise
    except SealBroken:  # of one of them: its neighbours go on (REL-4)
        return _load_one_by_one(lease)


def _load_one_by_one(lease: UUID) -> tuple[list[Parcel], int]:
    parcels: list[Parcel] = []
    broken: list[Result] = []
    for delivery in Delivery.objects.filter(lease=lease, state=Delivery.State.SENDING).order_by("id"):
        try:
            parcels += parcels_of(lease, only=delivery.id)
        except SealBroken as error:
            broken.append(_failed(delivery, error, delivery.attempts))
    record_results(lease, broken, now=timezone.now())
    return parcels, len(broken)


def make_ready(
    lease: UUID, parcels: Sequence[Parcel], claimed_at: float, *, between: Callable[[], None]
) -> tuple[list[Outgoing], int]:
    """The mails that may leave; and how many were settled because they may not. What there is no room or
    time for goes back to the queue. `claimed_at` is of time.monotonic; `between` is called before each."""
    making = _Making(lease, claimed_at + settings.LEASE_SECONDS / 4, between)
    making.make(parcels)
    going = [parcel.delivery for parcel in parcels if parcel.delivery.id in making.mails]
    return [
        _outgoing(delivery, making.mails[delivery.id], lease, claimed_at) for delivery in going
    ], making.settled


class _Making:
    """One batch on its way from rows to bytes: `mails` may leave, `settled` may not."""

    def __init__(self, lease: UUID, end: float, between: Callable[[], None]) -> None:
        self._lease = lease
        self._end = end
        self._between = between
        self.mails: dict[UUID, bytes] = {}
        self.settled = 0

    def make(self, parcels: Sequence[Parcel]) -> None:
        """Mails tried before first: their bytes are there."""
        stored = [parcel for parcel in parcels if parcel.delivery.rendered_size]
        fresh = [parcel for parcel in parcels if not parcel.delivery.rendered_size]
        self._open(stored)
        self._make_together([parcel for parcel in fresh if not parcel.delivery.begun])
        suspects = [parcel for parcel in fresh if parcel.delivery.begun]
        self._make_alone(sorted(suspects, key=lambda parcel: parcel.delivery.begun))

    def _open(self, parcels: Sequence[Parcel]) -> None:
        for place, parcel in enumerate(parcels):
            if self._is_full():
                self._give_back(parcels[place:])
                return
            self._between()
            try:
                if mail := rendered_mail(parcel.delivery):
                    self.mails[parcel.delivery.id] = mail
            except (SealBroken, OSError) as error:
                self._record([_failed(parcel.delivery, error, parcel.delivery.attempts)])

    def _make_together(self, parcels: Sequence[Parcel]) -> None:
        if not parcels:
            return
        count_begun(self._lease, _ids(parcels))
        finished: dict[UUID, bytes] = {}
        results: list[Result] = []
        for place, parcel in enumerate(parcels):
            if self._is_full(finished):
                count_begun(self._lease, _ids(parcels[place:]), by=-1)
                self._give_back(parcels[place:])
                break
            self._between()
            mail, problem = _rendered(self._lease, parcel)
            if mail:
                finished[parcel.delivery.id] = mail
            if problem:
                results.append(problem)
        self._store(parcels, finished, results)

    def _make_alone(self, parcels: Sequence[Parcel]) -> None:
        for place, parcel in enumerate(parcels):
            if self._is_full():
                self._give_back(parcels[place:])
                return
            if parcel.delivery.begun > MOST_DEATHS:
                log.error("mail held for staff", extra={"delivery": str(parcel.delivery.id)})
                self._record(
                    [Result(parcel.delivery, Tried.HELD, "not rendered (its worker died each time)")]
                )
                continue
            self._between()
            count_begun(self._lease, _ids([parcel]))
            mail, problem = _rendered(self._lease, parcel)
            self._store([parcel], {parcel.delivery.id: mail} if mail else {}, [problem] if problem else [])

    def _store(
        self, parcels: Sequence[Parcel], finished: dict[UUID, bytes], results: Sequence[Result]
    ) -> None:
        """Keeps what was finished, and lets go what has no problem."""
        fresh = [parcel.delivery for parcel in parcels if parcel.delivery.id in finished]
        if fresh:
            store_rendered(self._lease, finished, fresh)
        self._record(results)
        stopped = {result.delivery.id for result in results}
        self.mails |= {row_id: mail for row_id, mail in finished.items() if row_id not in stopped}

    def _record(self, results: Sequence[Result]) -> None:
        if results:
            record_results(self._lease, results, now=timezone.now())
            self.settled += len(results)

    def _give_back(self, parcels: Sequence[Parcel]) -> None:
        give_back(self._lease, _ids(parcels))

    def _is_full(self, finished: dict[UUID, bytes] | None = None) -> bool:
        """Whether the rest is for another time; the first of a batch never is."""
        mails = [*self.mails.values(), *(finished or {}).values()]
        begun = bool(mails or self.settled)
        return begun and (sum(map(len, mails)) >= MOST_IN_HAND or time.monotonic() >= self._end)


def _ids(parcels: Iterable[Parcel]) -> list[UUID]:
    return [parcel.delivery.id for parcel in parcels]


def _rendered(lease: UUID, parcel: Parcel) -> tuple[bytes, Result | None]:
    """The finished bytes; with a result where they may not leave: a leak, or no mail could be made. This try
    is counted already."""
    delivery = parcel.delivery
    try:
        finished = render_mail(parcel)
    except Exception as error:  # noqa: BLE001 - one mail that cannot be made must not stop its neighbours (REL-4)
        if _is_trouble(error):
            count_begun(lease, [delivery.id], by=-1)
        return b"", _failed(delivery, error, delivery.begun + 1)
    if not finished.leaks:
        return finished.mail, None
    places = ", ".join(sorted({f"{leak.kind} in {leak.place}" for leak in finished.leaks}))
    log.error("leak gate: mail held for staff", extra={"delivery": str(delivery.id), "places": places})
    return finished.mail, Result(delivery, Tried.HELD, f"leak gate: {places}")


def _is_trouble(error: Exception) -> bool:
    """Whether the disk or the keys are at fault and not the mail."""
    return isinstance(error, OSError | UnknownMasterKey) and not isinstance(error, FileNotFoundError)


def _failed(delivery: Delivery, error: Exception, tries: int) -> Result:
    """Tried again; put aside after so many tries, if the mail is at fault."""
    log.error("mail could not be rendered", exc_info=error, extra={"delivery": str(delivery.id)})
    outcome = Tried.DEFERRED if _is_trouble(error) or tries < RENDER_TRIES else Tried.HELD
    return Result(delivery, outcome, f"not rendered ({type(error).__name__})")


def _outgoing(delivery: Delivery, mail: bytes, lease: UUID, claimed_at: float) -> Outgoing:
    own = delivery.kind != Delivery.Kind.COPY
    sender = (
        ""
        if own
        else bounce_address(delivery.id, key=installation_key("bounces"), domain=settings.RELAY_DOMAIN)
    )
    return Outgoing(
        delivery=delivery,
        envelope=Envelope(sender=sender, recipient=delivery.recipient, mail=mail),
        lease=lease,
        start_before=claimed_at + settings.LEASE_SECONDS * 0.5,
        deadline=claimed_at + settings.LEASE_SECONDS * 0.8,
    )
