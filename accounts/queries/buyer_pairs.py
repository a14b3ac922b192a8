"""The sellers that a buyer has to do with."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from accounts.models import Buyer, Pair


def pairs_of_buyer(buyer: Buyer) -> QuerySet[Pair]:
    """The buyer's pairs with their sellers, by trade name: every seller of an order is among them."""
    return Pair.objects.filter(buyer=buyer).select_related("seller").order_by("seller__trade_name", "pk")


def pair_of_buyer_or_404(buyer: Buyer, pk: int) -> Pair:
    """One of the buyer's pairs; another's answers like none at all (SEC-1)."""
    return get_object_or_404(pairs_of_buyer(buyer), pk=pk)
