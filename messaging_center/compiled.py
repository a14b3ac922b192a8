"""Templates that are compiled to Python, for what stands many times on a page: rows of a list, messages of a
conversation. Django's own templates take some five times as long for them; the rest is theirs."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.urls import get_script_prefix, reverse
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext, npgettext, pgettext
from jinja2 import ChainableUndefined, Environment

from messages_app.templatetags import look, outcomes, times, words

_AN_ID = UUID(int=0)
_TAGS = (
    look.icon,
    outcomes.outcome,
    times.clock_time,
    times.day_of,
    times.due,
    times.when,
)


def environment(**options: Any) -> Environment:
    """What the compiled templates know: our tags as functions, our filters, gettext; what a page did not give
    is empty, as in Django's templates. `options` are Django's, with autoescape on."""
    made = Environment(  # noqa: S701 - among the options
        **{**options, "undefined": ChainableUndefined},
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]  # of the extension
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    made.globals["url"] = address
    made.globals.update({tag.__name__: tag for tag in _TAGS})
    for library in (look, times, words):
        made.filters.update(library.register.filters)
    made.filters["linebreaks"] = paragraphs
    return made


def paragraphs(text: str) -> SafeString:
    """As Django's `linebreaks`, whatever stands in the text shown as it is."""
    return mark_safe(linebreaks(text, autoescape=True))  # noqa: S308 - it escapes


def address(name: str, *arguments: object) -> str:
    """As Django's `url`. Those that differ in one id alone are looked up once."""
    if len(arguments) == 1 and isinstance(arguments[0], UUID):
        before, after = _around_id(get_script_prefix(), name)
        return f"{before}{arguments[0]}{after}"
    return reverse(name, args=arguments)


@lru_cache
def _around_id(_prefix: str, name: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=[_AN_ID]).partition(str(_AN_ID))
    return before, after
