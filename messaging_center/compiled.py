"""Templates that are compiled to Python: what stands many times on a page (rows of a list, messages of a
conversation) and the frame that stands on page after page (a mailbox's, the head's links, the account menu).
Everything else is Django's own (docs/decisions/0017)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.template.defaultfilters import date, urlencode
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils.html import format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, pgettext
from jinja2 import ChainableUndefined, Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from messages_app.templatetags import look, outcomes, times, words

_AN_ID = UUID("bfa0a3e2-4a6c-4c1e-9a53-3e1a2e6c7d05")  # stands for any while an address is looked up
_TAGS = (
    look.icon,
    outcomes.outcome,
    times.clock_time,
    times.day_of,
    times.due,
    times.due_of,
    times.when,
)


def environment(**options: Any) -> Environment:
    """What the compiled templates know: our tags as functions, our filters, gettext; what a page did not give
    is empty, as in Django's templates. `options` are Django's, with autoescape on."""
    made = Environment(  # noqa: S701 - among the options
        **{**options, "undefined": ChainableUndefined},
    )
    made.globals |= {"url": address, "static": lru_cache(static), "csrf_field": csrf_field}
    made.globals |= {"gettext": said, "pgettext": said_in}
    made.globals.update({tag.__name__: tag for tag in _TAGS})
    for library in (look, times, words):
        made.filters.update(library.register.filters)
    made.filters |= {"linebreaks": paragraphs, "date": date, "urlencode": urlencode}
    return made


def paragraphs(text: str) -> SafeString:
    """As Django's `linebreaks`, whatever stands in the text shown as it is."""
    return mark_safe(linebreaks(text, autoescape=True))  # noqa: S308 - it escapes


@pass_context
def csrf_field(context: Context) -> SafeString:
    """As Django's `csrf_token`."""
    return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', context["csrf_token"])


def said(text: str, **values: object) -> Markup:
    """As Django's `translate` and, with values, `blocktranslate`."""
    found = _said(get_language(), text)
    return found % values if values else found


def said_in(context: str, text: str) -> Markup:
    """As Django's `translate` with a context."""
    return _said(get_language(), text, context)


# A catalog is read once in a process, and so is what a page takes from it: some hundred texts each time.
@lru_cache(maxsize=10_000)
def _said(_language: str | None, text: str, context: str = "") -> Markup:
    return Markup(pgettext(context, text) if context else gettext(text))  # noqa: S704 - ours


def address(name: str, *arguments: object) -> str:
    """As Django's `url`. Looked up once, also where an id differs."""
    if not arguments:
        return _found(get_script_prefix(), name)
    if len(arguments) == 1 and isinstance(arguments[0], UUID):
        return _found(get_script_prefix(), name, _AN_ID).replace(str(_AN_ID), str(arguments[0]))
    return reverse(name, args=arguments)


@lru_cache(maxsize=500)
def _found(_prefix: str, name: str, *arguments: object) -> str:
    return reverse(name, args=arguments)
