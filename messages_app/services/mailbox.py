"""Keeps each side's list of threads up to date, in the transaction of the message."""

from __future__ import annotations

from messages_app.models import MailboxEntry, Message, Thread
from messages_app.policy.facts import Side
from messages_app.vault.content import Content
from messages_app.vault.keys import open_key
from messages_app.vault.values import open_json, seal_json

PREVIEW_SUBJECT = 120  # characters
PREVIEW_TEXT = 200
_KEPT_BY_MESSAGES = ("last_at", "received_at", "sent_at", "refused_at", "unread", "preview_sealed")


def seal_preview(key: bytes, content: Content, *, thread: Thread, side: Side) -> bytes:
    """The first words of a message for one side's list, bound to that side's row of that thread."""
    words = " ".join(content.new_text[: 4 * PREVIEW_TEXT].split())
    value = {"subject": content.subject[:PREVIEW_SUBJECT], "text": words[:PREVIEW_TEXT]}
    return seal_json(key, value, table="mailboxentry", column=f"preview_{side}", row_id=thread.id)


def open_preview(key: bytes, entry: MailboxEntry) -> dict[str, str]:
    """{"subject", "text"} of the entry's last message."""
    value: dict[str, str] = open_json(
        key, entry.preview_sealed, table="mailboxentry", column=f"preview_{entry.side}", row_id=entry.thread_id
    )
    return value


def note_message(thread: Thread, message: Message, *, written: Content, shown: Content) -> None:
    """Enters a new message into the mailboxes of those who see it: its author, and the other side
    once it is delivered. An automatic line moves nothing up and counts as nothing unread."""
    author = Side(message.author)
    _enter(thread, message, side=author, content=written)
    if message.is_delivered:
        _enter(thread, message, side=author.other, content=shown)


def note_system_message(thread: Thread, message: Message, content: Content) -> None:
    """Enters a message of the marketplace's own into the buyer's mailbox (ORD-6)."""
    _enter(thread, message, side=Side.BUYER, content=content)


def _enter(thread: Thread, message: Message, *, side: Side, content: Content) -> None:
    entry = MailboxEntry.objects.filter(thread=thread, side=side).first() or _new_entry(thread, message, side)
    _update(entry, message, side)
    entry.preview_sealed = seal_preview(open_key(thread.key), content, thread=thread, side=side)
    # due_at is the clock's alone to write.
    entry.save(update_fields=None if entry._state.adding else _KEPT_BY_MESSAGES)


def _new_entry(thread: Thread, message: Message, side: Side) -> MailboxEntry:
    entry = MailboxEntry(thread=thread, side=side, last_at=message.accepted_at)
    if side is Side.SELLER:
        entry.seller_id = thread.seller_id
    else:
        entry.buyer_id = thread.buyer_id
    return entry


def _update(entry: MailboxEntry, message: Message, side: Side) -> None:
    at = message.counted_at
    entry.last_at = max(entry.last_at, at)
    if message.author != side:
        entry.received_at = at
        entry.unread += not message.automatic
    elif message.is_delivered:
        entry.sent_at = at
    else:
        entry.refused_at = at
