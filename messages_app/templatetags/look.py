"""Pieces of the look that need more than a class: icons, fields, sizes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from django import template
from django.forms import BaseForm, BoundField
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, PasswordInput, RadioSelect
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from messages_app.wording import size_name

register = template.Library()

_PICTURES = ("jpeg", "gif", "png")


@register.simple_tag
def icon(name: str, kind: str = "") -> SafeString:
    """An icon of static/icons.svg; `kind` "s" is the small one. Decoration: words stand beside it."""
    return _drawn(_icons_address(), name, kind)


@lru_cache(maxsize=256)
def _drawn(address: str, name: str, kind: str) -> SafeString:
    """A page has a hundred of them, of a few kinds."""
    classes = f"icon icon--{kind}" if kind else "icon"
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>', classes, address, name
    )


@cache
def _icons_address() -> str:
    """The same as long as the process runs."""
    return static("icons.svg")


@register.filter
def control(field: BoundField) -> SafeString:
    """A form field's control in the look's shape; Django ties help and errors to it. In a form that came
    back, the first control to mend has the focus, with scripts or without."""
    plain = isinstance(field.field.widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple)
    attrs: dict[str, str | bool] = {} if plain else {"class": "input"}
    if field.form.errors:
        attrs["autofocus"] = field.name == to_mend(field.form)
    return field.as_widget(attrs=attrs)


@register.filter
def to_mend(form: BaseForm) -> str:
    """The name of the first field to fill in again: one that is wrong, or a password, which never comes
    back. Empty where no field is named: then what is said about the whole form has the focus."""
    if not form.errors:
        return ""
    wrong = (
        field.name
        for field in form.visible_fields()
        if field.errors or isinstance(field.field.widget, PasswordInput)
    )
    return next(wrong, "")


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether the label stands behind the control."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def whole(number: str) -> SafeString:
    """An order number inside a sentence: it never wraps."""
    return format_html('<span class="mono whole">{}</span>', number)


@register.filter
def of(counts: Mapping[str, int], name: str) -> int:
    """The count of that name; 0 where nothing is counted."""
    return counts.get(name, 0)


@register.filter
def size(value: int) -> str:
    """Bytes in words."""
    return size_name(value)


@register.filter
def file_icon(kind: str) -> str:
    """The icon of a file of that kind."""
    return "image" if kind in _PICTURES else "file"


@register.filter
def initials(name: str) -> str:
    """Two letters for an avatar."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper()
