"""Keeps each side's list of threads up to date, in the transaction of the message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from messages_app.models import MailboxEntry, Message, Thread
from messages_app.policy.facts import Door, Side
from messages_app.vault.content import Content
from messages_app.vault.keys import open_key
from messages_app.vault.previews import open_preview, seal_preview

_KEPT_BY_MESSAGES = (
    "last_at", "received_at", "sent_at", "refused_at", "preview_sealed", "has_files", "changed_at",
)  # fmt: skip
_KEPT_BY_DELIVERED = (*_KEPT_BY_MESSAGES, "place", "placed_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A new message for the mailboxes of those who see it."""

    thread: Thread
    message: Message
    seen: Mapping[Side, Content]  # what each side sees of it
    with_files: bool = False
    begun: bool = False  # the thread was made for it: nobody has it in a list


def seen_by(message: Message, *, written: Content, shown: Content) -> Mapping[Side, Content]:
    """What a party's message shows to whom: its author, and the other side once it is delivered."""
    author = Side(message.author)
    return {author: written} | ({author.other: shown} if message.is_delivered else {})


def note_messages(noted: Sequence[Noted]) -> None:
    """Enters new messages, of each thread at most one, into the mailboxes of those who see them."""
    known = _entries_of([one.thread for one in noted if not one.begun])
    entered = [
        (one, _entered(one, side, content, known.get((one.thread.id, side))))
        for one in noted
        for side, content in one.seen.items()
    ]
    new = [entry for _, entry in entered if not entry.pk]
    said = [(one, entry) for one, entry in entered if entry.pk and one.message.is_delivered]
    refused = [entry for one, entry in entered if entry.pk and not one.message.is_delivered]
    MailboxEntry.objects.bulk_create(new)
    # due_at is the clock's alone to write; the place is its side's, until something is said
    _save([entry for _, entry in said], _KEPT_BY_DELIVERED)
    _save(refused, _KEPT_BY_MESSAGES)
    _count_unread([entry for one, entry in said if one.message.author != entry.side])


def note_change(message: Message) -> None:
    """Lets open pages see that a message is another than it was, where the list stays as it is (BOX-11)."""
    sides = list(Side) if message.is_delivered else [Side(message.author)]
    seen = MailboxEntry.objects.filter(thread=message.thread_id, side__in=sides)
    locked = seen.select_for_update().order_by("pk").values_list("pk", flat=True)  # as in _entries_of
    MailboxEntry.objects.filter(pk__in=list(locked)).update(changed_at=timezone.now())


def _entries_of(threads: Sequence[Thread]) -> dict[tuple[UUID, str], MailboxEntry]:
    """Both sides' entries of threads, by thread and side. Locked, lowest id first, as in `services.outcomes`,
    which does not have the pair's lock."""
    if not threads:
        return {}
    found = MailboxEntry.objects.select_for_update().filter(thread__in=threads).order_by("pk")
    return {(entry.thread_id, entry.side): entry for entry in found}


def _entered(one: Noted, side: Side, content: Content, known: MailboxEntry | None) -> MailboxEntry:
    entry = known or _new_entry(one.thread, one.message, side)
    if _is_shown(entry, one.message):
        key = open_key(one.thread.key)
        named = _name(key, known) if known else _subject_by_mail(one.message, content)
        entry.preview_sealed = seal_preview(key, content, thread=one.thread, side=side, named=named)
    entry.has_files = entry.has_files or one.with_files
    _update(entry, one.message, side)
    return entry


def _name(key: bytes, entry: MailboxEntry) -> str:
    """What the mail that began the thread is about, as its entry has it."""
    side = Side(entry.side)
    return open_preview(key, entry.preview_sealed, thread_id=entry.thread_id, side=side)["named"]


def _subject_by_mail(message: Message, content: Content) -> str:
    """Over what is written on a page stand words of ours, which say no more than the topic."""
    return content.subject if message.door == Door.MAIL else ""


def _save(entries: Sequence[MailboxEntry], fields: Sequence[str]) -> None:
    if entries:
        MailboxEntry.objects.bulk_create(
            entries, update_conflicts=True, unique_fields=["thread", "side"], update_fields=fields
        )


def _count_unread(entries: Sequence[MailboxEntry]) -> None:
    """Reading a thread sets the count to zero without the pair's lock: the database counts."""
    if entries:
        MailboxEntry.objects.filter(pk__in=[entry.pk for entry in entries]).update(unread=F("unread") + 1)


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
    entry.changed_at = timezone.now()
    if message.is_delivered:  # what was archived or deleted comes back (BOX-5)
        entry.place, entry.placed_at = MailboxEntry.Place.INBOX, None
    if message.author != side:
        entry.received_at = max(entry.received_at or at, at)
        if not entry.pk:
            entry.unread = 1  # of one that is known the database counts
    elif message.is_delivered:
        entry.sent_at = max(entry.sent_at or at, at)
    else:
        entry.refused_at = max(entry.refused_at or at, at)
