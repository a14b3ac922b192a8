from __future__ import annotations

import uuid_utils.compat as uuid
from django.db import models
from django.utils import timezone


class SealingKey(models.Model):
    """A random key, wrapped by a master key of the environment (PRV-1).

    One per thread, one per raw mail, one per mail that belongs to no thread, and one per
    installation purpose (signing ids, search tokens ...). Rotation rewraps these rows and touches
    no content; erasure empties `wrapped`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    purpose = models.CharField(max_length=20)  # thread, raw, delivery, or a purpose of the installation
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)
    destroyed_at = models.DateTimeField(null=True)

    INSTALLATION = ("message_ids", "reference_codes", "bounces", "tokens")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose"],
                condition=models.Q(purpose__in=("message_ids", "reference_codes", "bounces", "tokens")),
                name="one_key_per_installation_purpose",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} key {self.pk}"
