"""The bridge from a page to the templates in `templates/compiled/`, which are compiled."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag(takes_context=True)
def compiled(context: Context, name: str, **more: object) -> SafeString:
    """The compiled template of that name, with all that the page knows and `more`."""
    known: dict[Any, Any] = {**context.flatten(), **more}
    return mark_safe(get_template(name, using="jinja2").render(known))  # noqa: S308 - it escapes by itself
