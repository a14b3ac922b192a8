"""What a message says, as one sealed value."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from uuid import UUID

from messages_app.models import Message
from messages_app.vault.values import open_json, seal_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Subject and bodies of a message. `text` is whole; `new` are the half-open spans of it that
    the author wrote now, the rest is quoted (MAIL-13)."""

    subject: str = ""
    text: str = ""
    html: str = ""  # sanitised
    new: tuple[tuple[int, int], ...] = ()
    left_out: tuple[str, ...] = ()  # codes of mail.parsed.LeftOut
    covers: tuple[str, ...] = ()  # first and last day of a warranty, ISO dates (RSN-1)
    foreign_id: str = ""  # the Message-ID it came with: its author's program knows it by that

    @property
    def new_text(self) -> str:
        return "".join(self.text[start:end] for start, end in self.new).strip("\n")

    @property
    def quoted_text(self) -> str:
        """What stands around the new text, in order."""
        cuts = [0, *(edge for span in self.new for edge in span), len(self.text)]
        pairs = zip(cuts[::2], cuts[1::2], strict=True)
        return "".join(self.text[start:end] for start, end in pairs).strip("\n")


def seal_content(key: bytes, content: Content, *, column: str, message_id: UUID) -> bytes:
    """Sealed for `content_sealed` or `shown_sealed` of that message."""
    return seal_json(key, asdict(content), table="message", column=column, row_id=message_id)


def _open(key: bytes, sealed: bytes | memoryview, column: str, message_id: UUID) -> Content:
    value = open_json(key, sealed, table="message", column=column, row_id=message_id)
    spans = tuple((start, end) for start, end in value.pop("new"))
    lists = {"new": spans, "left_out": tuple(value["left_out"]), "covers": tuple(value.get("covers", ()))}
    return Content(**{**value, **lists})


def written_content(key: bytes, message: Message) -> Content:
    """As its author wrote it."""
    return _open(key, message.content_sealed, "content_sealed", message.id)


def shown_content(key: bytes, message: Message) -> Content:
    """As the other side gets it: masked where the gate masked (POL-2)."""
    if message.shown_sealed is None:
        return written_content(key, message)
    return _open(key, message.shown_sealed, "shown_sealed", message.id)
