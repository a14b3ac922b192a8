from __future__ import annotations

import uuid_utils.compat as uuid
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Draft(models.Model):
    """What a person began to write in one role and has not sent yet (BOX-9): an answer in a thread, a first
    message about an order, or a question to a seller. Theirs alone: other members have their own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    # The role: a member of this seller; empty: as a buyer.
    seller = models.ForeignKey("accounts.Seller", on_delete=models.CASCADE, null=True, related_name="+")
    thread = models.ForeignKey("messages_app.Thread", on_delete=models.CASCADE, null=True, related_name="+")
    order = models.ForeignKey("orders.Order", on_delete=models.CASCADE, null=True, related_name="+")
    to_seller = models.ForeignKey("accounts.Seller", on_delete=models.CASCADE, null=True, related_name="+")
    key = models.OneToOneField("messages_app.SealingKey", on_delete=models.PROTECT, related_name="+")
    content_sealed = models.BinaryField()  # JSON {"text", "reason", "topic", "covers_from", "covers_until"}
    has_text = models.BooleanField(default=False)
    saved_at = models.DateTimeField(default=timezone.now)  # also its version: an older one overwrites nothing

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(thread__isnull=False, order=None, to_seller=None)
                | Q(thread=None, order__isnull=False, to_seller=None)
                | Q(thread=None, order=None, to_seller__isnull=False, seller=None),
                name="draft_has_one_target",
            ),
            models.UniqueConstraint(
                fields=["user", "seller", "thread"], name="one_draft_of_member_in_thread"
            ),
            models.UniqueConstraint(fields=["user", "seller", "order"], name="one_draft_of_member_on_order"),
            models.UniqueConstraint(
                fields=["user", "thread"], condition=Q(seller=None), name="one_draft_of_buyer_in_thread"
            ),
            models.UniqueConstraint(
                fields=["user", "order"], condition=Q(seller=None), name="one_draft_of_buyer_on_order"
            ),
            models.UniqueConstraint(fields=["user", "to_seller"], name="one_draft_to_seller"),
        ]
        indexes = [
            models.Index(fields=["saved_at"], condition=Q(has_text=False), name="drafts_without_text"),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class Upload(models.Model):
    """A file that waits in a draft; its bytes lie in the file store under the row's id, sealed with a
    key of their own that lies sealed in the row, and go with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="uploads")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8)  # of files.kinds.Kind
    size = models.PositiveBigIntegerField()  # bytes
    meta_sealed = models.BinaryField()  # JSON {"name", "key"}; `key` opens its bytes, in base64
    uploaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "position"], name="one_upload_per_position")]

    def __str__(self) -> str:
        return f"upload {self.pk}"
