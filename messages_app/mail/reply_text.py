"""What of a mail's text is new and what is quoted (MAIL-13). Linear in the text's length.

Nothing is cut away: the answer is a set of spans, and whatever is doubtful counts as new.
"""

from __future__ import annotations

from enum import Enum, auto

from messages_app.mail.attributions import (
    attribution_length,
    is_rule,
    is_separator,
    opens_header_block,
)
from messages_app.mail.parsed import ReplySpans


class _Kind(Enum):
    NEW = auto()
    BLANK = auto()
    QUOTE = auto()


def split_reply(text: str, *, own_marks: tuple[str, ...] = ()) -> ReplySpans:
    """The spans of `text` that its author wrote now; the rest is quoted.

    `own_marks` (our reply marker, aliases, reference code; any letter case) are looked for first:
    the first unquoted line that holds one begins the quote. Then the separators, header blocks and
    attribution lines of the usual programs, and `>` lines. An answer between two quotes, or a
    remainder that is empty, gives one span over everything.
    """
    whole = ReplySpans(new=((0, len(text)),))
    lines = text.split("\n")
    tail = _tail_start(lines, own_marks)
    kinds = _kinds(lines[:tail])
    kinds += [_Kind.QUOTE] * (len(lines) - tail)
    runs = _new_runs(kinds)
    if not runs or _is_interleaved(kinds, runs):
        return whole
    return ReplySpans(new=_spans(lines, runs))


def _tail_start(lines: list[str], own_marks: tuple[str, ...]) -> int:
    """The line from which everything is quoted without `>`; len(lines) when there is none."""
    start = min(_first_own_mark(lines, own_marks), _first_foreign_mark(lines))
    while start < len(lines) and start > 0 and (not lines[start - 1].strip() or is_rule(lines[start - 1])):
        start -= 1
    return start


def _first_own_mark(lines: list[str], own_marks: tuple[str, ...]) -> int:
    marks = tuple(folded for mark in own_marks if (folded := " ".join(mark.casefold().split())))
    if not marks:
        return len(lines)
    for index, line in enumerate(lines):
        folded = " ".join(line.casefold().split())
        if not folded.startswith(">") and any(mark in folded for mark in marks):
            return index
    return len(lines)


def _first_foreign_mark(lines: list[str]) -> int:
    """The first separator, header block, or attribution line whose quote has no `>`."""
    for index, line in enumerate(lines):
        if _is_quoted(line) or not line.strip():
            continue
        if is_separator(line) or opens_header_block(lines, index):
            return index
        length = attribution_length(lines, index)
        if length and not _quote_follows(lines, index + length):
            return index
    return len(lines)


def _is_quoted(line: str) -> bool:
    return line[:4].lstrip().startswith(">")


def _quote_follows(lines: list[str], index: int) -> bool:
    """Whether the next line that is not blank (within three) is a `>` line."""
    for line in lines[index : index + 3]:
        if line.strip():
            return _is_quoted(line)
    return False


def _kinds(lines: list[str]) -> list[_Kind]:
    """What each line is; attribution lines above a `>` block belong to it."""
    kinds: list[_Kind] = []
    while (index := len(kinds)) < len(lines):
        line = lines[index]
        if not line.strip():
            kinds.append(_Kind.BLANK)
        elif _is_quoted(line):
            kinds.append(_Kind.QUOTE)
        else:
            length = min(attribution_length(lines, index), len(lines) - index)
            kinds += [_Kind.QUOTE] * length or [_Kind.NEW]
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


def _spans(lines: list[str], runs: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Line runs as code-point offsets; a run's last line break belongs to it."""
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line) + 1)
    return tuple((offsets[start], min(offsets[end], offsets[-1] - 1)) for start, end in runs)
