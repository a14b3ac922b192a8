from __future__ import annotations

import uuid_utils.compat as uuid
from django.db import models
from django.utils import timezone


class AccountEvent(models.Model):
    """Something about an account that a person must be told by mail, or that search must follow. Written
    here, in the transaction of what happened; messages_app takes it and does the rest (design: nothing
    imports upwards)."""

    class Kind(models.TextChoices):
        CONFIRM_ADDRESS = "confirm_address"  # subject: an AuthorizedAddress
        CLAIM = "claim"  # subject: a User without password
        RESET_PASSWORD = "reset_password"
        SIGN_UP = "sign_up"  # subject: a User not yet claimed, made by sign-up
        ACCOUNT_EXISTS = "account_exists"  # somebody signed up with an address that has an account
        INVITATION = "invitation"  # subject: an Invitation
        NEW_ADDRESS = "new_address"  # subject: a NewAddress, to be confirmed
        ADDRESS_TAKEN = "address_taken"  # somebody wants this user's address for another account
        ADDRESS_CHANGED = "address_changed"  # subject: a User; `address` is the one before
        RENAMED = "renamed"  # subject: a User who goes by another display name as a buyer

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    kind = models.CharField(max_length=20, choices=Kind)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, null=True, related_name="+")
    authorized_address = models.ForeignKey(
        "accounts.AuthorizedAddress", on_delete=models.CASCADE, null=True, related_name="+"
    )
    invitation = models.ForeignKey(
        "accounts.Invitation", on_delete=models.CASCADE, null=True, related_name="+"
    )
    new_address = models.ForeignKey(
        "accounts.NewAddress", on_delete=models.CASCADE, null=True, related_name="+"
    )
    address = models.EmailField(max_length=254, blank=True)  # emptied when the event is taken
    reached = models.UUIDField(null=True)  # of a renamed buyer's messages: those from this one on are done
    created_at = models.DateTimeField(default=timezone.now)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"], condition=models.Q(taken_at=None), name="account_events_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
