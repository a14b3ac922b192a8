"""Base 64 in the midst of a text, as links of newsletters have it (MAIL-16)."""

from __future__ import annotations

import re
from collections.abc import Callable

from messages_app.mail.leak_search import BASE64_LINES, BASE64_RUN, Wanted, holds_any

_RUNS = tuple(re.compile(f"(?:{run.pattern})={{0,2}}") for run in (BASE64_LINES, BASE64_RUN))


def replace_runs(text: str, hides: Callable[[str], bool], instead: str) -> str:
    """`instead` for each run of base 64, on one line or several, of which `hides` is true."""
    for pattern in _RUNS:
        text = pattern.sub(lambda run: instead if hides(run[0]) else run[0], text)
    return text


def hide_runs(text: str, want: Wanted, instead: str) -> str:
    """The text without the runs that hide an address or a name from all but the leak gate."""
    if not holds_any(text, want):
        return text
    return replace_runs(text, lambda run: bool(holds_any(run, want)), instead)
