"""Masks what a buyer may not pass on (POL-2)."""

from __future__ import annotations

from collections.abc import Iterable

from messages_app.policy.facts import ContentMatch


def mask(text: str, matches: Iterable[ContentMatch], replacement: str) -> str:
    """The text with each match's span replaced.

    `matches` are those of the rules that mask and of the place that `text` is; spans that touch or
    overlap are replaced once. `replacement` is what a reader finds there, in their language.
    """
    parts: list[str] = []
    done = 0
    for match in sorted(matches, key=lambda match: match.start):
        if match.start > done or not parts:
            parts += [text[done : match.start], replacement]
        done = max(done, match.end)
    return "".join([*parts, text[done:]])
