"""The first words of a thread's last message, as each side's list shows them."""

from __future__ import annotations

from uuid import UUID

from messages_app.models import Thread
from messages_app.policy.facts import Side
from messages_app.vault.content import Content
from messages_app.vault.values import open_json, seal_json

SUBJECT_LENGTH = 120  # characters
TEXT_LENGTH = 200
_WRAPPED = 55  # characters: mail programs break lines at 72 or so
_ENDS = frozenset(".,;:!?…)]}»”\"'-–—。！？")


def seal_preview(key: bytes, content: Content, *, thread: Thread, side: Side, named: str = "") -> bytes:
    """Sealed for that side's entry of that thread; `named` as in `preview_of`."""
    value, column = preview_of(content, named), f"preview_{side}"
    return seal_json(key, value, table="mailboxentry", column=column, row_id=thread.id)


def preview_of(content: Content, named: str = "") -> dict[str, str]:
    """{"subject", "text", "named"}: its first words, in one line, and the subject of the mail that began the
    thread, if one did."""
    words = _in_one_line(content.new_text[: 4 * TEXT_LENGTH])
    return {
        "subject": content.subject[:SUBJECT_LENGTH],
        "text": words[:TEXT_LENGTH],
        "named": " ".join(named[:SUBJECT_LENGTH].split()),
    }


def _in_one_line(text: str) -> str:
    """The lines one after the other. A short one that no punctuation ends is told apart from the next; a long
    one was wrapped by a mail program."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    lines = [line for line in lines if line]
    ends = [" " if line[-1] in _ENDS or len(line) >= _WRAPPED else " · " for line in lines[:-1]]
    return "".join(word for pair in zip(lines, [*ends, ""], strict=False) for word in pair)


def open_preview(key: bytes, sealed: bytes | memoryview, *, thread_id: UUID, side: Side) -> dict[str, str]:
    """{"subject", "text", "named"} of the last message in that side's entry of that thread."""
    value: dict[str, str] = open_json(
        key, sealed, table="mailboxentry", column=f"preview_{side}", row_id=thread_id
    )
    return {"named": "", **value}  # entries of before do not have it
