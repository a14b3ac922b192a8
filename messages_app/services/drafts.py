"""Drafts save themselves, come back on any device, and are gone once the message is out (BOX-9)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from messages_app.models import Draft, SealingKey, Thread, Upload
from messages_app.queries.drafts import FIELDS, DraftView, Target, opened
from messages_app.vault.files import delete_file
from messages_app.vault.keys import new_sealing_key, open_key
from messages_app.vault.values import seal_json

FILES_WAIT = timedelta(hours=24)  # so long files wait for a text


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """How a save ended: `saved_at` is the version now stored (None: there is none any more);
    `changed` is what another page had stored meanwhile: then nothing was overwritten."""

    saved_at: datetime | None
    changed: DraftView | None = None


@transaction.atomic
def save_draft(*, target: Target, fields: Mapping[str, str], base: datetime | None, now: datetime) -> Saved:
    """Keeps what was written. `base` is the version that the page last knew (None: none): a newer one
    that says something else is not overwritten. Without text and files nothing is kept."""
    written = {name: fields.get(name, "") for name in FIELDS}
    draft = locked_draft(target)
    if draft is None and not _says(written):
        return Saved(saved_at=None)
    draft = draft or new_draft(target, now)
    uploads = list(draft.uploads.all())
    stored = opened(draft, uploads)
    if draft.has_text and (base is None or base < draft.saved_at) and stored.fields != written:
        return Saved(saved_at=draft.saved_at, changed=stored)
    if not _says(written) and not uploads:
        _destroy([draft])
        return Saved(saved_at=None)
    _write(draft, written, now)
    draft.save(update_fields=["content_sealed", "has_text", "saved_at"])
    return Saved(saved_at=draft.saved_at)


def locked_draft(target: Target) -> Draft | None:
    """The draft, locked against a save of another page at the same moment."""
    return target.drafts().select_related("key").select_for_update(of=("self",)).first()


def new_draft(target: Target, now: datetime) -> Draft:
    """An empty draft with a key of its own, or the one that another page began at the same moment."""
    key = new_sealing_key("draft")
    draft = Draft(
        user_id=target.user_id,
        seller_id=target.seller_id,
        thread_id=target.thread_id,
        order_id=target.order_id,
        to_seller_id=target.to_seller_id,
        key=key,
    )
    _write(draft, dict.fromkeys(FIELDS, ""), now)
    try:
        with transaction.atomic():
            key.save(force_insert=True)
            draft.save(force_insert=True)
    except IntegrityError:
        if other := locked_draft(target):
            return other
        raise  # its target is gone
    return draft


def _says(written: Mapping[str, str]) -> bool:
    return any(written[name].strip() for name in ("text", "covers_from", "covers_until"))


def _write(draft: Draft, written: Mapping[str, str], now: datetime) -> None:
    draft.has_text = _says(written)
    draft.saved_at = now
    draft.content_sealed = seal_json(
        open_key(draft.key), dict(written), table="draft", column="content_sealed", row_id=draft.id
    )


@transaction.atomic
def discard_draft(*, target: Target) -> bool:
    """Forgets text and files; False when there was none."""
    return bool(_destroy(target.drafts().select_for_update()))


@transaction.atomic
def discard_drafts_of(thread: Thread) -> int:
    """What anybody began to write in a thread that is erased. Returns how many."""
    return _destroy(Draft.objects.filter(thread=thread))


@transaction.atomic
def sweep_drafts(now: datetime) -> int:
    """Destroys files that have waited a day for a text. Returns how many drafts."""
    waiting = Draft.objects.filter(has_text=False, saved_at__lte=now - FILES_WAIT)
    return _destroy(waiting.order_by("saved_at").select_for_update()[:100])


def _destroy(drafts: QuerySet[Draft] | Collection[Draft]) -> int:
    """Rows, keys and, once that is certain, the files in the store."""
    rows = list(drafts)
    if not rows:
        return 0
    ids = [draft.pk for draft in rows]
    for upload_id in Upload.objects.filter(draft__in=ids).values_list("pk", flat=True):
        transaction.on_commit(partial(delete_file, upload_id))
    Draft.objects.filter(pk__in=ids).delete()
    SealingKey.objects.filter(pk__in=[draft.key_id for draft in rows]).delete()
    return len(rows)
