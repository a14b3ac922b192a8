"""Records by the order that they belong to."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.record_search import NOTHING, Finder
from orders.models import Order
from orders.numbers import order_numbers


def by_order(field: str) -> Finder:
    """An order's number, alone or within a text, in the column that names the order."""

    def find(text: str) -> Q | None:
        numbers = order_numbers(text)
        if not numbers:
            return None
        orders = list(Order.objects.filter(number__in=numbers).values_list("pk", flat=True))
        return Q(**{f"{field}__in": orders}) if orders else NOTHING

    return Finder(_("Order number"), find)
