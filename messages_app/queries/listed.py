"""The lines of a list of threads: read as plain values, for a page of fifty needs no rows of six tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from accounts.roles import Role
from messages_app.models import Message, Thread
from messages_app.policy.facts import Door, Side
from messages_app.queries.mailbox_views import View
from messages_app.vault.content import written_content
from messages_app.vault.keys import open_wrapped
from messages_app.vault.previews import open_preview, preview_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadRow:
    """One line of the list. Names are what this side may see (ACC-9)."""

    id: UUID
    who: str
    language: str  # of the other side's words, for `lang`
    topic: str
    order_number: str
    subject: str
    named: str  # what the mail that began the thread is about; empty for one that a page began
    text: str
    at: datetime
    due_at: datetime | None
    unread: bool
    refused: bool  # text and subject are those of a held or blocked message of one's own
    held: bool  # of a held one
    system: bool
    has_files: bool
    place: str  # of MailboxEntry.Place


class Listed(NamedTuple):
    """What a line needs of a mailbox entry, in the order of `LISTED`."""

    thread_id: UUID
    last_at: datetime
    received_at: datetime | None
    sent_at: datetime | None
    refused_at: datetime | None
    placed_at: datetime | None
    due_at: datetime | None
    unread: int
    has_files: bool
    place: str
    preview_sealed: bytes | memoryview
    topic: str
    kind: str
    key_id: UUID
    wrapped: bytes | memoryview
    order_number: str | None
    buyer_name: str
    buyer_language: str
    seller_name: str | None


LISTED = (
    "thread_id",
    "last_at",
    "received_at",
    "sent_at",
    "refused_at",
    "placed_at",
    "due_at",
    "unread",
    "has_files",
    "place",
    "preview_sealed",
    "thread__topic",
    "thread__kind",
    "thread__key_id",
    "thread__key__wrapped",
    "thread__order__number",
    "thread__buyer__display_name",
    "thread__buyer__user__language",
    "thread__seller__trade_name",
)


def listed(values: Iterable[Iterable[object]]) -> list[Listed]:
    """What `values_list(*LISTED)` reads of a side's entries."""
    return [Listed._make(one) for one in values]


def thread_rows(role: Role, view: View, entries: Sequence[Listed]) -> tuple[ThreadRow, ...]:
    """The lines of these entries of the role's; one statement, or none."""
    refused = _refused_messages(role, view, entries)
    side = Side(role.side)
    return tuple(_row(entry, side, view, refused.get(entry.thread_id)) for entry in entries)


def _refused_messages(role: Role, view: View, entries: Sequence[Listed]) -> dict[UUID, Message]:
    """What the gate refused last of the role's own, by thread, for the rows that show it: all of a view of
    such threads; elsewhere where nothing else is in the thread, for what waits for an answer is the other
    side's word. One statement, or none."""
    latest = {
        entry.thread_id: entry.refused_at
        for entry in entries
        if entry.refused_at and (view.lists_refused or not (entry.received_at or entry.sent_at))
    }
    if not latest:
        return {}
    found = Message.objects.filter(
        thread_id__in=latest, author=role.side, accepted_at__in=set(latest.values())
    ).exclude(state=Message.State.DELIVERED)
    return {
        message.thread_id: message for message in found if message.accepted_at == latest[message.thread_id]
    }


def _row(entry: Listed, side: Side, view: View, refused: Message | None) -> ThreadRow:
    selling = side is Side.SELLER
    key = open_wrapped(entry.key_id, entry.wrapped)
    if refused:
        written = written_content(key, refused)
        preview = preview_of(written, written.subject if refused.door == Door.MAIL else "")
    else:
        preview = open_preview(key, entry.preview_sealed, thread_id=entry.thread_id, side=side)
    at: datetime = entry.last_at if view.soonest_first else getattr(entry, view.by)
    return ThreadRow(
        id=entry.thread_id,
        who=entry.buyer_name if selling else entry.seller_name or "",
        language=entry.buyer_language if selling and not refused else "",
        topic=entry.topic,
        order_number=entry.order_number or "",
        subject=preview["subject"],
        named=preview["named"],
        text=preview["text"],
        at=at,
        due_at=entry.due_at,
        unread=entry.unread > 0,
        refused=refused is not None,
        held=refused is not None and refused.is_held,
        system=entry.kind == Thread.Kind.SYSTEM,
        has_files=entry.has_files,
        place=entry.place,
    )
