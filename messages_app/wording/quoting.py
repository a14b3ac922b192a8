"""Quotation marks of the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _


def quoted(words: str) -> str:
    """Somebody's words inside a sentence of ours: “so”, „so“ or « so », as the active language has it."""
    return _("“%(subject)s”") % {"subject": words}
