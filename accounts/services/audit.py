"""The audit chain: who did what, when, and why, in records that cannot be changed unseen (SEC-7)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from accounts.models import AuditHead, AuditRecord, Buyer, Seller, User
from accounts.models.audit import ACTIONS, KINDS

_HEAD = 1  # the key of the one row
_AT_ONCE = 2000  # records that a verification holds in memory


class Broken(StrEnum):
    """What can be wrong with the chain."""

    CHANGED = "changed"  # the record does not say any more what it was written with
    MISSING = "missing"  # there is none of that number
    MOVED = "moved"  # it does not follow the one before it
    CUT = "cut"  # the chain went further than its last record


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the chain, and the number of the record where it shows."""

    number: int
    what: Broken


@dataclass(frozen=True, slots=True)
class Verified:
    """How many records were read, their faults in order, and the digest of the last one."""

    records: int
    faults: tuple[Fault, ...]
    head: str


@transaction.atomic
def record_audit(
    *,
    actor: User | None,
    action: str,
    kind: str = "",
    object_id: object = "",
    seller: Seller | None = None,
    buyer: Buyer | None = None,
    reason: str = "",
    details: Mapping[str, object] | None = None,
    at: datetime | None = None,
) -> AuditRecord:
    """Adds a record at the end of the chain. Call it last in the transaction of what it tells: it locks the
    chain until that ends. `actor` None: a command, not a person. ValueError: an action or kind that
    `accounts.models.audit` does not list."""
    if action not in ACTIONS or (kind and kind not in KINDS):
        raise ValueError(f"an audit record of no known kind: {action} {kind}")
    head = _locked_head()
    record = AuditRecord(
        number=head.number + 1,
        at=at or timezone.now(),
        actor=actor,
        action=action,
        kind=kind,
        object_id=str(object_id),
        seller=seller,
        buyer=buyer,
        reason=reason,
        details=dict(details or {}),
        previous=head.digest,
    )
    record.digest = digest_of(record)
    record.save(force_insert=True)
    AuditHead.objects.filter(pk=_HEAD).update(number=record.number, digest=record.digest)
    return record


def _locked_head() -> AuditHead:
    """Where the chain ends. Without a head over existing records nothing is added, for what was cut off would
    never show: IntegrityError, of the number that is taken."""
    rows = AuditHead.objects.select_for_update().filter(pk=_HEAD)
    head = rows.first()
    if head is None:
        AuditHead.objects.bulk_create([AuditHead(pk=_HEAD)], ignore_conflicts=True)
        head = rows.get()
    return head


def digest_of(record: AuditRecord) -> str:
    """SHA-256 over everything the record says and the digest before it, in hexadecimal. Its number is left
    out: that a record was moved is for the chain to tell."""
    told = [
        record.at.astimezone(UTC).isoformat(timespec="microseconds"),
        record.actor_id,
        record.action,
        record.kind,
        record.object_id,
        record.seller_id,
        record.buyer_id,
        record.reason,
        record.details,
        record.previous,
    ]
    return sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def verify_audit() -> Verified:
    """Reads the whole chain and names what is wrong with it; records that are added meanwhile do no harm."""
    kept = AuditHead.objects.filter(pk=_HEAD).first()
    head = kept or AuditHead()
    count, last, digest = 0, 0, ""
    faults: list[Fault] = []
    for record in AuditRecord.objects.order_by("number").iterator(chunk_size=_AT_ONCE):
        faults += _faults(record, last, digest, head)
        count, last, digest = count + 1, record.number, record.digest
    faults += [Fault(number, Broken.CUT) for number in range(last + 1, head.number + 1)]
    if count and kept is None:  # where it ended is not known any more
        faults.append(Fault(last + 1, Broken.CUT))
    return Verified(records=count, faults=tuple(faults), head=digest)


def _faults(record: AuditRecord, last: int, digest: str, head: AuditHead) -> Iterator[Fault]:
    """What is wrong with a record that follows number `last` with that digest. Of the one that the head ends
    at, the head alone tells whether it was written anew together with its digest."""
    for number in range(last + 1, record.number):
        yield Fault(number, Broken.MISSING)
    written = head.digest if record.number == head.number else record.digest
    if not digest_of(record) == record.digest == written:
        yield Fault(record.number, Broken.CHANGED)
    if record.number == last + 1 and record.previous != digest:
        yield Fault(record.number, Broken.MOVED)
