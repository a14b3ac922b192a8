"""What a person has begun to write, each their own (BOX-9, SEC-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from accounts.roles import Role
from messages_app.models import Draft, Upload
from messages_app.vault.keys import open_key
from messages_app.vault.values import open_json

FIELDS = ("text", "reason", "topic", "covers_from", "covers_until")  # what a draft keeps of a form


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Who writes in which role to where: exactly one of thread, order and (as a buyer) seller asked."""

    user_id: int
    seller_id: int | None  # the role: of a member; None: as a buyer
    thread_id: UUID | None = None
    order_id: int | None = None
    to_seller_id: int | None = None

    def drafts(self) -> QuerySet[Draft]:
        """The one draft there may be."""
        return Draft.objects.filter(
            user=self.user_id,
            seller=self.seller_id,
            thread=self.thread_id,
            order=self.order_id,
            to_seller=self.to_seller_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadView:
    """A file that waits to be sent."""

    id: UUID
    name: str
    kind: str
    size: int  # bytes

    @property
    def is_image(self) -> bool:
        return self.kind in ("jpeg", "gif", "png")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """A draft, opened."""

    text: str
    reason: str
    topic: str
    covers_from: str  # as typed, ISO
    covers_until: str
    saved_at: datetime
    uploads: tuple[UploadView, ...] = ()

    @property
    def fields(self) -> dict[str, str]:
        """What a form begins with."""
        return {name: getattr(self, name) for name in FIELDS}

    @property
    def total(self) -> int:
        """Bytes of all files."""
        return sum(upload.size for upload in self.uploads)


def target_of(
    role: Role,
    *,
    thread_id: UUID | None = None,
    order_id: int | None = None,
    to_seller_id: int | None = None,
) -> Target:
    """Where the role's person writes."""
    seller_id = role.seller.pk if role.seller else None
    return Target(
        user_id=role.user.pk,
        seller_id=seller_id,
        thread_id=thread_id,
        order_id=order_id,
        to_seller_id=to_seller_id,
    )


def draft_at(target: Target) -> DraftView | None:
    """What was saved there; one statement, two where there is a draft."""
    draft = target.drafts().select_related("key").prefetch_related("uploads").first()
    return opened(draft, list(draft.uploads.all())) if draft else None


def opened(draft: Draft, uploads: list[Upload]) -> DraftView:
    """The draft with those files, in their order."""
    key = open_key(draft.key)
    content = open_json(key, draft.content_sealed, table="draft", column="content_sealed", row_id=draft.id)
    in_order = sorted(uploads, key=lambda upload: upload.position)
    return DraftView(
        **{name: content.get(name, "") for name in FIELDS},
        saved_at=draft.saved_at,
        uploads=tuple(upload_view(key, upload) for upload in in_order),
    )


def upload_view(key: bytes, upload: Upload) -> UploadView:
    """The file with its name opened; `key` is the draft's."""
    name = upload_meta(key, upload)["name"]
    return UploadView(id=upload.id, name=name, kind=upload.kind, size=upload.size)


def upload_meta(key: bytes, upload: Upload) -> dict[str, str]:
    """{"name", "key"}: the name as cleaned (ATT-5); what opens its bytes, in base64."""
    meta: dict[str, str] = open_json(
        key, upload.meta_sealed, table="upload", column="meta_sealed", row_id=upload.id
    )
    return meta


def upload_or_404(role: Role, upload_id: UUID) -> Upload:
    """A file of a draft of this person in this role, with draft and key, by one statement; everybody
    else's answers like none (SEC-1)."""
    found = (
        Upload.objects.filter(pk=upload_id, draft__user=role.user, draft__seller=role.seller)
        .select_related("draft__key")
        .first()
    )
    if found is None:
        raise Http404
    return found
