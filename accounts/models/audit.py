from __future__ import annotations

from django.db import models
from django.utils import timezone

# What may stand in a record. The lists of staff filter by these, so whoever adds one names it here.
ACTIONS = (
    "read_thread", "read_mail", "read_file", "read_original", "read_raw_mail", "read_addresses",
    "release", "reject", "retry", "discard", "let_in",
    "member_invited", "member_added", "member_removed", "invitation_withdrawn", "permissions_changed",
    "administrator_added", "moderator_added", "moderator_removed", "second_factor_removed", "keys_rotated",
)  # fmt: skip
KINDS = (
    "thread", "mail", "attachment", "inbound", "delivery", "case", "pair",
    "invitation", "membership", "user", "key",
)  # fmt: skip


class AuditRecord(models.Model):
    """One act of staff, or a change of permissions or keys (SEC-7). Written once, never changed: each record
    carries the digest of the one before it, so that a changed, missing or moved one shows."""

    number = models.BigIntegerField(primary_key=True)  # its place in the chain, from 1 without gaps
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=40)  # one of ACTIONS
    kind = models.CharField(max_length=40, blank=True)  # of the object: one of KINDS, or nothing
    object_id = models.CharField(max_length=64, blank=True)
    seller = models.ForeignKey("accounts.Seller", on_delete=models.PROTECT, null=True, related_name="+")
    buyer = models.ForeignKey("accounts.Buyer", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)  # as the person typed it
    details = models.JSONField(default=dict)  # short, stable values; never a text, name or address (PRV-5)
    previous = models.CharField(max_length=64, blank=True)  # digest of the record before; empty: the first
    digest = models.CharField(max_length=64)  # SHA-256, see accounts.services.audit

    class Meta:
        default_permissions = ()
        permissions = [("moderate", "Can decide about held messages and mail")]
        indexes = [
            models.Index(fields=["kind", "object_id"], name="audit_of_object"),
            models.Index(fields=["actor", "-at"], name="audit_of_actor"),
        ]

    def __str__(self) -> str:
        return f"audit record {self.number}"


class AuditHead(models.Model):
    """Where the chain ends: the row is the lock under which records are added, and shows when the last of
    them were taken away."""

    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"audit head at {self.number}"
