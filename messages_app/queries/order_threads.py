"""What was said about orders, as one side's mailbox has it (ORD-2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import Pair
from accounts.roles import Role
from messages_app.models import MailboxEntry, Message, Thread
from messages_app.policy.facts import Side
from messages_app.queries.inbox import entries_of
from messages_app.vault.keys import open_key
from messages_app.vault.previews import open_preview
from orders.models import Order

MOST = 50  # threads of one order that its page lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """The conversations about an order in short. `thread_id` is the one to open: the soonest due one, else
    the one with the latest message."""

    threads: int
    thread_id: UUID
    due_at: datetime | None
    unread: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderThread:
    """One conversation about an order, as the order's page lists it."""

    id: UUID
    topic: str
    text: str  # the first words of its last message
    language: str  # of these words where the other side may have written them, for `lang`
    at: datetime
    due_at: datetime | None
    unread: bool
    refused: str  # where nothing of it was delivered, the state of its last message: "held" or "blocked"
    system: bool


def talks_about(role: Role, orders: Sequence[Order]) -> dict[int, Talk]:
    """What was said about these orders, by order; what nobody wrote about is missing. One statement."""
    by_order: defaultdict[int, list[MailboxEntry]] = defaultdict(list)
    entries = _entries(role).filter(
        thread__order__in=[order.pk for order in orders], thread__kind=Thread.Kind.CONVERSATION
    )
    for entry in entries.select_related("thread").defer("preview_sealed"):
        if entry.thread.order_id is not None:
            by_order[entry.thread.order_id].append(entry)
    return {order: _talk(found) for order, found in by_order.items()}


def _talk(entries: list[MailboxEntry]) -> Talk:
    due = [entry for entry in entries if entry.due_at]
    first = min(due, key=_due_at) if due else max(entries, key=lambda entry: entry.last_at)
    return Talk(
        threads=len(entries),
        thread_id=first.thread_id,
        due_at=first.due_at,
        unread=any(entry.unread for entry in entries),
    )


def _due_at(entry: MailboxEntry) -> datetime:
    return entry.due_at or entry.last_at


def threads_about(role: Role, order: Order) -> list[OrderThread]:
    """The threads of the order in the role's mailbox, the latest first, at most 50. One statement."""
    refused = Message.objects.filter(thread=OuterRef("thread"), author=role.side).order_by(
        "-accepted_at", "-id"
    )
    entries = (
        _entries(role)
        .filter(thread__order=order)
        .select_related("thread__key", "thread__buyer__user")
        .annotate(last_state=Subquery(refused.values("state")[:1]))
    )
    return [_listed(role, entry) for entry in entries.order_by("-last_at", "-thread_id")[:MOST]]


def _listed(role: Role, entry: MailboxEntry) -> OrderThread:
    thread, side = entry.thread, Side(role.side)
    preview = open_preview(open_key(thread.key), entry.preview_sealed, thread_id=thread.id, side=side)
    return OrderThread(
        id=thread.id,
        topic=thread.topic,
        text=preview["text"],
        language=thread.buyer.user.language if side is Side.SELLER and entry.received_at else "",
        at=entry.last_at,
        due_at=entry.due_at,
        unread=entry.unread > 0,
        refused="" if entry.received_at or entry.sent_at else _last_state(entry),
        system=thread.kind == Thread.Kind.SYSTEM,
    )


def _last_state(entry: Any) -> str:
    """What became of the side's own last message, as `threads_about` read it."""
    return entry.last_state or ""


def thread_continued(pair: Pair | None, order: Order) -> MailboxEntry | None:
    """The thread in which a buyer who writes about the order writes on, in their mailbox (BOX-1): the one
    that `services.threads.threads_of` chooses."""
    if pair is None:
        return None
    entries = MailboxEntry.objects.filter(side=Side.BUYER, thread__pair=pair, thread__order=order)
    return entries.order_by("-thread__created_at", "-thread_id").first()


def _entries(role: Role) -> QuerySet[MailboxEntry]:
    """What the role has not thrown away."""
    return entries_of(role).exclude(place=MailboxEntry.Place.DELETED)
