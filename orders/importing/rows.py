"""One row of an import, cleaned (ORD-4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.fields import AddressField, LineField
from accounts.models import Marketplace
from orders.importing.fields import (
    ChoiceCell,
    DayField,
    LanguageField,
    MomentField,
    TraitsField,
    at_place,
)
from orders.importing.reading import BadRow, Row
from orders.models import Order, Product
from orders.models.order import ORDER_NUMBER

MOMENTS = ("placed_at", "shipped_at", "delivered_at", "cancelled_at", "returned_at", "refunded_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """What a line says, checked. Empty text, None: the line does not say."""

    line: int
    order_number: str
    marketplace: Marketplace
    seller: str  # external id
    seller_name: str
    seller_email: str = field(repr=False)
    buyer: str  # external id
    buyer_email: str = field(repr=False)
    buyer_name: str = field(repr=False)
    language: str
    status: str
    placed_at: datetime
    sku: str
    title: str
    quantity: int
    selling_since: date | None
    fulfilment: str
    shipped_at: datetime | None
    delivered_at: datetime | None
    cancelled_at: datetime | None
    returned_at: datetime | None
    refunded_at: datetime | None
    carrier: str
    tracking: str
    traits: frozenset[str] | None


class OrderRowForm(forms.Form):
    """Checks each cell; its errors name the column."""

    order_number = forms.RegexField(
        re.compile(rf"{ORDER_NUMBER}\Z", re.ASCII),
        error_messages={"invalid": _("Write it like 123-1234567-1234567.")},
    )
    marketplace = LineField()
    seller = LineField(max_length=80)
    seller_name = LineField(max_length=80)
    seller_email = AddressField(max_length=254)
    buyer = LineField(max_length=80)
    buyer_email = AddressField(max_length=254)
    buyer_name = LineField(max_length=200)
    language = LanguageField(required=False)
    status = ChoiceCell(choices=Order.Status.choices)
    placed_at = MomentField()
    sku = LineField(max_length=80)
    title = LineField(max_length=200)
    quantity = forms.IntegerField(min_value=1, max_value=1_000_000)
    selling_since = DayField(required=False)
    fulfilment = ChoiceCell(choices=Order.Fulfilment.choices, required=False)
    shipped_at = MomentField(required=False)
    delivered_at = MomentField(required=False)
    cancelled_at = MomentField(required=False)
    returned_at = MomentField(required=False)
    refunded_at = MomentField(required=False)
    carrier = LineField(max_length=60, required=False)
    tracking = LineField(max_length=80, required=False)
    traits = TraitsField(allowed=Product.TRAITS, required=False)

    def __init__(self, cells: Mapping[str, str], marketplaces: Mapping[str, Marketplace]) -> None:
        super().__init__(dict(cells))
        self.marketplaces = marketplaces

    def clean_marketplace(self) -> Marketplace:
        code = str(self.cleaned_data["marketplace"])
        if marketplace := self.marketplaces.get(code.upper()):
            return marketplace
        raise ValidationError(
            _("Unknown: %(code)s. Known are %(known)s."),
            params={"code": code, "known": ", ".join(sorted(self.marketplaces)) or "none"},
        )

    def clean(self) -> dict[str, Any]:
        """Moments without an offset are the marketplace's own time."""
        cleaned = self.cleaned_data
        if marketplace := cleaned.get("marketplace"):
            for name in MOMENTS:
                cleaned[name] = at_place(cleaned.get(name), marketplace.zone)
        return cleaned


def clean_row(row: Row, marketplaces: Mapping[str, Marketplace]) -> OrderRow | BadRow:
    """The row checked against the columns' meanings; `marketplaces` by upper-case code."""
    form = OrderRowForm(row.cells, marketplaces)
    if form.is_valid():
        return OrderRow(line=row.line, **form.cleaned_data)
    problems = (f"{name}: {' '.join(map(str, sentences))}" for name, sentences in form.errors.items())
    return BadRow(row.line, " ".join(problems))
