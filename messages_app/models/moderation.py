from __future__ import annotations

import uuid_utils.compat as uuid
from django.db import models
from django.utils import timezone


class Case(models.Model):
    """Something that waits for a person's decision: one queue for all kinds, oldest first (MOD-3).

    Opened in the transaction in which its thing is set aside, closed in the one in which anybody decides
    about it. The thing's own state is the truth; the case says since when it waits, and who decided what.
    """

    class Kind(models.TextChoices):
        HELD_MESSAGE = "held_message"
        QUARANTINED_MAIL = "quarantined_mail"
        UNPROVEN_MAIL = "unproven_mail"
        HELD_DELIVERY = "held_delivery"  # by the leak gate, or one that cannot be made

    class Decision(models.TextChoices):
        RELEASED = "released"
        REJECTED = "rejected"
        RETRIED = "retried"
        DISCARDED = "discarded"
        LET_IN = "let_in"
        CONFIRMED = "confirmed"  # by the account's owner, who said it was them
        DISOWNED = "disowned"  # by the account's owner, who said it was not

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    kind = models.CharField(max_length=16, choices=Kind)
    message = models.ForeignKey(
        "messages_app.Message", on_delete=models.CASCADE, null=True, related_name="cases"
    )
    inbound = models.ForeignKey(
        "messages_app.InboundMail", on_delete=models.CASCADE, null=True, related_name="cases"
    )
    delivery = models.ForeignKey(
        "messages_app.Delivery", on_delete=models.CASCADE, null=True, related_name="cases"
    )
    # Whose matter it is, for search and history; the thread of a mail is not known before the gate.
    thread = models.ForeignKey(
        "messages_app.Thread", on_delete=models.CASCADE, null=True, related_name="cases"
    )
    pair = models.ForeignKey("accounts.Pair", on_delete=models.PROTECT, null=True, related_name="+")
    seller = models.ForeignKey("accounts.Seller", on_delete=models.PROTECT, null=True, related_name="+")
    buyer = models.ForeignKey("accounts.Buyer", on_delete=models.PROTECT, null=True, related_name="+")
    about = models.CharField(max_length=6, blank=True)  # whose doing it is: "buyer", "seller", or nobody's
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    decided_by = models.ForeignKey("accounts.User", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="held_message", message__isnull=False, inbound=None, delivery=None)
                | models.Q(
                    kind__in=("quarantined_mail", "unproven_mail"),
                    inbound__isnull=False,
                    message=None,
                    delivery=None,
                )
                | models.Q(kind="held_delivery", delivery__isnull=False, message=None, inbound=None),
                name="case_is_about_the_thing_of_its_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at=None, decision="")
                | models.Q(closed_at__isnull=False) & ~models.Q(decision=""),
                name="case_is_closed_by_a_decision",
            ),
            models.UniqueConstraint(
                fields=["message"], condition=models.Q(closed_at=None), name="one_open_case_per_message"
            ),
            models.UniqueConstraint(
                fields=["inbound"], condition=models.Q(closed_at=None), name="one_open_case_per_mail"
            ),
            models.UniqueConstraint(
                fields=["delivery"], condition=models.Q(closed_at=None), name="one_open_case_per_delivery"
            ),
        ]
        indexes = [
            models.Index(
                fields=["opened_at", "id"], condition=models.Q(closed_at=None), name="cases_waiting"
            ),
            models.Index(
                fields=["kind", "opened_at", "id"],
                condition=models.Q(closed_at=None),
                name="cases_waiting_of_kind",
            ),
            models.Index(
                fields=["seller", "kind"], condition=models.Q(closed_at=None), name="cases_waiting_of_seller"
            ),
            models.Index(
                fields=["buyer", "kind"], condition=models.Q(closed_at=None), name="cases_waiting_of_buyer"
            ),
            models.Index(
                fields=["-closed_at", "-id"],
                condition=models.Q(closed_at__isnull=False),
                name="cases_decided",
            ),
            models.Index(
                fields=["kind", "-closed_at", "-id"],
                condition=models.Q(closed_at__isnull=False),
                name="cases_decided_of_kind",
            ),
            models.Index(fields=["seller", "-opened_at"], name="cases_of_seller"),
            models.Index(fields=["buyer", "-opened_at"], name="cases_of_buyer"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} case {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None
