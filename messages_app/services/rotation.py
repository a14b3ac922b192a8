"""Rotation of the master key: keys are wrapped anew, no content is touched (PRV-1)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from messages_app.models import SealingKey
from messages_app.sealing.keys import needs_rewrap
from messages_app.sealing.seal import SealBroken
from messages_app.vault.keys import master_keys, rewrapped

BATCH = 500


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation came to. `lost` keys open with no master key that is listed."""

    rewrapped: int
    fresh: int
    lost: tuple[UUID, ...]


def rotate_keys() -> Rotated:
    """Wraps every data key by the newest master key, in batches, while the product runs.

    Can be stopped and run again at any time; what is wrapped by the newest key is left alone.
    """
    rewrapped_keys, fresh, lost = 0, 0, list[UUID]()
    last: UUID | None = None
    while batch := list(_after(last)):
        for row in batch:
            outcome = _rotate(row)
            rewrapped_keys += outcome is True
            fresh += outcome is False
            if outcome is None:
                lost.append(row.id)
        last = batch[-1].id
    return Rotated(rewrapped_keys, fresh, tuple(lost))


def _after(last: UUID | None) -> QuerySet[SealingKey]:
    rows = SealingKey.objects.filter(destroyed_at=None).order_by("id")
    return (rows if last is None else rows.filter(id__gt=last))[:BATCH]


def _rotate(row: SealingKey) -> bool | None:
    """True: wrapped anew; False: nothing to do; None: no listed master key opens it."""
    wrapped = bytes(row.wrapped)
    try:
        if not needs_rewrap(master_keys(), wrapped):
            return False
        fresh = rewrapped(row)
    except SealBroken:
        return None
    # Only what was read: a key that somebody destroyed meanwhile stays destroyed.
    return bool(SealingKey.objects.filter(pk=row.pk, wrapped=wrapped).update(wrapped=fresh))
