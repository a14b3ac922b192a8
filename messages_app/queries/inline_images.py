"""The images within a message's HTML, for the frame that shows it (MAIL-18)."""

from __future__ import annotations

import re
from base64 import b64encode
from uuid import UUID

from messages_app.models import Attachment, Message
from messages_app.queries.threads import file_key
from messages_app.sealing.seal import SealBroken
from messages_app.vault.files import read_file

MOST_BYTES = 4_000_000  # of all images together; the rest is only in the list of files
_IMAGES = ("jpeg", "gif", "png")
_SOURCE = re.compile(r'(?<=src=")cid:([0-9a-f]{32})(?=")')


def with_inline_images(html: str, message: Message, key: bytes) -> str:
    """The sanitised HTML with its own images in it: the frame is sandboxed and may load nothing. `key` is the
    thread's. One statement, where there are images."""
    wanted = {UUID(found) for found in _SOURCE.findall(html)}
    if not wanted:
        return html
    shown = {file.id.hex: _data_url(file, key) for file in _within(message, wanted)}
    return _SOURCE.sub(lambda found: shown.get(found[1], found[0]), html)


def _within(message: Message, wanted: set[UUID]) -> list[Attachment]:
    found: list[Attachment] = []
    room = MOST_BYTES
    for file in message.attachments.filter(pk__in=wanted, kind__in=_IMAGES).order_by("position"):
        if file.size <= room:
            found.append(file)
            room -= file.size
    return found


def _data_url(file: Attachment, key: bytes) -> str:
    """Empty where the bytes cannot be read: the rest of the mail can."""
    try:
        content = b"".join(read_file(file_key(key, file), table="attachment", row_id=file.id))
    except (OSError, SealBroken):
        return ""
    return f"data:image/{file.kind};base64,{b64encode(content).decode()}"
