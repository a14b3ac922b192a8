from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models.sellers import Permission


class Invitation(models.Model):
    """A place in a seller's team that waits to be taken (ACC-3). Taken or withdrawn, the row goes."""

    seller = models.ForeignKey("accounts.Seller", on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)  # in its normal form; whether it has an account is not said
    permissions = models.JSONField(default=list)  # values of Permission
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(default=timezone.now)  # of the newest link: it ends the older ones

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seller", "email"], name="one_invitation_per_address")]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def given(self) -> list[Permission]:
        """What the invited may do, in the order of Permission."""
        return [permission for permission in Permission if permission.value in self.permissions]


class NewAddress(models.Model):
    """An address that a person wants to have from now on, until they confirm it (ACC-12)."""

    user = models.OneToOneField("accounts.User", on_delete=models.CASCADE, related_name="new_address")
    address = models.EmailField(max_length=254)
    created_at = models.DateTimeField(default=timezone.now)  # of the newest link: it ends the older ones

    def __str__(self) -> str:
        return f"new address {self.pk}"
