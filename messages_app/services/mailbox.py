"""Keeps each side's list of threads up to date, in the transaction of the message."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import F

from messages_app.models import MailboxEntry, Message, Thread
from messages_app.policy.facts import Side
from messages_app.vault.content import Content
from messages_app.vault.keys import open_key
from messages_app.vault.previews import seal_preview

_KEPT_BY_MESSAGES = ("last_at", "received_at", "sent_at", "refused_at", "unread", "preview_sealed")


def note_message(thread: Thread, message: Message, *, written: Content, shown: Content, begun: bool) -> None:
    """Enters a new message into the mailboxes of those who see it: its author, and the other side
    once it is delivered. `begun`: the thread was made for it."""
    author = Side(message.author)
    seen = {author: written} | ({author.other: shown} if message.is_delivered else {})
    _enter(thread, message, seen, begun=begun)


def note_system_message(thread: Thread, message: Message, content: Content) -> None:
    """Enters a message of the marketplace's own into the buyer's mailbox (ORD-6)."""
    _enter(thread, message, {Side.BUYER: content}, begun=False)


def _enter(thread: Thread, message: Message, seen: Mapping[Side, Content], *, begun: bool) -> None:
    """`seen` is what each side sees of the message."""
    known = {} if begun else {entry.side: entry for entry in MailboxEntry.objects.filter(thread=thread)}
    new: list[MailboxEntry] = []
    for side, content in seen.items():
        entry = known.get(side) or _new_entry(thread, message, side)
        if _is_shown(entry, message):
            entry.preview_sealed = seal_preview(open_key(thread.key), content, thread=thread, side=side)
        _update(entry, message, side)
        if entry.pk:
            entry.save(update_fields=_KEPT_BY_MESSAGES)  # due_at is the clock's alone to write
        else:
            new.append(entry)
    MailboxEntry.objects.bulk_create(new)


def _is_shown(entry: MailboxEntry, message: Message) -> bool:
    """Whether the list shows these words from now on. What was worked off late does not replace what came
    after; what was refused replaces nothing that was said, for that is what waits for an answer."""
    said = [at for at in (entry.received_at, entry.sent_at) if at]
    if message.is_delivered:
        return all(message.counted_at >= at for at in said)
    return not said and (entry.refused_at is None or message.counted_at >= entry.refused_at)


def _new_entry(thread: Thread, message: Message, side: Side) -> MailboxEntry:
    entry = MailboxEntry(thread=thread, side=side, last_at=message.counted_at)
    if side is Side.SELLER:
        entry.seller_id = thread.seller_id
    else:
        entry.buyer_id = thread.buyer_id
    return entry


def _update(entry: MailboxEntry, message: Message, side: Side) -> None:
    at = message.counted_at
    entry.last_at = max(entry.last_at, at)
    if message.author != side:
        entry.received_at = max(entry.received_at or at, at)
        # Reading a thread sets this to zero without the pair's lock: the database counts.
        entry.unread = F("unread") + 1 if entry.pk else 1
    elif message.is_delivered:
        entry.sent_at = max(entry.sent_at or at, at)
    else:
        entry.refused_at = max(entry.refused_at or at, at)
