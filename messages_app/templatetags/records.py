"""Rows of the administration's records, in words: no codes, and every moment to the second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from django import template
from django.contrib.admin import site
from django.contrib.admin.filters import FieldListFilter
from django.contrib.admin.helpers import AdminReadonlyField
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.utils import label_for_field, lookup_field
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from messages_app.templatetags.times import exact, exact_time
from messages_app.wording.headings import heading
from messages_app.wording.moments import calendar_day
from messages_app.wording.records import value_name

register = template.Library()

# Where a row has a name that staff may read without a reason (MOD-6): all others go by their ids.
_NAMES = {
    "Alias": "address",
    "Buyer": "display_name",
    "Marketplace": "name",
    "Order": "number",
    "Product": "title",
    "Seller": "trade_name",
    "User": "full_name",
}


@register.filter
def in_heading(label: str) -> str:
    """A column or a filter, by Django's label."""
    return heading(str(label))


@register.filter
def headings(rows: ChangeList) -> list[str]:
    """The columns of a list."""
    names = (label_for_field(name, rows.model, rows.model_admin) for name in rows.list_display)
    return [heading(str(name)) for name in names]


@register.filter
def lines(rows: ChangeList) -> Iterator[tuple[str, list[object]]]:
    """Each row of the page: where its own page is, and its cells."""
    for row in rows.result_list:
        cells = [_cell(rows.model_admin, name, row) for name in rows.list_display]
        yield rows.url_for_result(row), cells


@register.filter
def record_value(field: AdminReadonlyField) -> object:
    """One line of a record's page; a row of another kind leads to its own page."""
    row, name = field.form.instance, field.field["field"]
    other = getattr(row, name, None) if isinstance(name, str) else None
    if isinstance(other, Model) and site.is_registered(type(other)):
        kind = site.get_model_admin(type(other)).opts
        at = reverse(f"admin:{kind.app_label}_{kind.model_name}_change", args=[other.pk])
        return format_html('<a href="{}">{}</a>', at, row_name(other))
    return _cell(field.model_admin, name, row)


@register.filter
def row_name(row: Model) -> str:
    """What staff call a row: a person by name, an order by its number, a message by its id."""
    return str(getattr(row, _NAMES.get(type(row).__name__, "pk")) or row.pk)


@register.filter
def choice(label: str, spec: FieldListFilter) -> str:
    """A choice of a filter: Django calls it after its value ("Not Needed"), or has words for it itself."""
    code = str(label).lower().replace(" ", "_")
    named = value_name(spec.field.model.__name__, spec.field.name, code)
    return str(label) if named == code else named


def _cell(admin: BaseModelAdmin[Any] | None, name: str | Callable[[Any], Any], row: Any) -> object:
    try:
        _field, _attribute, value = lookup_field(name, row, admin)
    except ObjectDoesNotExist:  # a relation that leads nowhere
        return ""
    if isinstance(value, datetime):
        return exact_time(value)
    return in_words(type(row).__name__, str(name), value)


def in_words(model: str, field: str, value: object) -> str:
    """The value of a model's field, for people."""
    match value:
        case None:
            return ""
        case bool():
            return gettext("Yes") if value else gettext("No")
        case datetime():
            return exact(value)
        case date():
            return calendar_day(value)
        case Model():
            return row_name(value)
        case list():
            return ", ".join(in_words(model, field, one) for one in value)
        case str():
            return value_name(model, field, value)
    return str(value)
