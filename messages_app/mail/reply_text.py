"""What of a mail's text is new and what is quoted (MAIL-13). Linear in the text's length.

Nothing is cut away: the answer is a set of spans, and whatever is doubtful counts as new.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from messages_app.mail.attributions import (
    Line,
    attribution_length,
    is_rule,
    is_separator,
    opens_header_block,
    read_lines,
)
from messages_app.mail.parsed import ReplySpans

MAX_LINES = 50_000  # nobody folds a longer text; it counts as new


class _Kind(Enum):
    NEW = auto()
    BLANK = auto()
    QUOTE = auto()


def split_reply(text: str, *, own_marks: tuple[str, ...] = ()) -> ReplySpans:
    """The spans of `text` that its author wrote now; the rest is quoted.

    `own_marks` (our reply marker, aliases, reference code; any letter case) are looked for first:
    the first unquoted line that holds one begins the quote. Then the separators, header blocks and
    attribution lines of the usual programs, and `>` lines. An answer between two quotes, a
    remainder that is empty, or 50,000 lines and more give one span over everything.
    """
    whole = ReplySpans(new=((0, len(text)),))
    if text.count("\n") >= MAX_LINES:
        return whole
    lines = read_lines(text)
    attributions = _attributions(lines)
    tail = _tail_start(lines, attributions, own_marks)
    kinds = _kinds(lines[:tail], attributions)
    kinds += [_Kind.QUOTE] * (len(lines) - tail)
    runs = _new_runs(kinds)
    if not runs or _is_interleaved(kinds, runs):
        return whole
    return ReplySpans(new=_spans(lines, runs))


def _attributions(lines: Sequence[Line]) -> dict[int, int]:
    """First line and number of lines of each attribution."""
    found: dict[int, int] = {}
    index = 0
    while index < len(lines):
        length = 0 if lines[index].quoted else attribution_length(lines, index)
        if length:
            found[index] = length
        index += length or 1
    return found


def _tail_start(lines: Sequence[Line], attributions: dict[int, int], own_marks: tuple[str, ...]) -> int:
    """The line from which everything is quoted without `>`; len(lines) when there is none."""
    start = min(_first_own_mark(lines, own_marks), _first_foreign_mark(lines, attributions))
    while 0 < start < len(lines) and (lines[start - 1].blank or is_rule(lines[start - 1])):
        start -= 1
    return start


def _first_own_mark(lines: Sequence[Line], own_marks: tuple[str, ...]) -> int:
    marks = tuple(folded for mark in own_marks if (folded := " ".join(mark.casefold().split())))
    if not marks:
        return len(lines)
    for index, line in enumerate(lines):
        folded = "" if line.quoted else " ".join(line.text.casefold().split())
        if any(mark in folded for mark in marks):
            return index
    return len(lines)


def _first_foreign_mark(lines: Sequence[Line], attributions: dict[int, int]) -> int:
    """The first separator, header block, or attribution whose quote has no `>`."""
    for index, line in enumerate(lines):
        if line.quoted or not line.folded:
            continue
        if is_separator(line) or opens_header_block(lines, index):
            return index
        if index in attributions and not _quote_follows(lines, index + attributions[index]):
            return index
    return len(lines)


def _quote_follows(lines: Sequence[Line], index: int) -> bool:
    """Whether the next line that is not blank (within three) is a `>` line."""
    return next((line.quoted for line in lines[index : index + 3] if not line.blank), False)


def _kinds(lines: Sequence[Line], attributions: dict[int, int]) -> list[_Kind]:
    """What each line is; attribution lines above a `>` block belong to it."""
    kinds: list[_Kind] = []
    while (index := len(kinds)) < len(lines):
        if index in attributions:
            kinds += [_Kind.QUOTE] * min(attributions[index], len(lines) - index)
        elif lines[index].blank:
            kinds.append(_Kind.BLANK)
        else:
            kinds.append(_Kind.QUOTE if lines[index].quoted else _Kind.NEW)
    return kinds


def _new_runs(kinds: list[_Kind]) -> list[tuple[int, int]]:
    """(first line, line after the last) of each stretch of new lines; blanks within belong to it."""
    runs: list[tuple[int, int]] = []
    open_run = False
    for index, kind in enumerate(kinds):
        if kind is _Kind.NEW:
            start = runs.pop()[0] if open_run else index
            runs.append((start, index + 1))
            open_run = True
        elif kind is _Kind.QUOTE:
            open_run = False
    return runs


def _is_interleaved(kinds: list[_Kind], runs: list[tuple[int, int]]) -> bool:
    """Whether new lines stand between two quotes."""
    quotes = [index for index, kind in enumerate(kinds) if kind is _Kind.QUOTE]
    return bool(quotes) and any(quotes[0] < start < quotes[-1] for start, _ in runs)


def _spans(lines: Sequence[Line], runs: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Line runs as code-point offsets; a run's last line break belongs to it."""
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line.text) + 1)
    return tuple((offsets[start], min(offsets[end], offsets[-1] - 1)) for start, end in runs)
