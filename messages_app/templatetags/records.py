"""Rows of the administration's records, in words: no codes, and every moment to the second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from django import template
from django.contrib.admin.filters import FieldListFilter
from django.contrib.admin.helpers import AdminReadonlyField
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.utils import label_for_field, lookup_field
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ObjectDoesNotExist
from django.utils.formats import date_format
from django.utils.translation import gettext

from messages_app.templatetags.times import exact, exact_time
from messages_app.wording.headings import heading
from messages_app.wording.records import value_name

register = template.Library()


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
    """One line of a record's page."""
    return _cell(field.model_admin, field.field["field"], field.form.instance)


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
            return date_format(value)
        case list():
            return ", ".join(in_words(model, field, one) for one in value)
        case str():
            return value_name(model, field, value)
    return str(value)
