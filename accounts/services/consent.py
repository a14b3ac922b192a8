"""What a buyer and a seller allow each other (ACC-7, ACC-8). Each acts on the next message (OPT-4)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from accounts.models import Buyer, Pair


def set_unsolicited(*, buyer: Buyer, allowed: bool, now: datetime) -> None:
    """Switches unsolicited messages of all sellers on or off for a buyer (ACC-7)."""
    _mark(Buyer.objects.filter(pk=buyer.pk), "opted_out_at", on=not allowed, now=now)


def opt_out_of_seller(*, pair: Pair, now: datetime) -> None:
    """Switches this seller's unsolicited messages off for the pair's buyer (ACC-7)."""
    _mark(Pair.objects.filter(pk=pair.pk), "opted_out_at", on=True, now=now)


def opt_in_to_seller(*, pair: Pair, now: datetime) -> None:
    """Switches this seller's unsolicited messages on again; the buyer's own opt-out of all stays."""
    _mark(Pair.objects.filter(pk=pair.pk), "opted_out_at", on=False, now=now)


def set_blocked_by_buyer(*, pair: Pair, blocked: bool, now: datetime) -> None:
    """From then on only critical messages about an open order reach the buyer (ACC-8)."""
    _mark(Pair.objects.filter(pk=pair.pk), "blocked_by_buyer_at", on=blocked, now=now)


def set_blocked_by_seller(*, pair: Pair, blocked: bool, now: datetime) -> None:
    """Stops the buyer's messages that belong to no order; those about an order always arrive (ACC-8)."""
    _mark(Pair.objects.filter(pk=pair.pk), "blocked_by_seller_at", on=blocked, now=now)


def _mark(rows: QuerySet[Buyer] | QuerySet[Pair], name: str, *, on: bool, now: datetime) -> None:
    """Sets or clears a dated mark; a mark that stands keeps its date."""
    if on:
        rows.filter(**{name: None}).update(**{name: now})
    else:
        rows.update(**{name: None})
