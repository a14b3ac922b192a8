"""Files of the store that no row names: a process was killed after the file and before its row (MAIL-3)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Min

from messages_app.models import Attachment, Delivery, RawMail, SealingKey, Upload
from messages_app.vault.files import delete_file, delete_half, some_older_files

KEPT_FOR = timedelta(days=1)  # far longer than any file waits for its row
LOOKED_AT = 500  # files of one round


def remove_orphans(now: datetime) -> int:
    """Removes what is found in one folder of the store; how many files."""
    files = some_older_files(now - KEPT_FOR, most=LOOKED_AT)
    halves = [file for file in files if not file.whole]
    orphans = _without_row([file.row_id for file in files if file.whole])
    for half in halves:
        delete_half(half.row_id, half.column)
    for row_id in orphans:
        delete_file(row_id)
    return len(halves) + len(orphans)


def _without_row(row_ids: Collection[UUID]) -> set[UUID]:
    """Those that nothing names; without what is older than this database: another one may name that."""
    if not row_ids:
        return set()
    begun = SealingKey.objects.aggregate(at=Min("created_at"))["at"]
    named = {
        *RawMail.objects.filter(pk__in=row_ids).values_list("pk", flat=True),
        *Attachment.objects.filter(pk__in=row_ids).values_list("pk", flat=True),
        *Upload.objects.filter(pk__in=row_ids).values_list("pk", flat=True),
        *Delivery.objects.filter(pk__in=row_ids, rendered_size__gt=0).values_list("pk", flat=True),
    }
    return {row_id for row_id in row_ids if row_id not in named and begun and _made_at(row_id) >= begun}


def _made_at(row_id: UUID) -> datetime:
    """The moment in an id of version 7 (RFC 9562)."""
    return datetime.fromtimestamp((row_id.int >> 80) / 1000, UTC)
