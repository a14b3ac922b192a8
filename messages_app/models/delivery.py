from __future__ import annotations

from datetime import datetime

import uuid_utils.compat as uuid
from django.db import models
from django.utils import timezone


class Delivery(models.Model):
    """One mail that leaves: written in the transaction of what it tells, with the recipient's
    address as it was then (MAIL-20). The row is the queue; tasks are wake-up calls."""

    class Kind(models.TextChoices):
        COPY = "copy"  # of a message, to the other side
        NOTICE = "notice"  # to an author: held, blocked, refused, not delivered
        NOTICE_LIST = "notice_list"  # notices past 100 an hour, as one list (MAIL-27)
        REMINDER = "reminder"  # RSP-6
        DIGEST = "digest"  # ACC-5
        SYSTEM = "system"  # the marketplace's own, ORD-6
        ACCOUNT = "account"  # confirm an address, claim, reset

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        DEFERRED = "deferred"
        FAILED = "failed"
        BOUNCED = "bounced"
        SUPPRESSED = "suppressed"  # its time was over before it could leave
        HELD = "held"  # by the leak gate, for staff (MAIL-17)
        LISTED = "listed"  # told in an hourly list instead (MAIL-27)

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    template = models.CharField(max_length=40)  # folder of templates/email
    message = models.ForeignKey(
        "messages_app.Message", on_delete=models.CASCADE, null=True, related_name="deliveries"
    )
    pair = models.ForeignKey("accounts.Pair", on_delete=models.PROTECT, null=True, related_name="+")
    inbound = models.ForeignKey(
        "messages_app.InboundMail", on_delete=models.SET_NULL, null=True, related_name="notices"
    )
    list = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="listed")
    key = models.ForeignKey("messages_app.SealingKey", on_delete=models.PROTECT, related_name="+")
    to_side = models.CharField(max_length=6, blank=True)  # buyer, seller; empty: the account's person
    recipient = models.EmailField(max_length=254)
    recipient_domain = models.CharField(max_length=253)
    language = models.CharField(max_length=8)
    context_sealed = models.BinaryField()  # JSON for the template
    rendered_sealed = models.BinaryField(default=bytes)  # the bytes, from the first attempt on (MAIL-14)
    rendered_size = models.PositiveBigIntegerField(default=0)  # > 0 and nothing in the row: in the file store

    created_at = models.DateTimeField(default=timezone.now)
    queued_again_at = models.DateTimeField(null=True)  # by a moderator, who let a held one go on
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    begun = models.PositiveSmallIntegerField(default=0)  # renderings that were begun and never finished
    files_cleared = models.BooleanField(default=False)  # a moderator saw its files: they hold it up no more
    next_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)  # who holds it: a sender that lost its lease writes nothing
    sent_at = models.DateTimeField(null=True)
    author_told_at = models.DateTimeField(null=True)  # that it is late (after 4 h) or failed

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                condition=models.Q(state__in=("queued", "deferred")),
                name="deliveries_due",
            ),
            models.Index(
                fields=["lease_until"], condition=models.Q(state="sending"), name="deliveries_leased"
            ),
            models.Index(fields=["recipient", "kind", "created_at"], name="deliveries_to_address"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(state="listed", list=None),
                name="deliveries_to_list",
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

    @property
    def tried_from(self) -> datetime:
        """From when its tries count: a mail that waited for a person has its whole time before it."""
        return self.queued_again_at or self.created_at


class DeliveryAttempt(models.Model):
    """One try, or one report about it: the lines of a message's trace (MAIL-23)."""

    class Outcome(models.TextChoices):
        SENT = "sent"
        DEFERRED = "deferred"
        FAILED = "failed"
        BOUNCED = "bounced"
        HELD = "held"

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=8, choices=Outcome)
    reply = models.CharField(max_length=300, blank=True)  # codes of the server's answer, or our own words

    class Meta:
        indexes = [models.Index(fields=["delivery", "at"], name="tries_of_delivery")]

    def __str__(self) -> str:
        return f"{self.outcome} {self.pk}"
