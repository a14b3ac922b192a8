"""Form fields for names and addresses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.addresses import normalise_address
from accounts.names import clean_line


class LineField(forms.CharField):
    """One line of text without control characters (SEC-6)."""

    def to_python(self, value: Any) -> str:
        return clean_line(super().to_python(value) or "")


class KnownAddressField(forms.EmailField):
    """A mail address in its normal form, asked for to find whom it belongs to."""

    def to_python(self, value: Any) -> str:
        return normalise_address(super().to_python(value) or "")


class AddressField(KnownAddressField):
    """An address that mail will be sent to; never one of the relay's own, which would loop."""

    def validate(self, value: str) -> None:
        super().validate(value)
        if value.rpartition("@")[2] in (settings.RELAY_DOMAIN, *settings.RELAY_DOMAINS_OLD):
            raise ValidationError(_("This is an address of the relay itself; a person's own is needed."))
