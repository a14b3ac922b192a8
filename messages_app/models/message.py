from __future__ import annotations

from datetime import datetime

import uuid_utils.compat as uuid
from django.db import models
from django.utils import timezone

from messages_app.policy.facts import Door
from messages_app.policy.verdict import Verdict


class Message(models.Model):
    """One message of a thread, as it was accepted. Its text never changes; its state may."""

    class Author(models.TextChoices):
        BUYER = "buyer"
        SELLER = "seller"
        MARKETPLACE = "marketplace"

    class State(models.TextChoices):
        DELIVERED = "delivered"  # both sides see it; what its mail does, its deliveries say
        HELD = "held"
        BLOCKED = "blocked"

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    thread = models.ForeignKey("messages_app.Thread", on_delete=models.CASCADE, related_name="conversation")
    pair = models.ForeignKey("accounts.Pair", on_delete=models.PROTECT, null=True, related_name="+")
    author = models.CharField(max_length=11, choices=Author)
    user = models.ForeignKey("accounts.User", on_delete=models.SET_NULL, null=True, related_name="+")
    door = models.CharField(max_length=4, choices=[(door, door) for door in Door])
    state = models.CharField(max_length=9, choices=State)
    accepted_at = models.DateTimeField()  # its place in the thread (Terms)
    released_at = models.DateTimeField(null=True)  # by a moderator: what clock and cap count from
    automatic = models.BooleanField(default=False)  # out-of-office: shown, never sent on (MAIL-26)
    proactive = models.BooleanField(default=False)
    critical = models.BooleanField(default=False)
    reason = models.CharField(max_length=24, blank=True)  # contact reason (RSN-1) or buyer's topic (RSN-8)
    evidence = models.CharField(max_length=12, blank=True)  # of mail.evidence.Evidence: the best found
    # Sealed JSON, see vault.content: as written, and as the other side gets it where that differs.
    content_sealed = models.BinaryField()
    shown_sealed = models.BinaryField(null=True)
    # Blind tokens (PRV-2): the mail's own Message-ID, and the new text for identical bodies (MOD-4).
    foreign_id_token = models.BinaryField(null=True, max_length=16)
    body_token = models.BinaryField(null=True, max_length=16)
    submission_key = models.CharField(max_length=100, unique=True, null=True)  # GATE-5
    read_at = models.DateTimeField(null=True)  # by the other side, on the web (MAIL-23)

    class Meta:
        indexes = [
            models.Index(fields=["thread", "accepted_at", "id"], name="messages_of_thread"),
            models.Index(fields=["pair", "accepted_at"], name="messages_of_pair"),
            models.Index(
                fields=["pair", "foreign_id_token"],
                condition=models.Q(foreign_id_token__isnull=False),
                name="messages_by_foreign_id",
            ),
            models.Index(
                fields=["pair", "accepted_at"],
                condition=~models.Q(state="delivered"),
                name="messages_refused_of_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"

    @property
    def counted_at(self) -> datetime:
        """The moment that clock and cap use (Terms)."""
        return self.released_at or self.accepted_at

    @property
    def is_delivered(self) -> bool:
        return self.state == self.State.DELIVERED

    @property
    def is_held(self) -> bool:
        return self.state == self.State.HELD

    @property
    def is_blocked(self) -> bool:
        return self.state == self.State.BLOCKED


class Attachment(models.Model):
    """A file of a message; its bytes lie sealed in the file store under the row's id, and beside them those
    that came, where cleaning changed them (ATT-4)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, blank=True)  # of files.kinds.Kind; empty: none of the seven
    size = models.PositiveBigIntegerField()  # decoded bytes, of the file as it is passed on
    original_size = models.PositiveBigIntegerField(null=True)  # as it came; empty: passed on as it came
    has_preview = models.BooleanField(default=False)  # and a thumbnail
    stored = models.BooleanField(default=True)  # False: infected, or kept long enough (ATT-2)
    purge_at = models.DateTimeField(null=True)  # of a message that is not delivered: look again then
    inline = models.BooleanField(default=False)
    meta_sealed = models.BinaryField()  # JSON, see queries.threads.file_meta

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "position"], name="one_attachment_per_position")
        ]
        indexes = [
            models.Index(
                fields=["purge_at"],
                condition=models.Q(purge_at__isnull=False),
                name="attachments_to_purge",
            )
        ]

    def __str__(self) -> str:
        return f"attachment {self.pk}"


class Decision(models.Model):
    """What the gate, or a moderator after it, decided about a message, and on what facts (GATE-1)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="decisions")
    verdict = models.CharField(max_length=7, choices=[(verdict, verdict) for verdict in Verdict])
    codes = models.JSONField(default=list)  # of the findings, in the order of the checks
    policy_version = models.CharField(max_length=40)
    record_sealed = models.BinaryField()  # JSON {"facts", "findings"}: holds excerpts of the text
    decided_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey("accounts.User", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["message", "decided_at"], name="decisions_of_message")]

    def __str__(self) -> str:
        return f"{self.verdict} {self.pk}"
