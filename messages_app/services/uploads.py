"""Files that wait in a draft: judged the moment they come, sealed at once (ATT-1 to ATT-3, UX-5)."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import transaction

from messages_app.files.names import clean_name
from messages_app.models import Draft, Upload
from messages_app.policy.checks_files import refusal_of
from messages_app.policy.facts import FileFacts
from messages_app.policy.verdict import Finding
from messages_app.queries.drafts import Target, UploadView, upload_meta, upload_view
from messages_app.queries.limits import current_limits
from messages_app.services.drafts import locked_draft, new_draft
from messages_app.services.files import file_facts, judge_file
from messages_app.services.submission import SubmittedFile
from messages_app.vault.files import delete_file, read_file, write_file
from messages_app.vault.keys import open_key
from messages_app.vault.values import seal_json


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """The files of a draft, as the gate's checks look at those of a message."""

    files: tuple[FileFacts, ...]

    @property
    def total_bytes(self) -> int:
        return sum(file.size for file in self.files)


def add_upload(
    *, target: Target, name: str, content: bytes, size: int, now: datetime
) -> UploadView | Finding:
    """Takes a file into the draft, which is begun for it where there is none; else the gate's reason why it
    would not go. `size` is what the browser sent, of which `content` holds all or, past what a server keeps,
    nothing. Raises OSError."""
    name = clean_name(name or "file")
    facts = _facts(name, content, size)
    if refused := refusal_of(_Waiting(files=(facts,)), current_limits()):
        return refused
    row = Upload(id=uuid.uuid7(), kind=facts.kind or "", size=size, uploaded_at=now)
    key = os.urandom(32)
    write_file(key, [content], table="upload", row_id=row.id)  # before the lock: it waits for the disk
    try:
        kept = _add(row, target, facts, key, now)
    except BaseException:  # whatever ended it, no row names these bytes
        delete_file(row.id)
        raise
    if isinstance(kept, Finding):
        delete_file(row.id)
    return kept


def _facts(name: str, content: bytes, size: int) -> FileFacts:
    """What is too large by itself nobody reads."""
    if size > current_limits().max_message_bytes:
        return FileFacts(name=name, size=size, kind="")
    return file_facts(name, judge_file(name, content))


@transaction.atomic
def _add(row: Upload, target: Target, facts: FileFacts, key: bytes, now: datetime) -> UploadView | Finding:
    draft = locked_draft(target) or new_draft(target, now)
    draft_key = open_key(draft.key)
    waiting = list(draft.uploads.order_by("position"))
    together = _Waiting(files=(*(_waiting_facts(draft_key, one) for one in waiting), facts))
    if refused := refusal_of(together, current_limits()):
        return refused
    row.draft = draft
    row.position = waiting[-1].position + 1 if waiting else 0
    meta = {"name": facts.name, "key": b64encode(key).decode()}
    row.meta_sealed = seal_json(draft_key, meta, table="upload", column="meta_sealed", row_id=row.id)
    row.save(force_insert=True)
    if not draft.has_text:  # its files wait anew
        Draft.objects.filter(pk=draft.pk).update(saved_at=now)
    return upload_view(draft_key, row)


def _waiting_facts(draft_key: bytes, upload: Upload) -> FileFacts:
    return FileFacts(name=upload_meta(draft_key, upload)["name"], size=upload.size, kind=upload.kind)


def waiting_files(target: Target) -> tuple[FileFacts, ...]:
    """What waits in the draft, as the gate's checks look at it: two statements at most, no file is read."""
    draft = target.drafts().select_related("key").prefetch_related("uploads").first()
    if draft is None:
        return ()
    draft_key = open_key(draft.key)
    return tuple(_waiting_facts(draft_key, upload) for upload in draft.uploads.all())


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
