from __future__ import annotations

import uuid_utils.compat as uuid
from django.db import models


class ResponseContact(models.Model):
    """A contact: one run of a thread's response clock (RSP-1 to RSP-3)."""

    class Outcome(models.TextChoices):
        OPEN = "open"
        ANSWERED = "answered"
        NOT_NEEDED = "not_needed"
        REPORTED = "reported"

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    thread = models.ForeignKey("messages_app.Thread", on_delete=models.CASCADE, related_name="contacts")
    seller = models.ForeignKey(
        "accounts.Seller", on_delete=models.PROTECT, related_name="contacts", db_index=False
    )
    opened_by = models.ForeignKey("messages_app.Message", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    closed_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        "messages_app.Message", on_delete=models.PROTECT, null=True, related_name="+"
    )
    closed_by = models.ForeignKey("accounts.User", on_delete=models.SET_NULL, null=True, related_name="+")
    reminded_at = models.DateTimeField(null=True)  # 18 h after opening (RSP-6)
    reminded_due_at = models.DateTimeField(null=True)  # at the due time

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["thread"], condition=models.Q(outcome="open"), name="one_open_contact_per_thread"
            )
        ]
        indexes = [
            models.Index(fields=["seller", "opened_at"], name="contacts_of_seller"),
            models.Index(fields=["seller", "id"], name="contacts_of_seller_by_id"),
            models.Index(
                fields=["opened_at"],
                condition=models.Q(outcome="open", reminded_at=None),
                name="contacts_to_remind",
            ),
            models.Index(
                fields=["due_at"],
                condition=models.Q(outcome="open", reminded_due_at=None),
                name="contacts_to_remind_due",
            ),
        ]

    def __str__(self) -> str:
        return f"contact {self.pk}"
