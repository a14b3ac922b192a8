"""Search follows a buyer who goes by another display name (BOX-6).

A trade name is given once; whoever changes one in the database runs `build_search --all`.
"""

from __future__ import annotations

from datetime import datetime
from heapq import nlargest
from uuid import UUID

from accounts.models import AccountEvent
from messages_app.models import Message
from messages_app.services.search_build import build_anew

AT_ONCE = 50  # messages of a step


def index_renamed(event_id: UUID, now: datetime) -> bool:
    """Makes a step's messages of the renamed buyer findable by the name as it is now, newest first, for both
    sides; the event keeps how far that is, and is taken with the last of them. False: it was taken already.
    Two workers at the same step write the same."""
    event = AccountEvent.objects.filter(pk=event_id, taken_at=None).first()
    if event is None or event.user_id is None:
        return False
    ids = _next_of(event.user_id, event.reached)
    build_anew(ids)
    done = {"taken_at": now} if len(ids) < AT_ONCE else {"reached": ids[-1]}
    AccountEvent.objects.filter(pk=event_id).update(**done)
    return True


def _next_of(user_id: int, reached: UUID | None) -> list[UUID]:
    """Sorted here: asked for an order and a limit, a database may walk through everybody's messages."""
    messages = Message.objects.filter(thread__buyer__user=user_id)
    if reached is not None:
        messages = messages.filter(pk__lt=reached)
    return nlargest(AT_ONCE, messages.values_list("pk", flat=True))
