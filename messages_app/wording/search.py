"""What a search was understood as, in people's words (BOX-6)."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from messages_app.queries.search_text import Chip, Hint, Hinted, Kind
from messages_app.wording.moments import short_day


def part_words(chip: Chip) -> str:
    """One part of a search, as the page shows that it was understood."""
    if chip.kind is Kind.WORD:
        return chip.value
    if chip.kind in (Kind.AFTER, Kind.BEFORE):
        day = short_day(date.fromisoformat(chip.value), timezone.localdate())
        return (_("Since %(day)s") if chip.kind is Kind.AFTER else _("Before %(day)s")) % {"day": day}
    words = {
        Kind.PHRASE: _("“%(value)s”, word for word"),
        Kind.FROM: pgettext("sender of a message", "From %(value)s"),
        Kind.TO: pgettext("recipient of a message", "To %(value)s"),
        Kind.ORDER: _("Order %(value)s"),
        Kind.FILE: _("With attachment"),
        Kind.UNREAD: _("Unread"),
    }[chip.kind]
    return words % {"value": chip.value}


def hint_words(hinted: Hinted) -> str:
    """Why a part was left out, and how to write it."""
    words = {
        Hint.DATE: _("“%(value)s” is not a day of the calendar. Write days as 2026-03-31."),
        Hint.LABEL: _("There are no labels yet, so label:%(value)s was left out."),
        Hint.HAS: _("has: knows has:attachment only, so has:%(value)s was left out."),
        Hint.IS: _("is: knows is:unread only, so is:%(value)s was left out."),
        Hint.TOO_MUCH: _("The search is long: only its first words were looked for."),
    }[hinted.hint]
    return words % {"value": hinted.value}
