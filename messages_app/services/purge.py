"""Files of messages that nobody got are kept for staff, and not for ever (ATT-2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from messages_app.models import Attachment, Message
from messages_app.vault.files import delete_file

UNDELIVERED_KEPT = timedelta(days=30)  # from the moment the message was blocked, its own moment included
_HELD_AGAIN = timedelta(days=1)  # a moderator has not decided yet
_AT_ONCE = 200


def purge_files(now: datetime) -> int:
    """Removes the bytes of files of blocked messages whose time is over; how many files. What was released
    meanwhile stays, what is still held is looked at again."""
    due = Attachment.objects.filter(purge_at__lt=now).order_by("purge_at")
    rows = list(due.values_list("pk", "message__state")[:_AT_ONCE])
    by_state: dict[str, list[UUID]] = {}
    for row_id, state in rows:
        by_state.setdefault(state, []).append(row_id)
    held = by_state.get(Message.State.HELD, [])
    Attachment.objects.filter(pk__in=held).update(purge_at=now + _HELD_AGAIN)
    Attachment.objects.filter(pk__in=by_state.get(Message.State.DELIVERED, [])).update(purge_at=None)
    blocked = [row_id for row_id, state in rows if state == Message.State.BLOCKED]
    for row_id in blocked:
        delete_file(row_id)  # before the row says so: a crash in between removes nothing twice
    Attachment.objects.filter(pk__in=blocked).update(purge_at=None, stored=False)
    return len(blocked)
