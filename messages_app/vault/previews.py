"""The first words of a thread's last message, as each side's list shows them."""

from __future__ import annotations

from messages_app.models import MailboxEntry, Thread
from messages_app.policy.facts import Side
from messages_app.vault.content import Content
from messages_app.vault.values import open_json, seal_json

SUBJECT_LENGTH = 120  # characters
TEXT_LENGTH = 200


def seal_preview(key: bytes, content: Content, *, thread: Thread, side: Side) -> bytes:
    """Sealed for that side's entry of that thread."""
    words = " ".join(content.new_text[: 4 * TEXT_LENGTH].split())
    value = {"subject": content.subject[:SUBJECT_LENGTH], "text": words[:TEXT_LENGTH]}
    return seal_json(key, value, table="mailboxentry", column=f"preview_{side}", row_id=thread.id)


def open_preview(key: bytes, entry: MailboxEntry) -> dict[str, str]:
    """{"subject", "text"} of the entry's last message."""
    column = f"preview_{entry.side}"
    value: dict[str, str] = open_json(
        key, entry.preview_sealed, table="mailboxentry", column=column, row_id=entry.thread_id
    )
    return value
