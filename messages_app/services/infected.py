"""Of an infected file only the digest stays, wherever else it lies (ATT-2)."""

from __future__ import annotations

from hashlib import sha256

from django.db.models import Exists, OuterRef

from messages_app.models import Attachment, InboundMail, RawMail
from messages_app.queries.threads import file_meta
from messages_app.vault.files import delete_file
from messages_app.vault.values import seal_json

_NEEDED = (InboundMail.State.WAITING, InboundMail.State.HELD, InboundMail.State.QUARANTINED)
_AT_ONCE = 100


def forget_file(key: bytes, file: Attachment, content: bytes) -> None:
    """The digest takes the place of a stored file in which the scanner found something later. `key` is the
    thread's, `content` the file as it came."""
    meta = {**file_meta(key, file), "digest": sha256(content).hexdigest()}
    file.stored = False
    file.meta_sealed = seal_json(key, meta, table="attachment", column="meta_sealed", row_id=file.id)
    file.save(update_fields=["stored", "meta_sealed"])
    delete_file(file.id)


def forget_infected_mails() -> int:
    """Removes the bytes of mails that brought an infected file, unless one to somebody else still waits for
    its turn or for people; how many mails. What is removed has no size any more."""
    # From the few files that wait to be purged, by their index, to their mails: never through all mails.
    infected = Attachment.objects.filter(stored=False, purge_at__isnull=False)
    needed = InboundMail.objects.filter(raw=OuterRef("pk"), state__in=_NEEDED)
    brought = infected.values("message__inbound__raw")
    mails = RawMail.objects.filter(~Exists(needed), pk__in=brought, size__gt=0)
    found = list(mails.values_list("pk", flat=True)[:_AT_ONCE])
    for raw_id in found:
        delete_file(raw_id)  # before the row says so: a crash in between removes nothing twice
    RawMail.objects.filter(pk__in=found).update(sealed=b"", size=0)
    return len(found)
