"""Form fields for cells of a file: forgiving in writing, strict in meaning."""

from __future__ import annotations

import re
from datetime import date, datetime, tzinfo
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

YEARS = range(1990, 2101)  # what an order can be dated; keeps every time zone's arithmetic in bounds
_TAG = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*", re.ASCII | re.IGNORECASE)


class ChoiceCell(forms.ChoiceField):
    """One of the choices, in any letter case."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).strip().lower()


class MomentField(forms.Field):
    """A moment in ISO 8601; without an offset it is local, a date alone is its midnight."""

    def to_python(self, value: Any) -> datetime | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise ValidationError(_("Write the time like 2026-11-19T10:30:00+01:00.")) from error
        if moment.year not in YEARS:
            raise ValidationError(_("The year is out of range."))
        return moment


class DayField(MomentField):
    """A date in ISO 8601; of a moment its date as written."""

    def clean(self, value: Any) -> date | None:
        moment: datetime | None = super().clean(value)
        return moment.date() if moment else None


class TraitsField(forms.CharField):
    """Names split by `|`, each one of `allowed`; the result is a frozenset, None for an empty cell."""

    def __init__(self, *, allowed: tuple[str, ...], **options: Any) -> None:
        super().__init__(**options)
        self.allowed = allowed

    def clean(self, value: Any) -> frozenset[str] | None:
        names = frozenset(name.strip().lower() for name in (super().clean(value) or "").split("|")) - {""}
        if unknown := names - set(self.allowed):
            raise ValidationError(
                _("Unknown: %(names)s. Known are %(allowed)s."),
                params={"names": ", ".join(sorted(unknown)), "allowed": ", ".join(self.allowed)},
            )
        return names or None


class LanguageField(forms.CharField):
    """A language tag as one of the product's languages; empty for one that it does not speak (ACC-10)."""

    def clean(self, value: Any) -> str:
        tag = str(super().clean(value) or "").strip()
        if tag and not _TAG.fullmatch(tag):
            raise ValidationError(_("This is not a language; write it like de or fr-CA."))
        language = re.split("[-_]", tag)[0].lower()
        return language if language in dict(settings.LANGUAGES) else ""


def at_place(moment: datetime | None, zone: tzinfo) -> datetime | None:
    """The moment with its zone: the place's where the cell named none."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=zone)
