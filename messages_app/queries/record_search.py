"""Records and cases by the order that their thread is about."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.record_search import NOTHING, Finder
from messages_app.models import Thread
from orders.numbers import order_numbers


def by_order_of_thread() -> Finder:
    """An order's number, alone or within a text: rows of the threads about it."""

    def find(text: str) -> Q | None:
        numbers = order_numbers(text)
        if not numbers:
            return None
        threads = list(Thread.objects.filter(order__number__in=numbers).values_list("pk", flat=True))
        return Q(thread__in=threads) if threads else NOTHING

    return Finder(_("Order number"), find)
