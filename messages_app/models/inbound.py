from __future__ import annotations

import uuid_utils.compat as uuid
from django.db import models
from django.utils import timezone


class RawMail(models.Model):
    """The bytes of one mail as they came, sealed: in the row when small, else in the file store.
    One row for all recipients of one DATA."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    key = models.OneToOneField("messages_app.SealingKey", on_delete=models.PROTECT, related_name="+")
    size = models.PositiveBigIntegerField()  # bytes on the wire; 0: gone, it brought a virus (ATT-2)
    sealed = models.BinaryField()  # empty: in the file store, or gone
    received_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"raw mail {self.pk}"


class InboundMail(models.Model):
    """One recipient of one mail that was answered 250: the work item (MAIL-3, MAIL-4)."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"  # reached the gate; the message says how it ended
        DUPLICATE = "duplicate"
        RECORDED = "recorded"
        DROPPED = "dropped"
        REFUSED = "refused"
        HELD = "held"  # outside, for the account's owner to confirm (MAIL-10)
        QUARANTINED = "quarantined"

    class Door(models.TextChoices):
        SMTP = "smtp"
        PIPE = "pipe"

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    raw = models.ForeignKey(RawMail, on_delete=models.PROTECT, related_name="inbound")
    door = models.CharField(max_length=4, choices=Door)
    loopback = models.BooleanField(default=False)  # came by a door on loopback (MAIL-10 none)
    alias = models.ForeignKey("accounts.Alias", on_delete=models.PROTECT, null=True, related_name="+")
    bounce_of = models.UUIDField(null=True)  # the delivery a valid bounce token names (MAIL-24)
    role_address = models.CharField(max_length=20, blank=True)  # postmaster, abuse
    envelope_sealed = models.BinaryField()  # the envelope sender, with the raw mail's key
    received_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=11, choices=State, default=State.WAITING)
    outcome = models.CharField(max_length=40, blank=True)  # why, as a stable code
    attempts = models.PositiveSmallIntegerField(default=0)  # counted before parsing (MAIL-6)
    lease_until = models.DateTimeField(null=True)
    identity_token = models.BinaryField(null=True, max_length=16)  # what MAIL-5 compares, blinded
    proven = models.BooleanField(default=False)  # the owner confirmed it on the web
    message = models.ForeignKey(
        "messages_app.Message", on_delete=models.SET_NULL, null=True, related_name="inbound"
    )
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # What is claimed next, and whose pairs are in work.
            models.Index(
                fields=["attempts", "id"], condition=models.Q(state="waiting"), name="inbound_to_claim"
            ),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(state="waiting", lease_until__isnull=False),
                name="inbound_leased",
            ),
            models.Index(
                fields=["alias", "identity_token"],
                condition=models.Q(identity_token__isnull=False),
                name="inbound_by_identity",
            ),
            models.Index(
                fields=["state", "id"],
                condition=models.Q(state__in=("held", "quarantined")),
                name="inbound_for_people",
            ),
            models.Index(
                fields=["alias", "received_at"],
                condition=models.Q(state="held"),
                name="inbound_held_of_alias",
            ),
        ]

    def __str__(self) -> str:
        return f"inbound {self.pk}"
