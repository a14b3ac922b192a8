"""Where a thread lies in one side's mailbox: inbox, archive, or deleted and restorable (BOX-5)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.roles import Role
from messages_app.models import MailboxEntry
from messages_app.queries.inbox import RESTORABLE, entries_of

Place = MailboxEntry.Place


def place_threads(*, role: Role, thread_ids: Collection[UUID], place: Place, now: datetime) -> int:
    """Moves threads of the role's own mailbox; the other side's and the record stay as they are (BOX-5,
    MOD-5).

    Returns how many moved. What is not in this mailbox, lies there already, or was deleted more than 30
    days ago stays where it is. The caller asks for `can_organise` (ACC-3).
    """
    gone = Q(place=Place.DELETED, placed_at__lt=now - RESTORABLE)
    return (
        entries_of(role)
        .filter(thread_id__in=thread_ids)
        .exclude(Q(place=place) | gone)
        .update(
            place=place,
            placed_at=None if place == Place.INBOX else now,
            changed_at=timezone.now(),
        )
    )
