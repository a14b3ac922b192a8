from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.addresses import normalise_address
from accounts.name_keys import name_key
from accounts.zones import known_zones


class UserManager(BaseUserManager["User"]):
    """Creates people; the address is stored in its normal form, so that equality is identity."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=normalise_address(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(
            email, password, is_staff=True, is_superuser=True, claimed_at=timezone.now(), **fields
        )

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=normalise_address(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person. May be a buyer, a member of sellers, staff, or several of these (ACC-2).

    Unclaimed (`claimed_at` empty): created by the marketplace, receives mail, has no password (ACC-11).
    """

    email = models.EmailField(max_length=254, unique=True)
    full_name = models.CharField(max_length=200, blank=True)  # for staff only (ACC-9)
    # What the marketplace calls somebody who had claimed the account under another name; as private.
    other_full_name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, blank=True)  # empty: the browser's, else the marketplace's
    time_zone = models.CharField(max_length=64, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sessions_ended = models.PositiveIntegerField(default=0)  # how often all sessions but one were ended
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(is_staff=True), name="users_of_the_staff"),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"  # never the address: this lands in logs (PRV-5)

    def get_session_auth_hash(self) -> str:
        """What a session must know of its person: it ends with the password, the address, and whatever
        else counts `sessions_ended` up (ACC-1, ACC-12)."""
        return self._session_stamp(None)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same by keys that SECRET_KEY has replaced."""
        return (self._session_stamp(secret) for secret in settings.SECRET_KEY_FALLBACKS)

    def _session_stamp(self, secret: str | bytes | None) -> str:
        state = f"{self.password}\n{self.email}\n{self.sessions_ended}"
        return salted_hmac("accounts.session", state, secret=secret, algorithm="sha256").hexdigest()

    @property
    def full_names(self) -> tuple[str, ...]:
        """Every full name that the other side must not learn (ACC-9)."""
        return tuple(name for name in (self.full_name, self.other_full_name) if name.split())


class Buyer(models.Model):
    """A person in the role of buying (ACC-9). Sellers see `display_name` and the language only."""

    class Standing(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"
        CLOSED = "closed"

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="buyer")
    external_id = models.CharField(max_length=80, unique=True, null=True, blank=True)
    marketplace = models.ForeignKey("accounts.Marketplace", on_delete=models.PROTECT, related_name="+")
    display_name = models.CharField(max_length=60)
    name_key = models.BinaryField(default=b"", editable=False)  # what sellers search by (ORD-2)
    standing = models.CharField(max_length=12, choices=Standing, default=Standing.ACTIVE)
    standing_until = models.DateTimeField(null=True, blank=True)
    opted_out_at = models.DateTimeField(null=True, blank=True)  # of unsolicited messages of all sellers
    mail_messages = models.BooleanField(default=True)  # critical ones come always (ACC-5)
    mail_system = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["name_key"], name="buyers_by_name")]

    def __str__(self) -> str:
        return self.display_name

    @property
    def zone(self) -> ZoneInfo:
        """Their own choice where this machine knows it, else their marketplace's."""
        chosen = self.user.time_zone
        return ZoneInfo(chosen) if chosen in known_zones() else self.marketplace.zone

    def take_name(self, name: str) -> None:
        """Goes by this display name from now on, in lists and searches alike; the caller saves."""
        self.display_name = name
        self.name_key = name_key(name)
