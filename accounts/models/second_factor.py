from __future__ import annotations

from django.db import models
from django.utils import timezone


class SecondFactor(models.Model):
    """A person's authenticator app (RFC 6238). It counts once it is confirmed by a first code."""

    user = models.OneToOneField("accounts.User", on_delete=models.CASCADE, related_name="second_factor")
    secret_sealed = models.BinaryField()  # by accounts.sealing, bound to this person
    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)  # codes of this step of 30 seconds and before are used up

    def __str__(self) -> str:
        return f"second factor {self.pk}"


class RecoveryCode(models.Model):
    """One of ten codes that let somebody in without the app, each once."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)  # keyed by the factor's secret: the code itself is kept nowhere
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["factor", "digest"], name="one_row_per_recovery_code")]

    def __str__(self) -> str:
        return f"recovery code {self.pk}"
