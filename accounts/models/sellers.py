from __future__ import annotations

from datetime import date

from django.db import models
from django.utils import timezone


class Seller(models.Model):
    """A seller account: one owner, any number of members, one public trade name."""

    class Standing(models.TextChoices):
        ACTIVE = "active"
        RESTRICTED = "restricted"
        SUSPENDED = "suspended"
        CLOSED = "closed"

    slug = models.SlugField(max_length=60, unique=True)
    external_id = models.CharField(max_length=80, unique=True, null=True, blank=True)
    trade_name = models.CharField(max_length=80)
    name_key = models.BinaryField(default=b"", editable=False)  # what staff search by (ALI-6)
    # The home marketplace: its day counts for the cap.
    marketplace = models.ForeignKey("accounts.Marketplace", on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=8, default="en")
    customer_service_address = models.EmailField(max_length=254)
    selling_since = models.DateField()  # age counts from here (ORD-3)
    standing = models.CharField(max_length=12, choices=Standing, default=Standing.ACTIVE)
    standing_until = models.DateTimeField(null=True, blank=True)
    messaging_enabled = models.BooleanField(default=True)  # ACC-6

    # Notification preferences (ACC-5)
    mail_buyer_messages = models.BooleanField(default=True)
    buyer_messages_address = models.EmailField(max_length=254, blank=True)  # empty: customer service
    mail_opt_out_notice = models.BooleanField(default=True)
    mail_failures = models.BooleanField(default=True)
    mail_reminders = models.BooleanField(default=True)
    mail_digest = models.BooleanField(default=False)
    # The last day whose digest was taken up, told or not; never null: days are compared.
    digest_day = models.DateField(default=date(1970, 1, 1), editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["name_key"], name="sellers_by_name"),
            models.Index(
                fields=["marketplace", "digest_day"],
                condition=models.Q(mail_digest=True),
                name="sellers_to_digest",
            ),
        ]

    def __str__(self) -> str:
        return self.trade_name

    @property
    def buyer_messages_to(self) -> str:
        """Where buyers' messages go, once that address is confirmed (ACC-4)."""
        return self.buyer_messages_address or self.customer_service_address


class Permission(models.TextChoices):
    """What a member may do; the owner may do all of it (ACC-3). Values name Membership's columns."""

    READ = "can_read"
    REPLY = "can_reply"
    ORGANISE = "can_organise"
    REPORTS = "can_see_reports"
    SETTINGS = "can_manage_settings"


class Membership(models.Model):
    """A person's place in a seller's team."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="memberships")
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="memberships")
    is_owner = models.BooleanField(default=False)
    can_read = models.BooleanField(default=True)
    can_reply = models.BooleanField(default=False)
    can_organise = models.BooleanField(default=False)
    can_see_reports = models.BooleanField(default=False)
    can_manage_settings = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "seller"], name="one_membership_per_person"),
            models.UniqueConstraint(
                fields=["seller"], condition=models.Q(is_owner=True), name="one_owner_per_seller"
            ),
        ]

    def __str__(self) -> str:
        return f"membership {self.pk}"

    def may(self, permission: Permission) -> bool:
        """Whether this member may do it: the one answer for browser, API and mail (ACC-3)."""
        return self.is_owner or bool(getattr(self, permission.value))


class AuthorizedAddress(models.Model):
    """An address that may write as this seller once it is confirmed (ACC-4)."""

    class State(models.TextChoices):
        WAITING = "waiting"
        CONFIRMED = "confirmed"
        BLOCKED = "blocked"

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="authorized_addresses")
    address = models.EmailField(max_length=254)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seller", "address"], name="one_row_per_seller_and_address"),
        ]
        indexes = [models.Index(fields=["address"], name="authorized_by_address")]

    def __str__(self) -> str:
        return f"authorized address {self.pk}"
