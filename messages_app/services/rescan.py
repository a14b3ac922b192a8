"""Files that the virus scanner could not check when they came are checked before anybody gets them."""

from __future__ import annotations

from uuid import UUID

from messages_app.models import Attachment, Message
from messages_app.policy.verdict import Finding, Severity
from messages_app.queries.threads import file_key, file_meta
from messages_app.services.infected import forget_file
from messages_app.services.scanner import Scan, scan
from messages_app.vault.files import read_file
from messages_app.vault.keys import open_key

UNSCANNED = "unscanned"


def objection_of_scanner(message_id: UUID) -> Finding | None:
    """What stops a held message whose files waited for the scanner: it finds something now, or still says
    nothing. None where it vouches for all of them, or had done so at once. Of what is infected the bytes go.
    Asks a server: before any lock."""
    message = Message.objects.select_related("thread__key").get(pk=message_id)
    if not any(UNSCANNED in decision.codes for decision in message.decisions.all()):
        return None
    key = open_key(message.thread.key)
    found: dict[Scan, list[str]] = {}
    for file in message.attachments.order_by("position"):
        found.setdefault(_scanned(key, file), []).append(file_meta(key, file)["name"])
    if Scan.INFECTED in found:
        return Finding(code="infected", severity=Severity.BLOCK, data={"files": found[Scan.INFECTED]})
    if Scan.UNKNOWN in found:
        return Finding(code=UNSCANNED, severity=Severity.HOLD, data={"files": found[Scan.UNKNOWN]})
    return None


def _scanned(key: bytes, file: Attachment) -> Scan:
    """Of what waits for a decision only infected files are gone."""
    if not file.stored:
        return Scan.INFECTED
    content = _as_it_came(key, file)
    scanned = scan(content)
    if scanned is Scan.INFECTED:
        forget_file(key, file, content)
    return scanned


def _as_it_came(key: bytes, file: Attachment) -> bytes:
    column = "file" if file.original_size is None else "original"
    return b"".join(read_file(file_key(key, file), table="attachment", row_id=file.id, column=column))
