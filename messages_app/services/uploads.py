"""Files that wait in a draft: judged the moment they come, sealed at once (ATT-1 to ATT-3, UX-5)."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import transaction

from messages_app.files.names import clean_name
from messages_app.models import Draft, Upload
from messages_app.policy.limits import MAX_FILES
from messages_app.queries.drafts import Target, UploadView, upload_meta, upload_view
from messages_app.queries.limits import current_limits
from messages_app.services.drafts import locked_draft, new_draft
from messages_app.services.files import judge_file
from messages_app.services.scanner import Scan
from messages_app.services.submission import SubmittedFile
from messages_app.vault.files import delete_file, read_file, write_file
from messages_app.vault.keys import open_key
from messages_app.vault.values import seal_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a file was not taken: a code of the gate's and the data for its sentence."""

    code: str
    data: Mapping[str, object] = field(default_factory=dict)


def add_upload(
    *, target: Target, name: str, content: bytes, size: int, now: datetime
) -> UploadView | Refusal:
    """Takes a file into the draft, which is begun for it where there is none. `size` is what the browser
    sent, of which `content` holds all or, past what a server keeps, nothing. Raises OSError."""
    name = clean_name(name or "file")
    limit = current_limits().max_message_bytes
    if size > limit:
        return Refusal(code="too_large", data=_sizes(size, limit, name, size))
    judged = judge_file(name, content)
    if judged.scan is Scan.INFECTED:
        return Refusal(code="infected", data={"files": [name]})
    if judged.problem or judged.kind is None:
        bad = {"name": name, "problem": judged.problem, "found": judged.found}
        return Refusal(code="file_type", data={"files": [bad]})
    row = Upload(id=uuid.uuid7(), kind=judged.kind, size=size, uploaded_at=now)
    key = os.urandom(32)
    write_file(key, [content], table="upload", row_id=row.id)  # before the lock: it waits for the disk
    try:
        kept = _add(row, target, {"name": name, "key": b64encode(key).decode()}, now)
    except BaseException:
        delete_file(row.id)
        raise
    if isinstance(kept, Refusal):
        delete_file(row.id)
    return kept


@transaction.atomic
def _add(row: Upload, target: Target, meta: dict[str, str], now: datetime) -> UploadView | Refusal:
    draft = locked_draft(target) or new_draft(target, now)
    if refusal := _no_room(draft, meta["name"], row.size):
        return refusal
    last = draft.uploads.order_by("-position").values_list("position", flat=True).first()
    key = open_key(draft.key)
    row.draft = draft
    row.position = 0 if last is None else last + 1
    row.meta_sealed = seal_json(key, meta, table="upload", column="meta_sealed", row_id=row.id)
    row.save(force_insert=True)
    if not draft.has_text:  # its files wait anew
        Draft.objects.filter(pk=draft.pk).update(saved_at=now)
    return upload_view(key, row)


def _no_room(draft: Draft, name: str, size: int) -> Refusal | None:
    """Count and total of the draft's files with this one (ATT-1, ATT-3)."""
    sizes = list(draft.uploads.values_list("size", flat=True))
    limit = current_limits().max_message_bytes
    if len(sizes) >= MAX_FILES:
        return Refusal(code="too_many_files", data={"count": len(sizes) + 1, "limit": MAX_FILES})
    if sum(sizes) + size > limit:
        return Refusal(code="too_large", data=_sizes(sum(sizes) + size, limit, name, size))
    return None


def _sizes(total: int, limit: int, name: str, size: int) -> dict[str, object]:
    return {"size": total, "limit": limit, "files": [{"name": name, "size": size}]}


@transaction.atomic
def remove_upload(*, upload: Upload) -> None:
    """Forgets the file."""
    Upload.objects.filter(pk=upload.pk).delete()
    transaction.on_commit(partial(delete_file, upload.pk))


def submitted_upload(upload: Upload) -> SubmittedFile:
    """Name and bytes, with its draft and key at hand. Raises FileNotFoundError or SealBroken."""
    meta = upload_meta(open_key(upload.draft.key), upload)
    content = read_file(b64decode(meta["key"]), table="upload", row_id=upload.id)
    return SubmittedFile(name=meta["name"], content=b"".join(content))


def submitted_uploads(target: Target, ids: Collection[UUID]) -> tuple[SubmittedFile, ...] | None:
    """Those files of this very draft, in their order, as the gate takes them; None where one of them is not
    there (any more), for a message never goes without a file that its author saw beside it."""
    if not ids:
        return ()
    found = Upload.objects.filter(pk__in=ids, draft__in=target.drafts())
    rows = list(found.select_related("draft__key").order_by("position"))
    if len(rows) < len(set(ids)):
        return None
    try:
        return tuple(map(submitted_upload, rows))
    except FileNotFoundError:  # sent and forgotten by another page at this moment
        return None
