"""What a side has read."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from messages_app.models import MailboxEntry, Message, Thread
from messages_app.policy.facts import Side


def mark_read(*, thread: Thread, side: Side, now: datetime) -> None:
    """Opening a thread reads all of it; each message remembers when it was first read (MAIL-23).

    Writes nothing when there is nothing new, so that looking again costs one look-up.
    """
    unread = MailboxEntry.objects.filter(thread=thread, side=side, unread__gt=0)
    if not unread.exists():
        return
    with transaction.atomic():
        Message.objects.filter(thread=thread, read_at=None, state=Message.State.DELIVERED).exclude(
            author=side
        ).update(read_at=now)
        unread.update(unread=0, changed_at=timezone.now())
