"""What of a mail's text is new and what is quoted (MAIL-13). Linear in the text's length.

Nothing is cut away: the answer is a set of spans, and whatever is doubtful counts as new.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from messages_app.mail.attributions import (
    Line,
    attribution_length,
    header_block_length,
    introduction_length,
    is_rule,
    is_separator,
    read_lines,
)
from messages_app.mail.parsed import ReplySpans

MAX_LINES = 50_000  # nobody folds a longer text; it counts as new
MAX_BLANKS = 9  # between an attribution and its quote


class _Kind(Enum):
    NEW = auto()
    BLANK = auto()
    QUOTE = auto()  # a `>` line
    ATTRIBUTION = auto()
    REST = auto()  # quoted without `>`


def split_reply(text: str, *, own_marks: tuple[str, ...] = ()) -> ReplySpans:
    """The spans of `text` that its author wrote now; the rest is quoted.

    `own_marks` are our reply marker and our aliases, in any letter case. The first unquoted line that
    holds the marker begins the quote; an alias (a mark with an at sign) only tells that the line above
    a quote introduces it, since people name aliases too. Then the separators, header blocks and
    attribution lines of the usual programs, and `>` lines.

    Where answers stand between quotes, the spans hold all but the attribution lines and the unmarked
    rest: their `>` lines are shown, and are not the author's words. Where nothing would be left, they
    hold all but attributions and header blocks: the answer may stand in the unmarked rest. A text
    without quotes, or of 50,000 lines and more, gives one span over everything.
    """
    whole = ReplySpans(new=((0, len(text)),))
    if text.count("\n") >= MAX_LINES:
        return whole
    lines = read_lines(text)
    markers, aliases = _sorted_marks(own_marks)
    marked = _first_marked(lines, markers)
    attributions = _attributions(lines, aliases, marked)
    tail = _before_blanks(lines, min(marked, _first_foreign_mark(lines, attributions)))
    kinds = _kinds(lines[:tail], attributions) + [_Kind.REST] * (len(lines) - tail)
    runs = _runs(kinds, _Kind.NEW)
    if all(kind in (_Kind.NEW, _Kind.BLANK) for kind in kinds):
        return whole
    if not runs:
        runs = _runs(_kinds(lines, attributions | _header_blocks(lines)), _Kind.NEW, _Kind.QUOTE)
        return ReplySpans(new=_spans(lines, runs)) if runs else whole
    if _is_interleaved(kinds, runs):
        runs = _runs(kinds, _Kind.NEW, _Kind.QUOTE)
    return ReplySpans(new=_spans(lines, runs))


def _sorted_marks(own_marks: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(markers, addresses), as they look in a squeezed line."""
    folded = [found for mark in own_marks if (found := _squeezed(mark))]
    return tuple(mark for mark in folded if "@" not in mark), tuple(mark for mark in folded if "@" in mark)


def _squeezed(text: str) -> str:
    return " ".join(text.casefold().split())


def _first_marked(lines: Sequence[Line], markers: tuple[str, ...]) -> int:
    """The first unquoted line that holds a marker; len(lines) when there is none."""
    if markers:
        for index, line in enumerate(lines):
            squeezed = "" if line.quoted else _squeezed(line.text)
            if any(marker in squeezed for marker in markers):
                return index
    return len(lines)


def _attributions(lines: Sequence[Line], aliases: tuple[str, ...], marked: int) -> dict[int, int]:
    """First line and number of lines of each attribution."""
    found: dict[int, int] = {}
    index = 0
    while index < len(lines):
        length = 0 if lines[index].quoted else attribution_length(lines, index)
        if not length and aliases and (index == 0 or lines[index - 1].blank or lines[index - 1].quoted):
            length = introduction_length(lines, index, aliases)
            length = length if _quote_follows(lines, index + length, marked) else 0
        if length:
            found[index] = length
        index += length or 1
    return found


def _header_blocks(lines: Sequence[Line]) -> dict[int, int]:
    """First line and number of lines of each unquoted header block."""
    blocks: dict[int, int] = {}
    end = 0
    for index, line in enumerate(lines):
        if index >= end and not line.quoted and (length := header_block_length(lines, index)):
            blocks[index] = length
            end = index + length
    return blocks


def _before_blanks(lines: Sequence[Line], start: int) -> int:
    """The line from which everything is quoted without `>`: blank lines and rules above belong to it."""
    while 0 < start < len(lines) and (lines[start - 1].blank or is_rule(lines[start - 1])):
        start -= 1
    return start


def _first_foreign_mark(lines: Sequence[Line], attributions: dict[int, int]) -> int:
    """The first separator, header block, or attribution whose quote has no `>`."""
    for index, line in enumerate(lines):
        if line.quoted or not line.folded:
            continue
        if is_separator(line) or header_block_length(lines, index):
            return index
        if index in attributions and not _quote_follows(lines, index + attributions[index]):
            return index
    return len(lines)


def _quote_follows(lines: Sequence[Line], index: int, marked: int = -1) -> bool:
    """Whether the next line that is not blank is a `>` line, or the `marked` one."""
    for place, line in enumerate(lines[index : index + MAX_BLANKS + 1], start=index):
        if not line.blank:
            return line.quoted or place == marked
    return False


def _kinds(lines: Sequence[Line], attributions: dict[int, int]) -> list[_Kind]:
    """What each of the lines above the unmarked rest is."""
    kinds: list[_Kind] = []
    while (index := len(kinds)) < len(lines):
        if index in attributions:
            kinds += [_Kind.ATTRIBUTION] * min(attributions[index], len(lines) - index)
        elif lines[index].blank:
            kinds.append(_Kind.BLANK)
        else:
            kinds.append(_Kind.QUOTE if lines[index].quoted else _Kind.NEW)
    return kinds


def _runs(kinds: list[_Kind], *wanted: _Kind) -> list[tuple[int, int]]:
    """(first line, line after the last) of each stretch of such lines; blanks within belong to it."""
    runs: list[tuple[int, int]] = []
    open_run = False
    for index, kind in enumerate(kinds):
        if kind in wanted:
            start = runs.pop()[0] if open_run else index
            runs.append((start, index + 1))
            open_run = True
        elif kind is not _Kind.BLANK:
            open_run = False
    return runs


def _is_interleaved(kinds: list[_Kind], runs: list[tuple[int, int]]) -> bool:
    """Whether new lines stand between two quotes."""
    quotes = [index for index, kind in enumerate(kinds) if kind not in (_Kind.NEW, _Kind.BLANK)]
    return bool(quotes) and any(quotes[0] < start < quotes[-1] for start, _ in runs)


def _spans(lines: Sequence[Line], runs: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Line runs as code-point offsets; a run's last line break belongs to it."""
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line.text) + 1)
    return tuple((offsets[start], min(offsets[end], offsets[-1] - 1)) for start, end in runs)
