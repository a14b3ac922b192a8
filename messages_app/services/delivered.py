"""What delivered messages set off, at once or when a moderator releases them (POL-7, RSP-2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from accounts.models import Pair
from messages_app.models import DailyUsage, Message, Thread
from messages_app.policy.facts import Side
from messages_app.services.clock import run_clocks
from messages_app.services.tell import queue_copies


def note_first_words(thread: Thread, message: Message) -> bool:
    """Whether these are the first delivered words of their side in the thread; it knows of them then, and
    waits to be saved."""
    field = "buyer_wrote_at" if message.author == Side.BUYER else "seller_wrote_at"
    if getattr(thread, field) is not None:
        return False
    setattr(thread, field, message.counted_at)
    return True


def save_first_words(threads: Sequence[Thread]) -> None:
    """Saves what `note_first_words` noted."""
    if threads:
        Thread.objects.bulk_update(threads, ["buyer_wrote_at", "seller_wrote_at"])


def follow_deliveries(
    delivered: Sequence[tuple[Message, Thread, Pair]], usages: Collection[DailyUsage]
) -> None:
    """Cap, clock, mail to the other side. The messages are saved, the pairs and the counters locked; the
    counters are raised already."""
    if not delivered:
        return
    DailyUsage.objects.bulk_update(usages, ["used"])
    run_clocks([(thread, message) for message, thread, _ in delivered])
    queue_copies(delivered)
